//! The tables of a track: how many samples it has, how long each lasts, how large it is and where it lies. Players believe
//! every one of them, so that they have to agree with each other (ISO/IEC 14496-12 §8.6 and §8.7).

use std::iter::Peekable;
use std::slice::ChunksExact;

use super::super::refuse;
use super::super::source::{be32, be64};
use super::boxes::{Part, find};
use super::data::Data;
use crate::error::{Error, Result};

/// What the samples of a track come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Samples {
    pub count: u64,
    /// How long all of them last, in units of the track.
    pub ticks: u64,
}

impl Samples {
    pub fn and(self, more: Self) -> Self {
        Self { count: self.count.saturating_add(more.count), ticks: self.ticks.saturating_add(more.ticks) }
    }
}

pub(super) struct Tables {
    /// All of them.
    whole: Part,
    /// Addresses of chunks: the box, and the bytes of one address.
    chunks: Option<(Part, usize)>,
}

/// Tables of rows, behind how many there are, and the bytes of a row.
const ROWS: [(&[u8; 4], usize); 6] =
    [(b"stts", 8), (b"ctts", 8), (b"stss", 4), (b"stsc", 12), (b"stco", 4), (b"co64", 8)];

impl Tables {
    pub fn read(index: &[u8], whole: Part) -> Result<Self> {
        let wide = find(index, &whole, &[b"co64"])?.map(|part| (part, 8));
        let chunks = find(index, &whole, &[b"stco"])?.map(|part| (part, 4)).or(wide);
        Ok(Self { whole, chunks })
    }

    /// Whether they name data, not the fragments only.
    pub fn have_data(&self) -> bool {
        self.chunks.as_ref().is_some_and(|(part, width)| part.body.len() >= 8 + width)
    }

    /// Gives each chunk its new place.
    pub fn readdress(&self, index: &mut [u8], new_place: impl Fn(u64) -> Option<u64>) -> Result<()> {
        let outside = || refuse::damaged("its index points outside its data");
        let Some((part, width)) = &self.chunks else { return Ok(()) };
        let count = be32(part.bytes(index), 4).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
        let table = index.get_mut(part.body.clone()).and_then(|body| body.get_mut(8..)).ok_or_else(refuse::cut_off)?;
        for address in table.chunks_exact_mut(*width).take(count) {
            let new = place(address).and_then(&new_place).ok_or_else(outside)?;
            if *width == 8 {
                address.copy_from_slice(&new.to_be_bytes());
            } else {
                address.copy_from_slice(&u32::try_from(new).map_err(|_| outside())?.to_be_bytes());
            }
        }
        Ok(())
    }

    /// What they say, and where the samples are in the file. Refuses what does not agree.
    pub fn samples(&self, index: &[u8], data: &mut Data) -> Result<Samples> {
        let within = |kind: &'static [u8; 4]| find(index, &self.whole, &[kind]);
        for (kind, width) in ROWS {
            within(kind)?.map_or(Ok(()), |part| rows(part.bytes(index), width).map(drop))?;
        }
        let sizes = within(b"stsz")?.or(within(b"stz2")?);
        let (Some((chunks, width)), Some(sizes), Some(groups)) = (&self.chunks, sizes, within(b"stsc")?) else {
            // In a film in fragments that name all there is, the tables are empty or missing.
            return if self.have_data() {
                Err(refuse::damaged("a track lacks a part that it needs"))
            } else {
                Ok(Samples::default())
            };
        };
        let mut sizes = Sizes::new(sizes.bytes(index), &sizes.kind == b"stz2")?;
        let mut per_chunk = Groups { rows: rows(groups.bytes(index), 12)?.peekable(), each: 0 };
        for (chunk, address) in (1_u32..).zip(rows(chunks.bytes(index), *width)?) {
            let start = place(address).ok_or_else(refuse::cut_off)?;
            data.add(start..start.saturating_add(sizes.take(per_chunk.of(chunk))?))?;
        }
        let times = within(b"stts")?;
        let said = times.map_or(Ok(Samples::default()), |times| said(times.bytes(index)))?;
        if sizes.next != sizes.count || said.count != sizes.count as u64 {
            return Err(disagree());
        }
        if said.count > 1 && said.ticks == 0 {
            return Err(refuse::damaged("all of it is at the same moment"));
        }
        Ok(said)
    }
}

