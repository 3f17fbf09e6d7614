//! Sound and moving pictures: what a file is by its bytes, how long and how large, and how it is to be written for the
//! world: the index first, without metadata, nothing re-encoded. A file of any size is read in small pieces.

mod chapters;
mod flac;
mod mp4;
mod mpeg;
mod ogg;
mod refuse;
mod source;
#[cfg(test)]
mod tests;
mod webm;

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::error::{Error, Result};
use crate::limits::clip as limits;

pub use chapters::chapters;
pub(in crate::media) use refuse::TO_MP4;
use source::Source;

/// A file that can be played, and how it is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    pub mime: &'static str,
    /// Without a dot; one that `media::files` takes.
    pub ext: &'static str,
    pub millis: u64,
    /// Width and height in pixels as it is shown, after turning; `None` for sound alone.
    pub frame: Option<(u32, u32)>,
    /// Whether there is sound.
    pub sound: bool,
    pieces: Vec<Piece>,
}

/// A part of the file to write.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Of the file read.
    Copy {
        at: u64,
        len: u64,
    },
    Bytes(Vec<u8>),
    /// Where something was that nobody shall read.
    Zeros(u64),
}

/// Whether a file that begins like this is, or wants to be, sound or a moving picture.
pub fn is_clip(head: &[u8]) -> bool {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => !mp4::is_still(brand),
        [0x1a, 0x45, 0xdf, 0xa3, ..]
        | [b'O', b'g', b'g', b'S', ..]
        | [b'f', b'L', b'a', b'C', ..]
        | [b'I', b'D', b'3', ..]
        | [0xff, 0xe0..=0xff, ..] => true,
        other => refuse::is_known(other),
    }
}

/// Whether a file of this length, in bytes, can be taken where there is room for `most`.
pub fn check_weight(bytes: u64, most: u64) -> Result<()> {
    if bytes <= most { Ok(()) } else { Err(refuse::heavy(bytes, most)) }
}

/// Finds out what a file is. `Invalid` says what is wrong with it and how to convert it; no bytes whatever make it
/// panic, and it needs at most about 100 MB of memory, for the index of an MP4 of many hours.
pub fn read(input: &mut (impl Read + Seek)) -> Result<Clip> {
    let mut source = Source::new(input)?;
    let head = source.up_to(0, 512)?;
    let clip = match head.as_slice() {
        [] => return Err(refuse::empty()),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => mp4::read(&mut source)?,
        [0x1a, 0x45, 0xdf, 0xa3, ..] => webm::read(&mut source)?,
        [b'O', b'g', b'g', b'S', ..] => ogg::read(&mut source).map_err(refuse::of_sound)?,
        [b'f', b'L', b'a', b'C', ..] => flac::read(&mut source).map_err(refuse::of_sound)?,
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => mpeg::read(&mut source).map_err(refuse::of_sound)?,
        other => return Err(refuse::kind(other)),
    };
    if clip.millis == 0 {
        return Err(refuse::damaged("it lasts no time at all"));
    }
    if clip.millis > limits::MILLIS {
        return Err(refuse::long());
    }
    match clip.frame {
        Some((width, height)) if width == 0 || height == 0 => Err(refuse::damaged("the picture has no size")),
        Some((width, height)) if u64::from(width) * u64::from(height) > limits::MATRIX => {
            Err(refuse::large(width, height))
        }
        Some(_) | None => Ok(clip),
    }
}

impl Clip {
    /// Bytes of the file to write.
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Writes the file for the world. `input` is what `read` read, unchanged.
    pub fn write(&self, input: &mut (impl Read + Seek), out: &mut impl Write) -> Result<()> {
        let failed = |e: io::Error| Error::broken("writing a clip", e);
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out.write_all(bytes).map_err(failed)?,
                Piece::Zeros(len) => copy(&mut io::repeat(0), *len, out).map_err(failed)?,
                Piece::Copy { at, len } => {
                    input.seek(SeekFrom::Start(*at)).map_err(failed)?;
                    copy(input, *len, out).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Copy { len, .. } | Self::Zeros(len) => *len,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

fn copy(from: &mut impl Read, len: u64, to: &mut impl Write) -> io::Result<()> {
    let copied = io::copy(&mut from.take(len), to)?;
    if copied == len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
