//! Films in fragments: how long they last is only told by the fragments themselves, and each can carry notes.

use std::io::{Read, Seek};
use std::ops::Range;

use super::super::refuse;
use super::super::source::{Source, be32, be64, millis as in_millis};
use super::boxes::{Blank, Part, find, parts};
use super::data::Data;
use super::tables::Samples;
use super::{Movie, Top, fields};
use crate::error::Result;
use crate::limits::clip as limits;

/// Default duration and size of a sample, by track (`trex`).
pub(super) fn defaults(index: &[u8], extends: &Part) -> Result<Vec<(u32, (u32, u32))>> {
    let boxes = parts(index, extends.body.clone())?;
    let number = |part: &Part, at: usize| be32(part.bytes(index), at);
    let of = |part: &Part| Some((number(part, 4)?, (number(part, 12)?, number(part, 16)?)));
    Ok(boxes.iter().filter(|part| &part.kind == b"trex").filter_map(of).collect())
}

/// What all fragments tell.
#[derive(Default)]
pub(super) struct Told {
    /// Where the last fragment of any track ends.
    pub millis: u64,
    /// What players need nothing of, in order.
    pub blanks: Vec<Blank>,
    pub data: Data,
    /// Of each track, by its number.
    pub samples: Vec<(u32, Samples)>,
}

/// What a player needs of a fragment, of a run in it, and of the list of fragments at the end.
const FRAGMENT: [&[u8]; 2] = [b"mfhd", b"traf"];
const RUN: [&[u8]; 3] = [b"tfhd", b"tfdt", b"trun"];
const LIST: [&[u8]; 2] = [b"tfra", b"mfro"];
/// These may stand on one level more than once.
const MANY: [&[u8]; 3] = [b"traf", b"trun", b"tfra"];

pub(super) fn told<R: Read + Seek>(source: &mut Source<'_, R>, tops: &[Top], movie: &Movie) -> Result<Told> {
    let none = |id: u32| (id, Samples::default());
    let samples = movie.tracks.iter().map(|track| none(track.id)).collect();
    let mut told = Told { samples, ..Told::default() };
    let mut clocks: Vec<(u32, u64)> = movie.tracks.iter().map(|track| (track.id, 0)).collect();
    for top in tops.iter().filter(|top| matches!(&top.kind, b"moof" | b"mfra" | b"sidx")) {
        let fragment = &top.kind == b"moof";
        if top.len > if fragment { limits::FRAGMENT } else { limits::INDEX } {
            return Err(refuse::damaged("the head of a fragment is too large"));
        }
        let head = source.exactly(top.at, usize::try_from(top.len).unwrap_or_default())?;
        let body = usize::try_from(top.head).unwrap_or_default()..head.len();
        if &top.kind == b"sidx" {
            erased(&Part { kind: top.kind, whole: 0..head.len(), body }, &head, top, &mut told.blanks);
            continue;
        }
        // Where data are counted from that do not say it.
        let (mut runs, mut behind) = (0, top.at);
        for part in needed(&head, top, body, if fragment { &FRAGMENT } else { &LIST }, &mut told.blanks)? {
            if &part.kind != b"traf" {
                continue;
            }
            runs += 1;
            if runs > limits::TRACKS {
                return Err(refuse::damaged("a fragment has too many tracks"));
            }
            needed(&head, top, part.body.clone(), &RUN, &mut told.blanks)?;
            let Some(Run { id, start, samples }) = run(&head, &part, movie, (top.at, &mut behind), &mut told.data)?
            else {
                continue;
            };
            let Some(clock) = clocks.iter_mut().find(|(track, _)| *track == id) else { continue };
            clock.1 = start.unwrap_or(clock.1).saturating_add(samples.ticks);
            let all = told.samples.iter_mut().filter(|(track, _)| *track == id);
            all.for_each(|(_, all)| *all = all.and(samples));
            let scale = movie.tracks.iter().find(|track| track.id == id).map_or(0, |track| track.scale);
            told.millis = told.millis.max(in_millis(clock.1, u64::from(scale)));
        }
    }
    told.blanks.sort_unstable_by_key(|blank| blank.body.start);
    Ok(told)
}

