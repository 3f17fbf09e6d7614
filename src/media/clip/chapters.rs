//! Chapters that a recording brings along: in the `ID3v2` tag of an MP3 (`ID3v2` Chapter Frame Addendum 1.0), and in the
//! comments of an Ogg or FLAC (`CHAPTER001=`, `CHAPTER001NAME=`). What cannot be read is left out: the tags are, too.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use super::source::{Source, be32, sevens};
use crate::error::Result;
use crate::limits::clip as limits;

/// When it begins, in milliseconds, and its title.
pub type Mark = (u64, String);

/// In order, at most `limits::clip::MARKS`.
pub fn chapters(input: &mut (impl Read + Seek)) -> Result<Vec<Mark>> {
    let mut source = Source::new(input)?;
    let head = source.up_to(0, limits::COMMENTED)?;
    let mut marks = match head.as_slice() {
        [b'I', b'D', b'3', ..] => tag(&mut source)?,
        [b'O', b'g', b'g', b'S', ..] | [b'f', b'L', b'a', b'C', ..] => comments(&head),
        _ => Vec::new(),
    };
    marks.retain(|(_, title)| !title.is_empty());
    marks.sort_by_key(|(at, _)| *at);
    marks.dedup_by_key(|(at, _)| *at);
    marks.truncate(limits::MARKS);
    Ok(marks)
}

/// The frames of an `ID3v2.3` or 2.4 tag; one that is unsynchronised as a whole is passed over.
fn tag<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Vec<Mark>> {
    let head = source.up_to(0, 10)?;
    let (Some(version @ (3 | 4)), Some(flags), Some(size)) = (head.get(3), head.get(5), be32(&head, 6)) else {
        return Ok(Vec::new());
    };
    let (new, end) = (*version == 4, 10 + sevens(size));
    let mut at = 10;
    if flags & 0x40 != 0 {
        let size = be32(&source.up_to(at, 4)?, 0).unwrap_or_default();
        at += if new { sevens(size) } else { u64::from(size) + 4 };
    }
    let mut marks = Vec::new();
    for _ in 0..limits::TAG_FRAMES {
        let head = source.up_to(at, 10)?;
        let (Some(name), Some(size)) = (head.get(..4), be32(&head, 4)) else { break };
        let size = if new { sevens(size) } else { u64::from(size) };
        if flags & 0x80 != 0 || !name.iter().all(u8::is_ascii_alphanumeric) || at + 10 + size > end {
            break;
        }
        if name == b"CHAP" {
            let room = usize::try_from(size).unwrap_or(usize::MAX).min(limits::CHAPTER_FRAME);
            marks.extend(chapter(&source.up_to(at + 10, room)?, new));
        }
        at += 10 + size;
    }
    Ok(marks)
}

/// Name, four times, then frames of which one is the title.
fn chapter(body: &[u8], new: bool) -> Option<Mark> {
    let name = body.iter().position(|byte| *byte == 0)?;
    let body = body.get(name + 1..)?;
    let (at, mut rest) = (be32(body, 0)?, body.get(16..)?);
    loop {
        let (name, size) = (rest.get(..4)?, be32(rest, 4)?);
        let size = usize::try_from(if new { sevens(size) } else { u64::from(size) }).ok()?;
        let inside = rest.get(10..)?.get(..size)?;
        if name == b"TIT2" {
            return Some((u64::from(at), words(inside)?));
        }
        rest = rest.get(10 + size..)?;
    }
}

/// Text in one of the four encodings of `ID3v2.4` §4.
fn words(text: &[u8]) -> Option<String> {
    let (encoding, bytes) = text.split_first()?;
    let sixteen = |bytes: &[u8], little: bool| {
        let pairs = bytes.as_chunks::<2>().0.iter();
        let units: Vec<u16> =
            pairs.map(|pair| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }).collect();
        String::from_utf16(&units).ok()
    };
    let text = match (encoding, bytes) {
        (0, bytes) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        (1, [0xff, 0xfe, rest @ ..]) => sixteen(rest, true)?,
        (1, [0xfe, 0xff, rest @ ..]) | (2, rest) => sixteen(rest, false)?,
        (3, bytes) => std::str::from_utf8(bytes).ok()?.to_owned(),
        _ => return None,
    };
    Some(text.split('\0').next().unwrap_or_default().trim().to_owned())
}

