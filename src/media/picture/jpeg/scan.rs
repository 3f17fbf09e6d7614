//! The coded data of a JPEG, read without making pixels of them: what the picture does not need is found so, be it behind
//! its last block, before or behind a restart, or in a scan that paints over another one. ITU-T T.81 §F and §G.

use super::huffman::{Bits, Huffman};

/// How a component is sampled, and what is known of its blocks.
#[derive(Debug, Clone)]
pub(super) struct Component {
    pub id: u8,
    pub across: u32,
    pub down: u32,
    pub quantised: u8,
    /// Blocks in a row, those that only fill up the last unit among them.
    row: usize,
    /// Of each block, which coefficients are not zero so far: progressive files only.
    set: Vec<u64>,
    /// How exactly each coefficient has been told: bits still missing; −1 for not at all.
    told: [i8; 64],
}

impl Component {
    pub fn new(id: u8, sampling: u8, quantised: u8) -> Option<Self> {
        let (across, down) = (u32::from(sampling >> 4), u32::from(sampling & 0xf));
        let fits = (1..=4).contains(&across) && (1..=4).contains(&down) && quantised < 4;
        fits.then_some(Self { id, across, down, quantised, row: 0, set: Vec::new(), told: [-1; 64] })
    }

    /// Whether a scan has told something of it.
    pub fn is_begun(&self) -> bool {
        self.told.iter().any(|bits| *bits >= 0)
    }
}

/// What the header of the frame says.
#[derive(Debug)]
pub(super) struct Frame {
    pub width: u32,
    pub height: u32,
    pub progressive: bool,
    pub components: Vec<Component>,
}

/// What the header of a scan says: places of components with their tables for DC and AC, and the range and exactness of
/// coefficients.
pub(super) struct Scan<'a> {
    pub parts: Vec<(usize, Option<&'a Huffman>, Option<&'a Huffman>)>,
    pub first: u8,
    pub last: u8,
    pub high: u8,
    pub low: u8,
    /// Units between restarts; 0 for none.
    pub interval: u32,
}

impl Frame {
    fn most(&self) -> (u32, u32) {
        let of = |side: fn(&Component) -> u32| self.components.iter().map(side).max().unwrap_or(1);
        (of(|part| part.across), of(|part| part.down))
    }

    /// Units of several components together, in a row and in a column.
    fn units(&self) -> (u32, u32) {
        let (across, down) = self.most();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    /// Blocks of a component alone.
    fn blocks(&self, part: &Component) -> (u32, u32) {
        let (across, down) = self.most();
        ((self.width * part.across).div_ceil(across).div_ceil(8), (self.height * part.down).div_ceil(down).div_ceil(8))
    }

    /// Blocks that a scan walks over.
    pub fn work(&self, scan: &Scan) -> u64 {
        let (across, down) = self.units();
        let parts = scan.parts.iter().filter_map(|(part, ..)| self.components.get(*part));
        parts.map(|part| u64::from(across * part.across) * u64::from(down * part.down)).sum()
    }

    /// Whether a scan tells what has not been told, in the order that the format demands.
    fn is_news(&mut self, scan: &Scan) -> bool {
        let Frame { progressive, components, .. } = self;
        let range = usize::from(scan.first)..=usize::from(scan.last);
        let single = !*progressive || scan.first == 0 || scan.parts.len() == 1;
        let apart = !*progressive || (scan.first == 0) == (scan.last == 0);
        let (high, low) = if *progressive { (scan.high, scan.low) } else { (0, 0) };
        let known = if high == 0 { -1 } else { high.cast_signed() };
        let mut good = single && apart && low <= 13 && (high == 0 || low + 1 == high);
        for (part, ..) in &scan.parts {
            let Some(told) = components.get_mut(*part).and_then(|part| part.told.get_mut(range.clone())) else {
                return false;
            };
            for told in told {
                good &= std::mem::replace(told, low.cast_signed()) == known;
            }
        }
        good
    }

    /// Writes what a scan needs of its coded data. `None` when something is wrong or missing in it, so that nobody can say
    /// what is needed.
    pub fn needed(&mut self, scan: &Scan, coded: &[u8]) -> Option<Vec<u8>> {
        let plain = |table: Option<&Huffman>| table.is_none_or(|table| table.plain);
        if !self.is_news(scan) || !scan.parts.iter().all(|(_, dc, ac)| plain(*dc) && plain(*ac)) {
            return None;
        }
        let (across, down) = self.units();
        for part in &mut self.components {
            part.row = usize::try_from(across * part.across).ok()?;
            if self.progressive && part.set.is_empty() {
                part.set = vec![0; part.row * usize::try_from(down * part.down).ok()?];
            }
        }
        let alone =
            scan.parts.first().filter(|_| scan.parts.len() == 1).and_then(|(part, ..)| self.components.get(*part));
        let (wide, high) = alone.map_or((across, down), |part| self.blocks(part));
        let (total, mut out) = (wide.checked_mul(high)?, Vec::with_capacity(coded.len()));
        let mut intervals = Intervals(Some(coded));
        let step = if scan.interval == 0 { total } else { scan.interval };
        let (mut unit, mut count) = (0_u32, 0_u8);
        while unit < total {
            let mut reader = Reader {
                bits: Bits::new(intervals.next(scan.interval > 0 && unit > 0, count.wrapping_sub(1))?),
                run: 0,
            };
            for unit in unit..unit.saturating_add(step).min(total) {
                self.unit(scan, &mut reader, unit % wide, unit / wide)?;
            }
            if unit > 0 {
                out.extend([0xff, 0xd0 | count.wrapping_sub(1) & 7]);
            }
            reader.bits.read(&mut out);
            (unit, count) = (unit.saturating_add(step), count.wrapping_add(1));
        }
        Some(out)
    }

    fn unit(&mut self, scan: &Scan, reader: &mut Reader, x: u32, y: u32) -> Option<()> {
        let (progressive, alone) = (self.progressive, scan.parts.len() == 1);
        for (place, dc, ac) in &scan.parts {
            let part = self.components.get_mut(*place)?;
            let (across, down) = if alone { (1, 1) } else { (part.across, part.down) };
            for block in 0..across * down {
                if !progressive {
                    reader.whole((*dc)?, (*ac)?)?;
                    continue;
                }
                let (x, y) = (x * across + block % across, y * down + block / across);
                let set = part.set.get_mut(usize::try_from(y).ok()? * part.row + usize::try_from(x).ok()?)?;
                match (scan.first, scan.high) {
                    (0, 0) => reader.first_of_dc((*dc)?)?,
                    (0, _) => reader.bits.skip(1)?,
                    (_, 0) => reader.first_of_ac((*ac)?, scan, set)?,
                    (..) => reader.more_of_ac((*ac)?, scan, set)?,
                }
            }
        }
        Some(())
    }
}

/// Coded data between restarts.
struct Intervals<'a>(Option<&'a [u8]>);