/// The parts of a level that players need; the others are noted.
fn needed(head: &[u8], top: &Top, level: Range<usize>, kinds: &[&[u8]], blanks: &mut Vec<Blank>) -> Result<Vec<Part>> {
    let mut kept: Vec<Part> = Vec::new();
    for part in parts(head, level)? {
        let again = kept.iter().any(|other| other.kind == part.kind) && !MANY.contains(&part.kind.as_slice());
        if again || !kinds.contains(&part.kind.as_slice()) {
            blanks.push(part.blank_at(top.at));
            continue;
        }
        erased(&part, head, top, blanks);
        kept.push(part);
    }
    if blanks.len() > limits::BLANKS {
        return Err(refuse::damaged("its fragments have too many parts that are not needed"));
    }
    Ok(kept)
}

/// Notes what nobody reads of a box that stays.
fn erased(part: &Part, head: &[u8], top: &Top, blanks: &mut Vec<Blank>) {
    let mut ranges = Vec::new();
    fields::unneeded(part, head, &mut ranges);
    let place = |within: usize| top.at + within as u64;
    blanks.extend(ranges.into_iter().map(|range| Blank { kind: None, body: place(range.start)..place(range.end) }));
}

/// Samples of a track in a fragment. It starts after so many units of the track, where it says so.
struct Run {
    id: u32,
    start: Option<u64>,
    samples: Samples,
}

/// `from` is where the fragment begins, and where the data of the run before end.
fn run(head: &[u8], part: &Part, movie: &Movie, from: (u64, &mut u64), data: &mut Data) -> Result<Option<Run>> {
    let Some(header) = find(head, part, &[b"tfhd"])? else { return Ok(None) };
    let header = header.bytes(head);
    let (Some(flags), Some(id)) = (be32(header, 0), be32(header, 4)) else { return Ok(None) };
    let mut at = 8 + usize::from(flags & 0x1 != 0) * 8 + usize::from(flags & 0x2 != 0) * 4;
    let (mut each, mut size) = movie.defaults.iter().find(|(track, _)| *track == id).map_or((0, 0), |(_, both)| *both);
    for (flag, own) in [(0x8, &mut each), (0x10, &mut size)] {
        if flags & flag != 0 {
            *own = be32(header, at).unwrap_or_default();
            at += 4;
        }
    }
    let start = find(head, part, &[b"tfdt"])?.and_then(|time| {
        let body = time.bytes(head);
        if body.first()? == &1 { be64(body, 4) } else { be32(body, 4).map(u64::from) }
    });
    let (fragment, behind) = from;
    let base = match flags {
        flags if flags & 0x1 != 0 => be64(header, 8).unwrap_or_default(),
        flags if flags & 0x2_0000 != 0 => fragment,
        _ => *behind,
    };
    *behind = base;
    let mut samples = Samples::default();
    for run in parts(head, part.body.clone())?.iter().filter(|part| &part.kind == b"trun") {
        let run = run.bytes(head);
        let own = be32(run, 0).filter(|flags| flags & 0x1 != 0).and_then(|_| be32(run, 8));
        let begin = own.map_or(Some(*behind), |offset| base.checked_add_signed(i64::from(offset.cast_signed())));
        let begin = begin.ok_or_else(|| refuse::damaged("a fragment names data before the file"))?;
        *behind = begin.saturating_add(total(run, 0x200, size)?);
        if movie.tracks.iter().any(|track| track.id == id) {
            data.add(begin..*behind)?;
        }
        let count = be32(run, 4).map_or(0, u64::from);
        samples = samples.and(Samples { count, ticks: total(run, 0x100, each)? });
    }
    Ok(Some(Run { id, start, samples }))
}

/// The sum of a field of all samples of a run: those without one of their own have the default.
fn total(run: &[u8], field: u32, each: u32) -> Result<u64> {
    let (Some(flags), Some(count)) = (be32(run, 0), be32(run, 4)) else { return Ok(0) };
    let skip = 8 + usize::from(flags & 0x1 != 0) * 4 + usize::from(flags & 0x4 != 0) * 4;
    let fields = |below: u32| {
        let told = [0x100, 0x200, 0x400, 0x800].into_iter().filter(|flag| flags & flag != 0);
        told.filter(|flag| *flag < below).count() * 4
    };
    let (place, width) = (fields(field), fields(u32::MAX));
    let rows = run.get(skip..).unwrap_or_default();
    if u64::from(count) * width as u64 > rows.len() as u64 {
        return Err(refuse::damaged("a fragment is shorter than it says"));
    }
    if flags & field == 0 {
        return Ok(u64::from(count) * u64::from(each));
    }
    let rows = rows.chunks_exact(width).take(usize::try_from(count).unwrap_or(usize::MAX));
    Ok(rows.map(|row| u64::from(be32(row, place).unwrap_or_default())).sum())
}
