//! WebM (RFC 8794, RFC 9559 and the WebM guidelines): read in place up to the end of its segment. What players do not
//! need (tags, attachments, chapters, titles, dates, old empty room, blocks of tracks that there are not) becomes empty
//! room of the same length, since tables in the file name places in it. Where a word has to be, there are blanks.

mod tracks;

use std::io::{Read, Seek};

use super::source::{Source, be16};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

const HEAD: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const SEEK_HEAD: u32 = 0x114D_9B74;
const CUES: u32 = 0x1C53_BB6B;
const CHAPTERS: u32 = 0x1043_A770;
const TAGS: u32 = 0x1254_C367;
const ATTACHMENTS: u32 = 0x1941_A469;
const VOID: u32 = 0xEC;
const CRC: u32 = 0xBF;
const SEEK: u32 = 0x4DBB;
const POINT: u32 = 0xBB;
const POSITIONS: u32 = 0xB7;
const GROUP: u32 = 0xA0;
const ADDITIONS: u32 = 0x75A1;

/// The head of every file that is written, with the values that hold for all of them, where there is room for it.
const HEADER: &[u8] = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\x42\x87\x81\x04\x42\x85\x81\x02";
/// The shortest one.
const LEAST: &[u8] = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm";
/// Unit, length, and the two programs that the format demands to be named.
const ABOUT: &[u32] = &[0x2A_D7B1, 0x4489, 0x4D80, 0x5741];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Element {
    id: u32,
    at: u64,
    body: u64,
    /// Where it ends; `None` when it does not say (a stream that was recorded as it came).
    end: Option<u64>,
}

/// What is found on the way through the file.
#[derive(Default)]
struct Found {
    /// Nanoseconds of one unit of time.
    scale: u64,
    length: Option<f64>,
    frame: Option<(u32, u32)>,
    sound: bool,
    /// Numbers of the tracks, and whether one says how transparent its picture is.
    tracks: Vec<u64>,
    clear: bool,
    /// A description of the file has been seen.
    about: bool,
    /// What to empty: where from, where to, and what is written there instead; an empty element, if nothing.
    blanks: Vec<(u64, u64, Vec<u8>)>,
    /// Start of the cluster at hand, and of the latest block.
    cluster: u64,
    latest: u64,
    clusters: usize,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let header = element(source, 0)?;
    let end = header.end.filter(|end| end - header.body <= limits::DESCRIPTION).ok_or_else(refuse::cut_off)?;
    let description = source.exactly(header.body, usize::try_from(end - header.body).unwrap_or_default())?;
    let mut found = Found { scale: 1_000_000, ..Found::default() };
    // How long names and lengths are, which is told here, is nothing that this reader leaves open.
    let told = |wanted: u32, most: u64| {
        children(&description).into_iter().filter(|(id, _)| *id == wanted).all(|(_, number)| unsigned(number) <= most)
    };
    if header.id != HEAD || !told(0x42F2, 4) || !told(0x42F3, 8) {
        return Err(refuse::damaged("its head is none of a WebM"));
    }
    match children(&description).into_iter().find(|(id, _)| *id == 0x4282).map(|(_, text)| text) {
        Some(b"webm") => {}
        Some(b"matroska") => return Err(refuse::kind_matroska()),
        _ => return Err(refuse::kind(&[])),
    }
    let segment = element(source, end)?;
    if segment.id != SEGMENT {
        return Err(refuse::damaged("its content does not begin where it should"));
    }
    let stop = segment.end.unwrap_or(source.len()).min(source.len());
    walk(source, segment.body, stop, &mut found)?;
    if found.clusters == 0 || (found.frame.is_none() && !found.sound) {
        return Err(refuse::nothing());
    }
    Ok(found.clip(end, stop))
}

