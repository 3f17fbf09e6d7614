//! Places in films.

use super::clips::bytes;
use super::*;

fn part(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(8 + body.len()).unwrap().to_be_bytes()[..], kind, body].concat()
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Makes the box at a place longer by a canary at its end; those that it is in, too.
fn longer(film: &[u8], path: &[usize]) -> Vec<u8> {
    let last = path.last().unwrap();
    let mut film = inserted(film, last + number(film, *last), CANARY);
    for at in path {
        let len = u32::try_from(number(&film, *at) + CANARY.len()).unwrap();
        film[*at..at + 4].copy_from_slice(&len.to_be_bytes());
    }
    film
}

/// Every box of an index or a fragment, with those that it is in.
fn boxes(film: &[u8], from: usize, to: usize, path: &[usize], found: &mut Vec<(String, Vec<usize>)>) {
    let mut at = from;
    while at < to {
        let (kind, end) = (&film[at + 4..at + 8], at + number(film, at));
        let path = [path, &[at]].concat();
        found.push((String::from_utf8_lossy(kind).into_owned(), path.clone()));
        let skip = match kind {
            b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" | b"edts" | b"dinf" | b"mvex" | b"moof" | b"traf"
            | b"mfra" => 8,
            b"stsd" | b"dref" => 16,
            b"avc1" => 8 + 78,
            b"mp4a" => 8 + 28,
            _ => end - at,
        };
        boxes(film, at + skip, end, &path, found);
        at = end;
    }
}

pub fn mp4() -> Vec<Place> {
    let mut places = Vec::new();
    let film = bytes("tail.mp4");
    let (data, index) = (find(&film, b"mdat") - 4, find(&film, b"moov") - 4);
    let mut found = Vec::new();
    boxes(&film, index, film.len(), &[], &mut found);
    for (kind, path) in &found {
        // These are as long as what is in them, which has no place for more; or name other files where they do.
        let fate = if matches!(
            kind.as_str(),
            "moov" | "trak" | "mdia" | "minf" | "stbl" | "edts" | "dinf" | "stsd" | "dref" | "avc1" | "mp4a"
        ) {
            Refused
        } else {
            Taken
        };
        places.push(place(format!("MP4 behind the last field of {kind}"), longer(&film, path), fate));
    }
    for kind in [b"free", b"skip", b"uuid", b"udta", b"meta", b"mdat", b"wide", b"pnot", b"ftyp"] {
        let more = part(kind, CANARY);
        places.push(place(format!("MP4 {}", String::from_utf8_lossy(kind)), [&film[..], &more].concat(), Taken));
    }
    places.push(place("MP4 behind its data", longer(&film, &[data]), Taken));
    // Before the first sample, and before one in the middle: addresses behind it are larger.
    let tables: Vec<usize> =
        film.windows(4).enumerate().filter(|(_, four)| four == b"stco").map(|(at, _)| at).collect();
    let addresses = |film: &[u8]| -> Vec<usize> {
        tables.iter().flat_map(|at| (0..number(film, at + 8)).map(move |n| at + 12 + 4 * n)).collect()
    };
    let mut starts: Vec<usize> = addresses(&film).into_iter().map(|at| number(&film, at)).collect();
    starts.sort_unstable();
    for gap in [starts[0], starts[starts.len() / 2], starts[starts.len() - 1]] {
        let mut open = film.clone();
        for at in addresses(&film) {
            let address = number(&film, at);
            let moved = if address >= gap { address + CANARY.len() } else { address };
            open[at..at + 4].copy_from_slice(&u32::try_from(moved).unwrap().to_be_bytes());
        }
        let len = u32::try_from(number(&open, data) + CANARY.len()).unwrap();
        open[data..data + 4].copy_from_slice(&len.to_be_bytes());
        places.push(place(format!("MP4 between samples at {gap}"), inserted(&open, gap, CANARY), Taken));
    }
    // What a head of the film keeps free, and the name of the encoder.
    for (kind, skip) in [(b"mvhd", 76), (b"avc1", 46)] {
        let (mut noted, at) = (film.clone(), index + find(&film[index..], kind) + skip);
        noted[at..at + CANARY.len()].copy_from_slice(CANARY);
        places.push(place(format!("MP4 fields of {}", String::from_utf8_lossy(kind)), noted, Taken));
    }
    places
}

pub fn fragments() -> Vec<Place> {
    let mut places = Vec::new();
    for name in ["dash.mp4", "every-frame.mp4"] {
        let film = bytes(name);
        let (mut found, first) = (Vec::new(), find(&film, b"moov") - 4);
        boxes(&film, first, film.len(), &[], &mut found);
        // Heads of fragments count where their data begin from their own start: one that is longer says so.
        let further = |fragment: usize| {
            let mut film = film.clone();
            for (_, run) in found.iter().filter(|(kind, run)| kind == "trun" && run[0] == fragment) {
                let at = run[run.len() - 1] + 16;
                let moved = u32::try_from(number(&film, at) + CANARY.len()).unwrap();
                film[at..at + 4].copy_from_slice(&moved.to_be_bytes());
            }
            film
        };
        for (kind, path) in found
            .iter()
            .filter(|(_, path)| path.len() > 1 || [&b"mdat"[..], b"sidx"].contains(&&film[path[0] + 4..path[0] + 8]))
        {
            let whole = matches!(
                kind.as_str(),
                "trak"
                    | "mdia"
                    | "minf"
                    | "stbl"
                    | "edts"
                    | "dinf"
                    | "stsd"
                    | "dref"
                    | "avc1"
                    | "mp4a"
                    | "mvex"
                    | "traf"
            );
            let fate = if whole { Refused } else { Taken };
            let noted = longer(&further(path[0]), path);
            places.push(place(format!("{name}: behind the last field of {kind}"), noted, fate));
        }
        for kind in [b"free", b"skip", b"uuid", b"udta", b"meta", b"emsg", b"prft", b"styp", b"ssix"] {
            let more = part(kind, CANARY);
            let fragment = find(&film, b"moof") - 4;
            let kind = String::from_utf8_lossy(kind).into_owned();
            places.push(place(format!("{name}: {kind} before a fragment"), inserted(&film, fragment, &more), Taken));
            places.push(place(format!("{name}: {kind} at the end"), [&film[..], &more].concat(), Taken));
        }
        places.push(place(
            format!("{name}: data of no fragment"),
            [&film[..], &part(b"mdat", CANARY)].concat(),
            Refused,
        ));
    }
    places
}
