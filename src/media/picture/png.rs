//! PNG without its metadata: what makes the picture in fresh chunks, and nothing else; of packed pixels as much as the
//! picture needs, of a palette the colours that it uses. Where that cannot be told, the picture is encoded anew.
//! PNG, third edition, §11 and §13.

mod rows;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, profile, refuse};
use crate::error::Result;
use crate::limits;
use rows::Header;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Chroma is told in 100,000ths, gamma too.
const ONE: u32 = 100_000;

/// What makes the picture.
#[derive(Default)]
struct State<'a> {
    header: Option<(Header, &'a [u8])>,
    /// Colours, once each: how they are meant.
    meant: Vec<([u8; 4], Vec<u8>)>,
    palette: Option<&'a [u8]>,
    clear: Option<&'a [u8]>,
    pixels: Vec<u8>,
    orientation: Option<Orientation>,
}

pub(super) fn clean(bytes: &[u8], keep_icc: bool) -> Result<Clean> {
    let mut cut = Cut(bytes);
    cut.take(SIGNATURE.len()).ok_or_else(refuse::cut_off)?;
    let mut state = State::default();
    loop {
        let Chunk { name, data, sound } = chunk(&mut cut)?;
        let critical = name.first().is_some_and(u8::is_ascii_uppercase);
        if (name == *b"IHDR") != state.header.is_none() || critical && !sound {
            return Err(refuse::damaged());
        }
        if name == *b"IEND" {
            return state.finish();
        }
        if sound {
            state.take(name, data, keep_icc)?;
        }
    }
}

impl<'a> State<'a> {
    fn take(&mut self, name: [u8; 4], data: &'a [u8], keep_icc: bool) -> Result<()> {
        let early = self.pixels.is_empty();
        match &name {
            b"IHDR" => self.header = Some((header(data)?, data)),
            b"IDAT" => self.pixels.extend_from_slice(data),
            b"PLTE" if early && self.palette.is_none() => self.palette = Some(data),
            b"PLTE" => {}
            b"acTL" if data.get(..4).is_some_and(|frames| frames > [0, 0, 0, 1].as_slice()) => {
                return Err(refuse::animation("PNG", "ffmpeg -f apng -i moving.png moving.gif"));
            }
            b"eXIf" => self.orientation = self.orientation.or_else(|| Orientation::from_exif_chunk(data)),
            b"tRNS" if early && self.clear.is_none() => self.clear = Some(data),
            b"iCCP" if early && keep_icc => self.meant(name, profile_of(data)),
            b"gAMA" if early && data.len() == 4 => self.meant(name, small(data)),
            b"cHRM" if early && data.len() == 32 => self.meant(name, small(data)),
            b"cICP" if early && data.len() == 4 => self.meant(name, Some(data.to_vec())),
            b"sRGB" if early && data.len() == 1 => self.meant(name, Some(data.to_vec())),
            // Upper case: a part no reader may do without (§5.4), yet no edition names it.
            [first, ..] if first.is_ascii_uppercase() => return Err(refuse::damaged()),
            _ => {}
        }
        Ok(())
    }

    fn meant(&mut self, name: [u8; 4], data: Option<Vec<u8>>) {
        if self.meant.iter().all(|(other, _)| *other != name) {
            self.meant.extend(data.map(|data| (name, data)));
        }
    }

