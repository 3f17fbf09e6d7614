//! Places in a WebM.

use super::clips::bytes;
use super::*;

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &[0x80 | u8::try_from(body.len()).unwrap()], body].concat()
}

/// With a cluster at its end that does not say where it ends itself.
fn live() -> Vec<u8> {
    [&bytes("live.webm")[..], &[0x1f, 0x43, 0xb6, 0x75, 0x01], &[0xff; 7]].concat()
}

fn add(places: &mut Vec<Place>, name: &str, file: Vec<u8>, fate: Fate) {
    places.push(place(format!("WebM {name}"), file, fate));
}

pub fn webm() -> Vec<Place> {
    let mut places = Vec::new();
    blocks(&mut places);
    tables(&mut places);
    descriptions(&mut places);
    tracks(&mut places);
    head(&mut places);
    places
}

fn blocks(places: &mut Vec<Place>) {
    let live = live();
    let outside = element(&[0xa3], &[&[0x81, 0, 0, 0][..], CANARY].concat());
    add(places, "a block outside", [bytes("live.webm"), outside].concat(), Refused);
    for (name, id, fate) in [
        ("tags", &[0x12, 0x54, 0xc3, 0x67][..], Taken),
        ("attachments", &[0x19, 0x41, 0xa4, 0x69], Taken),
        ("chapters", &[0x10, 0x43, 0xa7, 0x70], Taken),
        ("empty room", &[0xec], Taken),
        ("a checksum", &[0xbf], Taken),
        ("a block of no track", &[0xa3], Taken),
        ("a number", &[0xa7], Taken),
        ("a time", &[0xe7], Taken),
        ("something unknown", &[0x7b, 0xaa], Refused),
        ("a second description", &[0x15, 0x49, 0xa9, 0x66], Taken),
        ("more tracks", &[0x16, 0x54, 0xae, 0x6b], Taken),
    ] {
        add(places, name, [&live[..], &element(id, CANARY)].concat(), fate);
    }
    let group = |inside: &[u8]| [&live[..], &element(&[0xa0], inside)].concat();
    let block = element(&[0xa1], &[0x81, 0, 0, 0]);
    for id in [&[0x75, 0xa1][..], &[0xa4], &[0xa2], &[0xfb]] {
        let inside = [&block[..], &element(id, CANARY)].concat();
        add(places, "in a group of blocks", group(&inside), if id == [0xa4] { Refused } else { Taken });
    }
    let more = element(&[0x75, 0xa1], &element(&[0xa6], &[&[0xee, 0x81, 4][..], &element(&[0xa5], CANARY)].concat()));
    add(places, "added to a block", group(&[&block[..], &more].concat()), Taken);
}

fn tables(places: &mut Vec<Place>) {
    let (live, film) = (live(), bytes("vp9.webm"));
    // Tables of places and of times.
    let seek =
        |inside: &[u8]| [&live[..], &element(&[0x11, 0x4d, 0x9b, 0x74], &element(&[0x4d, 0xbb], inside))].concat();
    add(places, "a name in the table of parts", seek(&element(&[0x53, 0xab], CANARY)), Taken);
    add(
        places,
        "a place in it",
        seek(&[element(&[0x53, 0xab], &[0x1c, 0x53, 0xbb, 0x6b]), element(&[0x53, 0xac], CANARY)].concat()),
        Taken,
    );
    let cues = |inside: &[u8]| [&live[..], &element(&[0x1c, 0x53, 0xbb, 0x6b], &element(&[0xbb], inside))].concat();
    add(places, "a time in a table", cues(&element(&[0xb3], CANARY)), Taken);
    add(places, "a place in that table", cues(&element(&[0xb7], &element(&[0xf1], CANARY))), Taken);
    add(places, "a block in that table", cues(&element(&[0xa3], CANARY)), Refused);
    // The segment of this one ends.
    add(places, "behind its segment", [&film[..], CANARY].concat(), Taken);
    add(places, "a second film", [&film[..], &film, CANARY].concat(), Taken);
}

/// In place of the empty room at its start: what describes it.
fn free(what: &[u8]) -> Vec<u8> {
    let live = live();
    let room = find(&live, &[0xec, 0x01, 0, 0, 0, 0, 0, 0, 0x68]);
    let left = 9 + 0x68 - what.len();
    let rest = [&[0xec, 0x80 | u8::try_from(left - 2).unwrap()][..], &vec![0; left - 2]].concat();
    [&live[..room], what, &rest, &live[room + 9 + 0x68..]].concat()
}

fn descriptions(places: &mut Vec<Place>) {
    let unit = element(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]);
    for (name, id) in [
        ("a title", &[0x7b, 0xa9][..]),
        ("a date", &[0x44, 0x61]),
        ("its number", &[0x73, 0xa4]),
        ("a file before", &[0x3c, 0xb9, 0x23]),
        ("its file", &[0x73, 0x84]),
        ("what wrote it", &[0x57, 0x41]),
        ("what made it", &[0x4d, 0x80]),
        ("its length", &[0x44, 0x89]),
    ] {
        let about = element(&[0x15, 0x49, 0xa9, 0x66], &[&unit[..], &element(id, CANARY)].concat());
        add(places, name, free(&about), Taken);
    }
}

fn tracks(places: &mut Vec<Place>) {
    for (name, id, fate) in [
        ("a track's name", &[0x53, 0x6e][..], Taken),
        ("a codec's name", &[0x25, 0x86, 0x88], Taken),
        ("a language", &[0x22, 0xb5, 0x9c], Taken),
        ("a language of today", &[0x22, 0xb5, 0x9d], Taken),
        ("what a codec does not need", &[0x63, 0xa2], Taken),
        ("a number of a track", &[0x73, 0xc5], Taken),
        ("a codec's word", &[0x86], Refused),
        ("what sounds", &[0xe1], Refused),
    ] {
        let kind = if id == [0x86] { Vec::new() } else { element(&[0x86], b"V_VP9") };
        let video = element(&[0xe0], &[0xb0, 0x81, 0x40, 0xba, 0x81, 0x24]);
        let track = [element(&[0xd7], &[1]), element(&[0x83], &[1]), kind, video, element(id, CANARY)].concat();
        add(places, name, free(&element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track))), fate);
    }
}

fn head(places: &mut Vec<Place>) {
    let live = live();
    let head = |inside: &[u8], fate| {
        let body = [&element(&[0x42, 0x82], b"webm"), inside].concat();
        ([&element(&[0x1a, 0x45, 0xdf, 0xa3], &body), &live[36..]].concat(), fate)
    };
    for (name, id, fate) in [
        ("unknown in its head", &[0x42, 0x81][..], Taken),
        ("lengths of names", &[0x42, 0xf2], Refused),
        ("a version", &[0x42, 0x87], Taken),
    ] {
        let (file, fate) = head(&element(id, CANARY), fate);
        add(places, name, file, fate);
    }
}
