//! How a track is coded: the entries of its `stsd`, whether browsers play them, and what of them stays.

use std::ops::Range;

use super::super::refuse;
use super::super::source::be16;
use super::boxes::{Part, find, parts};
use super::levels::{self, Unneeded};
use super::stream::Stream;
use crate::error::Result;
use crate::limits::clip as limits;

const UNDESCRIBED: &str = "it does not say how it is coded";

/// One way in which samples of a track are coded.
struct Entry<'a> {
    index: &'a [u8],
    part: Part,
    /// Bytes before the first box (ISO/IEC 14496-12 §12, `QuickTime` for sound of old).
    fixed: usize,
}

fn entries<'a>(index: &'a [u8], table: &Part) -> Result<Vec<Entry<'a>>> {
    let plain = table.bytes(index).first() == Some(&0);
    let entry = |part: Part| {
        let fixed = match (&part.kind, version(part.bytes(index))) {
            (b"avc1" | b"avc3", _) => 78,
            (b"mp4a", 1) if plain => 44,
            (b"mp4a", 2) if plain => 64,
            (b"mp4a", _) => 28,
            (b"tx3g", _) => 38,
            _ => 8,
        };
        if part.body.len() < fixed { Err(refuse::cut_off()) } else { Ok(Entry { index, part, fixed }) }
    };
    let all = parts(index, table.body.start + 8..table.body.end)?;
    if all.len() > limits::ENTRIES {
        return Err(refuse::damaged("it is coded in too many ways"));
    }
    if all.is_empty() {
        return Err(refuse::damaged(UNDESCRIBED));
    }
    all.into_iter().map(entry).collect()
}

fn version(entry: &[u8]) -> u16 {
    be16(entry, 8).unwrap_or_default()
}

impl Entry<'_> {
    /// The boxes behind the fixed part.
    fn level(&self) -> Range<usize> {
        self.part.body.start + self.fixed..self.part.body.end
    }

    /// The body of the box that stays by this path.
    fn body(&self, path: &[&[u8; 4]]) -> Result<Option<&[u8]>> {
        let level = Part { body: self.level(), ..self.part.clone() };
        Ok(find(self.index, &level, path)?.map(|found| found.bytes(self.index)))
    }

    /// H.264 with eight bits and half the colour: profiles up to High (ISO/IEC 14496-15, `avcC`).
    fn seen(&self) -> Result<()> {
        let name = match &self.part.kind {
            b"avc1" | b"avc3" => {
                let described = self.body(&[b"avcC"])?.ok_or_else(|| refuse::damaged(UNDESCRIBED))?;
                let profile = described.get(1).copied().unwrap_or_default();
                if profile <= 100 {
                    let can = can_begin(self.part.kind, described);
                    return if can { Ok(()) } else { Err(refuse::damaged(UNDESCRIBED)) };
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

    /// AAC in any of its profiles.
    fn heard(&self) -> Result<()> {
        let name = match &self.part.kind {
            b"mp4a" => match self.object_type()? {
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

    fn object_type(&self) -> Result<Option<u8>> {
        let own = self.body(&[b"esds"])?;
        let described = if own.is_some() { own } else { self.body(&[b"wave", b"esds"])? };
        Ok(described.and_then(|body| Stream::read(body).object_type))
    }
}

/// Refuses pictures that browsers do not show.
pub(super) fn check_seen(index: &[u8], table: &Part) -> Result<()> {
    entries(index, table)?.iter().try_for_each(Entry::seen)
}

/// Refuses sound that browsers do not play.
pub(super) fn check_heard(index: &[u8], table: &Part) -> Result<()> {
    entries(index, table)?.iter().try_for_each(Entry::heard)
}

/// Subtitles of a kind that players know; other text may say anything.
pub(super) fn are_subtitles(index: &[u8], table: &Part) -> Result<bool> {
    let entries = parts(index, table.body.start + 8..table.body.end)?;
    Ok(entries.iter().all(|entry| &entry.kind == b"tx3g"))
}

/// What describes the coding stays; the name of the encoder, which may be that of a camera, does not.
pub(super) fn unneeded(index: &[u8], table: &Part, into: &mut Unneeded) -> Result<()> {
    for entry in entries(index, table)? {
        // Reserved fields, makers, and the name of the encoder.
        let reserved: &[Range<usize>] = match (&entry.part.kind, version(entry.part.bytes(index))) {
            (b"avc1" | b"avc3", _) => &[0..6, 8..24, 36..40, 42..74],
            (b"mp4a", 0) => &[0..6, 10..16, 20..24],
            (b"mp4a", _) => &[0..6, 10..16],
            _ => &[],
        };
        let start = entry.part.body.start;
        into.erased.extend(reserved.iter().map(|range| start + range.start..start + range.end));
        levels::unneeded(index, entry.level(), levels::ENTRY, into)?;
    }
    Ok(())
}

/// Whether an `avcC` has what a decoder begins with: its version, and a set of parameters (type 7) of the length that it
/// says. Films of kind `avc3` may bring the set among their pictures.
fn can_begin(kind: [u8; 4], described: &[u8]) -> bool {
    let set = || {
        let len = be16(described, 6).map(usize::from)?;
        Some(described.get(5)? & 0x1f > 0 && described.get(8..8 + len)?.first()? & 0x1f == 7)
    };
    described.first() == Some(&1) && (&kind == b"avc3" || set().unwrap_or_default())
}
