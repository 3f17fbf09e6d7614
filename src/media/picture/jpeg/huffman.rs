//! Huffman tables and the bits they are read from (ITU-T T.81 §C and §F.2.2.3).

/// A table as a segment defines it, and ready to be read with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Huffman {
    /// How many codes there are of each length from 1 to 16 bits, then what they stand for.
    pub raw: Vec<u8>,
    /// Whether each value has one code only: a second one says nothing, and could hold anything.
    pub plain: bool,
    /// For the next eight bits: length of the code and its value; 0 where the code is longer.
    short: Vec<u16>,
    /// For each length: the first code behind those of this length, as 16 bits, and what to add to a code for its place.
    longer: [(u32, i32); 17],
}

impl Huffman {
    /// The table that begins these bytes, and how many it takes of them.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let counts = bytes.get(..16)?;
        let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let values = bytes.get(16..16 + total).filter(|values| values.len() <= 256)?;
        let (mut short, mut longer) = (vec![0; 256], [(0, 0); 17]);
        let (mut code, mut place) = (0_u32, 0_usize);
        for (length, count) in (1_u32..).zip(counts) {
            let count = usize::from(*count);
            *longer.get_mut(length as usize)? = (
                (code + u32::try_from(count).ok()?) << (16 - length),
                i32::try_from(place).ok()? - i32::try_from(code).ok()?,
            );
            for value in values.iter().skip(place).take(count) {
                if length <= 8 {
                    let from = usize::try_from(code << (8 - length)).ok()?;
                    let filled = short.get_mut(from..from + (1 << (8 - length)))?;
                    filled.fill(u16::try_from(length).ok()? << 8 | u16::from(*value));
                }
                code += 1;
            }
            if code > 1 << length {
                return None;
            }
            (code, place) = (code << 1, place + count);
        }
        let mut seen = [false; 256];
        let plain = values
            .iter()
            .all(|value| seen.get_mut(usize::from(*value)).is_some_and(|seen| !std::mem::replace(seen, true)));
        let raw = bytes.get(..16 + total)?.to_vec();
        Some((Self { raw, plain, short, longer }, 16 + total))
    }
}

/// The data of one interval, free of stuffed bytes.
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Without the zeros behind them.
    len: usize,
    /// In bits.
    at: usize,
}

/// Zeros behind the data, so that looking ahead needs no second thought.
const AHEAD: usize = 8;
/// The bits of a byte that are left when so many of it have been read.
const OPEN: [u8; 8] = [0, 0x7f, 0x3f, 0x1f, 0x0f, 0x07, 0x03, 0x01];

impl Bits {
    pub fn new(coded: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(coded.len() + AHEAD);
        let mut stuffed = false;
        for byte in coded {
            if !std::mem::replace(&mut stuffed, *byte == 0xff) {
                bytes.push(*byte);
            } else if *byte != 0 {
                // Bytes that fill, up to the next marker.
                bytes.pop();
                break;
            }
        }
        let len = bytes.len();
        bytes.resize(len + AHEAD, 0);
        Self { bytes, len, at: 0 }
    }

    fn ahead(&self) -> u32 {
        let four = self.bytes.get(self.at / 8..).and_then(|rest| rest.first_chunk());
        four.map_or(0, |four| u32::from_be_bytes(*four)) << (self.at % 8)
    }

    /// `None` behind the end: whoever reads on would read for nothing.
    pub fn skip(&mut self, count: u32) -> Option<()> {
        self.at += count as usize;
        (self.at <= self.len * 8).then_some(())
    }

    /// At most 16 bits.
    pub fn number(&mut self, count: u32) -> Option<u32> {
        let number = self.ahead().checked_shr(32 - count).unwrap_or_default();
        self.skip(count)?;
        Some(number)
    }

    pub fn symbol(&mut self, table: &Huffman) -> Option<u8> {
        let code = self.ahead() >> 16;
        let short = table.short.get(code as usize >> 8).copied().unwrap_or_default();
        if short != 0 {
            self.skip(u32::from(short >> 8))?;
            return Some((short & 0xff) as u8);
        }
        let (length, (_, add)) = (9_u32..).zip(table.longer.iter().skip(9)).find(|(_, (behind, _))| code < *behind)?;
        let place = i32::try_from(code >> (16 - length)).ok()? + add;
        self.skip(length)?;
        table.raw.get(16 + usize::try_from(place).ok()?).copied()
    }

    /// What has been read, as it stands in a file: filled up with ones, and stuffed.
    pub fn read(&self, out: &mut Vec<u8>) {
        let count = self.at.div_ceil(8).min(self.len);
        let open = OPEN.get(self.at % 8).copied().unwrap_or_default();
        for (n, byte) in self.bytes.iter().take(count).enumerate() {
            let byte = if n + 1 == count { byte | open } else { *byte };
            out.push(byte);
            if byte == 0xff {
                out.push(0);
            }
        }
    }
}
