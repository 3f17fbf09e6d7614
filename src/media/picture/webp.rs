//! WebP without its metadata: the one coded picture, its alpha plane and colour profile in a
//! fresh container; everything else and all that follows stays behind. RFC 9649 §2.
//! Its coded data do not say where they end, and something could stand behind them: the picture is encoded anew.

use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, profile, refuse};
use crate::error::{Error, Result};

const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const ANIMATED: u8 = 0x02;

#[derive(Default)]
struct Parts<'a> {
    canvas: Option<(u32, u32)>,
    icc: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    picture: Option<Coded<'a>>,
    orientation: Option<Orientation>,
}

struct Coded<'a> {
    data: &'a [u8],
    lossless: bool,
    size: (u32, u32),
    /// The alpha bit of a lossless header; lossy pictures keep alpha apart.
    alpha: bool,
}

pub(super) fn clean(bytes: &[u8], keep_icc: bool) -> Result<Clean> {
    let mut cut = Cut(bytes);
    let riff = (|| {
        cut.take(4)?;
        cut.le32()
    })();
    let length = usize::try_from(riff.ok_or_else(refuse::cut_off)?).map_err(|_| refuse::damaged())?;
    let mut body = Cut(cut.take(length).ok_or_else(refuse::cut_off)?);
    body.take(4).ok_or_else(refuse::cut_off)?;
    let mut parts = Parts::default();
    while !body.0.is_empty() {
        let (name, data) = chunk(&mut body)?;
        parts.take(name, data)?;
    }
    parts.icc = parts.icc.filter(|_| keep_icc);
    parts.finish()
}

fn moving() -> Error {
    refuse::animation("WebP", "magick moving.webp moving.gif")
}

impl<'a> Parts<'a> {
    fn take(&mut self, name: &[u8], data: &'a [u8]) -> Result<()> {
        match name {
            b"VP8X" => {
                let mut cut = Cut(data);
                let header = (|| Some((cut.take(4)?.first().copied()?, cut.le24()? + 1, cut.le24()? + 1)))();
                let (flags, width, height) = header.ok_or_else(refuse::damaged)?;
                if flags & ANIMATED != 0 {
                    return Err(moving());
                }
                self.canvas.get_or_insert((width, height));
            }
            b"ANIM" | b"ANMF" => return Err(moving()),
            b"ICCP" => _ = self.icc.get_or_insert(data),
            b"ALPH" => _ = self.alpha.get_or_insert(data),
            b"VP8 " if self.picture.is_none() => self.picture = Some(lossy(data).ok_or_else(refuse::damaged)?),
            b"VP8L" if self.picture.is_none() => self.picture = Some(lossless(data).ok_or_else(refuse::damaged)?),
            b"EXIF" => {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                self.orientation = self.orientation.or_else(|| Orientation::from_exif_chunk(tiff));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Clean> {
        let picture = self.picture.ok_or_else(refuse::damaged)?;
        let (width, height) = picture.size;
        check_size(width, height)?;
        if self.canvas.is_some_and(|canvas| canvas != picture.size) {
            return Err(refuse::damaged());
        }
        let icc = self.icc.and_then(profile::clean);
        let plane = self.alpha.filter(|_| !picture.lossless);
        let mut body = b"WEBP".to_vec();
        if icc.is_some() || plane.is_some() {
            let flags = [(icc.is_some(), ICC), (plane.is_some() || picture.alpha, ALPHA)];
            let flags = flags.iter().filter(|(set, _)| *set).fold(0, |all, (_, flag)| all | flag);
            let side = |side: u32| (side - 1).to_le_bytes().into_iter().take(3);
            let header: Vec<u8> = [flags, 0, 0, 0].into_iter().chain(side(width)).chain(side(height)).collect();
            put(&mut body, *b"VP8X", &header);
        }
        if let Some(icc) = &icc {
            put(&mut body, *b"ICCP", icc);
        }
        if let Some(plane) = plane {
            put(&mut body, *b"ALPH", plane);
        }
        put(&mut body, if picture.lossless { *b"VP8L" } else { *b"VP8 " }, picture.data);
        let mut out = Vec::with_capacity(body.len() + 8);
        put(&mut out, *b"RIFF", &body);
        let orientation = self.orientation.unwrap_or(Orientation::NoTransforms);
        Ok(Clean { bytes: out, width, height, orientation, icc: icc.is_some(), frames: 1, servable: false })
    }
}

fn chunk<'a>(cut: &mut Cut<'a>) -> Result<(&'a [u8], &'a [u8])> {
    let name = cut.take(4).ok_or_else(refuse::cut_off)?;
    let length = cut.le32().ok_or_else(refuse::cut_off)?;
    let length = usize::try_from(length).map_err(|_| refuse::damaged())?;
    let data = cut.take(length).ok_or_else(refuse::cut_off)?;
    cut.take(length & 1); // padding, which some writers forget at the end
    Ok((name, data))
}

fn put(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("never longer than the file that came in and a few headers");
    out.extend(name);
    out.extend(length.to_le_bytes());
    out.extend(data);
    out.extend(std::iter::repeat_n(0, data.len() & 1));
}

/// RFC 6386 §9.1: a key frame's start code and size, whose upper two bits are a scale.
fn lossy(data: &[u8]) -> Option<Coded<'_>> {
    let mut cut = Cut(data);
    let tag = cut.le24()?;
    let key = tag & 1 == 0 && cut.take(3)? == [0x9d, 0x01, 0x2a];
    let size = (u32::from(cut.le16()? & 0x3fff), u32::from(cut.le16()? & 0x3fff));
    key.then_some(Coded { data, lossless: false, size, alpha: false })
}

/// RFC 9649 §3.4: signature, 14 bits of width − 1, 14 of height − 1, the alpha bit.
fn lossless(data: &[u8]) -> Option<Coded<'_>> {
    let mut cut = Cut(data);
    let signature = cut.byte()?;
    let bits = cut.le32()?;
    let size = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    (signature == 0x2f).then_some(Coded { data, lossless: true, size, alpha: bits >> 28 & 1 == 1 })
}
