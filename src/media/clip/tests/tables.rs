//! Films whose tables say what is not so. Every one of them was published once, and nobody could play it.

use super::*;

/// A film in which four bytes behind the first place of a kind say something else.
fn lie(film: &[u8], kind: &str, at: usize, value: u32) -> Result<Clip> {
    let mut bad = film.to_vec();
    let from = place(&bad, kind) + at;
    assert_ne!(bad[from..from + 4], value.to_be_bytes(), "{kind} {at}: that is so");
    bad[from..from + 4].copy_from_slice(&value.to_be_bytes());
    read(&mut Cursor::new(bad))
}

#[test]
fn tables_that_do_not_agree_are_refused() {
    let film = bytes("first.mp4");
    let short = "a table of a track is shorter than it says";
    let disagree = "its tables do not agree";
    // Of a table, eight bytes behind its kind: how many rows it has; of sizes, twelve.
    for (kind, at, value, words) in [
        ("stts", 8, u32::MAX, short),
        ("ctts", 8, u32::MAX, short),
        ("stss", 8, u32::MAX, short),
        ("stsc", 8, u32::MAX, short),
        ("stco", 8, u32::MAX, short),
        ("stsz", 12, u32::MAX, short),
        ("stts", 8, 0, disagree),
        ("stts", 12, 9, disagree),
        ("stts", 12, u32::MAX, disagree),
        ("stsc", 8, 0, disagree),
        ("stsc", 16, 7, disagree),
        ("stco", 8, 0, disagree),
        ("stco", 8, 1, disagree),
        ("stsz", 12, 9, disagree),
        ("stsz", 12, 0, disagree),
        ("stsz", 16, 2_000_000_000, "outside its data"),
        ("stsz", 8, 2_000_000_000, "outside its data"),
        ("stts", 16, 0, "at the same moment"),
        ("mdhd", 16, 0, "it does not say how long a second is"),
        ("avcC", 4, 0, "how it is coded"),
        ("avcC", 8, 0, "how it is coded"),
        ("avcC", 12, 0, "how it is coded"),
    ] {
        match lie(&film, kind, at, value) {
            Err(Error::Invalid(problem)) => {
                assert!(problem.id == "E145" && problem.what.contains(words), "{kind} {at} {value}: {problem:?}");
            }
            other => panic!("{kind} {at} {value}: {other:?}"),
        }
    }
}

#[test]
fn fragments_that_say_more_than_they_hold_are_refused() {
    for name in ["fragments.mp4", "dash.mp4", "every-frame.mp4"] {
        let film = bytes(name);
        let run = place(&film, "trun");
        let flags = u32::from_be_bytes(film[run + 4..run + 8].try_into().unwrap());
        assert_eq!(flags & 0x1, 1, "{name} says where its data are");
        for (at, value) in [(8, u32::MAX), (12, 0x7fff_ffff), (12, 0)] {
            let told = lie(&film, "trun", at, value);
            assert!(matches!(told, Err(Error::Invalid(_))), "{name} {at} {value}: {told:?}");
        }
    }
}

#[test]
fn a_film_without_a_picture_is_none() {
    // The tables of a film in fragments are empty. Without the fragments, a length is all that is left.
    let film = bytes("fragments.mp4");
    let mut empty = film[..place(&film, "moof") - 4].to_vec();
    let head = place(&empty, "mvhd");
    empty[head + 20..head + 24].copy_from_slice(&1_000_u32.to_be_bytes());
    let told = read(&mut Cursor::new(empty));
    assert!(
        matches!(&told, Err(Error::Invalid(problem)) if problem.what.contains("neither sound nor a moving picture")),
        "{told:?}"
    );
}

#[test]
fn more_pictures_a_second_than_other_servers_take_are_refused() {
    let film = bytes("first.mp4");
    let scale = place(&film, "mdhd") + 16;
    let told = u32::from_be_bytes(film[scale..scale + 4].try_into().unwrap());
    // Ten a second, as it is.
    assert!(lie(&film, "mdhd", 16, told * 12).is_ok());
    let told = lie(&film, "mdhd", 16, told * 15);
    assert!(
        matches!(&told, Err(Error::Invalid(problem)) if problem.id == "E146" && problem.what.contains("150 pictures")),
        "{told:?}"
    );
    // A WebM says how many nanoseconds a picture stays.
    let mut film = bytes("vp8.webm");
    let stays = film.windows(4).position(|four| four == [0x23, 0xe3, 0x83, 0x84]).unwrap() + 4;
    for (value, taken) in [(8_333_333_u32, true), (8_200_000, false), (0, true)] {
        film[stays..stays + 4].copy_from_slice(&value.to_be_bytes());
        assert_eq!(read(&mut Cursor::new(&film)).is_ok(), taken, "{value}");
    }
}
