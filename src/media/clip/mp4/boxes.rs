//! Boxes in the index of a film, and the fields that several kinds of them share.

use std::ops::Range;

use super::super::source::{be32, be64};
use super::super::{Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

/// A box inside the index, by its place there.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub kind: [u8; 4],
    pub whole: Range<usize>,
    pub body: Range<usize>,
}

impl Part {
    pub fn bytes<'a>(&self, index: &'a [u8]) -> &'a [u8] {
        index.get(self.body.clone()).unwrap_or_default()
    }

    /// Makes it a box of free room. `None` when it is not in there.
    pub fn blank(&self, index: &mut [u8]) -> Option<()> {
        let kind = self.whole.start.checked_add(4)?..self.whole.start.checked_add(8)?;
        index.get_mut(kind)?.copy_from_slice(b"free");
        index.get_mut(self.body.clone())?.fill(0);
        Some(())
    }
}

/// What is written as zeros of a box in the file.
pub(super) struct Blank {
    /// Where its kind stands, if it becomes a box of free room.
    pub kind: Option<u64>,
    pub body: Range<u64>,
}

impl Part {
    /// As `blank`, for a box that is copied from `at` in the file.
    pub fn blank_at(&self, at: u64) -> Blank {
        let place = |within: usize| at + within as u64;
        Blank { kind: Some(place(self.whole.start + 4)), body: place(self.body.start)..place(self.body.end) }
    }
}

/// The boxes of a level, which they fill exactly; up to seven zero bytes may follow (old programs close user data so).
pub(super) fn parts(index: &[u8], level: Range<usize>) -> Result<Vec<Part>> {
    let (mut parts, mut at) = (Vec::new(), level.start);
    while at < level.end {
        let left = index.get(at..level.end).ok_or_else(refuse::cut_off)?;
        if left.len() < 8 && left.iter().all(|byte| *byte == 0) {
            break;
        }
        let kind = left.get(4..).and_then(|l| l.first_chunk()).copied().ok_or_else(refuse::cut_off)?;
        let (head, len) = match be32(left, 0) {
            Some(0) => (8, left.len() as u64),
            Some(1) => (16, be64(left, 8).ok_or_else(refuse::cut_off)?),
            Some(len) => (8, u64::from(len)),
            None => return Err(refuse::cut_off()),
        };
        let len = usize::try_from(len).ok().filter(|len| (head..=left.len()).contains(len));
        let len = len.ok_or_else(|| refuse::damaged("a part is larger than what it is part of"))?;
        parts.push(Part { kind, whole: at..at + len, body: at + head..at + len });
        if parts.len() > limits::LEVEL {
            return Err(refuse::damaged("it has too many parts"));
        }
        at += len;
    }
    Ok(parts)
}

/// The box at a path of kinds below another one.
pub(super) fn find(index: &[u8], from: &Part, path: &[&[u8; 4]]) -> Result<Option<Part>> {
    let mut here = from.clone();
    for kind in path {
        match parts(index, here.body.clone())?.into_iter().find(|part| &part.kind == *kind) {
            Some(part) => here = part,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

/// The time scale and the length of an `mvhd` or `mdhd`.
pub(super) fn time_and_scale(body: &[u8]) -> Option<(u32, u64)> {
    match body.first()? {
        1 => Some((be32(body, 20)?, be64(body, 24)?)),
        _ => Some((be32(body, 12)?, u64::from(be32(body, 16)?))),
    }
}

/// Where `mvhd`, `tkhd` and `mdhd` say when they were made and changed.
pub(super) fn dates(index: &[u8], part: &Part) -> Result<Range<usize>> {
    let len = if part.bytes(index).first() == Some(&1) { 16 } else { 8 };
    let dates = part.body.start + 4..part.body.start + 4 + len;
    if dates.end <= part.body.end { Ok(dates) } else { Err(refuse::cut_off()) }
}

/// Free room of a length, header and all, in place of what was there.
pub(super) fn room(len: u64) -> Vec<Piece> {
    if let Ok(short) = u32::try_from(len) {
        let head = [&short.to_be_bytes()[..], b"free"].concat();
        return vec![Piece::Bytes(head), Piece::Zeros(len.saturating_sub(8))];
    }
    let head = [&1_u32.to_be_bytes()[..], b"free", &len.to_be_bytes()].concat();
    vec![Piece::Bytes(head), Piece::Zeros(len.saturating_sub(16))]
}
