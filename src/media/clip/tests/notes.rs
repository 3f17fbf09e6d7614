//! What programs and cameras leave in the corners of a file: none of it is written.

use super::*;

const NOTE: &[u8] = b"Secret +48.8577+2.295/";

fn part(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(8 + body.len()).unwrap().to_be_bytes()[..], kind, body].concat()
}

/// The film with these bytes at the end of the box at a path; its index is behind its data.
fn with(film: &[u8], path: &[&str], extra: &[u8]) -> Vec<u8> {
    let (mut film, mut at, mut end, mut lengths) = (film.to_vec(), 0, film.len(), Vec::new());
    for kind in path {
        // The fixed part of a table of entries.
        at += if lengths.len() == 6 { 8 } else { 0 };
        loop {
            let len = u32::from_be_bytes(film[at..at + 4].try_into().unwrap()) as usize;
            if &film[at + 4..at + 8] == kind.as_bytes() {
                lengths.push(at);
                (at, end) = (at + 8, at + len);
                break;
            }
            at += len;
        }
    }
    film.splice(end..end, extra.iter().copied());
    for at in lengths {
        let len = u32::from_be_bytes(film[at..at + 4].try_into().unwrap()) + u32::try_from(extra.len()).unwrap();
        film[at..at + 4].copy_from_slice(&len.to_be_bytes());
    }
    film
}

/// What is written of a film, which says nothing and is played as the one without notes.
fn clean(film: &[u8], plain: &str) -> Vec<u8> {
    assert!(holds(film, "48.8577"));
    let (clip, out) = written(film).unwrap();
    let known = written(&bytes(plain)).unwrap().0;
    assert!(!holds(&out, "Secret") && !holds(&out, "48.8577"), "{plain}");
    assert_eq!((clip.millis, clip.frame, clip.sound), (known.millis, known.frame, known.sound));
    assert!(written(&out).unwrap().1 == out, "{plain}: what was cleaned is clean");
    out
}

#[test]
fn notes_at_any_level_of_an_index_become_free_room() {
    let film = bytes("tail.mp4");
    let path = ["moov", "trak", "mdia", "minf", "stbl", "stsd", "avc1"];
    let levels = (1..=5).map(|deep| path[..deep].to_vec());
    let others = [&["moov", "trak", "edts"][..], &["moov", "trak", "mdia", "minf", "dinf"], &path];
    for level in levels.chain(others.map(<[_]>::to_vec)) {
        for kind in [b"free", b"skip", b"udta", b"\xa9xyz", b"gps ", b"iods", b"hdlr", b"tref", b"uuid"] {
            let twice = [part(kind, NOTE), part(kind, NOTE)].concat();
            let out = clean(&with(&film, &level, &twice), "tail.mp4");
            let data = |bytes: &[u8]| bytes[place(bytes, "mdat")..][..3_000].to_vec();
            assert!(data(&out) == data(&film), "{level:?}");
        }
    }
    for kind in [b"uuid", b"free", b"mdat"] {
        clean(&[&film[..], &part(kind, NOTE)].concat(), "tail.mp4");
    }
}

#[test]
fn names_of_makers_in_the_fields_of_an_index_are_erased() {
    let mut film = bytes("tail.mp4");
    // The encoder's name, that of the track, and a brand.
    for (words, note) in [("Lavc libx264", "48.8577 Cam1"), ("VideoHandler", "48.8577 Cam1"), ("iso2", "Cam1")] {
        let at = film.windows(words.len()).position(|window| window == words.as_bytes()).unwrap();
        film[at..at + words.len()].copy_from_slice(note.as_bytes());
    }
    assert!(!holds(&clean(&film, "tail.mp4"), "Cam1"));
}

#[test]
fn fragments_name_all_data_and_no_more_tracks_than_there_are() {
    let film = bytes("dash.mp4");
    assert!(matches!(read(&mut Cursor::new([&film[..], &part(b"mdat", NOTE)].concat())), Err(Error::Invalid(_))));
    let index = film[place(&film, "moov") - 4..].to_vec();
    let (start, len) = (film.len() - index.len(), u32::from_be_bytes(index[..4].try_into().unwrap()) as usize);
    let many = |kind: &[u8], body: &[u8], count: usize| part(kind, body).repeat(count);
    let runs = |count: usize| {
        let defaults = many(b"trex", &[0; 24], 9_000);
        let moov = with(&index[..len], &["moov", "mvex"], &defaults);
        let run = many(b"traf", &part(b"tfhd", &[0, 0, 0, 0, 0, 0, 0, 9]), count);
        let fragment = [part(b"moof", &run), part(b"mdat", &[])].concat();
        read(&mut Cursor::new([&film[..start], &moov, &index[len..], &fragment].concat()))
    };
    assert!(runs(limits::TRACKS).is_ok());
    assert!(matches!(runs(limits::TRACKS + 1), Err(Error::Invalid(problem)) if problem.id == "E145"));
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &[0x80 | u8::try_from(body.len()).unwrap()], body].concat()
}

