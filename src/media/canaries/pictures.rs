//! Places in pictures.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::super::picture::samples::{self, chunk, icc, noise, png_with, see_through, webp_lossless, webp_lossy};
use super::*;

/// What is packed in the chunks of a PNG.
pub fn unpacked(file: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, skip) in [(b"iCCP", 12), (b"IDAT", 4), (b"zTXt", 13)] {
        for at in file.windows(4).enumerate().filter(|(_, four)| four == kind).map(|(at, _)| at) {
            let _ = ZlibDecoder::new(file.get(at + skip..).unwrap_or_default()).read_to_end(&mut all);
        }
    }
    all
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

pub fn jpeg() -> Vec<Place> {
    let restarts = samples::jpeg(&noise(40, 30), 90, false);
    let coarse = samples::jpeg(&noise(40, 30), 90, true);
    let mut places = Vec::new();
    for marker in [0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xea, 0xed, 0xee, 0xef, 0xfe] {
        let heads = [
            &b""[..],
            b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
            b"JFXX\0\x10",
            b"Exif\0\0",
            b"ICC_PROFILE\0\x01\x01",
            b"Adobe\0\x64\0\0\0\0\x01",
        ];
        for head in heads {
            let file = inserted(&coarse, 2, &segment(marker, &[head, CANARY].concat()));
            places.push(place(format!("JPEG {marker:x} {}", String::from_utf8_lossy(head)), file, Taken));
        }
    }
    let mut profile = icc(*b"RGB ");
    let at = find(&profile, b"the colours");
    profile[at..at + CANARY.len()].copy_from_slice(CANARY);
    places.push(place("JPEG profile", samples::jpeg_with(&coarse, None, Some(profile.clone())), Taken));
    profile.extend(CANARY);
    places.push(place("JPEG behind a profile", samples::jpeg_with(&coarse, None, Some(profile)), Taken));
    coded(&mut places, "restarts", &restarts);
    coded(&mut places, "coarse first", &coarse);
    let restart = find(&restarts, &[0xff, 0xd1]);
    places.push(place("JPEG: before a restart", inserted(&restarts, restart, CANARY), Taken));
    let twice = [&[0xff, 0xd0][..], CANARY].concat();
    places.push(place("JPEG: a restart that is not due", inserted(&restarts, restart, &twice), Taken));
    places
}

/// Around the last scan.
fn coded(places: &mut Vec<Place>, name: &str, file: &[u8]) {
    let end = file.len() - 2;
    let last = file.windows(2).rposition(|two| two == [0xff, 0xda]).unwrap();
    let head = usize::from(u16::from_be_bytes([file[last + 2], file[last + 3]]));
    let data = last + 2 + head;
    let mut add = |what: &str, file: Vec<u8>| places.push(place(format!("JPEG {name}: {what}"), file, Taken));
    let colours = CANARY.repeat(3)[..64].to_vec();
    for (what, bytes) in [
        ("colours", segment(0xdb, &[&[3][..], &colours].concat())),
        ("codes", segment(0xc4, &[&[0x13, 0, 0, 0, 0, 0, 0, 0, 23][..], &[0; 8], CANARY].concat())),
        ("an interval", segment(0xdd, &[&file_interval(file)[..], CANARY].concat())),
        ("bytes before a marker", [CANARY, &[0xff; 9]].concat()),
    ] {
        add(what, inserted(file, last, &bytes));
    }
    // Defined, and defined again before it is used.
    let first = find(file, &[0xff, 0xdb]);
    let early = segment(0xdb, &[&[file[first + 4]][..], &colours].concat());
    add("colours twice", inserted(file, first, &early));
    let longer = u16::try_from(head + CANARY.len()).unwrap().to_be_bytes();
    add("a scan's head", [&file[..last + 2], &longer, &file[last + 4..data], CANARY, &file[data..]].concat());
    add("behind the last block", inserted(file, end, CANARY));
    for number in 0xd0..=0xd7 {
        let hidden = [&[0xff, number][..], CANARY].concat();
        add(&format!("behind restart {number:x}"), inserted(file, end, &hidden));
    }
    add("behind the end", [file, CANARY].concat());
}

