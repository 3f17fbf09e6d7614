//! Clips made by ffmpeg (`tests/vectors/clips`), whole, cut and damaged.

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// File, type, about how many milliseconds, pixels, whether there is sound.
type Taken = (&'static str, &'static str, u64, Option<(u32, u32)>, bool);

const TAKEN: [Taken; 12] = [
    ("tail.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("first.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("fragments.mp4", "video/mp4", 1_000, Some((64, 36)), true),
    ("turned.mp4", "video/mp4", 1_000, Some((36, 64)), true),
    ("timecode.mp4", "video/mp4", 1_000, Some((64, 36)), true),
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
    for name in
        ["tail.mp4", "fragments.mp4", "vp9.webm", "live.webm", "sound.mp3", "opus.ogg", "vorbis.ogg", "sound.flac"]
    {
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
                assert!(problem.what.contains(words) && problem.remedy.contains("ffmpeg"), "{name}: {problem:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    for head in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe0", b"\0\0\0\x18ftypheic", b"GIF89a", b"%PDF-1.7", b""] {
        assert!(!is_clip(head), "{head:?}");
    }
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    for (name, ..) in TAKEN {
        let whole = bytes(name);
        // Frames of MP3 and AAC stand alone, so that a shorter file is a shorter clip.
        let alone = matches!(name, "sound.mp3" | "sound.aac");
        for len in (0..whole.len()).step_by(7) {
            let read = read(&mut Cursor::new(&whole[..len]));
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
