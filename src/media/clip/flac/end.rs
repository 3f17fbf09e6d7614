//! Where the last frame of a FLAC ends (RFC 9639 §9). Frames do not say how long they are: the last one is found by the
//! number of its samples and read through, so that what somebody put behind it can be left out.

use super::super::source::be16;
use crate::limits::clip as limits;

/// What the description says of all frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream {
    /// Samples of a frame, where all are alike.
    pub block: u64,
    /// Bits of a sample.
    pub depth: u64,
    pub samples: u64,
}

struct Header {
    /// Bytes, the checksum among them.
    len: usize,
    block: u64,
    channels: u8,
    depth: u64,
    /// Behind the last sample.
    end: u64,
}

/// The place behind the last frame in the last bytes of a file. `None` when it is not in there, whole and sound.
pub(super) fn end(tail: &[u8], stream: Stream) -> Option<usize> {
    let starts = tail.windows(2).enumerate().filter(|(_, two)| matches!(two, [0xff, 0xf8 | 0xf9])).map(|(at, _)| at);
    let last = |at: usize| {
        let frame = tail.get(at..)?;
        let header = header(frame, stream).filter(|header| header.end == stream.samples)?;
        Some((at, frame, header))
    };
    // Each try may read through all there is.
    starts.filter_map(last).take(limits::LAST_FRAMES).find_map(|(at, frame, header)| {
        let len = length(frame, &header)?;
        let (sum, told) = (checksum(frame.get(..len)?, 0x8005, 16), be16(frame, len)?);
        (sum == u32::from(told)).then_some(at + len + 2)
    })
}

fn header(frame: &[u8], stream: Stream) -> Option<Header> {
    let [_, strategy, sizes, kinds, first, ..] = *frame else { return None };
    // Coded like a character of UTF-8, up to seven bytes.
    let (more, lead) = match first {
        0..=0x7f => (0, first),
        0xc0..=0xdf => (1, first & 0x1f),
        0xe0..=0xef => (2, first & 0xf),
        0xf0..=0xf7 => (3, first & 7),
        0xf8..=0xfb => (4, first & 3),
        0xfc..=0xfd => (5, first & 1),
        0xfe => (6, 0),
        0x80..=0xbf | 0xff => return None,
    };
    let number = frame.get(5..5 + more)?.iter().fold(u64::from(lead), |n, byte| n << 6 | u64::from(byte & 0x3f));
    let mut len = 5 + more;
    let (small, wide) = (frame.get(len).copied().map(u64::from), be16(frame, len).map(u64::from));
    let block = match sizes >> 4 {
        1 => 192,
        code @ 2..=5 => 576 << (code - 2),
        6 => small? + 1,
        7 => wide? + 1,
        code @ 8..=15 => 256 << (code - 8),
        _ => return None,
    };
    len += match sizes >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    len += match sizes & 0xf {
        12 => 1,
        13 | 14 => 2,
        15 => return None,
        _ => 0,
    };
    let depth = match kinds >> 1 & 7 {
        0 => stream.depth,
        1 => 8,
        2 => 12,
        4 => 16,
        5 => 20,
        6 => 24,
        7 => 32,
        _ => return None,
    };
    let sum = u32::from(*frame.get(len)?);
    let start = if strategy & 1 == 1 { number } else { number.checked_mul(stream.block)? };
    let good = kinds & 1 == 0 && kinds >> 4 <= 10 && checksum(frame.get(..len)?, 0x07, 8) == sum;
    good.then_some(Header { len: len + 1, block, channels: kinds >> 4, depth, end: start.checked_add(block)? })
}

/// Bytes of a frame without its checksum.
fn length(frame: &[u8], header: &Header) -> Option<usize> {
    let mut bits = Bits { bytes: frame, at: header.len as u64 * 8 };
    let channels = if header.channels < 8 { header.channels + 1 } else { 2 };
    for channel in 0..channels {
        // The difference of two channels has one bit more.
        let side = matches!((header.channels, channel), (8 | 10, 1) | (9, 0));
        subframe(&mut bits, header.block, header.depth + u64::from(side))?;
    }
    usize::try_from(bits.at.div_ceil(8)).ok().filter(|len| *len <= frame.len())
}

fn subframe(bits: &mut Bits, block: u64, depth: u64) -> Option<()> {
    let kind = bits.number(7)?;
    let wasted = if bits.number(1)? == 1 { bits.zeros()? + 1 } else { 0 };
    let depth = depth.checked_sub(wasted)?;
    match kind {
        0 => bits.skip(depth),
        1 => bits.skip(depth * block),
        8..=12 => {
            bits.skip((kind - 8) * depth)?;
            residual(bits, block, kind - 8)
        }
        32..=63 => {
            let order = kind - 31;
            bits.skip(order * depth)?;
            let precision = bits.number(4)? + 1;
            bits.skip(5 + order * precision)?;
            residual(bits, block, order)
        }
        _ => None,
    }
}

/// Rice codes in partitions, each with a parameter of its own.
fn residual(bits: &mut Bits, block: u64, order: u64) -> Option<()> {
    let width = match bits.number(2)? {
        0 => 4,
        1 => 5,
        _ => return None,
    };
    let partitions = 1 << bits.number(4)?;
    for partition in 0..partitions {
        let count = (block / partitions).checked_sub(if partition == 0 { order } else { 0 })?;
        let parameter = bits.number(width)?;
        if parameter + 1 == 1 << width {
            let each = bits.number(5)?;
            bits.skip(count * each)?;
            continue;
        }
        for _ in 0..count {
            bits.zeros()?;
            bits.skip(parameter)?;
        }
    }
    Some(())
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    fn number(&mut self, len: u64) -> Option<u64> {
        (0..len).try_fold(0, |number, _| Some(number << 1 | u64::from(self.bit()?)))
    }

    fn bit(&mut self) -> Option<u8> {
        let byte = self.bytes.get(usize::try_from(self.at / 8).ok()?)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit)
    }

    fn skip(&mut self, len: u64) -> Option<()> {
        self.at = self.at.checked_add(len).filter(|at| at.div_ceil(8) <= self.bytes.len() as u64)?;
        Some(())
    }

    /// How many zeros stand before the next one, which is passed.
    fn zeros(&mut self) -> Option<u64> {
        let from = self.at;
        while self.bit()? == 0 {}
        Some(self.at - from - 1)
    }
}

/// Bits in order, nothing before and nothing after.
fn checksum(bytes: &[u8], polynomial: u32, width: u32) -> u32 {
    let (top, mask) = (1 << (width - 1), (1 << width) - 1);
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << (width - 8), |sum, _| {
            (sum << 1 ^ if sum & top == 0 { 0 } else { polynomial }) & mask
        })
    })
}
