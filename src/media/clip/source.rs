//! A file that is read in pieces, each no longer than its reader expects, and numbers in it.

use std::io::{Read, Seek, SeekFrom};

use super::refuse;
use crate::error::{Error, Result};
use crate::limits::clip as limits;

pub(super) struct Source<'a, R> {
    input: &'a mut R,
    len: u64,
    /// What was read last, and where it begins: a file may be made of millions of parts of a few bytes.
    window: Vec<u8>,
    from: u64,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    pub fn new(input: &'a mut R) -> Result<Self> {
        let len = input.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self { input, len, window: Vec::new(), from: 0 })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Exactly `len` bytes. A file that ends before is cut off; whoever asks has bounded `len`.
    pub fn exactly(&mut self, at: u64, len: usize) -> Result<Vec<u8>> {
        if at.checked_add(len as u64).is_none_or(|end| end > self.len) {
            return Err(refuse::cut_off());
        }
        self.up_to(at, len)
    }

    /// As many of `len` bytes as there are.
    pub fn up_to(&mut self, at: u64, len: usize) -> Result<Vec<u8>> {
        if len <= limits::WINDOW {
            return Ok(self.peek(at, len)?.to_vec());
        }
        let mut bytes = Vec::new();
        self.fill(at, len, &mut bytes)?;
        Ok(bytes)
    }

    /// As many of `len` bytes as there are, at most a window, without a copy.
    pub fn peek(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        let within = |from: u64, window: &[u8]| {
            let start = usize::try_from(at.checked_sub(from)?).ok()?;
            (start.checked_add(len)? <= window.len()).then_some(start)
        };
        let start = if let Some(start) = within(self.from, &self.window) {
            start
        } else {
            let mut window = std::mem::take(&mut self.window);
            window.clear();
            self.fill(at, limits::WINDOW, &mut window)?;
            (self.window, self.from) = (window, at);
            0
        };
        let rest = self.window.get(start..).unwrap_or_default();
        Ok(rest.get(..len).unwrap_or(rest))
    }

    fn fill(&mut self, at: u64, len: usize, into: &mut Vec<u8>) -> Result<()> {
        self.input.seek(SeekFrom::Start(at)).map_err(failed)?;
        self.input.by_ref().take(len as u64).read_to_end(into).map_err(failed)?;
        Ok(())
    }
}

/// A length of ID3: seven bits in each byte.
pub(super) fn sevens(size: u32) -> u64 {
    size.to_be_bytes().iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f))
}

fn failed(e: std::io::Error) -> Error {
    Error::broken("reading a clip", e)
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

pub(super) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|b| u64::from_be_bytes(*b))
}

/// `count` units at `scale` units a second, in milliseconds. A scale of nothing lasts no time.
pub(super) fn millis(count: u64, scale: u64) -> u64 {
    let millis = u128::from(count) * 1_000 / u128::from(scale.max(1));
    if scale == 0 { 0 } else { u64::try_from(millis).unwrap_or(u64::MAX) }
}
