//! One frame of a FLAC (RFC 9639 §9). Frames do not say how long they are: each is read through, without making sound of
//! it, so that what somebody put between or behind them is found.

use super::super::source::be16;

/// What the description says of all frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream {
    /// Samples of a frame, where all are alike.
    pub block: u64,
    /// Bits of a sample.
    pub depth: u64,
    pub samples: u64,
}

/// A frame.
pub(super) struct Frame {
    /// Bytes.
    pub len: usize,
    /// Its first sample, and the one behind its last.
    pub start: u64,
    pub end: u64,
}

struct Header {
    /// Bytes, the checksum among them.
    len: usize,
    block: u64,
    channels: u8,
    depth: u64,
    start: u64,
}

/// The frame that begins these bytes. `None` when it is not whole, or none.
pub(super) fn read(bytes: &[u8], stream: Stream) -> Option<Frame> {
    let header = header(bytes, stream)?;
    // A checksum of two bytes follows.
    let len = length(bytes, &header)? + 2;
    let Header { start, block, .. } = header;
    (len <= bytes.len()).then_some(Frame { len, start, end: start.checked_add(block)? })
}

fn header(frame: &[u8], stream: Stream) -> Option<Header> {
    let [0xff, strategy @ (0xf8 | 0xf9), sizes, kinds, first, ..] = *frame else { return None };
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
    let sum = *frame.get(len)?;
    let start = if strategy & 1 == 1 { number } else { number.checked_mul(stream.block)? };
    let good = kinds & 1 == 0 && kinds >> 4 <= 10 && checksum(frame.get(..len)?) == sum;
    good.then_some(Header { len: len + 1, block, channels: kinds >> 4, depth, start })
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
        let mut zeros = 0;
        loop {
            let bytes = self.bytes.get(usize::try_from(self.at / 8).ok()?..)?;
            let ahead = bytes.first()? << (self.at % 8);
            let left = 8 - self.at % 8;
            let run = u64::from(ahead.leading_zeros());
            if run < left {
                self.at += run + 1;
                return Some(zeros + run);
            }
            (self.at, zeros) = (self.at + left, zeros + left);
        }
    }
}

/// Eight bits with the polynomial x⁸ + x² + x + 1, in order, nothing before and nothing after.
fn checksum(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |sum, byte| (0..8).fold(sum ^ byte, |sum: u8, _| sum << 1 ^ if sum & 0x80 == 0 { 0 } else { 0x07 }))
}
