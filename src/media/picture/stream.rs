//! Writes a JPEG from a picture that is scaled and turned while it is written: neither the scaled nor the turned picture
//! is ever in memory as a whole.

use std::cell::RefCell;

use image::DynamicImage;
use image::metadata::Orientation;
use jpeg_encoder::{ChromaSubsamplingMethod, Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};

use super::shrink::{self, Area};
use super::{Encoded, Kind};
use crate::error::{Error, Result};
use crate::limits::media::BAND;

/// `whole` is the size before turning. Without alpha.
pub fn jpeg(
    image: &DynamicImage,
    whole: (u32, u32),
    turn: Orientation,
    quality: u8,
    icc: Option<&[u8]>,
) -> Result<Encoded> {
    let failed = |e| Error::broken("writing a JPEG", e);
    let side = |side: u32| u16::try_from(side).map_err(|e| Error::broken("writing a JPEG", e));
    let (width, height) = turned(whole, turn);
    let rows = Rows {
        image,
        whole,
        turn,
        size: (side(width)?, side(height)?),
        band: RefCell::new(Band { top: 0, rows: None, failed: None }),
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    encoder.encode_image(&rows).map_err(failed)?;
    match rows.band.into_inner().failed {
        Some(e) => Err(e),
        None => Ok(Kind::Jpeg.encoded(bytes, width, height)),
    }
}

/// A size after turning.
pub fn turned((width, height): (u32, u32), turn: Orientation) -> (u32, u32) {
    if lies(turn) { (height, width) } else { (width, height) }
}

/// Rows become columns.
fn lies(turn: Orientation) -> bool {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
    };
    match turn {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => true,
        NoTransforms | FlipHorizontal | FlipVertical | Rotate180 => false,
    }
}

struct Rows<'a> {
    image: &'a DynamicImage,
    whole: (u32, u32),
    turn: Orientation,
    /// After turning.
    size: (u16, u16),
    band: RefCell<Band>,
}

/// The rows at hand.
struct Band {
    top: u32,
    rows: Option<DynamicImage>,
    failed: Option<Error>,
}

impl Band {
    fn row(&self, y: u32, channels: usize) -> Option<&[u8]> {
        let rows = self.rows.as_ref()?;
        let length = usize::try_from(rows.width()).ok()? * channels;
        let start = usize::try_from(y.checked_sub(self.top)?).ok()? * length;
        rows.as_bytes().get(start..start + length)
    }
}

impl Rows<'_> {
    /// The band that begins with a row of the turned picture.
    fn cut(&self, top: u32) -> Result<DynamicImage> {
        use Orientation::{
            FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
        };
        let rows = BAND.min(u32::from(self.size.1).saturating_sub(top));
        let (width, height) = self.whole;
        let bottom = u32::from(self.size.1).saturating_sub(top + rows);
        let area = match self.turn {
            NoTransforms | FlipHorizontal => Area { left: 0, top, width, height: rows },
            FlipVertical | Rotate180 => Area { left: 0, top: bottom, width, height: rows },
            Rotate90 | Rotate90FlipH => Area { left: top, top: 0, width: rows, height },
            Rotate270 | Rotate270FlipH => Area { left: bottom, top: 0, width: rows, height },
        };
        let mut band = shrink::part(self.image, self.whole, area)?;
        band.apply_orientation(self.turn);
        Ok(band)
    }
}

impl ImageBuffer for &Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.image.color().has_color() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.size.0
    }

    fn height(&self) -> u16 {
        self.size.1
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (y, width) = (u32::from(y), usize::from(self.size.0));
        let channels = usize::from(self.image.color().channel_count());
        let mut band = self.band.borrow_mut();
        if band.row(y, channels).is_none() && band.failed.is_none() {
            let band = &mut *band;
            match self.cut(y) {
                Ok(rows) => (band.top, band.rows) = (y, Some(rows)),
                Err(e) => band.failed = Some(e),
            }
        }
        let [first, second, third, _] = buffers;
        let Some(row) = band.row(y, channels) else {
            // The encoder cannot stop; what it made is thrown away.
            for buffer in [first, second, third] {
                buffer.resize(buffer.len() + width, 0);
            }
            return;
        };
        if channels == 1 {
            first.extend_from_slice(row);
            return;
        }
        for pixel in row.as_chunks::<3>().0 {
            let [r, g, b] = *pixel;
            let (luma, blue, red) = rgb_to_ycbcr(r, g, b);
            first.push(luma);
            second.push(blue);
            third.push(red);
        }
    }
}
