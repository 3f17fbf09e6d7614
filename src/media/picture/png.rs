//! PNG without its metadata: copies the chunks that make the picture and nothing else, and
//! stops at IEND. PNG, third edition, §11 and §13.

use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, refuse};
use crate::error::Result;
use crate::limits;

const SIGNATURE: usize = 8;

pub(super) fn clean(bytes: &[u8], keep_icc: bool) -> Result<Clean> {
    let mut cut = Cut(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(cut.take(SIGNATURE).ok_or_else(refuse::cut_off)?);
    let (mut size, mut colour) = (None, None);
    let mut orientation = None;
    let mut icc = false;
    loop {
        let rest = cut.0;
        let (name, data) = chunk(&mut cut)?;
        if (name == *b"IHDR") != size.is_none() {
            return Err(refuse::damaged());
        }
        match &name {
            b"IHDR" => (size, colour) = (Some(header(data)?), data.get(9).copied()),
            b"acTL" if data.get(..4).is_some_and(|frames| frames > [0, 0, 0, 1].as_slice()) => {
                return Err(refuse::animation("PNG"));
            }
            b"eXIf" => orientation = orientation.or_else(|| Orientation::from_exif_chunk(data)),
            b"iCCP" => icc = keep_icc && data.len() <= limits::media::ICC_PACKED,
            _ => {}
        }
        let keep = match &name {
            b"IHDR" | b"IDAT" | b"IEND" => true,
            // In true colour, which needs none, it would be a suggestion, or a note.
            b"PLTE" => colour == Some(3),
            b"tRNS" => data.len() <= 256,
            b"gAMA" | b"cICP" => data.len() == 4,
            b"cHRM" => data.len() == 32,
            b"sRGB" => data.len() == 1,
            b"iCCP" => icc,
            // Upper case: a part no reader may do without (§5.4), yet no edition names it.
            [first, ..] if first.is_ascii_uppercase() => return Err(refuse::damaged()),
            _ => false,
        };
        if keep {
            out.extend(rest.iter().take(data.len() + 12));
        }
        if name == *b"IEND" {
            break;
        }
    }
    let (width, height) = size.ok_or_else(refuse::damaged)?;
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    Ok(Clean { bytes: out, width, height, orientation, icc, frames: 1, servable: true })
}

fn chunk<'a>(cut: &mut Cut<'a>) -> Result<([u8; 4], &'a [u8])> {
    let length = cut.be32().ok_or_else(refuse::cut_off)?;
    let name: [u8; 4] = cut.take(4).and_then(|name| name.try_into().ok()).ok_or_else(refuse::cut_off)?;
    if !name.iter().all(u8::is_ascii_alphabetic) {
        return Err(refuse::damaged());
    }
    let length = usize::try_from(length).map_err(|_| refuse::damaged())?;
    let data = cut.take(length).ok_or_else(refuse::cut_off)?;
    cut.take(4).ok_or_else(refuse::cut_off)?; // the checksum, which the decoder compares
    Ok((name, data))
}

fn header(data: &[u8]) -> Result<(u32, u32)> {
    let mut cut = Cut(data);
    let size = (|| Some((cut.be32()?, cut.be32()?)))();
    let (width, height) = size.filter(|_| data.len() == 13).ok_or_else(refuse::damaged)?;
    check_size(width, height)?;
    Ok((width, height))
}
