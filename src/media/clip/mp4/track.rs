//! A track of a film: what it carries, how it is turned, and how it is coded.

use std::ops::Range;

use super::super::refuse;
use super::super::source::{be16, be32, millis};
use super::boxes::{self, Part, find, parts};
use super::levels::{self, Unneeded};
use super::tables::Tables;
use crate::error::Result;
use crate::limits::clip as limits;

pub(super) struct Track {
    pub part: Part,
    pub id: u32,
    pub scale: u32,
    pub millis: u64,
    /// As it is shown, after turning.
    pub frame: Option<(u32, u32)>,
    pub sound: bool,
    kept: bool,
    pub tables: Tables,
}

impl Track {
    pub fn read(index: &[u8], part: Part, into: &mut Unneeded) -> Result<Self> {
        let need = |path: &[&[u8; 4]]| {
            find(index, &part, path)?.ok_or_else(|| refuse::damaged("a track lacks a part that it needs"))
        };
        let head = need(&[b"tkhd"])?;
        let media = need(&[b"mdia", b"mdhd"])?;
        into.erased.extend([boxes::dates(index, &head)?, boxes::dates(index, &media)?]);
        let (scale, length) = boxes::time_and_scale(media.bytes(index)).ok_or_else(refuse::cut_off)?;
        let table = need(&[b"mdia", b"minf", b"stbl"])?;
        let handled = need(&[b"mdia", b"hdlr"])?;
        let handler = be32(handled.bytes(index), 8).ok_or_else(refuse::cut_off)?.to_be_bytes();
        // Behind its kind: the name that somebody or some program gave it.
        into.erased.push(handled.body.start + 12..handled.body.end);
        into.erased.push(handled.body.start + 4..handled.body.start + 8);
        let entries = need(&[b"mdia", b"minf", b"stbl", b"stsd"])?;
        let (mut frame, mut sound) = (None, false);
        match &handler {
            b"vide" => {
                check_codecs(index, &entries, picture)?;
                frame = Some(shown(head.bytes(index)).ok_or_else(refuse::cut_off)?);
            }
            b"soun" => {
                check_codecs(index, &entries, heard)?;
                sound = true;
            }
            _ => {}
        }
        // Subtitles stay; what else there is may be a camera's record of where it was.
        let subtitles = matches!(&handler, b"sbtl" | b"subt" | b"text") && are_subtitles(index, &entries)?;
        let kept = frame.is_some() || sound || subtitles;
        if kept {
            references(index, &part, &mut into.erased)?;
            described(index, &entries, into)?;
        }
        if kept && scale == 0 {
            return Err(refuse::damaged("it does not say how long a second is"));
        }
        let known = length != u64::from(u32::MAX) && length != u64::MAX;
        Ok(Self {
            id: track_id(head.bytes(index)).ok_or_else(refuse::cut_off)?,
            scale,
            millis: if known { millis(length, u64::from(scale)) } else { 0 },
            frame,
            sound,
            kept,
            tables: Tables::read(index, table)?,
            part,
        })
    }

    pub fn is_kept(&self) -> bool {
        self.kept
    }
}

/// Data in another file is an address that a player would ask for. Of data in this one no address is left.
fn references(index: &[u8], track: &Part, erased: &mut Vec<Range<usize>>) -> Result<()> {
    let Some(table) = find(index, track, &[b"mdia", b"minf", b"dinf", b"dref"])? else { return Ok(()) };
    let entries = parts(index, table.body.start + 8..table.body.end)?;
    let inside = |part: &Part| be32(part.bytes(index), 0).is_some_and(|flags| flags & 1 == 1);
    if !entries.iter().all(inside) {
        return Err(refuse::damaged("its data are said to be in another file"));
    }
    for entry in entries {
        // A kind that nobody knows could be a word.
        let known = matches!(&entry.kind, b"url " | b"urn " | b"alis");
        erased.extend((!known).then_some(entry.whole.start + 4..entry.whole.start + 8));
        erased.push(entry.body.start + 4..entry.body.end);
    }
    Ok(())
}

/// What describes the coding stays; the name of the encoder, which may be that of a camera, does not.
fn described(index: &[u8], table: &Part, into: &mut Unneeded) -> Result<()> {
    let plain = table.bytes(index).first() == Some(&0);
    let entries = parts(index, table.body.start + 8..table.body.end)?;
    if entries.len() > limits::ENTRIES {
        return Err(refuse::damaged("it is coded in too many ways"));
    }
    for entry in entries {
        let version = be16(entry.bytes(index), 8).unwrap_or_default();
        // Bytes before the first box, by the kind of the entry (ISO/IEC 14496-12 §12, QuickTime for sound of old).
        let fixed = match (&entry.kind, version) {
            (b"avc1" | b"avc3", _) => 78,
            (b"mp4a", 1) if plain => 44,
            (b"mp4a", 2) if plain => 64,
            (b"mp4a", _) => 28,
            (b"tx3g", _) => 38,
            _ => 8,
        };
        let level = entry.body.start + fixed..entry.body.end;
        if level.start > level.end {
            return Err(refuse::cut_off());
        }
        // Reserved fields, makers, and the name of the encoder.
        let reserved: &[Range<usize>] = match (&entry.kind, version) {
            (b"avc1" | b"avc3", _) => &[0..6, 8..24, 36..40, 42..74],
            (b"mp4a", 0) => &[0..6, 10..16, 20..24],
            (b"mp4a", _) => &[0..6, 10..16],
            _ => &[],
        };
        let start = entry.body.start;
        into.erased.extend(reserved.iter().map(|range| start + range.start..start + range.end));
        levels::unneeded(index, level, levels::ENTRY, into)?;
    }
    Ok(())
}