fn disagree() -> Error {
    refuse::damaged("its tables do not agree how much there is in a track")
}

/// The rows of a table, as many as it says.
fn rows(body: &[u8], width: usize) -> Result<ChunksExact<'_, u8>> {
    let count = be32(body, 4).and_then(|count| usize::try_from(count).ok()).ok_or_else(refuse::cut_off)?;
    let end = count.checked_mul(width).and_then(|len| len.checked_add(8));
    let rows = end.and_then(|end| body.get(8..end));
    rows.map(|rows| rows.chunks_exact(width))
        .ok_or_else(|| refuse::damaged("a table of a track is shorter than it says"))
}

/// An address of four or eight bytes.
fn place(address: &[u8]) -> Option<u64> {
    if address.len() == 8 { be64(address, 0) } else { be32(address, 0).map(u64::from) }
}

/// What the table of times (`stts`) says: rows of so many samples, of so many units each.
fn said(body: &[u8]) -> Result<Samples> {
    let row = |row: &[u8]| {
        let (count, each) = (be32(row, 0).map_or(0, u64::from), be32(row, 4).map_or(0, u64::from));
        Samples { count, ticks: count * each }
    };
    Ok(rows(body, 8)?.map(row).fold(Samples::default(), Samples::and))
}

/// Sizes of samples in order.
struct Sizes<'a> {
    each: u32,
    /// Of one size.
    bits: usize,
    table: &'a [u8],
    /// The next sample, and how many there are.
    next: usize,
    count: usize,
}

impl<'a> Sizes<'a> {
    fn new(body: &'a [u8], compact: bool) -> Result<Self> {
        let (first, count) = (be32(body, 4).ok_or_else(refuse::cut_off)?, be32(body, 8).ok_or_else(refuse::cut_off)?);
        let (each, bits) = if compact { (0, first & 0xff) } else { (first, 32) };
        if !matches!(bits, 4 | 8 | 16 | 32) {
            return Err(refuse::damaged("it says the sizes of its samples in a way that does not exist"));
        }
        let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let table = body.get(12..).unwrap_or_default();
        if each == 0 && u64::from(count) * u64::from(bits) > table.len() as u64 * 8 {
            return Err(refuse::damaged("a table of a track is shorter than it says"));
        }
        Ok(Self { each, bits: whole(bits), table, next: 0, count: whole(count) })
    }

    /// Bytes of the next samples, which there have to be.
    fn take(&mut self, count: u32) -> Result<u64> {
        let first = self.next;
        self.next = first.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        if self.next > self.count {
            return Err(disagree());
        }
        if self.each > 0 {
            return Ok(u64::from(self.each) * u64::from(count));
        }
        Ok((first..self.next).map(|sample| self.size(sample)).fold(0, u64::saturating_add))
    }

    fn size(&self, sample: usize) -> u64 {
        let at = sample * self.bits / 8;
        let byte = |at: usize| self.table.get(at).copied().map_or(0, u64::from);
        match self.bits {
            4 => byte(at) >> (if sample.is_multiple_of(2) { 4 } else { 0 }) & 0xf,
            8 => byte(at),
            16 => byte(at) << 8 | byte(at + 1),
            _ => be32(self.table, at).map_or(0, u64::from),
        }
    }
}

/// How many samples each chunk holds: rows of first chunk, samples, description.
struct Groups<'a> {
    rows: Peekable<ChunksExact<'a, u8>>,
    each: u32,
}

impl Groups<'_> {
    /// Chunks are asked for in order.
    fn of(&mut self, chunk: u32) -> u32 {
        while let Some(row) = self.rows.next_if(|row| be32(row, 0).is_some_and(|first| first <= chunk)) {
            self.each = be32(row, 4).unwrap_or_default();
        }
        self.each
    }
}