#[test]
fn what_a_webm_need_not_have_becomes_empty_room_and_it_ends_with_its_segment() {
    // This one does not say where it ends.
    for id in [&[0xec][..], &[0x10, 0x43, 0xa7, 0x70], &[0x12, 0x54, 0xc3, 0x67], &[0xbf]] {
        clean(&[bytes("live.webm"), element(id, NOTE)].concat(), "live.webm");
    }
    // Inside the table of places, and inside the last cluster.
    let void = element(&[0xec], NOTE);
    clean(&[bytes("live.webm"), element(&[0x11, 0x4d, 0x9b, 0x74], &void)].concat(), "live.webm");
    clean(&[bytes("live.webm"), element(&[0x1f, 0x43, 0xb6, 0x75], &void)].concat(), "live.webm");
    // A title of its track, and something unknown in its description, where a longer one has room for it.
    let about = [element(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]), element(&[0x7b, 0xaa], NOTE)].concat();
    clean(&[bytes("live.webm"), element(&[0x15, 0x49, 0xa9, 0x66], &about)].concat(), "live.webm");
    let film = bytes("vp9.webm");
    for behind in [NOTE.to_vec(), element(&[0xec], NOTE), [&film[..], NOTE].concat()] {
        let out = clean(&[&film[..], &behind].concat(), "vp9.webm");
        assert_eq!(out.len(), film.len());
    }
}

#[test]
fn comments_of_vorbis_in_a_webm_are_blanked() {
    let film = bytes("vp8.webm");
    let maker = |film: &[u8]| {
        let at = film.windows(7).position(|seven| seven == b"\x03vorbis").unwrap();
        (at, film[at + 11..at + 15].to_vec())
    };
    let out = written(&film).unwrap().1;
    assert_eq!(maker(&film).0, maker(&out).0);
    assert_eq!((maker(&film).1.as_slice(), maker(&out).1.as_slice()), (&b"Xiph"[..], &b"    "[..]));
}

#[test]
fn nothing_follows_the_last_frame_of_a_flac() {
    let sound = bytes("sound.flac");
    let plain = written(&sound).unwrap().1;
    let tag = [b"TAG", NOTE, &[0; 103]].concat();
    for behind in [tag, [b"PK\x03\x04", NOTE].concat(), sound.clone(), NOTE.repeat(10_000)] {
        assert!(written(&[&sound[..], &behind].concat()).unwrap().1 == plain);
    }
    assert!(plain.ends_with(&sound[sound.len() - 64..]), "and of the frame nothing is missing");
    for len in [sound.len() - 1, sound.len() - 2, sound.len() - 1_000] {
        assert!(matches!(read(&mut Cursor::new(&sound[..len])), Err(Error::Invalid(_))));
    }
    let mut longer = [&sound[..42], NOTE, &sound[42..]].concat();
    longer[7] += u8::try_from(NOTE.len()).unwrap();
    assert!(matches!(read(&mut Cursor::new(longer)), Err(Error::Invalid(problem)) if problem.what.contains("longer")));
}

#[test]
fn a_second_recording_behind_the_first_is_refused() {
    for name in ["opus.ogg", "vorbis.ogg"] {
        let twice = bytes(name).repeat(2);
        assert!(matches!(read(&mut Cursor::new(twice)), Err(Error::Invalid(problem)) if problem.id == "E145"));
    }
}

#[test]
fn millions_of_small_parts_are_read_together() {
    struct Counted(Cursor<Vec<u8>>, usize);
    impl Read for Counted {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 += 1;
            self.0.read(into)
        }
    }
    impl Seek for Counted {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    // In a cluster that does not say where it ends.
    let mut blocks = vec![0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    blocks.extend([0xa3, 0x84, 0x81, 0, 0, 0].repeat(100_000));
    let mut input = Counted(Cursor::new([bytes("live.webm"), blocks].concat()), 0);
    read(&mut input).unwrap();
    assert!(input.1 < 1_000, "{} reads", input.1);
}
