//! What stays of an index: on each level the boxes that players need, once each. Whatever else there is, known or not,
//! becomes free room, and so does old free room: programs leave in it what they took out.

use std::ops::Range;

use super::super::refuse;
use super::boxes::{Part, parts};
use super::fields;
use crate::error::Result;
use crate::limits::clip as limits;

/// A box that stays, and what stays in it; without a list, it stays whole.
pub(super) struct Kept(&'static [u8; 4], &'static [Self]);

pub(super) const MOVIE: &[Kept] = &[
    Kept(b"mvhd", &[]),
    Kept(b"trak", &[Kept(b"tkhd", &[]), Kept(b"edts", &[Kept(b"elst", &[])]), Kept(b"mdia", MEDIA)]),
    Kept(b"mvex", &[Kept(b"mehd", &[]), Kept(b"trex", &[])]),
];
const MEDIA: &[Kept] = &[Kept(b"mdhd", &[]), Kept(b"hdlr", &[]), Kept(b"minf", INFORMATION)];
const INFORMATION: &[Kept] = &[
    Kept(b"vmhd", &[]),
    Kept(b"smhd", &[]),
    Kept(b"nmhd", &[]),
    Kept(b"sthd", &[]),
    Kept(b"dinf", &[Kept(b"dref", &[])]),
    Kept(b"stbl", TABLES),
];
const TABLES: &[Kept] = &[
    Kept(b"stsd", &[]),
    Kept(b"stts", &[]),
    Kept(b"ctts", &[]),
    Kept(b"cslg", &[]),
    Kept(b"stss", &[]),
    Kept(b"stsc", &[]),
    Kept(b"stsz", &[]),
    Kept(b"stz2", &[]),
    Kept(b"stco", &[]),
    Kept(b"co64", &[]),
];
/// How a track is coded, behind the fixed part of an entry.
pub(super) const ENTRY: &[Kept] = &[
    Kept(b"avcC", &[]),
    Kept(b"esds", &[]),
    // Where old programs of Apple put the descriptor.
    Kept(b"wave", &[Kept(b"frma", &[]), Kept(b"mp4a", &[]), Kept(b"esds", &[])]),
    Kept(b"pasp", &[]),
    Kept(b"clap", &[]),
    Kept(b"colr", &[]),
    Kept(b"btrt", &[]),
];

/// These may stand on one level more than once.
const MANY: [&[u8; 4]; 2] = [b"trak", b"trex"];

/// What nobody shall read of an index.
#[derive(Debug, Default)]
pub(super) struct Unneeded {
    /// Whole boxes.
    pub blanks: Vec<Part>,
    /// Fields, and what stands in a box behind its last one.
    pub erased: Vec<Range<usize>>,
}

/// Notes what does not stay on a level and below.
pub(super) fn unneeded(index: &[u8], level: Range<usize>, kept: &[Kept], into: &mut Unneeded) -> Result<()> {
    let mut seen: Vec<[u8; 4]> = Vec::new();
    for part in parts(index, level)? {
        let again = seen.contains(&part.kind);
        let once = !again || MANY.contains(&&part.kind);
        let stays = kept.iter().find(|Kept(kind, _)| once && *kind == &part.kind && is_plain(&part, index));
        match stays {
            Some(Kept(kind, inside)) => {
                seen.extend((!again).then_some(**kind));
                if inside.is_empty() {
                    fields::unneeded(&part, index, &mut into.erased);
                } else {
                    unneeded(index, part.body, inside, into)?;
                }
            }
            None => into.blanks.push(part),
        }
        if into.blanks.len() > limits::BLANKS {
            return Err(refuse::damaged("its index has too many parts that are not needed"));
        }
    }
    Ok(())
}

/// Colours by number, not by a profile, which names devices.
fn is_plain(part: &Part, index: &[u8]) -> bool {
    let body = part.bytes(index);
    match &part.kind {
        b"colr" => body.starts_with(b"nclx") || body.starts_with(b"nclc"),
        _ => true,
    }
}
