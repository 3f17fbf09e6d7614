//! Clips made by ffmpeg (`tests/vectors/clips`), whole, cut and damaged.

mod notes;
mod tables;

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// File, type, about how many milliseconds, pixels, whether there is sound.
type Taken = (&'static str, &'static str, u64, Option<(u32, u32)>, bool);

const TAKEN: [Taken; 23] = [
    ("tail.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("first.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("fragments.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("dash.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("every-frame.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("turned-90.mp4", "video/mp4", 1_000, Some((36, 64)), true),
    ("turned-180.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("turned-270.mp4", "video/mp4", 1_000, Some((36, 64)), true),
    ("timecode.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("subtitles.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("silent.mp4", "video/mp4", 1_000, Some((64, 36)), false),
    ("baseline.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("vp8.webm", "video/webm", 1_000, Some((64, 36)), true),
    ("av1.webm", "video/webm", 1_000, Some((64, 36)), false),
    ("sound.webm", "audio/webm", 1_000, None, true),
    ("changing.mp3", "audio/mpeg", 1_000, None, true),
    ("vp9.webm", "video/webm", 1_000, Some((64, 36)), true),
    ("live.webm", "video/webm", 900, Some((64, 36)), false),
    ("sound.mp3", "audio/mpeg", 1_000, None, true),
    ("sound.m4a", "audio/mp4", 1_000, None, true),
    ("sound.aac", "audio/aac", 1_000, None, true),
    ("opus.ogg", "audio/ogg", 1_000, None, true),
    ("vorbis.ogg", "audio/ogg", 1_000, None, true),
];

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/clips").join(name)).unwrap()
}

fn written(bytes: &[u8]) -> Result<(Clip, Vec<u8>)> {
    let mut input = Cursor::new(bytes);
    let clip = read(&mut input)?;
    let mut out = Vec::new();
    clip.write(&mut input, &mut out)?;
    Ok((clip, out))
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

fn place(bytes: &[u8], kind: &str) -> usize {
    bytes.windows(4).position(|window| window == kind.as_bytes()).unwrap()
}

#[test]
fn what_is_taken_is_known_by_its_bytes_and_written_without_notes() {
    for (name, mime, millis, frame, sound) in TAKEN {
        let bytes = bytes(name);
        assert!(is_clip(&bytes), "{name}");
        let (clip, out) = written(&bytes).unwrap();
        assert_eq!((clip.mime, clip.frame, clip.sound), (mime, frame, sound), "{name}");
        assert!(clip.millis.abs_diff(millis) < 320, "{name} lasts {}", clip.millis);
        assert_eq!(out.len() as u64, clip.bytes(), "{name}");
        assert!(!holds(&out, "Secret") && !holds(&out, "48.8577"), "{name}");
        let (again, same) = written(&out).unwrap();
        assert!(same == out, "{name}: what was cleaned is clean");
        assert_eq!((again.millis, again.frame, again.sound), (clip.millis, frame, sound), "{name}");
    }
    // FLAC says how long it is to the sample.
    let (clip, out) = written(&bytes("sound.flac")).unwrap();
    assert_eq!((clip.mime, clip.millis, clip.frame), ("audio/flac", 1_000, None));
    assert!(!holds(&out, "Secret") && out.len() + 8_000 < bytes("sound.flac").len());
}

#[test]
fn the_notes_were_there_before() {
    for name in [
        "tail.mp4",
        "dash.mp4",
        "vp9.webm",
        "live.webm",
        "sound.webm",
        "sound.mp3",
        "opus.ogg",
        "vorbis.ogg",
        "sound.flac",
    ] {
        let bytes = bytes(name);
        assert!(holds(&bytes, "Secret") || holds(&bytes, "48.8577"), "{name}");
    }
}

#[test]
fn the_index_comes_first_and_points_to_the_same_data() {
    let (tail, first) = (written(&bytes("tail.mp4")).unwrap().1, written(&bytes("first.mp4")).unwrap().1);
    assert!(place(&bytes("tail.mp4"), "moov") > place(&bytes("tail.mp4"), "mdat"));
    assert!(place(&tail, "moov") < place(&tail, "mdat"));
    assert!(tail == first, "the same film, wherever its index was");
}

#[test]
fn a_track_that_is_neither_seen_nor_heard_leaves_its_data_behind() {
    let old = bytes("timecode.mp4");
    // One sample of four bytes: 01:02:03:04 at ten frames a second.
    let code = (((3_600 + 2 * 60 + 3) * 10 + 4) as u32).to_be_bytes();
    assert!(old.windows(4).any(|four| four == code) && holds(&old, "tmcd"));
    let new = written(&old).unwrap().1;
    assert!(!new.windows(4).any(|four| four == code) && !holds(&new, "tmcd"));
    let data = |bytes: &[u8]| bytes[place(bytes, "mdat") - 4..][..4].to_vec();
    assert_eq!(data(&old), data(&new), "nothing else is missing");
}

#[test]
fn notes_in_fragments_become_free_room() {
    let old = bytes("fragments.mp4");
    let note = |kind: &[u8]| [&28_u32.to_be_bytes()[..], kind, b"Secret +48.8577+2.295"].concat()[..28].to_vec();
    let mut film = old.clone();
    let longer = |film: &mut Vec<u8>, kind: &str, by: u32| {
        let at = place(film, kind) - 4;
        let len = u32::from_be_bytes(film[at..at + 4].try_into().unwrap());
        film[at..at + 4].copy_from_slice(&(len + by).to_be_bytes());
        at + len as usize
    };
    // Behind the last part of the first run, before it, and behind the fragment's runs.
    let run = longer(&mut film, "traf", 56);
    film.splice(run..run, note(b"udta"));
    let first = place(&film, "tfhd") - 4;
    film.splice(first..first, note(b"meta"));
    let head = longer(&mut film, "moof", 84) + 56;
    film.splice(head..head, note(b"uuid"));
    // The data lie further back now.
    let heads: Vec<_> = (0..head).filter(|at| film[*at..].starts_with(b"tfhd\0\0\0\x39")).collect();
    for at in heads {
        let base = u64::from_be_bytes(film[at + 12..at + 20].try_into().unwrap());
        film[at + 12..at + 20].copy_from_slice(&(base + 84).to_be_bytes());
    }
    let (clip, new) = written(&film).unwrap();
    assert!(holds(&film, "48.8577") && !holds(&new, "48.8577") && !holds(&new, "Secret"));
    assert_eq!((film.len(), clip.millis), (new.len(), written(&old).unwrap().0.millis));
    let data = |bytes: &[u8]| bytes[place(bytes, "mdat")..].to_vec();
    assert_eq!(data(&film).len(), data(&new).len());
    for kind in ["mfhd", "tfhd", "tfdt", "trun"] {
        assert_eq!(place(&film, kind), place(&new, kind), "{kind} stays where it is");
    }
}

/// First what a program with windows can do, then the command.
fn names_both(remedy: &str) -> bool {
    remedy.find("program").zip(remedy.find("ffmpeg")).is_some_and(|(program, command)| program < command)
}

#[test]
fn what_institutions_have_lying_about_is_named_with_the_way_out() {
    let mut stamped = vec![1; 512];
    for at in [4, 196, 388] {
        stamped[at] = 0x47;
    }
    for (head, words) in [
        (&stamped[..], "an MPEG recording"),
        (b"\0\0\0\x01\x67\x64", "an MPEG recording"),
        (b"\x06\x0e\x2b\x34\x02\x05", "an MXF film"),
        (b"RF64\xff\xff\xff\xffWAVE", "uncompressed sound"),
        (b"riff\x2e\x91\xcf\x11", "uncompressed sound"),
        (b"caff\0\x01", "a CAF recording"),
        (b"#!AMR\n", "an AMR recording"),
    ] {
        assert!(is_clip(head), "{words}");
        let Error::Invalid(problem) = super::refuse::kind(head) else { panic!("{words}") };
        assert!(problem.what.contains(words) && names_both(&problem.remedy), "{problem:?}");
    }
    stamped[196] = 0;
    assert!(!is_clip(&stamped));
}

#[test]
fn what_is_not_taken_is_named_with_the_way_out() {
    for (name, id, words) in [
        ("full-colour.mp4", "E144", "full colour"),
        ("hevc.mp4", "E144", "HEVC"),
        ("quicktime.mov", "E143", "QuickTime"),
        ("matroska.mkv", "E143", "Matroska"),
        ("sound.wav", "E143", "uncompressed"),
    ] {
        let bytes = bytes(name);
        assert!(is_clip(&bytes), "{name}");
        match read(&mut Cursor::new(bytes)) {
            Err(Error::Invalid(problem)) => {
                assert_eq!(problem.id, id, "{name}");
                assert!(problem.what.contains(words) && names_both(&problem.remedy), "{name}: {problem:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let windows_media = [&[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11][..], &[0; 24]].concat();
    for (bytes, words) in [(&b"RIFF\x20\0\0\0AVI LIST"[..], "AVI"), (&windows_media[..], "Windows Media")] {
        match read(&mut Cursor::new(bytes)) {
            Err(Error::Invalid(problem)) => {
                assert!(is_clip(bytes) && problem.what.contains(words) && names_both(&problem.remedy), "{problem:?}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
    for head in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe0", b"\0\0\0\x18ftypheic", b"GIF89a", b"%PDF-1.7", b""] {
        assert!(!is_clip(head), "{head:?}");
    }
}

#[test]
fn sound_is_helped_to_become_sound_and_a_film_to_stay_one() {
    let remedy = |bytes: &[u8]| match read(&mut Cursor::new(bytes)) {
        Err(Error::Invalid(problem)) => (problem.id, problem.what, problem.remedy),
        other => panic!("{other:?}"),
    };
    // The name of a coding, or a number, is another.
    let other = |name: &str, old: &[u8], new: &[u8]| {
        let mut bytes = bytes(name);
        let at = bytes.windows(old.len()).position(|found| found == old).unwrap();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    let older = [&[0xff, 0xfd, 0xa4, 0xc0][..], &[0; 600]].concat();
    for (bytes, id, words) in [
        (other("sound.m4a", b"mp4a", b"alac"), "E144", "Apple Lossless"),
        (other("sound.m4a", b"mp4a", b"Opus"), "E144", "Opus in MP4"),
        (other("sound.m4a", b"stco", b"free"), "E145", "neither sound"),
        (other("opus.ogg", b"OpusHead", b"\x7fFLAC\0\0\0"), "E144", "FLAC in Ogg"),
        (other("sound.flac", b"fLaC\0\0\0\x22", b"fLaC\0\0\0\x21"), "E145", "damaged"),
        (older, "E143", "MP2"),
    ] {
        let (told, what, remedy) = remedy(&bytes);
        assert!(told == id && what.contains(words), "{what}");
        assert!(
            words == "neither sound" || remedy.ends_with("sound.mp3") && !remedy.contains("mp4"),
            "{what} {remedy}"
        );
    }
    for (bytes, id, words) in [
        (other("tail.mp4", b"mp4a", b"alac"), "E144", "Apple Lossless"),
        (other("tail.mp4", b"avc1\0\0\0", b"hvc1\0\0\0"), "E144", "HEVC"),
        (other("opus.ogg", b"OpusHead", b"\x80theora\0"), "E144", "Theora"),
        (other("tail.mp4", b"avcC\x01", b"avcC\0"), "E145", "how it is coded"),
    ] {
        let (told, what, remedy) = remedy(&bytes);
        assert!(told == id && what.contains(words) && remedy.ends_with("video.mp4"), "{what} {remedy}");
        // What it is copied to without a second coding may be refused again.
        assert!(!remedy.contains("-c copy"), "{remedy}");
    }
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    for (name, ..) in TAKEN {
        let whole = bytes(name);
        // Frames of MP3 and AAC stand alone, so that a shorter file is a shorter clip.
        let alone = matches!(name, "sound.mp3" | "changing.mp3" | "sound.aac");
        for len in (0..whole.len()).step_by(7) {
            let read = read(&mut Cursor::new(&whole[..len]));
            // So do fragments, where one begins.
            let alone = alone || whole.get(len + 4..len + 8).is_some_and(|kind| kind == b"moof" || kind == b"mfra");
            assert!(alone || matches!(read, Err(Error::Invalid(_))), "{name} of {len} bytes: {read:?}");
        }
    }
}

#[test]
fn numbers_that_lie_are_refused() {
    let good = bytes("first.mp4");
    let lie = |kind: &str, at: isize, value: u32| {
        let mut bad = good.clone();
        let from = place(&bad, kind).checked_add_signed(at).unwrap();
        bad[from..from + 4].copy_from_slice(&value.to_be_bytes());
        read(&mut Cursor::new(bad))
    };
    // A part that is longer than the file or shorter than its head, data before the file and behind it, a width of
    // 65,535 pixels by a height as large.
    for (kind, at, value) in
        [("moov", -4, u32::MAX), ("mdat", -4, 3), ("stco", 12, 0), ("stco", 12, u32::MAX), ("stsd", 4, u32::MAX)]
    {
        let told = lie(kind, at, value);
        let harmless = kind == "stsd" && told.is_ok();
        assert!(harmless || matches!(told, Err(Error::Invalid(_))), "{kind}: {told:?}");
    }
    let mut wide = good.clone();
    let from = place(&wide, "tkhd") + 80;
    wide[from..from + 8].fill(0xff);
    assert!(matches!(read(&mut Cursor::new(wide)), Err(Error::Invalid(problem)) if problem.id == "E146"));
}

#[test]
fn a_part_as_long_as_the_world_is_refused() {
    let mut bad = bytes("first.mp4");
    let at = place(&bad, "moov");
    // One stands for a length of eight bytes, here 2^63.
    bad[at - 4..at].copy_from_slice(&1_u32.to_be_bytes());
    bad[at + 4..at + 12].copy_from_slice(&(1_u64 << 63).to_be_bytes());
    assert!(matches!(read(&mut Cursor::new(bad)), Err(Error::Invalid(problem)) if problem.id == "E145"));
    for len in 0..8_u32 {
        // A part that ends before its own head would be read for ever; one of length 0 goes on to the end.
        let endless = [&20_u32.to_be_bytes()[..], b"ftypisom\0\0\0\0isom", &len.to_be_bytes(), b"moov"].concat();
        assert!(matches!(read(&mut Cursor::new(endless)), Err(Error::Invalid(_))), "{len}");
    }
}

#[test]
fn data_in_another_file_and_playlists_are_refused() {
    let mut bad = bytes("first.mp4");
    let flags = place(&bad, "url ") + 4;
    bad[flags..flags + 4].fill(0);
    assert!(
        matches!(read(&mut Cursor::new(bad)), Err(Error::Invalid(problem)) if problem.what.contains("another file"))
    );
    let list = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n";
    assert!(is_clip(list));
    assert!(matches!(read(&mut Cursor::new(list)), Err(Error::Invalid(problem)) if problem.id == "E143"));
}

#[test]
fn a_length_without_end_is_refused_and_none_is_made_up() {
    let mut long = bytes("sound.flac");
    // 36 bits of samples at the end of rate, channels, depth and length.
    long[8 + 10 + 4..8 + 10 + 8].fill(0xff);
    assert!(matches!(read(&mut Cursor::new(long)), Err(Error::Invalid(problem)) if problem.id == "E146"));
    let mut fragments = bytes("every-frame.mp4");
    let mut from = 0;
    while let Some(at) = fragments[from..].windows(4).position(|four| four == b"tfdt") {
        from += at + 4;
        fragments[from + 4..from + 12].fill(0xff);
    }
    assert!(matches!(read(&mut Cursor::new(fragments)), Err(Error::Invalid(problem)) if problem.id == "E146"));
}

#[test]
fn many_small_parts_are_refused_before_they_fill_the_memory() {
    let refused = |file: Vec<u8>| matches!(read(&mut Cursor::new(file)), Err(Error::Invalid(p)) if p.id == "E145");
    let tags = |many: usize| {
        let mut film = bytes("live.webm");
        film.extend([0x12, 0x54, 0xC3, 0x67, 0x80].repeat(many));
        film
    };
    assert!(written(&tags(1_000)).is_ok() && refused(tags(limits::BLANKS + 1)));
    let mut pages = bytes("opus.ogg")[..47].to_vec();
    let empty: Vec<u8> = pages[..26].iter().copied().chain([0]).collect();
    pages.extend(empty.repeat(limits::COMMENT_PAGES + 2));
    assert!(refused(pages));
    let table = [&[3_u8, 0, 0, 18][..], &[0; 18]].concat();
    let flac = bytes("sound.flac");
    let with = |tables: usize| [&flac[..42], &table.repeat(tables), &flac[42..]].concat();
    assert!(written(&with(1)).is_ok() && refused(with(2)));
    let mut film = bytes("first.mp4");
    film.extend([0, 0, 0, 8, b'm', b'd', b'a', b't'].repeat(1_000));
    assert_eq!(written(&film).unwrap().1.len(), written(&bytes("first.mp4")).unwrap().1.len() + 8_000);
    film.extend([0, 0, 0, 8, b'm', b'd', b'a', b't'].repeat(limits::PARTS));
    assert!(refused(film));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_grow(
        which in 0..TAKEN.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut file = bytes(TAKEN[which].0);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok((clip, out)) = written(&file) {
            prop_assert_eq!(out.len() as u64, clip.bytes());
            prop_assert!(out.len() <= file.len());
        }
    }
}