impl<'a> Intervals<'a> {
    /// The next one; where it follows a restart, that has to have the number that is due.
    fn next(&mut self, restarted: bool, number: u8) -> Option<&'a [u8]> {
        let restart = |pair: &[u8]| matches!(pair, [0xff, 0xd0..=0xd7]);
        if restarted && self.0?.first() != Some(&(0xd0 | number & 7)) {
            return None;
        }
        let rest = self.0?.get(usize::from(restarted)..)?;
        let end = rest.windows(2).position(restart);
        self.0 = end.and_then(|end| rest.get(end + 1..));
        rest.get(..end.unwrap_or(rest.len()))
    }
}

struct Reader {
    bits: Bits,
    /// Blocks to come that have nothing more.
    run: u32,
}

impl Reader {
    fn first_of_dc(&mut self, table: &Huffman) -> Option<()> {
        let size = self.bits.symbol(table).filter(|size| *size <= 15)?;
        self.bits.skip(u32::from(size))
    }

    /// A block of a file that is coded in one go.
    fn whole(&mut self, dc: &Huffman, ac: &Huffman) -> Option<()> {
        self.first_of_dc(dc)?;
        let mut at = 1;
        while at < 64 {
            let symbol = self.bits.symbol(ac)?;
            let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 0xf));
            match (zeros, size) {
                (15, 0) => at += 16,
                (_, 0) => return Some(()),
                _ => {
                    at += zeros + 1;
                    self.bits.skip(size)?;
                }
            }
        }
        (at <= 64).then_some(())
    }

    fn first_of_ac(&mut self, table: &Huffman, scan: &Scan, set: &mut u64) -> Option<()> {
        if self.run > 0 {
            self.run -= 1;
            return Some(());
        }
        let (mut at, last) = (u32::from(scan.first), u32::from(scan.last));
        while at <= last {
            let symbol = self.bits.symbol(table)?;
            let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 0xf));
            match (zeros, size) {
                (15, 0) => at += 16,
                (power, 0) => {
                    self.run = (1 << power) - 1 + self.bits.number(power)?;
                    return Some(());
                }
                _ => {
                    at += zeros;
                    self.bits.skip(size)?;
                    *set |= 1_u64.checked_shl(at).filter(|_| at <= last)?;
                    at += 1;
                }
            }
        }
        Some(())
    }

    /// One more bit of each coefficient that is not zero, and those that are no longer.
    fn more_of_ac(&mut self, table: &Huffman, scan: &Scan, set: &mut u64) -> Option<()> {
        let (mut at, last) = (u32::from(scan.first), u32::from(scan.last));
        while self.run == 0 && at <= last {
            let symbol = self.bits.symbol(table)?;
            let (mut zeros, size) = (u32::from(symbol >> 4), symbol & 0xf);
            match (zeros, size) {
                (15, 0) => {}
                (power, 0) => {
                    self.run = (1 << power) + self.bits.number(power)?;
                    break;
                }
                (_, 1) => self.bits.skip(1)?,
                _ => return None,
            }
            while at <= last {
                if *set >> at & 1 == 1 {
                    self.bits.skip(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if size == 1 {
                *set |= 1_u64.checked_shl(at).filter(|_| at <= last)?;
            }
            at += 1;
        }
        if self.run > 0 {
            let rest = (at..=last).filter(|at| *set >> at & 1 == 1).count();
            self.bits.skip(u32::try_from(rest).ok()?)?;
            self.run -= 1;
        }
        Some(())
    }
}
