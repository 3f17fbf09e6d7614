//! A track of a film: what it carries, and how it is turned.

use std::ops::Range;

use super::super::refuse;
use super::super::source::{be32, millis};
use super::boxes::{self, Part, find, parts};
use super::coded;
use super::levels::Unneeded;
use super::tables::Tables;
use crate::error::Result;

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
                coded::check_seen(index, &entries)?;
                frame = Some(shown(head.bytes(index)).ok_or_else(refuse::cut_off)?);
            }
            b"soun" => {
                coded::check_heard(index, &entries)?;
                sound = true;
            }
            _ => {}
        }
        // Subtitles stay; what else there is may be a camera's record of where it was.
        let subtitles = matches!(&handler, b"sbtl" | b"subt" | b"text") && coded::are_subtitles(index, &entries)?;
        let kept = frame.is_some() || sound || subtitles;
        if kept {
            references(index, &part, &mut into.erased)?;
            coded::unneeded(index, &entries, into)?;
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