/// Comments stand as `LENGTH CHAPTER001=00:00:01.500` one after the other; they are found by their names, wherever pages
/// or blocks put them.
fn comments(head: &[u8]) -> Vec<Mark> {
    let (mut times, mut titles) = (BTreeMap::new(), BTreeMap::new());
    for at in head.windows(7).enumerate().filter_map(|(at, name)| name.eq_ignore_ascii_case(b"CHAPTER").then_some(at)) {
        let Some((name, value)) = comment(head, at) else { continue };
        let digits: String = name.chars().skip(7).take_while(char::is_ascii_digit).collect();
        let rest = name.get(7 + digits.len()..).unwrap_or_default();
        if digits.is_empty() || times.len() > limits::MARKS {
            continue;
        }
        if rest.is_empty() {
            times.extend(crate::model::episode::millis(value).map(|millis| (digits, millis)));
        } else if rest.eq_ignore_ascii_case("NAME") {
            titles.insert(digits, value.trim().to_owned());
        }
    }
    times.into_iter().filter_map(|(digits, at)| Some((at, titles.remove(&digits)?))).collect()
}

/// Name and value of the comment whose text begins there.
fn comment(head: &[u8], at: usize) -> Option<(&str, &str)> {
    let length: [u8; 4] = head.get(at.checked_sub(4)?..at)?.try_into().ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok().filter(|length| *length <= limits::COMMENT)?;
    std::str::from_utf8(head.get(at..at.checked_add(length)?)?).ok()?.split_once('=')
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn sized(bytes: &[u8], new: bool) -> Vec<u8> {
        let size = u32::try_from(bytes.len()).unwrap();
        let size = if new { (size & 0x7f) | (size & 0x3f80) << 1 | (size & 0x1f_c000) << 2 } else { size };
        size.to_be_bytes().to_vec()
    }

    fn frame(name: &[u8], body: &[u8], new: bool) -> Vec<u8> {
        [name, &sized(body, new), &[0, 0], body].concat()
    }

    fn mark(at: u32, title: &[u8], new: bool) -> Vec<u8> {
        let times = [at, at + 1, u32::MAX, u32::MAX].map(u32::to_be_bytes).concat();
        let inner = [frame(b"APIC", &[7; 200], new), frame(b"TIT2", title, new)].concat();
        frame(b"CHAP", &[b"ch1\0".as_slice(), &times, &inner].concat(), new)
    }

    fn id3(frames: &[Vec<u8>], new: bool) -> Vec<u8> {
        let body = [frames.concat(), vec![0; 20]].concat();
        [b"ID3".as_slice(), &[if new { 4 } else { 3 }, 0, 0], &sized(&body, true), &body].concat()
    }

    fn read(bytes: &[u8]) -> Vec<Mark> {
        chapters(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn a_tag_has_chapters_in_every_encoding() {
        for new in [false, true] {
            let frames = [
                frame(b"TIT2", b"\x03The whole", new),
                mark(30_000, b"\x01\xff\xfeZ\0w\0e\0i\0\0\0", new),
                mark(0, b"\x03W\xc3\xb6rter\0", new),
                mark(60_000, b"\x00caf\xe9", new),
                mark(90_000, b"\x02\0V\0i\0e\0r", new),
                mark(95_000, b"\x03\xff", new),
            ];
            let titles: Vec<_> = read(&id3(&frames, new)).into_iter().collect();
            let expected = [(0, "Wörter"), (30_000, "Zwei"), (60_000, "café"), (90_000, "Vier")];
            assert_eq!(titles, expected.map(|(at, title)| (at, title.to_owned())));
        }
        let unsynchronised = [b"ID3\x04\0\x80".as_slice(), &id3(&[mark(0, b"\x03A", true)], true)[6..]].concat();
        assert_eq!(read(&unsynchronised), []);
    }

    #[test]
    fn comments_have_chapters() {
        let comment = |text: &str| [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat();
        let texts = [
            "TITLE=x",
            "CHAPTER001=00:00:01.500",
            "chapter001name=Welcome ",
            "CHAPTER002=00:01:00.000",
            "CHAPTER003=x",
        ];
        let head = [b"OggS....OpusTags".to_vec(), texts.map(comment).concat()].concat();
        assert_eq!(read(&head), [(1_500, "Welcome".to_owned())]);
        assert_eq!(read(b"OggSCHAPTER"), []);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(body: Vec<u8>, kind in 0..3_usize) {
            let start: [&[u8]; 3] = [b"ID3\x04\0\0\0\0\x7f\x7fCHAP", b"ID3\x03\0\x40\0\0\x7f\x7f", b"OggS\x09\0\0\0CHAPTER1="];
            let _ = read(&[start[kind], &body].concat());
        }
    }
}
