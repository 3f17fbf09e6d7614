//! FLAC (RFC 9639): the description of the stream and its seek table stay; comments, pictures, cue sheets and what
//! programs left, before the sound or behind it, are cut out. Between frames there is nothing.

mod frame;

use std::io::{Read, Seek};

use super::source::{Source, be16, be32, be64, millis};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

const STREAM_INFO: u8 = 0;
const SEEK_TABLE: u8 = 3;
/// Bytes of the description of the stream, and of each place in the seek table.
const DESCRIPTION: u64 = 34;
const PLACE: u64 = 18;

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let (mut at, mut kept): (u64, Vec<Vec<u8>>) = (4, Vec::new());
    for _ in 0..limits::BLOCKS {
        let head = be32(&source.exactly(at, 4)?, 0).ok_or_else(refuse::cut_off)?;
        let (kind, len) = ((head >> 24 & 0x7f) as u8, u64::from(head & 0x00ff_ffff));
        let is_first = kept.is_empty();
        let is_table = kind == SEEK_TABLE;
        if is_first != (kind == STREAM_INFO) || is_table && (len > limits::SEEK_TABLE || kept.len() > 1) {
            return Err(refuse::damaged("its description is not where it should be"));
        }
        if is_first && len != DESCRIPTION || is_table && len % PLACE != 0 {
            return Err(refuse::damaged("its description is longer or shorter than it should be"));
        }
        if matches!(kind, STREAM_INFO | SEEK_TABLE) {
            kept.push(source.exactly(at, 4 + usize::try_from(len).unwrap_or_default())?);
        }
        at += 4 + len;
        if head >> 31 == 1 {
            return finish(source, at, kept);
        }
    }
    Err(refuse::damaged("it has too many parts"))
}

fn finish<R: Read + Seek>(source: &mut Source<'_, R>, at: u64, mut kept: Vec<Vec<u8>>) -> Result<Clip> {
    if !matches!(source.exactly(at, 2)?.as_slice(), [0xff, 0xf8 | 0xf9]) {
        return Err(refuse::damaged("there is no sound where it should be"));
    }
    // Twenty bits of rate, three of channels, five of depth, 36 of length.
    let numbers = kept.first().and_then(|info| be64(info, 4 + 10)).ok_or_else(refuse::cut_off)?;
    let (rate, samples) = (numbers >> 44, numbers & 0x000f_ffff_ffff);
    if samples == 0 {
        return Err(refuse::damaged("it does not say how long it is"));
    }
    let millis = millis(samples, rate);
    if millis > limits::MILLIS {
        return Err(refuse::long());
    }
    let block = kept.first().and_then(|info| be16(info, 4 + 2)).map_or(0, u64::from);
    let stream = frame::Stream { block, depth: (numbers >> 36 & 0x1f) + 1, samples };
    let end = sound(source, at, stream)?.ok_or_else(|| refuse::damaged("its sound does not end where it should"))?;
    let last = kept.len() - 1;
    for (n, block) in kept.iter_mut().enumerate() {
        if let Some(flag) = block.first_mut() {
            *flag = *flag & 0x7f | if n == last { 0x80 } else { 0 };
        }
    }
    let head = [&b"fLaC"[..], &kept.concat()].concat();
    let pieces = vec![Piece::Bytes(head), Piece::Copy { at, len: end - at }];
    Ok(Clip { mime: "audio/flac", ext: "flac", millis, frame: None, sound: true, pieces })
}

/// Where the last frame ends. `None` when a frame is not where the one before ends.
fn sound<R: Read + Seek>(source: &mut Source<'_, R>, from: u64, stream: frame::Stream) -> Result<Option<u64>> {
    let (mut at, mut next) = (from, None);
    loop {
        let bytes = source.up_to(at, limits::FLAC_PIECE)?;
        let mut inside = 0;
        while let Some(frame) = bytes.get(inside..).and_then(|rest| frame::read(rest, stream)) {
            if next.is_some_and(|next| next != frame.start) || frame.end > stream.samples {
                return Ok(None);
            }
            inside += frame.len;
            next = Some(frame.end);
            if frame.end == stream.samples {
                return Ok(Some(at + inside as u64));
            }
        }
        // Not even one frame is whole in there.
        if inside == 0 {
            return Ok(None);
        }
        at += inside as u64;
    }
}
