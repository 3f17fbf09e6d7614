//! Decodes a cleaned file, and makes from its pixels the picture served, the small one, and the
//! blurhash. Shrinks before it turns, so that little memory is needed.

use std::io::Cursor;

use fast_image_resize::{
    FilterType, IntoImageView, IntoImageViewMut, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer, pixels,
};
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::{self, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageError, Limits};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder};

use super::{Clean, Encoded, Kind, Picture, refuse};
use crate::error::{Error, Result};
use crate::limits;

const QUALITY: u8 = 85;
/// Tried in turn until the small picture is small.
const SMALL_QUALITIES: [u8; 3] = [80, 70, 60];
/// Where transparency forbids JPEG.
const SMALLER_WIDTHS: [u32; 2] = [560, 400];

/// 8 bits a sample, as many channels as the file has.
pub(super) struct Decoded {
    image: DynamicImage,
    /// Fits the channels of `image`.
    pub icc: Option<Vec<u8>>,
}

pub(super) fn decode(kind: Kind, clean: &Clean) -> Result<Decoded> {
    let input = Cursor::new(clean.bytes.as_slice());
    match kind {
        Kind::Jpeg => decode_with(JpegDecoder::new(input).map_err(refused)?, clean),
        Kind::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(limits::media::PNG_WORK);
            decode_with(PngDecoder::with_limits(input, limits).map_err(refused)?, clean)
        }
        Kind::Gif if clean.frames > 1 => decode_animation(GifDecoder::new(input).map_err(refused)?),
        Kind::Gif => decode_with(GifDecoder::new(input).map_err(refused)?, clean),
        Kind::WebP => decode_with(WebPDecoder::new(input).map_err(refused)?, clean),
    }
}

/// `Limits` is not enforced on every path of `image`, hence sizes are compared here as well.
fn decode_with(mut decoder: impl ImageDecoder, clean: &Clean) -> Result<Decoded> {
    let (width, height) = decoder.dimensions();
    if (width, height) != (clean.width, clean.height) {
        return Err(refuse::damaged());
    }
    if decoder.total_bytes() > limits::media::DECODED {
        return Err(refuse::large(width, height));
    }
    let icc = decoder.icc_profile().ok().flatten();
    let image = eight_bits(DynamicImage::from_decoder(decoder).map_err(refused)?)?;
    let icc = icc.filter(|icc| profile_fits(icc, &image));
    Ok(Decoded { image, icc })
}