/// Through everything in the segment, entering what is made of elements; a cluster of unknown length ends where something
/// begins that cannot be in it.
fn walk<R: Read + Seek>(source: &mut Source<'_, R>, from: u64, stop: u64, found: &mut Found) -> Result<()> {
    let (mut at, mut count) = (from, 0_usize);
    // What has been entered, and where it ends, if it says so.
    let mut levels = vec![(SEGMENT, Some(stop))];
    while at < stop {
        count += 1;
        if count > limits::ELEMENTS || found.blanks.len() > limits::BLANKS {
            return Err(refuse::damaged("it has too many parts"));
        }
        let here = element(source, at)?;
        while levels.len() > 1 && levels.last().is_some_and(|(_, end)| end.is_some_and(|end| at >= end)) {
            levels.pop();
        }
        if matches!(levels.last(), Some((CLUSTER, None))) && is_part(here.id) {
            levels.pop();
        }
        let (level, limit) = levels.last().map_or((SEGMENT, stop), |(level, end)| (*level, end.unwrap_or(stop)));
        let end = match here.end {
            None if here.id == CLUSTER => stop,
            None => return Err(refuse::damaged("a part has no end")),
            Some(end) if end > limit => return Err(refuse::cut_off()),
            Some(end) => end,
        };
        let parent = |id: u32| match id {
            SEEK_HEAD | CUES | CLUSTER => Some(SEGMENT),
            POINT => Some(CUES),
            POSITIONS => Some(POINT),
            GROUP => Some(CLUSTER),
            _ => None,
        };
        if parent(here.id) == Some(level) {
            if here.id == CLUSTER && found.tracks.is_empty() {
                return Err(refuse::damaged("it has sound or pictures before it says what they are"));
            }
            found.clusters += usize::from(here.id == CLUSTER);
            levels.push((here.id, here.end));
            at = here.body;
            continue;
        }
        if !found.keeps(source, level, &here, end)? {
            found.blanks.push((here.at, end, Vec::new()));
        }
        at = end;
    }
    Ok(())
}

/// Whether an element stands in the segment itself.
fn is_part(id: u32) -> bool {
    matches!(id, INFO | TRACKS | CLUSTER | SEEK_HEAD | CUES | CHAPTERS | TAGS | ATTACHMENTS)
}

/// An entry of the table of parts: one that names the description, the tracks or the table of times, and its place.
fn is_place(entry: &[u8]) -> bool {
    let fields = children(entry);
    let named = |body: &[u8]| [INFO, TRACKS, CUES].iter().any(|part| body == part.to_be_bytes());
    let full = fields.iter().map(|(_, body)| 3 + body.len()).sum::<usize>() == entry.len();
    full && matches!(
        fields.as_slice(),
        [(0x53AB, part), (0x53AC, place)] if named(part) && place.len() <= 8 && unsigned(place) >> 48 == 0
    )
}

/// One addition, that of transparency: number 1 and the coded picture, which fills the rest.
fn is_addition(head: &[u8], len: usize) -> bool {
    let inside = |bytes: &[u8], wanted: u32, left: usize| {
        let (_, id_len) = id(bytes).filter(|(id, _)| *id == wanted)?;
        let (size, size_len) = length(bytes.get(id_len..)?)?;
        let skip = id_len + size_len;
        let fits = usize::try_from(size?).ok()?.checked_add(skip)? == left;
        fits.then_some(skip)
    };
    (|| {
        let more = inside(head, 0xA6, len)?;
        let rest = head.get(more..)?;
        let skip = if rest.starts_with(&[0xEE, 0x81, 0x01]) { 3 } else { 0 };
        inside(rest.get(skip..)?, 0xA5, len - more - skip)
    })()
    .is_some()
}

fn size(element: &Element, end: u64) -> usize {
    usize::try_from(end - element.body).unwrap_or(usize::MAX)
}

fn body<R: Read + Seek>(source: &mut Source<'_, R>, element: &Element) -> Result<Vec<u8>> {
    let len = element.end.unwrap_or(element.body) - element.body;
    if len > limits::DESCRIPTION {
        return Err(refuse::damaged("its description is too large"));
    }
    source.exactly(element.body, usize::try_from(len).unwrap_or_default())
}

fn element<R: Read + Seek>(source: &mut Source<'_, R>, at: u64) -> Result<Element> {
    let whole = source.len();
    let head = source.peek(at, 12)?;
    let (id, id_len) = id(head).ok_or_else(refuse::cut_off)?;
    let rest = head.get(id_len..).unwrap_or_default();
    let (len, len_len) = length(rest).ok_or_else(refuse::cut_off)?;
    let body = at + (id_len + len_len) as u64;
    let end = match len {
        None => None,
        Some(len) => Some(body.checked_add(len).filter(|end| *end <= whole).ok_or_else(refuse::cut_off)?),
    };
    Ok(Element { id, at, body, end })
}

