//! WebM (RFC 8794, RFC 9559 and the WebM guidelines): read in place up to the end of its segment. What players do not
//! need (tags, attachments, chapters, titles, dates, old empty room) becomes empty room of the same length, since tables
//! in the file name places in it.

use std::io::{Read, Seek};

use super::source::{Source, be16};
use super::{Clip, Piece, ogg, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

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
const TRACK: u32 = 0xAE;
const PRIVATE: u32 = 0x63A2;
const VIDEO: u32 = 0xE0;
const SUBTITLES: u64 = 17;

/// What stays of the file's own head: versions and the kind of document.
const HEADER: &[u32] = &[0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4282, 0x4287, 0x4285];
/// Unit, length, and the two programs that the format demands to be named.
const ABOUT: &[u32] = &[0x2A_D7B1, 0x4489, 0x4D80, 0x5741];
/// Of a track: number and kind, flags, language, coding, times, and the heads of picture and sound.
const DESCRIBED: &[u32] = &[
    0xD7, 0x73C5, 0x83, 0xB9, 0x88, 0x55AA, 0x55AB, 0x55AC, 0x55AD, 0x55AE, 0x55AF, 0x9C, 0x6DE7, 0x6DF8, 0x23_E383,
    0x23_4E7A, 0x23_314F, 0x55EE, 0x22_B59C, 0x22_B59D, 0x86, PRIVATE, 0x56AA, 0x56BB, VIDEO, 0xE1,
];
/// Of a picture: size, crop, shape, transparency, colours.
const PICTURE: &[u32] = &[
    0x9A, 0x9D, 0x53B8, 0x53C0, 0xB0, 0xBA, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA, 0x54B2, 0x54B3, 0x55B0,
    0x23_83E3,
];

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
    /// What to empty: where from, where to, and what is written there instead; an empty element, if nothing.
    blanks: Vec<(u64, u64, Vec<u8>)>,
    /// Start of the latest cluster, and of the latest block in it.
    latest: u64,
    clusters: usize,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let header = element(source, 0)?;
    let end = header.end.filter(|end| end - header.body <= limits::DESCRIPTION).ok_or_else(refuse::cut_off)?;
    let description = source.exactly(header.body, usize::try_from(end - header.body).unwrap_or_default())?;
    let mut found = Found { scale: 1_000_000, ..Found::default() };
    found.sweep(&placed(&description, header.body)?, HEADER);
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
    Ok(found.clip(stop))
}

