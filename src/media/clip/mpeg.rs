//! MP3 and AAC as streams of frames (ISO/IEC 11172-3, 13818-3 and -7). Every frame is looked at; tags before and behind
//! are left out. The first frame of an MP3 may tell how long it is, and which program made it: that is written anew.

use std::io::{Read, Seek};

use super::source::{Source, be16, be32, millis, sevens};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

/// Kilobits a second of layer III, MPEG 1 and MPEG 2.
const RATES: [[u64; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const AAC_RATES: [u64; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    aac: bool,
    len: u64,
    samples: u64,
    /// Samples a second.
    rate: u64,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let start = after_tags(source)?;
    let head = source.up_to(start, 8)?;
    let nothing =
        || if is_older(&head) { refuse::mp2() } else { refuse::damaged("there is no sound where it should be") };
    let first = frame(&head).ok_or_else(nothing)?;
    let (mut at, mut frames, mut samples) = (start, 0, 0);
    while let Some(next) = frame(&source.up_to(at, 8)?).filter(|next| (next.aac, next.rate) == (first.aac, first.rate))
    {
        if at + next.len > source.len() {
            break;
        }
        at += next.len;
        samples += next.samples;
        frames += 1;
        if frames > limits::FRAMES {
            return Err(refuse::long());
        }
    }
    if source.len() - at > limits::TAIL || frames < 2 {
        return Err(refuse::damaged("the sound breaks off in the middle"));
    }
    let (mime, ext) = if first.aac { ("audio/aac", "aac") } else { ("audio/mpeg", "mp3") };
    let len = usize::try_from(first.len).unwrap_or_default();
    let told = if first.aac { None } else { told(&source.exactly(start, len)?) };
    let from = start + told.as_ref().map_or(0, |_| first.len);
    let pieces =
        [told.map(Piece::Bytes), Some(Piece::Copy { at: from, len: at - from })].into_iter().flatten().collect();
    Ok(Clip { mime, ext, millis: millis(samples, first.rate), frame: None, sound: true, pieces })
}

/// A frame of silence that tells frames, bytes and places, with nothing else in it: no name of a program, no notes behind.
/// `None` when it is one of sound.
fn told(frame: &[u8]) -> Option<Vec<u8>> {
    let [_, second, _, fourth, ..] = *frame else { return None };
    let side = match (second & 0x08 != 0, fourth >> 6 == 3) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let at = 4 + side + if second & 1 == 0 { 2 } else { 0 };
    let mut clean = frame.get(..4)?.to_vec();
    clean.resize(frame.len(), 0);
    let mut keep = |from: usize, len: usize| {
        clean.get_mut(from..from.checked_add(len)?)?.copy_from_slice(frame.get(from..from + len)?);
        Some(())
    };
    match (frame.get(at..at + 4), frame.get(36..40)) {
        (Some(b"Xing" | b"Info"), _) => {
            let flags = be32(frame, at + 4)? & 0xf;
            let fields = [(1, 4), (2, 4), (4, 100), (8, 4)].into_iter().filter(|(flag, _)| flags & flag != 0);
            let len = 8 + fields.map(|(_, len)| len).sum::<usize>();
            keep(at, len)?;
            // How many samples to leave out at both ends, if the program is one that says so.
            let program = frame.get(at + len..)?;
            if [&b"LAME"[..], b"Lavf", b"Lavc"].iter().any(|known| program.starts_with(known)) {
                keep(at + len + 21, 3)?;
                clean.get_mut(at + len..at + len + 4)?.copy_from_slice(b"LAME");
            }
            clean.get_mut(at + 4..at + 8)?.copy_from_slice(&flags.to_be_bytes());
        }
        (_, Some(b"VBRI")) => {
            let [places, _, bytes] = [54, 56, 58].map(|at| be16(frame, at).map_or(0, usize::from));
            keep(36, (26 + places * bytes).min(frame.len() - 36))?;
        }
        _ => return None,
    }
    Some(clean)
}

/// Behind the `ID3v2` tags at the head, of which some programs write several, and the zeros after them.
fn after_tags<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<u64> {
    let mut at = 0;
    for _ in 0..4 {
        let head = source.up_to(at, 10)?;
        let (Some(b"ID3"), Some(flags), Some(size)) = (head.get(..3), head.get(5), be32(&head, 6)) else { break };
        at += 10 + sevens(size) + if flags & 0x10 != 0 { 10 } else { 0 };
    }
    let padding = source.up_to(at, limits::PADDING)?;
    Ok(at + padding.iter().take_while(|byte| **byte == 0).count() as u64)
}

/// Whether a frame is of layer I or II.
fn is_older(head: &[u8]) -> bool {
    matches!(head, [0xff, second, ..] if second & 0xe4 == 0xe4)
}

fn frame(head: &[u8]) -> Option<Frame> {
    let [0xff, second, third, fourth, fifth, sixth, seventh, ..] = *head else { return None };
    match second & 0xf6 {
        0xf0 => {
            let rate = *AAC_RATES.get(usize::from(third >> 2 & 0xf))?;
            let len = u64::from(fourth & 3) << 11 | u64::from(fifth) << 3 | u64::from(sixth >> 5);
            (len > 7).then_some(Frame { aac: true, len, samples: 1024 * (1 + u64::from(seventh & 3)), rate })
        }
        // Layer III of MPEG 1, 2 and 2.5.
        0xf2 | 0xe2 => {
            let (mpeg1, half) = (second & 0x18 == 0x18, second & 0x18 == 0);
            let kbits = *RATES.get(usize::from(!mpeg1))?.get(usize::from(third >> 4))?;
            let base = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3)).copied()?;
            let rate = if mpeg1 {
                base
            } else if half {
                base / 4
            } else {
                base / 2
            };
            let samples = if mpeg1 { 1_152 } else { 576 };
            let known = second & 0x18 != 0x08 && kbits > 0;
            let len = samples / 8 * kbits * 1_000 / rate + u64::from(third >> 1 & 1);
            known.then_some(Frame { aac: false, len, samples, rate })
        }
        _ => None,
    }
}
