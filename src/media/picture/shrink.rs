//! Makes pictures smaller, some rows at a time, so that little memory is needed beside the picture itself.

use fast_image_resize::images::TypedCroppedImageMut;
use fast_image_resize::{
    FilterType, IntoImageView, IntoImageViewMut, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer, pixels,
};
use image::DynamicImage;

use crate::error::{Error, Result};
use crate::limits::media::BAND;

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// Keeps the shape, never grows.
pub fn shrink(image: DynamicImage, max_width: u32, max_height: u32) -> Result<DynamicImage> {
    let (width, height) = fitting(image.width(), image.height(), max_width, max_height);
    scale(image, width, height)
}

/// The largest size of the same shape within the bounds; no larger than it is.
pub fn fitting(width: u32, height: u32, max_width: u32, max_height: u32) -> (u32, u32) {
    if width <= max_width && height <= max_height {
        return (width, height);
    }
    // Which limit bites: width/max_width against height/max_height, without division.
    let by_width = u64::from(width) * u64::from(max_height) >= u64::from(height) * u64::from(max_width);
    if by_width {
        (max_width, scaled(height, max_width, width))
    } else {
        (scaled(width, max_height, height), max_height)
    }
}

/// `side × to ÷ from`, rounded, at least 1; smaller than `side` where `to` is smaller than `from`.
pub fn scaled(side: u32, to: u32, from: u32) -> u32 {
    let side = (u64::from(side) * u64::from(to) + u64::from(from) / 2) / u64::from(from).max(1);
    u32::try_from(side).unwrap_or(u32::MAX).max(1)
}

pub fn scale(mut image: DynamicImage, width: u32, height: u32) -> Result<DynamicImage> {
    if (width, height) == (image.width(), image.height()) {
        return Ok(image);
    }
    // Weighted by alpha in place: the library would take a copy of the whole picture.
    let alpha = image.color().has_alpha() && !is_opaque(&image);
    if alpha {
        of_kind(&mut image, Job::Weigh)?;
    }
    let mut small = DynamicImage::new(width, height, image.color());
    let mut top = 0;
    while top < height {
        let rows = BAND.min(height - top);
        let area = Area { left: 0, top, width, height: rows };
        of_kind(&mut small, Job::Fill(&image, (width, height), area, top))?;
        top += rows;
    }
    if alpha {
        of_kind(&mut small, Job::Unweigh)?;
    }
    Ok(small)
}

/// Part of what the picture is when it is scaled to `whole` pixels. Without alpha.
pub fn part(image: &DynamicImage, whole: (u32, u32), area: Area) -> Result<DynamicImage> {
    let mut part = DynamicImage::new(area.width, area.height, image.color());
    of_kind(&mut part, Job::Fill(image, whole, area, 0))?;
    Ok(part)
}

/// What is done to the pixels of a picture.
#[derive(Clone, Copy)]
enum Job<'a> {
    /// Multiplies colours by alpha.
    Weigh,
    Unweigh,
    /// Makes an area of another picture, scaled to a size, the rows from a certain one on.
    Fill(&'a DynamicImage, (u32, u32), Area, u32),
}

/// Each kind of pixel that we have by its name: code for the nine that we do not have would be 3 MB of the program.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; no other kind is decoded to")]
fn of_kind(image: &mut DynamicImage, job: Job<'_>) -> Result<()> {
    match image.color() {
        image::ColorType::L8 => typed::<pixels::U8>(image, job),
        image::ColorType::La8 => typed::<pixels::U8x2>(image, job),
        image::ColorType::Rgb8 => typed::<pixels::U8x3>(image, job),
        image::ColorType::Rgba8 => typed::<pixels::U8x4>(image, job),
        kind => Err(Error::bug(format!("a picture of {kind:?}"))),
    }
}

fn typed<P: PixelTrait>(image: &mut DynamicImage, job: Job<'_>) -> Result<()> {
    let other = || Error::bug("a picture's pixels are of another kind than its colours");
    let mut view = image.image_view_mut::<P>().ok_or_else(other)?;
    let failed = |e: &dyn std::error::Error| Error::broken("shrinking a picture", e.to_string());
    let (from, whole, area, row) = match job {
        Job::Weigh => return MulDiv::new().multiply_alpha_inplace_typed(&mut view).map_err(|e| failed(&e)),
        Job::Unweigh => return MulDiv::new().divide_alpha_inplace_typed(&mut view).map_err(|e| failed(&e)),
        Job::Fill(from, whole, area, row) => (from, whole, area, row),
    };
    let from = from.image_view::<P>().ok_or_else(other)?;
    let mut to = TypedCroppedImageMut::from_ref(&mut view, 0, row, area.width, area.height).map_err(|e| failed(&e))?;
    let (left, width) = stretch(area.left, area.width, whole.0, fast_image_resize::ImageView::width(&from));
    let (top, height) = stretch(area.top, area.height, whole.1, fast_image_resize::ImageView::height(&from));
    // Pixels beside the area count for those at its edge: no seam is seen.
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false)
        .crop(left, top, width, height);
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(|e| failed(&e))
}

/// Where a stretch of a scaled side begins in the full one, and how long it is there.
fn stretch(at: u32, length: u32, of: u32, full: u32) -> (f64, f64) {
    if of == full {
        return (f64::from(at), f64::from(length));
    }
    let step = f64::from(full) / f64::from(of);
    let start = f64::from(at) * step;
    (start, (f64::from(length) * step).min(f64::from(full) - start))
}

pub fn is_opaque(image: &DynamicImage) -> bool {
    let channels = usize::from(image.color().channel_count());
    image.as_bytes().chunks_exact(channels).all(|pixel| pixel.last() == Some(&u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::picture::samples::noise;

    #[test]
    fn what_is_made_in_bands_is_what_is_made_at_once() {
        let image = DynamicImage::from(noise(301, 407));
        let mut whole = DynamicImage::new(200, 270, image.color());
        of_kind(&mut whole, Job::Fill(&image, (200, 270), Area { left: 0, top: 0, width: 200, height: 270 }, 0))
            .unwrap();
        let banded = scale(image.clone(), 200, 270).unwrap();
        let off = banded.as_bytes().iter().zip(whole.as_bytes()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "{off:?}");
        let area = Area { left: 50, top: 99, width: 60, height: 70 };
        let part = part(&image, (200, 270), area).unwrap();
        let cut = whole.crop_imm(area.left, area.top, area.width, area.height);
        let off = part.as_bytes().iter().zip(cut.as_bytes()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "{off:?}");
    }

    #[test]
    fn sizes_keep_their_shape() {
        assert_eq!(fitting(4000, 3000, 3840, 3840), (3840, 2880));
        assert_eq!(fitting(3000, 4000, 3840, 3840), (2880, 3840));
        assert_eq!(fitting(10, 20, 30, 30), (10, 20));
        assert_eq!(fitting(65_535, 1, 800, 1600), (800, 1));
    }
}