/// One to four bytes, the marker left in.
fn id(bytes: &[u8]) -> Option<(u32, usize)> {
    let len = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    let digits = bytes.get(..len).filter(|_| len <= 4)?;
    Some((digits.iter().fold(0, |id, byte| id << 8 | u32::from(*byte)), len))
}

/// One to eight bytes, the marker taken out; all ones mean unknown.
fn length(bytes: &[u8]) -> Option<(Option<u64>, usize)> {
    let len = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    let digits = bytes.get(..len)?;
    let all = digits.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    let mask = (1_u64 << (7 * len)) - 1;
    Some(((all & mask != mask).then_some(all & mask), len))
}

/// The elements of a description; what does not fit in it ends it.
fn children(mut bytes: &[u8]) -> Vec<(u32, &[u8])> {
    let mut found = Vec::new();
    while let Some((id, rest, body)) = first(bytes) {
        found.push((id, body));
        bytes = rest;
    }
    found
}

fn first(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (id, id_len) = id(bytes)?;
    let (len, len_len) = length(bytes.get(id_len..)?)?;
    let from = id_len + len_len;
    let to = from.checked_add(usize::try_from(len?).ok()?)?;
    Some((id, bytes.get(to..)?, bytes.get(from..to)?))
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// A number of a table; some count backwards. No place and no time is larger than six bytes, and no word as short.
fn number(bytes: &[u8]) -> Option<u64> {
    Some(unsigned(bytes)).filter(|number| bytes.len() <= 8 && matches!(number >> 48, 0 | 0xff | 0xffff))
}

/// A number of four or eight bytes.
fn float(bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => Some(f64::from(f32::from_be_bytes(*bytes.first_chunk()?))),
        8 => Some(f64::from_be_bytes(*bytes.first_chunk()?)),
        _ => None,
    }
}

/// An element of a description, and where in the file it is.
struct Child<'a> {
    id: u32,
    from: u64,
    to: u64,
    body: &'a [u8],
}

/// The elements of a description that begins here; they fill it.
fn placed(bytes: &[u8], at: u64) -> Result<Vec<Child<'_>>> {
    let (mut found, mut rest) = (Vec::new(), bytes);
    while let Some((id, after, body)) = first(rest) {
        let place = |left: &[u8]| at + (bytes.len() - left.len()) as u64;
        found.push(Child { id, from: place(rest), to: place(after), body });
        rest = after;
    }
    if rest.is_empty() { Ok(found) } else { Err(refuse::damaged("a part is larger than what it is part of")) }
}

impl Child<'_> {
    /// Where its body is in the file.
    fn inside(&self) -> u64 {
        self.to - self.body.len() as u64
    }
}

/// Whether it stays: always.
fn info(element: &Element, bytes: &[u8], found: &mut Found) -> Result<bool> {
    let fields = placed(bytes, element.body)?;
    for field in &fields {
        match field.id {
            0x2A_D7B1 => found.scale = unsigned(field.body),
            0x4489 => found.length = float(field.body).filter(|length| *length > 0.0),
            _ => {}
        }
    }
    found.sweep(&fields, ABOUT);
    // What has to be there: blanks for the names of programs, in place of what they say.
    found.overwrite(fields.iter().filter(|field| matches!(field.id, 0x4D80 | 0x5741)));
    Ok(true)
}

impl Found {
    /// Whether an element stays that is not entered.
    fn keeps<R: Read + Seek>(
        &mut self,
        source: &mut Source<'_, R>,
        level: u32,
        here: &Element,
        end: u64,
    ) -> Result<bool> {
        let len = size(here, end);
        Ok(match (level, here.id) {
            (SEGMENT, INFO) => !std::mem::replace(&mut self.about, true) && info(here, &body(source, here)?, self)?,
            (SEGMENT, TRACKS) => self.tracks.is_empty() && tracks::read(here, &body(source, here)?, self)?,
            (SEEK_HEAD, SEEK) => is_place(&body(source, here)?),
            (CLUSTER, 0xE7) => {
                let time = number(source.peek(here.body, len.min(9))?);
                self.cluster = time.unwrap_or(self.cluster);
                time.is_some()
            }
            // A block is sound or picture.
            (CLUSTER, 0xA3) | (GROUP, 0xA1) => self.saw(source.peek(here.body, len.min(12))?),
            // How transparent a picture is.
            (GROUP, ADDITIONS) => self.clear && is_addition(source.peek(here.body, len.min(24))?, len),
            // Numbers of clusters, of groups and of the tables.
            (CLUSTER, 0xA7 | 0xAB)
            | (GROUP, 0x9B | 0xFB | 0x75A2)
            | (POINT, 0xB3)
            | (POSITIONS, 0xF7 | 0xF1 | 0xF0) => number(source.peek(here.body, len.min(9))?).is_some(),
            (
                _,
                TAGS | ATTACHMENTS | CHAPTERS | VOID | CRC | 0x5854 | 0x8E | 0xC8 | 0xA2 | 0xFD | 0xFA | 0xB2 | 0x5378,
            ) => false,
            _ => return Err(refuse::damaged("it holds a part that WebM does not have there")),
        })
    }