    fn finish(mut self) -> Result<Clean> {
        let (header, raw) = self.header.ok_or_else(refuse::damaged)?;
        let needed = rows::needed(header, &self.pixels);
        let mut out = Vec::with_capacity(self.pixels.len() + 2_000);
        out.extend(SIGNATURE);
        put(&mut out, *b"IHDR", raw);
        for (name, data) in &self.meant {
            put(&mut out, *name, data);
        }
        let clear = self.clear.unwrap_or_default();
        match header.colour {
            // In true colour, which needs none, it would be a suggestion, or a note.
            3 => {
                let mut palette = self.palette.unwrap_or_default().to_vec();
                palette.truncate(palette.len() / 3 * 3);
                let mut clear = clear.to_vec();
                clear.truncate(palette.len() / 3);
                if let Some(needed) = &needed {
                    let unused = |n: usize| needed.used.get(n) == Some(&false);
                    palette.chunks_mut(3).enumerate().filter(|(n, _)| unused(*n)).for_each(|(_, rgb)| rgb.fill(0));
                    clear.iter_mut().enumerate().filter(|(n, _)| unused(*n)).for_each(|(_, alpha)| *alpha = 255);
                }
                put(&mut out, *b"PLTE", &palette);
                if !clear.is_empty() {
                    put(&mut out, *b"tRNS", &clear);
                }
            }
            0 if clear.len() == 2 => put(&mut out, *b"tRNS", clear),
            2 if clear.len() == 6 => put(&mut out, *b"tRNS", clear),
            _ => {}
        }
        if let Some(needed) = &needed {
            self.pixels.truncate(needed.len);
        }
        put(&mut out, *b"IDAT", &self.pixels);
        put(&mut out, *b"IEND", &[]);
        let icc = self.meant.iter().any(|(name, _)| name == b"iCCP");
        let orientation = self.orientation.unwrap_or(Orientation::NoTransforms);
        let Header { width, height, .. } = header;
        Ok(Clean { bytes: out, width, height, orientation, icc, frames: 1, servable: needed.is_some() })
    }
}

struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    /// Its checksum is right.
    sound: bool,
}

fn chunk<'a>(cut: &mut Cut<'a>) -> Result<Chunk<'a>> {
    let length = cut.be32().ok_or_else(refuse::cut_off)?;
    let name: [u8; 4] = cut.take(4).and_then(|name| name.try_into().ok()).ok_or_else(refuse::cut_off)?;
    if !name.iter().all(u8::is_ascii_alphabetic) {
        return Err(refuse::damaged());
    }
    let length = usize::try_from(length).map_err(|_| refuse::damaged())?;
    let data = cut.take(length).ok_or_else(refuse::cut_off)?;
    let sum = cut.be32().ok_or_else(refuse::cut_off)?;
    Ok(Chunk { name, data, sound: checksum(name, data) == sum })
}

fn checksum(name: [u8; 4], data: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(&name);
    sum.update(data);
    sum.sum()
}

fn put(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("never longer than the file that came in, or than a profile");
    out.extend(length.to_be_bytes());
    out.extend(name);
    out.extend(data);
    out.extend(checksum(name, data).to_be_bytes());
}

fn header(data: &[u8]) -> Result<Header> {
    let mut cut = Cut(data);
    let fields = (|| Some((cut.be32()?, cut.be32()?, cut.byte()?, cut.byte()?, cut.be16()?, cut.byte()?)))();
    let (width, height, depth, colour, _, interlace) =
        fields.filter(|_| data.len() == 13).ok_or_else(refuse::damaged)?;
    check_size(width, height)?;
    let deep = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    if !deep || interlace > 1 {
        return Err(refuse::damaged());
    }
    Ok(Header { width, height, depth, colour, interlaced: interlace == 1 })
}

/// Numbers of four bytes that say how colours are meant; larger ones say something else.
fn small(data: &[u8]) -> Option<Vec<u8>> {
    let numbers = data.as_chunks::<4>().0.iter().map(|four| u32::from_be_bytes(*four));
    numbers.into_iter().all(|number| number <= 10 * ONE).then(|| data.to_vec())
}

/// A colour profile without its name and those in it, packed anew.
fn profile_of(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|byte| *byte == 0)?;
    let packed = data.get(name + 2..).filter(|_| data.len() <= limits::media::ICC_PACKED)?;
    let mut icc = Vec::new();
    ZlibDecoder::new(packed).take(limits::media::ICC as u64 + 1).read_to_end(&mut icc).ok()?;
    let mut to = ZlibEncoder::new(b"colour\0\0".to_vec(), Compression::default());
    to.write_all(&profile::clean(&icc)?).ok()?;
    to.finish().ok()
}