/// The interval of restarts that holds.
fn file_interval(file: &[u8]) -> [u8; 2] {
    file.windows(4).position(|four| four == [0xff, 0xdd, 0, 4]).map_or([0; 2], |at| [file[at + 4], file[at + 5]])
}

/// A PNG of bytes as its rows are, not packed at all.
fn plain_png(header: &[u8; 13], chunks: &[Vec<u8>], rows: &[u8], behind: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::none());
    packed.write_all(rows).unwrap();
    let data = [packed.finish().unwrap(), behind.to_vec()].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", header),
        chunks.concat(),
        chunk(*b"IDAT", &data),
        chunk(*b"IEND", b""),
    ]
    .concat()
}

pub fn png() -> Vec<Place> {
    let plain = samples::png(&noise(40, 30).into());
    let mut places = Vec::new();
    let kinds = [
        b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prVt", b"sPLT", b"hIST", b"bKGD", b"pHYs", b"sBIT", b"PLTE",
        b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"iCCP", b"mDCV", b"cLLI", b"caBX", b"iDOT", b"fcTL", b"fdAT",
        b"dSIG",
    ];
    for kind in kinds {
        for head in [&b""[..], b"Comment\0\0", b"\0\0\0\x01\0\0\0\0"] {
            let file = png_with(&plain, &[chunk(*kind, &[head, CANARY].concat())]);
            places.push(place(format!("PNG {}", String::from_utf8_lossy(kind)), file, Taken));
        }
    }
    let chroma = [CANARY, b"and so on"].concat();
    places.push(place("PNG chroma", png_with(&plain, &[chunk(*b"cHRM", &chroma)]), Taken));
    let one = [&[0, 0, 0, 1, 0, 0, 0, 0][..], CANARY].concat();
    places.push(place("PNG frames", png_with(&plain, &[chunk(*b"acTL", &one)]), Taken));
    let end = plain.len() - 12;
    places.push(place("PNG behind its pixels", inserted(&plain, end, &chunk(*b"IDAT", CANARY)), Taken));
    places.push(place("PNG between its end and its end", inserted(&plain, end, &chunk(*b"tEXt", CANARY)), Taken));
    places.push(place("PNG end", [&plain[..end], &chunk(*b"IEND", CANARY)].concat(), Taken));
    places.push(place("PNG behind its end", [&plain[..], CANARY].concat(), Taken));
    let stored = |bytes: &[u8]| {
        let mut packed = ZlibEncoder::new(b"sRGB of Anna\0\0".to_vec(), Compression::none());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let mut profile = icc(*b"RGB ");
    let at = find(&profile, b"the colours");
    profile[at..at + CANARY.len()].copy_from_slice(CANARY);
    places.push(place("PNG profile", png_with(&plain, &[chunk(*b"iCCP", &stored(&profile))]), Taken));
    let behind = [stored(&icc(*b"RGB ")), CANARY.to_vec()].concat();
    places.push(place("PNG behind its profile", png_with(&plain, &[chunk(*b"iCCP", &behind)]), Taken));
    // Two by two pixels of the first colour of nine.
    let header = [0, 0, 0, 2, 0, 0, 0, 2, 8, 3, 0, 0, 0];
    let colours = [&[7; 3][..], CANARY, &[7]].concat();
    let palette = chunk(*b"PLTE", &colours);
    let clear = chunk(*b"tRNS", &[&[200][..], &CANARY[..8]].concat());
    let rows = [0; 6];
    places.push(place(
        "PNG colours that nothing has",
        plain_png(&header, &[palette.clone(), clear], &rows, b""),
        Taken,
    ));
    let longer = [&[7; 27][..], CANARY, &[7]].concat();
    places.push(place("PNG more colours", plain_png(&header, &[chunk(*b"PLTE", &longer)], &rows, b""), Taken));
    places.push(place(
        "PNG behind what is packed",
        plain_png(&header, std::slice::from_ref(&palette), &rows, CANARY),
        Taken,
    ));
    let rows = [&rows[..], CANARY].concat();
    places.push(place("PNG more rows", plain_png(&header, &[palette], &rows, b""), Taken));
    places
}

pub fn gif() -> Vec<Place> {
    let length = u8::try_from(CANARY.len()).unwrap();
    let block = [&[length][..], CANARY].concat();
    // Two frames of one pixel: black, in a table of sixteen.
    let frame = |own: &[u8], data: &[u8]| {
        let flags = if own.is_empty() { 0 } else { 0x83 };
        [&[0x2c, 0, 0, 0, 0, 1, 0, 1, 0, flags][..], own, &[2], data, &[0]].concat()
    };
    let pixel = [2, 0x44, 0x01];
    let table = [&[9; 3][..], CANARY, &[9; 22]].concat();
    let grey = [9; 48];
    let file = |table: &[u8], middle: &[u8], frame: &[u8], behind: &[u8]| {
        let head = [b"GIF89a\x01\0\x01\0\xb3\0\0", table, middle].concat();
        [head, frame.repeat(2), b";".to_vec(), behind.to_vec()].concat()
    };
    let plain = frame(b"", &pixel);
    let mut places = vec![
        place("GIF colours", file(&table, b"", &plain, b""), Taken),
        place("GIF colours of a frame", file(&grey, b"", &frame(&table, &pixel), b""), Taken),
        place("GIF behind its end", file(&grey, b"", &plain, CANARY), Taken),
        place("GIF behind its pixels", file(&grey, b"", &frame(b"", &[&pixel[..], &block].concat()), b""), Taken),
    ];
    let joined = [&[2 + length, 0x44, 0x01][..], CANARY].concat();
    places.push(place("GIF behind its pixels, in one block", file(&grey, b"", &frame(b"", &joined), b""), Taken));
    let heads: [&[u8]; 6] = [
        b"\x21\xfe",
        b"\x21\xff\x0bXMP DataXMP",
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0",
        b"\x21\x01\x0c\0\0\0\0\x01\0\x01\0\x08\x08\0\x01",
        b"\x21\xf9\x04\0\0\0\0",
        b"\x21\xaa",
    ];
    for head in heads {
        let extra = [head, &block, &[0]].concat();
        places.push(place(format!("GIF block {:x}", head[1]), file(&grey, &extra, &plain, b""), Taken));
    }
    places
}

pub fn webp() -> Vec<Place> {
    let with = |file: &[u8], name: &[u8; 4], data: &[u8]| {
        let mut bytes = [file, name, &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let length = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
        bytes[4..8].copy_from_slice(&length);
        bytes
    };
    let mut places = Vec::new();
    let files = [webp_lossy(false), webp_lossy(true), webp_lossless(&see_through(14, 9))];
    for file in &files {
        for name in [b"EXIF", b"XMP ", b"ICCP", b"prVt"] {
            places.push(place(format!("WebP {}", String::from_utf8_lossy(name)), with(file, name, CANARY), Taken));
        }
        places.push(place("WebP behind its end", [file, CANARY].concat(), Taken));
        let longer = |kind: &[u8; 4]| {
            let at = file.windows(4).position(|four| four == kind)?;
            let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap());
            // As long as an even number, so that nothing fills it up.
            let length = length.next_multiple_of(2);
            let more = [CANARY, b"-"].concat();
            let mut bytes = inserted(file, at + 8 + length as usize, &more);
            let whole = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
            bytes[at + 4..at + 8].copy_from_slice(&(length + u32::try_from(more.len()).unwrap()).to_le_bytes());
            bytes[4..8].copy_from_slice(&whole);
            Some(bytes)
        };
        for kind in [b"VP8 ", b"VP8L", b"ALPH"] {
            let name = format!("WebP behind {}", String::from_utf8_lossy(kind));
            places.extend(longer(kind).map(|bytes| place(name, bytes, Taken)));
        }
    }
    places
}
