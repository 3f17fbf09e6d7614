//! What stands in a box that stays, and nobody reads: reserved fields, and whatever follows the last field or the last
//! row of a table. ISO/IEC 14496-12 §8 and §12, 14496-15 §5.3.

use std::ops::Range;

use super::super::source::{be16, be32};
use super::boxes::Part;
use super::stream::Stream;

/// Notes what is to be erased of a box that is made of fields.
pub(super) fn unneeded(part: &Part, index: &[u8], erased: &mut Vec<Range<usize>>) {
    let body = part.bytes(index);
    let new = body.first() == Some(&1);
    let end = end(part.kind, body).unwrap_or(body.len()).min(body.len());
    let reserved: &[Range<usize>] = match (&part.kind, new) {
        (b"mvhd", false) => &[26..36, 72..96],
        (b"mvhd", true) => &[38..48, 84..108],
        (b"tkhd", false) => &[16..20, 24..32, 38..40],
        (b"tkhd", true) => &[24..28, 36..44, 50..52],
        _ => &[],
    };
    let descriptors = if &part.kind == b"esds" { Stream::read(body).unneeded } else { Vec::new() };
    let all = reserved.iter().cloned().chain(descriptors).chain(std::iter::once(end..body.len()));
    let within =
        all.map(|range| range.start.min(body.len())..range.end.min(body.len())).filter(|range| !range.is_empty());
    erased.extend(within.map(|range| part.body.start + range.start..part.body.start + range.end));
}

/// Where the last field ends.
fn end(kind: [u8; 4], body: &[u8]) -> Option<usize> {
    let new = body.first() == Some(&1);
    let rows = |at: usize, first: usize, width: usize| {
        usize::try_from(be32(body, at)?).ok()?.checked_mul(width)?.checked_add(first)
    };
    match &kind {
        b"mvhd" => Some(if new { 112 } else { 100 }),
        b"tkhd" => Some(if new { 96 } else { 84 }),
        b"mdhd" => Some(if new { 36 } else { 24 }),
        b"mehd" | b"tfdt" => Some(if new { 12 } else { 8 }),
        b"trex" => Some(24),
        b"vmhd" | b"btrt" => Some(12),
        b"smhd" | b"pasp" | b"mfhd" | b"mfro" => Some(8),
        b"nmhd" | b"sthd" | b"frma" | b"mp4a" => Some(4),
        b"elst" => rows(4, 8, if new { 20 } else { 12 }),
        b"stts" | b"ctts" | b"co64" => rows(4, 8, 8),
        b"stss" | b"stco" => rows(4, 8, 4),
        b"stsc" => rows(4, 8, 12),
        b"stsz" => rows(8, 12, if be32(body, 4)? == 0 { 4 } else { 0 }),
        b"stz2" => {
            let bits = usize::from(*body.get(7)?);
            Some(12 + usize::try_from(be32(body, 8)?).ok()?.checked_mul(bits)?.div_ceil(8))
        }
        b"cslg" => Some(if new { 44 } else { 24 }),
        b"clap" => Some(32),
        b"colr" => Some(if body.starts_with(b"nclx") { 11 } else { 10 }),
        b"avcC" => parameters(body),
        b"tfhd" => {
            let flags = be32(body, 0)?;
            let fields = [(0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4), (0x20, 4)];
            Some(8 + fields.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, len)| len).sum::<usize>())
        }
        b"trun" => {
            let flags = be32(body, 0)?;
            let count = |all: &[u32]| all.iter().filter(|flag| flags & **flag != 0).count() * 4;
            rows(4, 8 + count(&[0x1, 0x4]), count(&[0x100, 0x200, 0x400, 0x800]))
        }
        b"tfra" => {
            let lens = be32(body, 8)?;
            let numbers = [lens >> 4, lens >> 2, lens].iter().map(|len| 1 + (len & 3) as usize).sum::<usize>();
            rows(12, 16, numbers + if new { 16 } else { 8 })
        }
        b"sidx" => {
            let head = if new { 32 } else { 24 };
            usize::from(be16(body, head - 2)?).checked_mul(12)?.checked_add(head)
        }
        _ => None,
    }
}

/// How H.264 is coded: sets of parameters with their lengths, and for some profiles four more bytes.
fn parameters(body: &[u8]) -> Option<usize> {
    let mut at = 5;
    for mask in [0x1f, 0xff] {
        let count = body.get(at)? & mask;
        at += 1;
        for _ in 0..count {
            at += 2 + usize::from(be16(body, at)?);
        }
    }
    let more = matches!(body.get(1)?, 100 | 110 | 122 | 144);
    Some(if more && body.len() >= at + 4 { at + 4 } else { at })
}
