//! WebM (RFC 8794, RFC 9559 and the WebM guidelines): read in place; tags, attachments, titles and dates become empty
//! room of the same length, since tables in the file name places in it.

use std::io::{Read, Seek};

use super::source::{Source, be16};
use super::{Clip, Piece, refuse};
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
    /// Elements to empty: where from, where to.
    blanks: Vec<(u64, u64)>,
    /// Start of the latest cluster, and of the latest block in it.
    latest: u64,
    clusters: usize,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let header = element(source, 0)?;
    let end = header.end.filter(|end| end - header.body <= limits::DESCRIPTION).ok_or_else(refuse::cut_off)?;
    let description = source.exactly(header.body, usize::try_from(end - header.body).unwrap_or_default())?;
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
    let mut found = Found { scale: 1_000_000, ..Found::default() };
    walk(source, segment.body, stop, &mut found)?;
    if found.clusters == 0 || (found.frame.is_none() && !found.sound) {
        return Err(refuse::nothing());
    }
    Ok(found.clip(source.len()))
}

/// Through everything in the segment. A cluster of unknown length is entered, and ends where something begins that
/// cannot be in it.
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
            INFO => info(&here, &body(source, &here)?, found),
            TRACKS => tracks(&body(source, &here)?, found)?,
            TAGS | ATTACHMENTS => found.blanks.push((here.at, end)),
            CLUSTER => {
                found.clusters += 1;
                if found.length.is_none() {
                    at = here.body;
                    continue;
                }
            }
            // Inside a cluster that was entered: its time, and its blocks.
            0xE7 => cluster = unsigned(&source.exactly(here.body, 8.min(size(&here, end)))?),
            0xA3 => found.saw(cluster, &source.exactly(here.body, 4.min(size(&here, end)))?),
            0xA0 | 0xA7 | 0xAB | SEEK_HEAD | CUES | CHAPTERS | VOID | CRC => {}
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
    let head = source.up_to(at, 12)?;
    let (id, id_len) = id(&head).ok_or_else(refuse::cut_off)?;
    let rest = head.get(id_len..).unwrap_or_default();
    let (len, len_len) = length(rest).ok_or_else(refuse::cut_off)?;
    let body = at + (id_len + len_len) as u64;
    let end = match len {
        None => None,
        Some(len) => Some(body.checked_add(len).filter(|end| *end <= source.len()).ok_or_else(refuse::cut_off)?),
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

fn info(element: &Element, bytes: &[u8], found: &mut Found) {
    let mut rest = bytes;
    while let Some((id, after, body)) = first(rest) {
        let at = element.body + (bytes.len() - rest.len()) as u64;
        match id {
            0x2A_D7B1 => found.scale = unsigned(body),
            0x4489 => found.length = float(body).filter(|length| *length > 0.0),
            // Title, date, names of files, and the checksum that no longer fits.
            0x7BA9 | 0x4461 | 0x7384 | 0x003C_83AB | 0x003E_83BB | CRC => {
                found.blanks.push((at, element.body + (bytes.len() - after.len()) as u64));
            }
            _ => {}
        }
        rest = after;
    }
}

fn tracks(bytes: &[u8], found: &mut Found) -> Result<()> {
    for (_, track) in children(bytes).into_iter().filter(|(id, _)| *id == 0xAE) {
        let fields = children(track);
        let field = |wanted: u32| fields.iter().find(|(id, _)| *id == wanted).map(|(_, body)| *body);
        let codec = field(0x86).unwrap_or_default();
        let name = String::from_utf8_lossy(codec);
        match (field(0x83).map(unsigned), codec) {
            (Some(1), b"V_VP8" | b"V_VP9" | b"V_AV1") => {
                let video = children(field(0xE0).unwrap_or_default());
                let side = |wanted: u32| video.iter().find(|(id, _)| *id == wanted).map(|(_, body)| unsigned(body));
                let side = |wanted: u32| u32::try_from(side(wanted).unwrap_or_default()).unwrap_or(u32::MAX);
                found.frame.get_or_insert((side(0xB0), side(0xBA)));
            }
            (Some(2), b"A_OPUS" | b"A_VORBIS") => found.sound = true,
            (Some(1), _) => return Err(refuse::video_codec(&name)),
            (Some(2), _) => return Err(refuse::sound_codec(&name)),
            (Some(17), _) => {}
            _ => return Err(refuse::damaged("it has tracks that are neither picture nor sound")),
        }
    }
    Ok(())
}

impl Found {
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
        for (from, to) in blanks {
            pieces.push(Piece::Copy { at, len: from - at });
            pieces.extend(room(to - from));
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
