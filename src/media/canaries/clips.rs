//! Places in sound.

use super::*;

pub fn bytes(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/clips");
    std::fs::read(folder.join(name)).unwrap()
}

/// An `ID3v2` tag.
fn tag(frame: &[u8]) -> Vec<u8> {
    let frame = [frame, &u32::try_from(CANARY.len()).unwrap().to_be_bytes(), &[0, 0], CANARY].concat();
    [b"ID3\x04\0\0\0\0\0".as_slice(), &[u8::try_from(frame.len()).unwrap()], &frame].concat()
}

pub fn mpeg() -> Vec<Place> {
    let mut places = Vec::new();
    for name in ["sound.mp3", "changing.mp3", "sound.aac"] {
        let sound = bytes(name);
        let first = sound.windows(2).position(|two| matches!(two, [0xff, 0xf0..=0xff])).unwrap();
        let plain = &sound[first..];
        for frame in [b"TIT2", b"APIC", b"GEOB", b"PRIV", b"COMM", b"CHAP"] {
            places.push(place(
                format!("{name} {}", String::from_utf8_lossy(frame)),
                [&tag(frame), plain].concat(),
                Taken,
            ));
        }
        places.push(place(format!("{name}: two tags"), [&tag(b"TIT2")[..], &tag(b"PRIV"), plain].concat(), Taken));
        places.push(place(format!("{name}: before the sound"), [&tag(b"TIT2")[..], CANARY, plain].concat(), Refused));
        let lyrics = [b"LYRICSBEGIN", CANARY, b"000034LYRICS200"].concat();
        let ape = [b"APETAGEX\xd0\x07\0\0\x40\0\0\0\x01\0\0\0\0\0\0\xa0\0\0\0\0\0\0\0\0", CANARY].concat();
        let old = [b"TAG", CANARY, &[0; 102]].concat();
        for tail in [&old, &ape, &lyrics, &[lyrics.clone(), ape.clone(), old.clone()].concat(), &tag(b"TIT2")] {
            let kind = String::from_utf8_lossy(&tail[..3]).into_owned();
            places.push(place(format!("{name}: behind the sound, {kind}"), [plain, tail].concat(), Taken));
        }
    }
    // The frame that tells of the others: behind its table, and in its name of a program.
    let sound = bytes("sound.mp3");
    let table = find(&sound, b"Info") + 120;
    let next = table + sound[table..].windows(2).position(|two| two == [0xff, 0xf3]).unwrap();
    for at in [table, table + 4, next - CANARY.len()] {
        let mut file = sound.clone();
        file[at..at + CANARY.len()].copy_from_slice(CANARY);
        places.push(place(format!("MP3 first frame, {}", at - table), file, Taken));
    }
    places
}

/// A page like another one, with a single packet.
fn page(like: &[u8], packet: &[u8]) -> Vec<u8> {
    let mut sizes = vec![255; packet.len() / 255];
    sizes.push(u8::try_from(packet.len() % 255).unwrap());
    [&like[..26], &[u8::try_from(sizes.len()).unwrap()], &sizes, packet].concat()
}

pub fn ogg() -> Vec<Place> {
    let mut places = Vec::new();
    for (name, tags) in [("opus.ogg", &b"OpusTags"[..]), ("vorbis.ogg", b"\x03vorbis")] {
        let sound = bytes(name);
        let pages: Vec<usize> =
            sound.windows(5).enumerate().filter(|(_, five)| five == b"OggS\0").map(|(at, _)| at).collect();
        let comments = find(&sound, tags) + tags.len();
        for at in [comments + 4, comments + 20] {
            let mut file = sound.clone();
            file[at..at + CANARY.len()].copy_from_slice(CANARY);
            places.push(place(format!("{name}: comments"), file, Taken));
        }
        let first = &sound[28..pages[1]];
        let longer = [page(&sound, &[first, CANARY].concat()), sound[pages[1]..].to_vec()].concat();
        places.push(place(format!("{name}: its head"), longer, Refused));
        for (n, at) in pages.iter().enumerate().skip(1).chain([(99, &sound.len())]) {
            places.push(place(format!("{name}: before page {n}"), inserted(&sound, *at, CANARY), Refused));
        }
        let last = *pages.last().unwrap();
        let mut other = page(&sound[last..], CANARY);
        other[14] ^= 1;
        places.push(place(format!("{name}: a page of something else"), inserted(&sound, last, &other), Refused));
        let mut begins = page(&sound[last..], CANARY);
        begins[5] = 2;
        places.push(place(format!("{name}: a second beginning"), inserted(&sound, last, &begins), Refused));
    }
    // Three frames of a byte, and what fills up the packet.
    let sound = bytes("opus.ogg");
    let last = sound.windows(4).rposition(|four| four == b"OggS").unwrap();
    let padded = [&[0x03, 0x43, u8::try_from(CANARY.len()).unwrap(), 1, 2, 3][..], CANARY].concat();
    places.push(place(
        "opus.ogg: what fills up a packet",
        inserted(&sound, last, &page(&sound[last..], &padded)),
        Refused,
    ));
    let long = [&[0x03, 0x43, 255, 46][..], &[1, 2, 3], &CANARY.repeat(20)[..300]].concat();
    places.push(place("opus.ogg: the same on and on", inserted(&sound, last, &page(&sound[last..], &long)), Refused));
    let tags = find(&sound, b"OpusTags");
    let start = sound[..tags].windows(4).rposition(|four| four == b"OggS").unwrap();
    let end = tags + sound[tags..].windows(4).position(|four| four == b"OggS").unwrap();
    let mut both = page(&sound[start..], &sound[tags..end]);
    let packets = both[26];
    both[26] += 1;
    both.insert(27 + usize::from(packets), u8::try_from(CANARY.len()).unwrap());
    both.extend(CANARY);
    places.push(place("opus.ogg: behind its comments", [&sound[..start], &both, &sound[end..]].concat(), Refused));
    places
}

pub fn flac() -> Vec<Place> {
    let sound = bytes("sound.flac");
    let mut places = Vec::new();
    for kind in [1, 2, 4, 5, 6, 7, 100] {
        let block = [&[kind, 0, 0, u8::try_from(CANARY.len()).unwrap()][..], CANARY].concat();
        places.push(place(format!("FLAC block {kind}"), inserted(&sound, 42, &block), Taken));
    }
    places.push(place("FLAC behind its sound", [&sound[..], CANARY].concat(), Taken));
    places.push(place("FLAC behind its sound, a tag", [&sound[..], b"TAG", CANARY, &[0; 102]].concat(), Taken));
    let plain = written(&sound).unwrap().remove(0);
    // Frames begin so, and other things may.
    let starts = plain.windows(2).enumerate().filter(|(_, two)| *two == [0xff, 0xf8]).map(|(at, _)| at);
    for at in starts {
        places.push(place(format!("FLAC before a frame at {at}"), inserted(&plain, at, CANARY), Refused));
    }
    assert!(places.len() > 10, "there are several frames");
    places
}
