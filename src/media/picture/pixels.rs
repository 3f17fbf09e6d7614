//! Decodes a cleaned file, and makes from its pixels the picture served, the smaller ones, and the
//! blurhash. Shrinks before it turns, so that little memory is needed.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::{self, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, ImageEncoder, ImageError, Limits, RgbImage};
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::shrink::{fitting, is_opaque, scale, scaled, shrink};
use super::{Clean, Encoded, Kind, Picture, refuse, stream};
use crate::error::{Error, Result};
use crate::limits;

const QUALITY: u8 = 85;
/// Of the copy for sharp screens, where many pixels hide much.
const MIDDLE_QUALITY: u8 = 75;
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
        Kind::Jpeg => decode_jpeg(clean),
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

/// Straight into the pixels: the decoder of `image` would take a copy of the file first.
fn decode_jpeg(clean: &Clean) -> Result<Decoded> {
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let open = |options| zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(clean.bytes.as_slice()), options);
    let mut head = open(options);
    head.decode_headers().map_err(unread)?;
    let size = head.dimensions().and_then(|(width, height)| Some((width.try_into().ok()?, height.try_into().ok()?)));
    if size != Some((clean.width, clean.height)) {
        return Err(refuse::damaged());
    }
    let grey = head.input_colorspace() == Some(ColorSpace::Luma);
    let (space, channels) = if grey { (ColorSpace::Luma, 1) } else { (ColorSpace::RGB, 3) };
    let length = u64::from(clean.width) * u64::from(clean.height) * channels;
    if length > limits::media::DECODED {
        return Err(refuse::large(clean.width, clean.height));
    }
    let mut pixels = vec![0; usize::try_from(length).map_err(|_| refuse::large(clean.width, clean.height))?];
    open(options.jpeg_set_out_colorspace(space)).decode_into(&mut pixels).map_err(unread)?;
    let image = if grey {
        GrayImage::from_raw(clean.width, clean.height, pixels).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(clean.width, clean.height, pixels).map(DynamicImage::from)
    };
    let image = image.ok_or_else(|| Error::bug("a picture has not as many pixels as it has room for"))?;
    let icc = head.icc_profile().filter(|icc| profile_fits(icc, &image));
    Ok(Decoded { image, icc })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unread(error: DecodeErrors) -> Error {
    if matches!(error, DecodeErrors::Unsupported(_)) {
        refuse::unusual("a rare variety of picture")
    } else {
        refuse::damaged()
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

/// The first frame stands for the rest, whose pixels have been unpacked already.
fn decode_animation(decoder: GifDecoder<Cursor<&[u8]>>) -> Result<Decoded> {
    let first = decoder.into_frames().next().ok_or_else(refuse::damaged)?.map_err(refused)?;
    Ok(Decoded { image: DynamicImage::ImageRgba8(first.into_buffer()), icc: None })
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
    let Decoded { image, icc } = decoded;
    let (mut image, icc) = (opaque(image), icc.as_deref());
    let (turn, side) = (clean.orientation, limits::media::SERVED_SIDE);
    let photo = matches!(kind, Kind::Jpeg | Kind::WebP) && !image.color().has_alpha();
    let original = if clean.servable && turn == Orientation::NoTransforms && clean.width.max(clean.height) <= side {
        kind.encoded(clean.bytes, clean.width, clean.height)
    } else {
        drop(clean.bytes);
        if photo {
            stream_within(&image, (side, side), turn, QUALITY, icc)?
        } else {
            image = shrink(image, side, side)?;
            image.apply_orientation(turn);
            encode_original(&image, icc)?
        }
    };
    let flat = matches!(kind, Kind::Png | Kind::Gif);
    let large = clean.frames == 1 && original.width > limits::media::MIDDLE_WIDTH;
    let mut middle = None;
    if large && photo {
        let most = (limits::media::MIDDLE_WIDTH, limits::media::MIDDLE_WIDTH * 2);
        middle = Some(stream_within(&image, most, turn, MIDDLE_QUALITY, icc)?);
    } else if large {
        image = shrink(image, limits::media::MIDDLE_WIDTH, limits::media::MIDDLE_WIDTH * 2)?;
        let see_through = image.color().has_alpha();
        let aim = limits::media::MIDDLE_BYTES;
        middle = Some(if see_through { encode_png(&image, icc)? } else { encode_small(&image, flat, icc, aim)? });
    }
    // Only where it saves something.
    middle = middle.filter(|file| file.bytes.len() < original.bytes.len() / 4 * 3);
    let (width, height) = (limits::media::SMALL_WIDTH, limits::media::SMALL_WIDTH * 2);
    let (width, height) = if photo { stream::turned((width, height), turn) } else { (width, height) };
    let mut preview = opaque(shrink(image, width, height)?);
    if photo {
        preview.apply_orientation(turn);
    }
    finish_with(original, middle, &preview, flat, icc, clean.frames)
}

/// Adds the small one and the blurhash.
fn finish_with(
    original: Encoded,
    middle: Option<Encoded>,
    preview: &DynamicImage,
    flat: bool,
    icc: Option<&[u8]>,
    frames: usize,
) -> Result<Picture> {
    let blurhash = blurhash(preview)?;
    let small = if frames == 1 && is_small(&original) {
        original.clone()
    } else {
        encode_small(preview, flat, icc, limits::media::SMALL_BYTES)?
    };
    let (width, height) = (original.width, original.height);
    Ok(Picture { original, small, middle, width, height, blurhash })
}

/// A JPEG of the picture turned upright, within a size.
fn stream_within(
    image: &DynamicImage,
    most: (u32, u32),
    turn: Orientation,
    quality: u8,
    icc: Option<&[u8]>,
) -> Result<Encoded> {
    let (width, height) = stream::turned(most, turn);
    let whole = fitting(image.width(), image.height(), width, height);
    stream::jpeg(image, whole, turn, quality, icc)
}

/// A picture of exactly this shape, at most of this size, around the part that matters.
pub(super) fn finish_cut(
    kind: Kind,
    clean: Clean,
    decoded: Decoded,
    size: (u32, u32),
    focus: (f32, f32),
) -> Result<Picture> {
    let (turn, Decoded { image, icc }) = (clean.orientation, decoded);
    drop(clean.bytes);
    let (width, height) = stream::turned((image.width(), image.height()), turn);
    // The largest area of this shape, and what it is scaled to.
    let area = if u64::from(width) * u64::from(size.1) >= u64::from(height) * u64::from(size.0) {
        (scaled(height, size.0, size.1).min(width), height)
    } else {
        (width, scaled(width, size.1, size.0).min(height))
    };
    let last = if area.0 > size.0 { size } else { area };
    let whole = (scaled(width, last.0, area.0).max(last.0), scaled(height, last.1, area.1).max(last.1));
    let (across, down) = stream::turned(whole, turn);
    let mut image = scale(opaque(image), across, down)?;
    image.apply_orientation(turn);
    let image =
        opaque(image.crop_imm(begin(whole.0, last.0, focus.0), begin(whole.1, last.1, -focus.1), last.0, last.1));
    finish_whole(kind, image, icc.as_deref())
}

/// The whole picture within a size.
pub(super) fn finish_within(kind: Kind, clean: Clean, decoded: Decoded, most: (u32, u32)) -> Result<Picture> {
    let (turn, Decoded { image, icc }) = (clean.orientation, decoded);
    drop(clean.bytes);
    let (width, height) = stream::turned(most, turn);
    let mut image = shrink(opaque(image), width, height)?;
    image.apply_orientation(turn);
    finish_whole(kind, image, icc.as_deref())
}

/// A picture that has its size, for a profile or the head of pages.
fn finish_whole(kind: Kind, image: DynamicImage, icc: Option<&[u8]>) -> Result<Picture> {
    let flat = matches!(kind, Kind::Png | Kind::Gif);
    let original = if image.color().has_alpha() {
        encode_png(&image, icc)?
    } else {
        encode_small(&image, flat, icc, limits::media::MIDDLE_BYTES)?
    };
    let preview = shrink_small(image, limits::media::SMALL_WIDTH)?;
    finish_with(original, None, &preview, flat, icc, 1)
}

/// Where a stretch begins whose middle is at a share of the whole, −1 to 1, or as near as there is room.
fn begin(whole: u32, length: u32, share: f32) -> u32 {
    let middle = f64::midpoint(f64::from(share), 1.0) * f64::from(whole);
    let most = whole.saturating_sub(length);
    // A bounded number without a fraction; `as` keeps to the bounds besides.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a u32 holds")]
    let start = (middle - f64::from(length) / 2.0).round().clamp(0.0, f64::from(most)) as u32;
    start
}

fn is_small(file: &Encoded) -> bool {
    let fits = file.width <= limits::media::SMALL_WIDTH && file.height <= limits::media::SMALL_WIDTH * 2;
    fits && file.bytes.len() <= limits::media::SMALL_BYTES && file.ext != Kind::WebP.mime_and_ext().1
}

/// PNG stays PNG while others will fetch it.
fn encode_original(image: &DynamicImage, icc: Option<&[u8]>) -> Result<Encoded> {
    let file = encode_png(image, icc)?;
    if file.bytes.len() < limits::media::PICTURE {
        return Ok(file);
    }
    if image.color().has_alpha() {
        encode_png(&shrink(image.clone(), limits::media::SERVED_SIDE / 2, limits::media::SERVED_SIDE / 2)?, icc)
    } else {
        encode_jpeg(image, QUALITY, icc)
    }
}

/// `flat`: from a format that people use for drawings, which JPEG smears.
fn encode_small(image: &DynamicImage, flat: bool, icc: Option<&[u8]>, aim: usize) -> Result<Encoded> {
    if image.color().has_alpha() {
        let mut file = encode_png(image, icc)?;
        for width in SMALLER_WIDTHS {
            if file.bytes.len() > aim {
                file = encode_png(&shrink_small(image.clone(), width)?, icc)?;
            }
        }
        return Ok(file);
    }
    if flat {
        let file = encode_png(image, icc)?;
        if file.bytes.len() <= aim {
            return Ok(file);
        }
    }
    let [first, others @ ..] = SMALL_QUALITIES;
    let mut file = encode_jpeg(image, first, icc)?;
    for quality in others {
        if file.bytes.len() > aim {
            file = encode_jpeg(image, quality, icc)?;
        }
    }
    Ok(file)
}

fn shrink_small(image: DynamicImage, width: u32) -> Result<DynamicImage> {
    shrink(image, width, width * 2)
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

fn encode_jpeg(image: &DynamicImage, quality: u8, icc: Option<&[u8]>) -> Result<Encoded> {
    stream::jpeg(image, (image.width(), image.height()), Orientation::NoTransforms, quality, icc)
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
