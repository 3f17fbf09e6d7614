//! Small pictures in every format, for tests: made here, so that no binary files are needed.

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use img_parts::{Bytes, ImageEXIF, ImageICC};
use jpeg_encoder::{ColorType, Encoder};

/// Lossy WebP of 20 × 12 pixels, made with libwebp.
const LOSSY: &str = "5249464660000000574542505650382054000000f003009d012a14000c003f398cbe552f29a6a3300801e027096c009d\
    32847000244a816dc3ddb02000e115af006947185749bdefe57f28ba8785a4af52661cb4fcddc123132e7dcd6122b03ccb46f41867000000";
/// The same with an alpha plane.
const LOSSY_ALPHA: &str = "524946469400000057454250565038580a000000100000001300000b0000414c50481a000000110ff094ff8888\
    a0260001c67875d2bf8d162a44f43f8a5ccc175650382054000000f003009d012a14000c003f398cbe552f29a6a3300801e027096c009d328470\
    00244a816dc3ddb02000e115af006947185749bdefe57f28ba8785a4af52661cb4fcddc123132e7dcd6122b03ccb46f41867000000";

/// Red left half, blue right half, a green bar along the top: shows every turn and flip.
pub fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 4) {
        (_, true) => Rgb([20, 200, 40]),
        (true, false) => Rgb([220, 30, 30]),
        (false, false) => Rgb([30, 30, 220]),
    })
}

/// Hard to compress.
pub fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_le_bytes();
        Rgb([a, b, c])
    })
}

pub fn see_through(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let shade = u8::try_from(x * 255 / width).unwrap();
        Rgba([shade, 200, 90, u8::try_from((x + y) * 255 / (width + height)).unwrap()])
    })
}

pub fn jpeg(image: &RgbImage, quality: u8, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(if progressive { 0 } else { 2 });
    let (width, height) = (u16::try_from(image.width()).unwrap(), u16::try_from(image.height()).unwrap());
    encoder.encode(image.as_raw(), width, height, ColorType::Rgb).unwrap();
    bytes
}

pub fn cmyk_jpeg() -> Vec<u8> {
    let pixels: Vec<u8> = (0..24 * 16).flat_map(|n: usize| [u8::try_from(n % 256).unwrap(), 90, 20, 30]).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 80).encode(&pixels, 24, 16, ColorType::CmykAsYcck).unwrap();
    bytes
}

/// TIFF, little-endian: the orientation, and a GPS position north of the equator.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0 GPS 50.8503,4.3517 ");
    tiff
}

/// A colour profile of colours and curves, with words in every part that has room for some.
pub fn icc(space: [u8; 4]) -> Vec<u8> {
    let words = b"text\0\0\0\0the colours of this test";
    let number = [b"XYZ \0\0\0\0".as_slice(), &[0, 0, 0xf6, 0xd6].repeat(3)].concat();
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33".to_vec();
    let kinds = [*b"wtpt", *b"rXYZ", *b"gXYZ", *b"bXYZ"].map(|kind| (kind, &number[..]));
    let curves = [*b"rTRC", *b"gTRC", *b"bTRC", *b"kTRC"].map(|kind| (kind, &curve[..]));
    let texts = [*b"desc", *b"cprt", *b"dmnd", *b"mmod"].map(|kind| (kind, &words[..]));
    let parts: Vec<_> = texts.into_iter().chain(kinds).chain(curves).collect();
    let mut icc = vec![0; 128];
    icc[8] = 2;
    icc[12..24].copy_from_slice(&[*b"mntr", space, *b"XYZ "].concat());
    icc[36..40].copy_from_slice(b"acsp");
    icc.extend(12_u32.to_be_bytes());
    let mut at = 128 + 4 + 12 * 12;
    for (kind, body) in &parts {
        let length = u32::try_from(body.len()).unwrap();
        icc.extend([*kind, u32::to_be_bytes(at), length.to_be_bytes()].concat());
        at += length;
    }
    for (_, body) in parts {
        icc.extend(body);
    }
    icc
}

pub fn jpeg_with(image: &[u8], exif: Option<Vec<u8>>, icc: Option<Vec<u8>>) -> Vec<u8> {
    let mut jpeg = img_parts::jpeg::Jpeg::from_bytes(Bytes::copy_from_slice(image)).unwrap();
    jpeg.set_exif(exif.map(Bytes::from));
    jpeg.set_icc_profile(icc.map(Bytes::from));
    jpeg.encoder().bytes().to_vec()
}

pub fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A PNG chunk with its checksum.
pub fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let mut crc = u32::MAX;
    for byte in name.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    [&length[..], &name, data, &(!crc).to_be_bytes()].concat()
}

/// Puts chunks behind the header of a PNG.
pub fn png_with(image: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&image[..33], &chunks.concat(), &image[33..]].concat()
}

pub fn gif(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Finite(3)).unwrap();
    for n in 0..frames {
        let frame = RgbaImage::from_pixel(width, height, Rgba([u8::try_from(n * 40 % 256).unwrap(), 100, 50, 255]));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    bytes
}

pub fn webp_lossless(image: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    encoder.write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgba8).unwrap();
    bytes
}

pub fn webp_lossy(alpha: bool) -> Vec<u8> {
    let digits = if alpha { LOSSY_ALPHA } else { LOSSY };
    (0..digits.len() / 2).map(|n| u8::from_str_radix(&digits[n * 2..n * 2 + 2], 16).unwrap()).collect()
}

/// One of each, all accepted.
pub fn all() -> Vec<Vec<u8>> {
    let deep = DynamicImage::from(noise(13, 9)).into_rgba16().into();
    vec![
        jpeg(&noise(24, 17), 60, false),
        jpeg(&noise(24, 17), 95, true),
        jpeg_with(&jpeg(&flag(20, 12), 80, false), Some(exif(6)), Some(icc(*b"RGB "))),
        cmyk_jpeg(),
        png(&noise(11, 7).into()),
        png(&see_through(11, 7).into()),
        png(&DynamicImage::from(noise(11, 7)).into_luma_alpha8().into()),
        png(&deep),
        gif(9, 7, 1),
        gif(9, 7, 3),
        webp_lossless(&see_through(14, 9)),
        webp_lossy(false),
        webp_lossy(true),
    ]
}