/// Through everything in the segment, entering what is made of elements; a cluster of unknown length ends where something
/// begins that cannot be in it.
fn walk<R: Read + Seek>(source: &mut Source<'_, R>, from: u64, stop: u64, found: &mut Found) -> Result<()> {
    let (mut at, mut count, mut cluster) = (from, 0_usize, 0);
    while at < stop {
        count += 1;
        if count > limits::ELEMENTS {
            return Err(refuse::damaged("it has too many parts"));
        }
        let here = element(source, at)?;
        let end = match here.end {
            None if here.id == CLUSTER => {
                found.clusters += 1;
                at = here.body;
                continue;
            }
            None => return Err(refuse::damaged("a part has no end")),
            Some(end) if end > stop => return Err(refuse::cut_off()),
            Some(end) => end,
        };
        match here.id {
            INFO => info(&here, &body(source, &here)?, found)?,
            TRACKS => tracks(&here, &body(source, &here)?, found)?,
            // With the entries of the tables, and groups of blocks.
            CLUSTER | SEEK_HEAD | 0x4DBB | CUES | 0xBB | 0xB7 | 0xA0 => {
                found.clusters += usize::from(here.id == CLUSTER);
                at = here.body;
                continue;
            }
            0xE7 if size(&here, end) <= 8 => cluster = unsigned(source.peek(here.body, size(&here, end))?),
            // A block is sound or picture; what is added to it, how transparent the picture is.
            0xA3 | 0xA1 => found.saw(cluster, source.peek(here.body, 4.min(size(&here, end)))?),
            0x75A1 => {}
            // Numbers of clusters, of groups and of the tables.
            0xA7 | 0xAB | 0x9B | 0xFB | 0xFA | 0x75A2 | 0x53AB | 0x53AC | 0xB3 | 0xF7 | 0xF1 | 0xF0 | 0xB2 | 0x5378
                if size(&here, end) <= 8 => {}
            TAGS | ATTACHMENTS | CHAPTERS | VOID | CRC | 0x5854 | 0x8E | 0xC8 | 0xA2 | 0xFD => {
                found.blanks.push((here.at, end, Vec::new()));
            }
            _ => return Err(refuse::damaged("it holds a part that WebM does not have")),
        }
        if found.blanks.len() > limits::BLANKS {
            return Err(refuse::damaged("it has too many parts"));
        }
        at = end;
    }
    Ok(())
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

fn info(element: &Element, bytes: &[u8], found: &mut Found) -> Result<()> {
    let fields = placed(bytes, element.body)?;
    for field in &fields {
        match field.id {
            0x2A_D7B1 => found.scale = unsigned(field.body),
            0x4489 => found.length = float(field.body).filter(|length| *length > 0.0),
            _ => {}
        }
    }
    found.sweep(&fields, ABOUT);
    Ok(())
}

fn tracks(element: &Element, bytes: &[u8], found: &mut Found) -> Result<()> {
    let tracks = placed(bytes, element.body)?;
    found.sweep(&tracks, &[TRACK]);
    for track in tracks.iter().filter(|track| track.id == TRACK) {
        let fields = placed(track.body, track.inside())?;
        let field = |wanted: u32| fields.iter().find(|field| field.id == wanted);
        let codec = field(0x86).map(|field| field.body).unwrap_or_default();
        let name = String::from_utf8_lossy(codec);
        let kind = field(0x83).map(|field| unsigned(field.body));
        match (kind, codec) {
            (Some(1), b"V_VP8" | b"V_VP9" | b"V_AV1") => {
                let video = children(field(VIDEO).map(|field| field.body).unwrap_or_default());
                let side = |wanted: u32| video.iter().find(|(id, _)| *id == wanted).map(|(_, body)| unsigned(body));
                let side = |wanted: u32| u32::try_from(side(wanted).unwrap_or_default()).unwrap_or(u32::MAX);
                found.frame.get_or_insert((side(0xB0), side(0xBA)));
            }
            (Some(2), b"A_OPUS" | b"A_VORBIS") => found.sound = true,
            (Some(1), _) => return Err(refuse::video_codec(&name)),
            (Some(2), _) => return Err(refuse::sound_codec(&name)),
            (Some(SUBTITLES), _) => {}
            _ => return Err(refuse::damaged("it has tracks that are neither picture nor sound")),
        }
        if field(0x6D80).is_some() {
            return Err(refuse::damaged("its tracks are packed or encrypted"));
        }
        found.sweep(&fields, DESCRIBED);
        for field in &fields {
            match field.id {
                VIDEO => found.sweep(&placed(field.body, field.inside())?, PICTURE),
                // Subtitles have titles and styles there.
                PRIVATE if kind == Some(SUBTITLES) => found.blanks.push((field.from, field.to, Vec::new())),
                PRIVATE if codec == b"A_VORBIS" => {
                    let blank = without_comments(field).ok_or_else(refuse::comments)?;
                    found.blanks.push(blank);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The three packets at the head of Vorbis: lengths of the first two, then all of them; the second is that of comments.
fn without_comments(private: &Child) -> Option<(u64, u64, Vec<u8>)> {
    let (mut at, mut lengths) = (1, [0; 2]);
    for length in &mut lengths {
        loop {
            let byte = usize::from(*private.body.get(at)?);
            (at, *length) = (at + 1, *length + byte);
            if byte < 255 {
                break;
            }
        }
    }
    let [before, len] = lengths;
    let magic = b"\x03vorbis";
    private.body.get(at + before..)?.get(..len)?.strip_prefix(magic)?;
    let from = private.inside() + (at + before) as u64;
    Some((from, from + len as u64, ogg::blank(magic, len)?))
}

impl Found {
    /// Notes what does not stay of a description.
    fn sweep(&mut self, fields: &[Child], kept: &[u32]) {
        let others = fields.iter().filter(|field| !kept.contains(&field.id));
        self.blanks.extend(others.map(|field| (field.from, field.to, Vec::new())));
    }

    /// A block, whose time counts from its cluster's.
    fn saw(&mut self, cluster: u64, block: &[u8]) {
        let at = length(block).and_then(|(_, len)| be16(block, len));
        self.latest = self.latest.max(cluster.saturating_add(u64::from(at.unwrap_or_default() & 0x7fff)));
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

    fn clip(self, len: u64) -> Clip {
        let millis = self.millis();
        let (mut pieces, mut at) = (Vec::new(), 0);
        let mut blanks = self.blanks;
        blanks.sort_unstable();
        for (from, to, instead) in blanks {
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
