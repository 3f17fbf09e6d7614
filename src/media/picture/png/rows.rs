//! The packed pixels of a PNG, unpacked without making pixels of them: how much of them the picture needs, and which
//! colours of its palette it uses. PNG, third edition, §7 to §10.

use flate2::{Decompress, FlushDecompress, Status};

use crate::limits::media::PNG_PIECE;

/// What a header says of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    pub depth: u8,
    pub colour: u8,
    pub interlaced: bool,
}

/// What is needed of the packed data.
pub(super) struct Needed {
    /// Bytes, from the first on.
    pub len: usize,
    /// Of the palette, where there is one.
    pub used: [bool; 256],
}

/// First column and row of each pass, and the steps to the next ones (§8.1).
const PASSES: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
const PALETTE: u8 = 3;

impl Header {
    fn bits(self) -> u64 {
        let samples = match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        samples * u64::from(self.depth)
    }

    /// Pixels of a row, and rows, of each pass that has any.
    fn passes(self) -> Vec<(u32, u32)> {
        if !self.interlaced {
            return vec![(self.width, self.height)];
        }
        let steps = |side: u32, from: u32, step: u32| side.saturating_sub(from).div_ceil(step);
        let passes = PASSES.map(|(x, y, across, down)| (steps(self.width, x, across), steps(self.height, y, down)));
        passes.into_iter().filter(|(width, height)| *width > 0 && *height > 0).collect()
    }

    /// Bytes of a row of so many pixels, without its filter.
    fn row(self, width: u32) -> u64 {
        (u64::from(width) * self.bits()).div_ceil(8)
    }
}

/// `None` when the data end before the picture does, or go on behind it.
pub(super) fn needed(header: Header, packed: &[u8]) -> Option<Needed> {
    let bytes = |(width, height): &(u32, u32)| (header.row(*width) + 1) * u64::from(*height);
    let total: u64 = header.passes().iter().map(bytes).sum();
    let mut rows = Rows::new(header);
    let (mut inflate, mut piece) = (Decompress::new(true), vec![0; PNG_PIECE]);
    loop {
        let (read, made) = (inflate.total_in(), inflate.total_out());
        let rest = packed.get(usize::try_from(read).ok()?..)?;
        let status = inflate.decompress(rest, &mut piece, FlushDecompress::None).ok()?;
        let fresh = usize::try_from(inflate.total_out() - made).ok()?;
        if header.colour == PALETTE {
            rows.take(piece.get(..fresh)?)?;
        }
        if status == Status::StreamEnd {
            break;
        }
        // Nothing more comes, or more than there is room for.
        if inflate.total_out() > total || fresh == 0 && inflate.total_in() == read {
            return None;
        }
    }
    let len = usize::try_from(inflate.total_in()).ok()?;
    (inflate.total_out() == total).then_some(Needed { len, used: rows.used })
}

/// Rows of a picture with a palette.
struct Rows {
    depth: u8,
    /// Pixels, bytes and rows of each pass to come, in reverse order.
    passes: Vec<(u32, usize, u32)>,
    /// The row before, and the one at hand with its filter in front.
    above: Vec<u8>,
    row: Vec<u8>,
    used: [bool; 256],
}

impl Rows {
    fn new(header: Header) -> Self {
        let row = |width: u32| usize::try_from(header.row(width)).unwrap_or(usize::MAX);
        let passes = header.passes().into_iter().rev().map(|(width, height)| (width, row(width), height)).collect();
        Self { depth: header.depth, passes, above: Vec::new(), row: Vec::new(), used: [false; 256] }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Option<()> {
        while !bytes.is_empty() {
            let (width, len, height) = self.passes.last_mut()?;
            let (more, rest) = bytes.split_at(bytes.len().min(*len + 1 - self.row.len()));
            self.row.extend_from_slice(more);
            bytes = rest;
            if self.row.len() == *len + 1 {
                let width = *width;
                *height -= 1;
                let last = *height == 0;
                self.full(width)?;
                if last {
                    self.passes.pop();
                    self.above.clear();
                }
            }
        }
        Some(())
    }

    /// Takes the filter from a row (§9.2), and notes its colours.
    fn full(&mut self, width: u32) -> Option<()> {
        let mut row = std::mem::take(&mut self.row);
        let filter = row.first().copied()?;
        row.remove(0);
        self.above.resize(row.len(), 0);
        let (mut left, mut corner) = (0_u8, 0_u8);
        for (byte, above) in row.iter_mut().zip(&self.above) {
            *byte = byte.wrapping_add(match filter {
                0 => 0,
                1 => left,
                2 => *above,
                3 => left.midpoint(*above),
                4 => nearest(left, *above, corner),
                _ => return None,
            });
            (left, corner) = (*byte, *above);
        }
        let mut left = width;
        for byte in &row {
            let fits = u32::from(8 / self.depth.clamp(1, 8));
            for pixel in 0..fits.min(left) {
                let shift = 8 - u32::from(self.depth) * (pixel + 1);
                let index = usize::from(byte >> shift) & ((1 << self.depth) - 1);
                *self.used.get_mut(index)? = true;
            }
            left = left.saturating_sub(fits);
        }
        self.above = row;
        Some(())
    }
}

/// The filter of Paeth.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let off = |byte: u8| (guess - i16::from(byte)).abs();
    if off(left) <= off(above) && off(left) <= off(corner) {
        left
    } else if off(above) <= off(corner) {
        above
    } else {
        corner
    }
}
