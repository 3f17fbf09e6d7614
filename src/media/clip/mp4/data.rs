//! Where the samples of a film are in its file. What is between them, nobody plays, and nobody shall read.

use std::ops::Range;

use super::super::{Piece, refuse};
use super::Top;
use crate::error::Result;
use crate::limits::clip as limits;

/// Stretches that samples are made of.
#[derive(Debug, Default)]
pub(super) struct Data(Vec<Range<u64>>);

impl Data {
    /// Adds samples; those that touch the last ones make one stretch with them.
    pub fn add(&mut self, stretch: Range<u64>) -> Result<()> {
        match self.0.last_mut() {
            _ if stretch.is_empty() => {}
            Some(last) if last.end == stretch.start => last.end = stretch.end,
            _ => self.0.push(stretch),
        }
        if self.0.len() > limits::STRETCHES {
            return Err(refuse::damaged("its tracks are in too many pieces"));
        }
        Ok(())
    }

    /// Brings them in order and apart from each other.
    pub fn sort(&mut self) {
        self.0.sort_unstable_by_key(|stretch| stretch.start);
        self.0.dedup_by(|next, last| {
            let touch = next.start <= last.end;
            last.end = if touch { last.end.max(next.end) } else { last.end };
            touch
        });
    }

    /// Refuses samples that are not in the parts of the file that hold data. They are in order.
    pub fn check(&self, tops: &[Top]) -> Result<()> {
        let parts = tops.iter().filter(|top| &top.kind == b"mdat").map(|top| top.at + top.head..top.at + top.len);
        let mut parts = parts.peekable();
        for stretch in &self.0 {
            while parts.next_if(|part| part.end <= stretch.start).is_some() {}
            if !parts.peek().is_some_and(|part| part.start <= stretch.start && stretch.end <= part.end) {
                return Err(refuse::damaged("its index points outside its data"));
            }
        }
        Ok(())
    }

    /// A part of the file with its samples, and zeros between them.
    pub fn copied(&self, top: &Top, pieces: &mut Vec<Piece>) -> Result<()> {
        let (body, end) = (top.at + top.head, top.at + top.len);
        let (mut from, mut at) = (top.at, body);
        let first = self.0.partition_point(|stretch| stretch.end <= body);
        for stretch in self.0.iter().skip(first).take_while(|stretch| stretch.start < end) {
            let start = stretch.start.max(body);
            if start > at {
                pieces.extend([Piece::Copy { at: from, len: at - from }, Piece::Zeros(start - at)]);
                from = start;
            }
            at = stretch.end.min(end);
            if pieces.len() > limits::BLANKS * 2 {
                return Err(refuse::damaged("its tracks are in too many pieces"));
            }
        }
        pieces.extend([Piece::Copy { at: from, len: at - from }, Piece::Zeros(end - at)]);
        Ok(())
    }
}
