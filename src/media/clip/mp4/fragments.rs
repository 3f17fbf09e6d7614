//! Films in fragments: how long they last is only told by the fragments themselves, and each can carry notes.

use std::io::{Read, Seek};
use std::ops::Range;

use super::super::refuse;
use super::super::source::{Source, be32, be64, millis as in_millis};
use super::boxes::{Blank, Part, find, parts};
use super::{Movie, Top};
use crate::error::Result;
use crate::limits::clip as limits;

/// Default duration of a sample, by track (`trex`).
pub(super) fn defaults(index: &[u8], extends: &Part) -> Result<Vec<(u32, u32)>> {
    let boxes = parts(index, extends.body.clone())?;
    let of = |part: &Part| Some((be32(part.bytes(index), 4)?, be32(part.bytes(index), 12)?));
    Ok(boxes.iter().filter(|part| &part.kind == b"trex").filter_map(of).collect())
}

/// What all fragments tell.
#[derive(Default)]
pub(super) struct Told {
    /// Where the last fragment of any track ends.
    pub millis: u64,
    /// What players need nothing of, in order.
    pub blanks: Vec<Blank>,
}

/// What a player needs of a fragment, of a run in it, and of the list of fragments at the end.
const FRAGMENT: [&[u8]; 2] = [b"mfhd", b"traf"];
const RUN: [&[u8]; 6] = [b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd"];
const LIST: [&[u8]; 2] = [b"tfra", b"mfro"];

pub(super) fn told<R: Read + Seek>(source: &mut Source<'_, R>, tops: &[Top], movie: &Movie) -> Result<Told> {
    let mut told = Told::default();
    let mut clocks: Vec<(u32, u64)> = movie.tracks.iter().map(|track| (track.id, 0)).collect();
    for top in tops.iter().filter(|top| matches!(&top.kind, b"moof" | b"mfra")) {
        let fragment = &top.kind == b"moof";
        if top.len > if fragment { limits::FRAGMENT } else { limits::INDEX } {
            return Err(refuse::damaged("the head of a fragment is too large"));
        }
        let head = source.exactly(top.at, usize::try_from(top.len).unwrap_or_default())?;
        let body = usize::try_from(top.head).unwrap_or_default()..head.len();
        let mut runs = 0;
        for part in needed(&head, top, body, if fragment { &FRAGMENT } else { &LIST }, &mut told.blanks)? {
            if &part.kind != b"traf" {
                continue;
            }
            runs += 1;
            if runs > limits::TRACKS {
                return Err(refuse::damaged("a fragment has too many tracks"));
            }
            needed(&head, top, part.body.clone(), &RUN, &mut told.blanks)?;
            let Some((id, start, length)) = run(&head, &part, movie)? else { continue };
            let Some(clock) = clocks.iter_mut().find(|(track, _)| *track == id) else { continue };
            clock.1 = start.unwrap_or(clock.1).saturating_add(length);
            let scale = movie.tracks.iter().find(|track| track.id == id).map_or(0, |track| track.scale);
            told.millis = told.millis.max(in_millis(clock.1, u64::from(scale)));
        }
    }
    told.blanks.sort_unstable_by_key(|blank| blank.kind);
    Ok(told)
}

/// The parts of a level that players need; the others are noted.
fn needed(head: &[u8], top: &Top, level: Range<usize>, kinds: &[&[u8]], blanks: &mut Vec<Blank>) -> Result<Vec<Part>> {
    let (kept, others): (Vec<_>, Vec<_>) =
        parts(head, level)?.into_iter().partition(|part| kinds.contains(&part.kind.as_slice()));
    blanks.extend(others.iter().map(|part| part.blank_at(top.at)));
    if blanks.len() > limits::BLANKS {
        return Err(refuse::damaged("its fragments have too many parts that are not needed"));
    }
    Ok(kept)
}

/// Track, start and length of a run of samples, in units of its track.
fn run(head: &[u8], part: &Part, movie: &Movie) -> Result<Option<(u32, Option<u64>, u64)>> {
    let Some(header) = find(head, part, &[b"tfhd"])? else { return Ok(None) };
    let header = header.bytes(head);
    let (Some(flags), Some(id)) = (be32(header, 0), be32(header, 4)) else { return Ok(None) };
    let skip = 8 + usize::from(flags & 0x1 != 0) * 8 + usize::from(flags & 0x2 != 0) * 4;
    let default = movie.defaults.iter().find(|(track, _)| *track == id).map_or(0, |(_, each)| *each);
    let each = if flags & 0x8 != 0 { be32(header, skip).unwrap_or_default() } else { default };
    let start = find(head, part, &[b"tfdt"])?.and_then(|time| {
        let body = time.bytes(head);
        if body.first()? == &1 { be64(body, 4) } else { be32(body, 4).map(u64::from) }
    });
    let runs = parts(head, part.body.clone())?;
    let runs = runs.iter().filter(|part| &part.kind == b"trun");
    let length = runs.fold(0_u64, |sum, run| sum.saturating_add(length(run.bytes(head), each)));
    Ok(Some((id, start, length)))
}

/// Samples without a duration of their own have the default.
fn length(run: &[u8], each: u32) -> u64 {
    let (Some(flags), Some(count)) = (be32(run, 0), be32(run, 4)) else { return 0 };
    if flags & 0x100 == 0 {
        return u64::from(count) * u64::from(each);
    }
    let skip = 8 + usize::from(flags & 0x1 != 0) * 4 + usize::from(flags & 0x4 != 0) * 4;
    let width = [0x100, 0x200, 0x400, 0x800].into_iter().filter(|flag| flags & flag != 0).count() * 4;
    let rows = run.get(skip..).unwrap_or_default().chunks_exact(width);
    rows.map(|row| u64::from(be32(row, 0).unwrap_or_default())).sum()
}