    /// Notes what does not stay of a description.
    fn sweep(&mut self, fields: &[Child], kept: &[u32]) {
        let long = |field: &Child| field.body.len() > 8 && !tracks::OTHERS.contains(&field.id);
        let others = fields.iter().filter(|field| !kept.contains(&field.id) || long(field));
        self.blanks.extend(others.map(|field| (field.from, field.to, Vec::new())));
    }

    /// Notes a field that does not stay.
    pub(super) fn blank(&mut self, field: &Child, goes: bool) {
        self.blanks.extend(goes.then(|| (field.from, field.to, Vec::new())));
    }

    /// Writes blanks over words.
    fn overwrite<'a>(&mut self, fields: impl Iterator<Item = &'a Child<'a>>) {
        let blank = fields.filter(|field| !field.body.is_empty());
        self.blanks.extend(blank.map(|field| (field.inside(), field.to, vec![b' '; field.body.len()])));
    }

    /// A block, whose time counts from its cluster's. Whether there is a track for it.
    fn saw(&mut self, block: &[u8]) -> bool {
        let Some((Some(track), len)) = length(block) else { return false };
        let at = be16(block, len).unwrap_or_default();
        let known = self.tracks.contains(&track);
        let time = self.cluster.saturating_add(u64::from(at & 0x7fff));
        self.latest = if known { self.latest.max(time) } else { self.latest };
        known
    }

    /// The length of the whole in milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a day in nanoseconds is exact enough, and the result is clamped"
    )]
    fn millis(&self) -> u64 {
        let units = self.length.unwrap_or(self.latest as f64);
        (units * self.scale as f64 / 1e6).round().clamp(0.0, 1e15) as u64
    }

    /// `from` is where the segment begins, `len` where it ends.
    fn clip(self, from: u64, len: u64) -> Clip {
        let millis = self.millis();
        // Places count from the segment on.
        let head = if from >= HEADER.len() as u64 { HEADER } else { LEAST };
        let (mut pieces, mut at) = (vec![Piece::Bytes(head.to_vec())], from);
        let mut blanks = self.blanks;
        blanks.sort_unstable();
        for (from, to, instead) in blanks {
            // There may be two reasons to empty a part, or to empty what it is in as well.
            if to <= at {
                continue;
            }
            pieces.push(Piece::Copy { at, len: from - at });
            if instead.is_empty() {
                pieces.extend(room(to - from));
            } else {
                pieces.push(Piece::Bytes(instead));
            }
            at = to;
        }
        pieces.push(Piece::Copy { at, len: len - at });
        let mime = if self.frame.is_some() { "video/webm" } else { "audio/webm" };
        Clip {
            mime,
            ext: if self.frame.is_some() { "webm" } else { "weba" },
            millis,
            frame: self.frame,
            sound: self.sound,
            pieces,
        }
    }
}

/// An element of nothing (`Void`) that is as long as what was there; no element is shorter than two bytes.
fn room(len: u64) -> [Piece; 2] {
    match u8::try_from(len.saturating_sub(2)) {
        Ok(short) if short < 0x7f => [Piece::Bytes(vec![0xEC, 0x80 | short]), Piece::Zeros(u64::from(short))],
        Ok(_) | Err(_) => {
            let rest = len - 9;
            let [_, digits @ ..] = rest.to_be_bytes();
            [Piece::Bytes([&[0xEC, 0x01], &digits[..]].concat()), Piece::Zeros(rest)]
        }
    }
}