/// Subtitles of a kind that players know; other text may say anything.
fn are_subtitles(index: &[u8], table: &Part) -> Result<bool> {
    let entries = parts(index, table.body.start + 8..table.body.end)?;
    Ok(entries.iter().all(|entry| &entry.kind == b"tx3g"))
}

fn track_id(head: &[u8]) -> Option<u32> {
    be32(head, if head.first()? == &1 { 20 } else { 12 })
}

/// Width and height as shown. The matrix of `tkhd` turns by quarters: `a` and `d` are nothing then.
fn shown(head: &[u8]) -> Option<(u32, u32)> {
    let matrix = if head.first()? == &1 { 52 } else { 40 };
    let (width, height) = (be32(head, matrix + 36)? >> 16, be32(head, matrix + 40)? >> 16);
    let turned = be32(head, matrix)? == 0 && be32(head, matrix + 16)? == 0;
    Some(if turned { (height, width) } else { (width, height) })
}

fn check_codecs(index: &[u8], table: &Part, check: fn([u8; 4], &[u8]) -> Result<()>) -> Result<()> {
    let entries = parts(index, table.body.start + 8..table.body.end)?;
    if entries.is_empty() {
        return Err(refuse::damaged(UNDESCRIBED));
    }
    entries.iter().try_for_each(|entry| check(entry.kind, entry.bytes(index)))
}

const UNDESCRIBED: &str = "it does not say how it is coded";

/// Whether an `avcC` has what a decoder begins with: its version, and a set of parameters (type 7) of the length that it
/// says. Films of kind `avc3` may bring the set among their pictures.
fn can_begin(kind: [u8; 4], described: &[u8]) -> bool {
    let set = || {
        let len = be16(described, 6).map(usize::from)?;
        Some(described.get(5)? & 0x1f > 0 && described.get(8..8 + len)?.first()? & 0x1f == 7)
    };
    described.first() == Some(&1) && (&kind == b"avc3" || set().unwrap_or_default())
}

/// H.264 with eight bits and half the colour: profiles up to High (ISO/IEC 14496-15, `avcC`).
fn picture(kind: [u8; 4], entry: &[u8]) -> Result<()> {
    let name = match &kind {
        b"avc1" | b"avc3" => {
            let at = place(entry, *b"avcC").ok_or_else(|| refuse::damaged(UNDESCRIBED))?;
            let described = entry.get(at + 4..).unwrap_or_default();
            let profile = described.get(1).copied().unwrap_or_default();
            if profile <= 100 {
                return if can_begin(kind, described) { Ok(()) } else { Err(refuse::damaged(UNDESCRIBED)) };
            }
            "H.264 with 10 bits or full colour"
        }
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => "HEVC",
        b"av01" => "AV1 in MP4",
        b"vp08" | b"vp09" => "VP9 in MP4",
        b"mp4v" | b"s263" | b"h263" => "MPEG-4 or H.263",
        b"encv" => "encrypted video",
        b"mjpa" | b"mjpb" | b"jpeg" | b"png " => "a series of pictures",
        _ => "something rare",
    };
    Err(refuse::video_codec(name))
}

/// AAC in any of its profiles (ISO/IEC 14496-1, object type of the decoder).
fn heard(kind: [u8; 4], entry: &[u8]) -> Result<()> {
    let name = match &kind {
        b"mp4a" => match object_type(entry) {
            Some(0x40 | 0x66..=0x68) => return Ok(()),
            Some(0x69 | 0x6b) => "MP3 in MP4",
            _ => "something rare",
        },
        b"Opus" => "Opus in MP4",
        b"fLaC" => "FLAC in MP4",
        b"alac" => "Apple Lossless",
        b"ac-3" | b"ec-3" | b"ac-4" => "Dolby Digital",
        b"enca" => "encrypted sound",
        b"samr" | b"sawb" => "AMR",
        _ => "something rare",
    };
    Err(refuse::sound_codec(name))
}

/// Of the elementary stream descriptor: tags 3 and 4, whose lengths take one to four bytes.
fn object_type(entry: &[u8]) -> Option<u8> {
    let rest = entry.get(place(entry, *b"esds")? + 8..)?;
    let rest = opened(rest, 3)?;
    let flags = *rest.get(2)?;
    let skip = 3 + usize::from(flags & 0x80 != 0) * 2 + usize::from(flags & 0x20 != 0) * 2;
    let skip = if flags & 0x40 != 0 { skip + 1 + usize::from(*rest.get(skip)?) } else { skip };
    opened(rest.get(skip..)?, 4)?.first().copied()
}

/// What is in a descriptor. One that says that it goes on behind its end would not be kept.
fn opened(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[tag])?;
    let last = rest.iter().take(4).position(|byte| byte & 0x80 == 0)?;
    let (said, body) = rest.split_at_checked(last + 1)?;
    body.get(..said.iter().fold(0, |len, byte| len << 7 | usize::from(byte & 0x7f)))
}

/// Where a box's kind stands inside an entry, whose fixed part has several lengths.
fn place(entry: &[u8], kind: [u8; 4]) -> Option<usize> {
    entry.windows(4).position(|four| four == kind)
}