/// Draws every frame, since every reader will; the first one stands for the rest.
fn decode_animation(decoder: GifDecoder<Cursor<&[u8]>>) -> Result<Decoded> {
    let mut first = None;
    for frame in decoder.into_frames() {
        let frame = frame.map_err(refused)?;
        first.get_or_insert_with(|| frame.into_buffer());
    }
    let image = DynamicImage::ImageRgba8(first.ok_or_else(refuse::damaged)?);
    Ok(Decoded { image, icc: None })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum that may grow; what is none of ours is refused")]
fn eight_bits(image: DynamicImage) -> Result<DynamicImage> {
    match image {
        image @ (DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLumaA8(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgba8(_)) => Ok(image),
        image @ DynamicImage::ImageLuma16(_) => Ok(image.into_luma8().into()),
        image @ DynamicImage::ImageLumaA16(_) => Ok(image.into_luma_alpha8().into()),
        image @ DynamicImage::ImageRgb16(_) => Ok(image.into_rgb8().into()),
        image @ DynamicImage::ImageRgba16(_) => Ok(image.into_rgba8().into()),
        _ => Err(refuse::unusual("a rare variety of picture")),
    }
}

/// ICC.1:2022 §7.2: signature at 36, colour space of the data at 16.
fn profile_fits(icc: &[u8], image: &DynamicImage) -> bool {
    let space: &[u8] = if image.color().has_color() { b"RGB " } else { b"GRAY" };
    icc.len() <= limits::media::ICC && icc.get(36..40) == Some(b"acsp") && icc.get(16..20) == Some(space)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum that may grow; all else is a damaged file")]
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => refuse::unusual("a rare variety of picture"),
        ImageError::Limits(_) => refuse::unusual("a picture that needs too much memory"),
        _ => refuse::damaged(),
    }
}

pub(super) fn finish(kind: Kind, clean: Clean, decoded: Decoded) -> Result<Picture> {
    let Decoded { mut image, icc } = decoded;
    let icc = icc.as_deref();
    let upright = clean.orientation == Orientation::NoTransforms;
    let original = if clean.servable && upright && clean.width.max(clean.height) <= limits::media::SERVED_SIDE {
        kind.encoded(clean.bytes, clean.width, clean.height)
    } else {
        drop(clean.bytes);
        image = shrink(image, limits::media::SERVED_SIDE, limits::media::SERVED_SIDE)?;
        image.apply_orientation(clean.orientation);
        image = opaque(image);
        encode_original(kind, &image, icc)?
    };
    let flat = matches!(kind, Kind::Png | Kind::Gif);
    let preview = opaque(shrink_small(image, limits::media::SMALL_WIDTH)?);
    let blurhash = blurhash(&preview)?;
    let small =
        if clean.frames == 1 && is_small(&original) { original.clone() } else { encode_small(&preview, flat, icc)? };
    let (width, height) = (original.width, original.height);
    Ok(Picture { original, small, width, height, blurhash })
}

fn is_small(file: &Encoded) -> bool {
    let fits = file.width <= limits::media::SMALL_WIDTH && file.height <= limits::media::SMALL_WIDTH * 2;
    fits && file.bytes.len() <= limits::media::SMALL_BYTES && file.ext != Kind::WebP.mime_and_ext().1
}

/// PNG stays PNG while others will fetch it; what has no alpha is JPEG otherwise.
fn encode_original(kind: Kind, image: &DynamicImage, icc: Option<&[u8]>) -> Result<Encoded> {
    let alpha = image.color().has_alpha();
    if !alpha && matches!(kind, Kind::Jpeg | Kind::WebP) {
        return encode_jpeg(image, QUALITY, icc);
    }
    let file = encode_png(image, icc)?;
    if file.bytes.len() < limits::media::PICTURE {
        return Ok(file);
    }
    if alpha {
        encode_png(&shrink(image.clone(), limits::media::SERVED_SIDE / 2, limits::media::SERVED_SIDE / 2)?, icc)
    } else {
        encode_jpeg(image, QUALITY, icc)
    }
}

/// `flat`: from a format that people use for drawings, which JPEG smears.
fn encode_small(image: &DynamicImage, flat: bool, icc: Option<&[u8]>) -> Result<Encoded> {
    if image.color().has_alpha() {
        let mut file = encode_png(image, icc)?;
        for width in SMALLER_WIDTHS {
            if file.bytes.len() > limits::media::SMALL_BYTES {
                file = encode_png(&shrink_small(image.clone(), width)?, icc)?;
            }
        }
        return Ok(file);
    }
    if flat {
        let file = encode_png(image, icc)?;
        if file.bytes.len() <= limits::media::SMALL_BYTES {
            return Ok(file);
        }
    }
    let [first, others @ ..] = SMALL_QUALITIES;
    let mut file = encode_jpeg(image, first, icc)?;
    for quality in others {
        if file.bytes.len() > limits::media::SMALL_BYTES {
            file = encode_jpeg(image, quality, icc)?;
        }
    }
    Ok(file)
}

fn shrink_small(image: DynamicImage, width: u32) -> Result<DynamicImage> {
    shrink(image, width, width * 2)
}

/// Keeps the shape, never grows.
fn shrink(mut image: DynamicImage, max_width: u32, max_height: u32) -> Result<DynamicImage> {
    let (width, height) = (image.width(), image.height());
    if width <= max_width && height <= max_height {
        return Ok(image);
    }
    // Which limit bites: width/max_width against height/max_height, without division.
    let by_width = u64::from(width) * u64::from(max_height) >= u64::from(height) * u64::from(max_width);
    let (width, height) = if by_width {
        (max_width, scaled(height, max_width, width))
    } else {
        (scaled(width, max_height, height), max_height)
    };
    let mut small = DynamicImage::new(width, height, image.color());
    resample(&mut image, &mut small)?;
    Ok(small)
}

/// Each kind of pixel that we have by its name: code for the nine that we do not have would be 3 MB of the program.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; `eight_bits` lets no other kind pass")]
fn resample(image: &mut DynamicImage, small: &mut DynamicImage) -> Result<()> {
    match image.color() {
        image::ColorType::L8 => resample_as::<pixels::U8>(image, small),
        image::ColorType::La8 => resample_as::<pixels::U8x2>(image, small),
        image::ColorType::Rgb8 => resample_as::<pixels::U8x3>(image, small),
        image::ColorType::Rgba8 => resample_as::<pixels::U8x4>(image, small),
        kind => Err(Error::bug(format!("a picture of {kind:?}"))),
    }
}

fn resample_as<P: PixelTrait>(image: &mut DynamicImage, small: &mut DynamicImage) -> Result<()> {
    let failed = |e: &dyn std::error::Error| Error::broken("shrinking a picture", e.to_string());
    let other = || Error::bug("a picture's pixels are of another kind than its colours");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    // Weighted by alpha in place: `use_alpha` would take a copy of the whole picture.
    let alpha = image.color().has_alpha() && !is_opaque(image);
    if alpha {
        let mut view = image.image_view_mut::<P>().ok_or_else(other)?;
        MulDiv::new().multiply_alpha_inplace_typed(&mut view).map_err(|e| failed(&e))?;
    }
    let mut to = small.image_view_mut::<P>().ok_or_else(other)?;
    let from = image.image_view::<P>().ok_or_else(other)?;
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(|e| failed(&e))?;
    if alpha {
        MulDiv::new().divide_alpha_inplace_typed(&mut to).map_err(|e| failed(&e))?;
    }
    Ok(())
}

/// `side × to ÷ from`, rounded, at least 1; smaller than `side` since `to` is smaller than `from`.
fn scaled(side: u32, to: u32, from: u32) -> u32 {
    let side = (u64::from(side) * u64::from(to) + u64::from(from) / 2) / u64::from(from).max(1);
    u32::try_from(side).unwrap_or(u32::MAX).max(1)
}

/// Without its alpha channel when that says nothing.
fn opaque(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() || !is_opaque(&image) {
        image
    } else if image.color().has_color() {
        image.into_rgb8().into()
    } else {
        image.into_luma8().into()
    }
}

fn is_opaque(image: &DynamicImage) -> bool {
    let channels = usize::from(image.color().channel_count());
    image.as_bytes().chunks_exact(channels).all(|pixel| pixel.last() == Some(&u8::MAX))
}

fn encode_jpeg(image: &DynamicImage, quality: u8, icc: Option<&[u8]>) -> Result<Encoded> {
    let failed = |e| Error::broken("writing a JPEG", e);
    let side = |side: u32| u16::try_from(side).map_err(|e| Error::broken("writing a JPEG", e));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    let color = if image.color().has_color() { ColorType::Rgb } else { ColorType::Luma };
    encoder.encode(image.as_bytes(), side(image.width())?, side(image.height())?, color).map_err(failed)?;
    Ok(Kind::Jpeg.encoded(bytes, image.width(), image.height()))
}

fn encode_png(image: &DynamicImage, icc: Option<&[u8]>) -> Result<Encoded> {
    let failed = |e| Error::broken("writing a PNG", e);
    let mut bytes = Vec::new();
    let mut encoder =
        PngEncoder::new_with_quality(&mut bytes, png::CompressionType::Default, png::FilterType::Adaptive);
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc.to_vec()).map_err(|e| Error::broken("writing a PNG", e))?;
    }
    encoder.write_image(image.as_bytes(), image.width(), image.height(), image.color().into()).map_err(failed)?;
    Ok(Kind::Png.encoded(bytes, image.width(), image.height()))
}

fn blurhash(image: &DynamicImage) -> Result<String> {
    let tiny = shrink(image.clone(), limits::media::BLURHASH_SIDE, limits::media::BLURHASH_SIDE)?;
    let (width, height) = (tiny.width(), tiny.height());
    let mut pixels = tiny.into_rgba8();
    for pixel in pixels.pixels_mut() {
        // On white: the hash has no transparency.
        let [rest @ .., alpha] = &mut pixel.0;
        for channel in rest {
            let mixed = u16::from(*channel) * u16::from(*alpha) + 255 * (255 - u16::from(*alpha));
            *channel = u8::try_from(mixed / 255).unwrap_or(255);
        }
    }
    blurhash::encode(4, 4, width, height, &pixels).map_err(|e| Error::broken("making a blurhash", e))
}
