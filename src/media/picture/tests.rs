//! What is accepted, what is refused and why, what is gone from the result; and that no bytes
//! whatever bring the program down.

mod copies;

use std::io::Write as _;

use image::{DynamicImage, GenericImageView as _};
use proptest::prelude::*;

use super::samples::*;
use super::*;
use crate::error::{Error, Problem};
use crate::limits;

fn refused(bytes: &[u8]) -> Problem {
    match process(bytes) {
        Err(Error::Invalid(problem)) => *problem,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn decoded(file: &Encoded) -> DynamicImage {
    let image = image::load_from_memory(&file.bytes).unwrap();
    assert_eq!(image.dimensions(), (file.width, file.height));
    image
}

fn near(image: &DynamicImage, x: u32, y: u32, colour: [u8; 3]) {
    let found = image.to_rgb8().get_pixel(x, y).0;
    let off = found.iter().zip(colour).map(|(a, b)| a.abs_diff(b)).max().unwrap();
    assert!(off < 40, "({x}, {y}): {found:?} instead of {colour:?}");
}

const RED: [u8; 3] = [220, 30, 30];
const BLUE: [u8; 3] = [30, 30, 220];
const GREEN: [u8; 3] = [20, 200, 40];

#[test]
fn a_cover_is_what_directories_take() {
    let said = |bytes: &[u8]| match check_cover(bytes) {
        Ok(()) => "taken".to_owned(),
        Err(Error::Invalid(problem)) => format!("{} {}", problem.id, problem.what),
        Err(e) => panic!("{e:?}"),
    };
    let square = flag(1_400, 1_400);
    let progressive = jpeg(&square, 80, true);
    let photo = jpeg_with(&jpeg(&square, 80, false), Some(exif(6)), Some(icc(*b"RGB ")));
    for taken in [&progressive, &photo, &png(&square.clone().into()), &jpeg(&flag(3_000, 3_000), 60, false)] {
        assert_eq!(said(taken), "taken");
    }
    let clear = [&png_with(&png(&square.clone().into()), &[chunk(*b"tRNS", &[0; 6])])[..], &[0; 9]].concat();
    for (bytes, words) in [
        (jpeg(&flag(1_399, 1_399), 80, false), "E404 The cover has 1399 × 1399 pixels."),
        (jpeg(&flag(3_001, 3_001), 60, false), "E404 The cover has 3001 × 3001 pixels."),
        (jpeg(&flag(1_400, 1_401), 80, false), "E404 The cover has 1400 × 1401 pixels; it has to be square."),
        (gif(2, 2, 1), "E404 The cover is neither JPEG nor PNG."),
        (webp_lossy(false), "E404 The cover is neither JPEG nor PNG."),
        (png(&DynamicImage::from(square.clone()).into_luma8().into()), "E404 The cover is a grey picture."),
        (
            png(&DynamicImage::from(square.clone()).into_rgba8().into()),
            "E404 The cover is transparent in places, or may be.",
        ),
        (clear, "E404 The cover is transparent in places, or may be."),
        (vec![0; 6 << 20], "E404 The cover has 7 MB."),
        (b"no picture".to_vec(), "E135 This file is no picture, sound or video that can be shown here."),
    ] {
        assert_eq!(said(&bytes), words);
    }
    let ink = [cmyk_jpeg()].concat();
    assert!(said(&ink).starts_with("E404 "), "too small before it is anything else");
}

#[test]
fn a_jpeg_loses_its_metadata_and_no_pixel() {
    let plain = jpeg(&noise(64, 48), 90, false);
    let mut private = jpeg_with(&plain, Some(exif(1)), Some(icc(*b"RGB ")));
    let comments: &[&[u8]] = &[
        b"\xff\xfe\x00\x0esecret words",
        b"\xff\xe1\x00\x26http://ns.adobe.com/xap/1.0/\0secret",
        b"\xff\xed\x00\x16Photoshop 3.0\0secret",
        b"\xff\xe0\x00\x10JFXX\0\x10secret..",
    ];
    private.splice(2..2, comments.concat());
    private.extend(b"<script>secret</script>");
    let original = process(&private).unwrap().original;
    for word in [&b"Exif"[..], b"GPS", b"50.8503", b"secret", b"adobe", b"Photoshop", b"JFXX"] {
        assert!(contains(&private, word) && !contains(&original.bytes, word));
    }
    assert!(contains(&original.bytes, b"ICC_PROFILE") && !contains(&original.bytes, b"the colours of this test"));
    assert!(original.bytes.ends_with(&[0xff, 0xd9]));
    let expected = jpeg_with(&plain, None, Some(icc(*b"RGB ")));
    assert_eq!(decoded(&original), image::load_from_memory(&expected).unwrap());
    assert!(original.bytes.len() <= expected.len());
    assert_eq!((original.mime, original.ext), ("image/jpeg", "jpg"));
}

#[test]
fn a_hidden_second_picture_stays_behind() {
    let mut both = jpeg(&flag(40, 30), 80, false);
    both.extend(jpeg_with(&jpeg(&noise(40, 30), 80, false), Some(exif(1)), None));
    let original = process(&both).unwrap().original;
    assert!(!contains(&original.bytes, b"GPS"));
    assert_eq!(original.bytes.windows(2).filter(|pair| *pair == [0xff, 0xd8]).count(), 1);
}

#[test]
fn a_jfif_thumbnail_stays_behind() {
    let mut bytes = jpeg(&flag(40, 30), 80, false);
    assert_eq!(&bytes[..11], b"\xff\xd8\xff\xe0\x00\x10JFIF\0");
    bytes.splice(4..20, [b"\x00\x16JFIF\0\x01\x02\0\0\x01\0\x01\x01\x02".as_slice(), b"hidden"].concat());
    assert!(contains(&bytes, b"hidden"));
    assert!(!contains(&process(&bytes).unwrap().original.bytes, b"hidden"));
}

#[test]
fn every_orientation_is_applied() {
    let flat = jpeg(&flag(64, 32), 95, false);
    // For each: size, and the colours near the middle of the top, right, bottom and left edges.
    let expected = [
        (1, (64, 32), [GREEN, BLUE, BLUE, RED]),
        (2, (64, 32), [GREEN, RED, RED, BLUE]),
        (3, (64, 32), [RED, RED, GREEN, BLUE]),
        (4, (64, 32), [BLUE, BLUE, GREEN, RED]),
        (5, (32, 64), [RED, BLUE, BLUE, GREEN]),
        (6, (32, 64), [RED, GREEN, BLUE, BLUE]),
        (7, (32, 64), [BLUE, GREEN, RED, RED]),
        (8, (32, 64), [BLUE, RED, RED, GREEN]),
    ];
    for (orientation, (width, height), [top, right, bottom, left]) in expected {
        let picture = process(&jpeg_with(&flat, Some(exif(orientation)), None)).unwrap();
        assert_eq!((picture.width, picture.height), (width, height), "{orientation}");
        for file in [&picture.original, &picture.small] {
            assert!(!contains(&file.bytes, b"Exif"));
            let image = decoded(file);
            // A little beside the middle, where the two halves meet.
            near(&image, width / 2 + 4, 1, top);
            near(&image, width - 2, height / 2 + 4, right);
            near(&image, width / 2 + 4, height - 2, bottom);
            near(&image, 1, height / 2 + 4, left);
        }
    }
}

#[test]
fn png_and_webp_lose_their_metadata_and_turn() {
    let words = [
        chunk(*b"tEXt", b"Comment\0secret"),
        chunk(*b"eXIf", &exif(1)),
        chunk(*b"prVt", b"secret"),
        chunk(*b"PLTE", b"secret"),
    ];
    let mut png = png_with(&png(&flag(40, 30).into()), &words);
    png.extend(b"PK\x03\x04secret");
    let original = process(&png).unwrap().original;
    assert!(!contains(&original.bytes, b"secret") && !contains(&original.bytes, b"GPS"));
    assert_eq!(decoded(&original).to_rgb8(), flag(40, 30));
    assert!(original.bytes.ends_with(b"IEND\xae\x42\x60\x82"));
    assert_eq!(original.ext, "png");

    let plain = super::samples::png(&flag(40, 30).into());
    let turned = process(&png_with(&plain, &[chunk(*b"eXIf", &exif(6))])).unwrap();
    assert_eq!((turned.width, turned.height, turned.original.ext), (30, 40, "png"));
    near(&decoded(&turned.original), 29, 20, GREEN);

    for (bytes, pixels) in [(webp_lossy(true), (20, 12)), (webp_lossless(&see_through(40, 30)), (40, 30))] {
        let mut webp = img_parts::webp::WebP::from_bytes(bytes.clone().into()).unwrap();
        img_parts::ImageEXIF::set_exif(&mut webp, Some(exif(1).into()));
        let mut private = webp.encoder().bytes().to_vec();
        private.extend(b"secret");
        let original = process(&private).unwrap().original;
        assert!(contains(&private, b"GPS") && !contains(&original.bytes, b"GPS"));
        assert!(!contains(&original.bytes, b"secret"));
        assert_eq!((original.width, original.height, original.mime), (pixels.0, pixels.1, "image/png"));
        assert_eq!(decoded(&original), image::load_from_memory(&bytes).unwrap());
    }
}

#[test]
fn only_a_fitting_colour_profile_stays() {
    let plain = jpeg(&flag(40, 30), 80, false);
    for (profile, stays) in
        [(icc(*b"RGB "), true), (icc(*b"CMYK"), false), (icc(*b"GRAY"), false), (b"not a profile".to_vec(), false)]
    {
        // As it is, and encoded anew.
        for orientation in [1, 6] {
            let bytes = jpeg_with(&plain, Some(exif(orientation)), Some(profile.clone()));
            let picture = process(&bytes).unwrap();
            assert_eq!(contains(&picture.original.bytes, b"ICC_PROFILE"), stays);
            assert_eq!(contains(&picture.small.bytes, b"ICC_PROFILE"), stays);
        }
    }
}

#[test]
fn a_profile_that_unfolds_to_more_than_any_has_is_left_out() {
    let plain = png(&flag(40, 30).into());
    let stays = |packed: &[u8]| {
        let bytes = png_with(&plain, &[chunk(*b"iCCP", &[b"name\0\0", packed].concat())]);
        contains(&process(&bytes).unwrap().original.bytes, b"iCCP")
    };
    // A good one, and so many bytes behind it that nobody needs.
    let packed = |behind: &[u8]| {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&[&icc(*b"RGB "), behind].concat()).unwrap();
        packed.finish().unwrap()
    };
    let room = limits::media::ICC - icc(*b"RGB ").len();
    let (most, bomb) = (packed(&vec![0; room]), packed(&vec![0; 64 << 20]));
    assert!(stays(&packed(&[])) && stays(&most) && most.len() < 2_000);
    assert!(!stays(&packed(&vec![0; room + 1])) && !stays(&bomb) && bomb.len() < limits::media::ICC_PACKED + 10_000);
    let dense = |length: usize| packed(&noise(200, 200).into_raw()[..length]);
    let (fits, large) = (dense(limits::media::ICC_PACKED - 3_000), dense(limits::media::ICC_PACKED));
    assert!(fits.len() > limits::media::ICC_PACKED - 4_000 && stays(&fits) && !stays(&large));
    assert!(!stays(b"not packed"));
}

#[test]
fn large_ones_shrink_and_all_get_a_small_one() {
    let large = process(&jpeg(&flag(5000, 1000), 60, false)).unwrap();
    assert_eq!((large.width, large.height), (3840, 768));
    assert_eq!((large.original.width, large.small.width, large.small.height), (3840, 800, 160));
    near(&decoded(&large.original), 100, 700, RED);

    let busy = process(&jpeg(&noise(1000, 700), 90, true)).unwrap();
    assert_eq!((busy.width, busy.small.width, busy.small.height), (1000, 800, 560));
    assert_eq!(busy.small.mime, "image/jpeg");
    decoded(&busy.small);

    let tall = process(&png(&flag(200, 5000).into())).unwrap();
    assert_eq!((tall.original.width, tall.original.height), (154, 3840));
    assert_eq!((tall.small.width, tall.small.height), (64, 1600));

    let tiny = process(&png(&flag(8, 8).into())).unwrap();
    assert_eq!(tiny.small, tiny.original);
    assert_eq!((tiny.blurhash.len(), process(&png(&flag(1, 1).into())).unwrap().blurhash.len()), (36, 36));
}

#[test]
fn transparency_stays_and_small_pictures_are_small() {
    let picture = process(&png(&see_through(1000, 600).into())).unwrap();
    assert_eq!((picture.small.mime, picture.original.mime), ("image/png", "image/png"));
    assert!(picture.small.bytes.len() <= limits::media::SMALL_BYTES);
    assert!(decoded(&picture.small).color().has_alpha());
    // What cannot be seen does not colour its neighbours.
    let cut_out = image::RgbaImage::from_fn(1200, 400, |x, _| {
        image::Rgba(if x < 601 { [220, 30, 30, 255] } else { [20, 200, 40, 0] })
    });
    let small = decoded(&process(&png(&cut_out.into())).unwrap().small).to_rgba8();
    assert!(small.pixels().all(|pixel| pixel.0[3] < 8 || pixel.0[0] > 200 && pixel.0[1] < 50));
    // An alpha channel that says nothing costs nothing.
    let solid = DynamicImage::from(flag(1000, 600)).into_rgba8();
    let picture = process(&png(&solid.into())).unwrap();
    assert!(!decoded(&picture.small).color().has_alpha());
}

#[test]
fn gif_moves_or_becomes_png() {
    let still = process(&gif(60, 40, 1)).unwrap();
    assert_eq!((still.original.mime, still.width, still.height), ("image/png", 60, 40));

    let mut bytes = gif(60, 40, 4);
    let head = 13 + 3 * 2usize.pow(u32::from(bytes[10] & 7) + 1) * usize::from(bytes[10] >> 7);
    let extras: &[&[u8]] = &[
        b"\x21\xfe\x06secret\0",
        b"\x21\xff\x0bXMP DataXMP\x06secret\0",
        b"\x21\x01\x0c\0\0\0\0\x08\0\x08\0\x08\x08\0\x01\x06secret\0",
        b"\x21\xff\x0bICCRGBG1012\x06secret\0",
    ];
    bytes.splice(head..head, extras.concat());
    bytes.extend(b"*/=1;alert('secret')");
    let moving = process(&bytes).unwrap();
    assert_eq!((moving.original.mime, moving.original.ext), ("image/gif", "gif"));
    assert!(!contains(&moving.original.bytes, b"secret"));
    assert!(contains(&moving.original.bytes, b"NETSCAPE2.0\x03\x01\x03\0\0"));
    assert!(moving.original.bytes.ends_with(b"\x3b"));
    assert_ne!(moving.small.mime, "image/gif");
    let frames = |bytes: &[u8]| {
        let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
        let frames = image::AnimationDecoder::into_frames(decoder);
        frames.map(|frame| frame.map(image::Frame::into_buffer).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(frames(&moving.original.bytes), frames(&gif(60, 40, 4)));
}

#[test]
fn animations_that_others_would_not_show_are_refused() {
    assert_eq!(refused(&gif(1281, 721, 2)).id, "E139");
    let control = chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let problem = refused(&png_with(&png(&flag(8, 8).into()), &[control]));
    assert_eq!(problem.id, "E139");
    assert!(problem.what.contains("PNG") && problem.remedy.ends_with("ffmpeg -f apng -i moving.png moving.gif"));
    let single = chunk(*b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    assert!(process(&png_with(&png(&flag(8, 8).into()), &[single])).is_ok());
    let frame =
        [b"RIFF\x26\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x07\0\0\x07\0\0".as_slice(), b"ANIM\x08\0\0\0\0\0\0\0\0\0\0\0"];
    let problem = refused(&frame.concat());
    assert_eq!(problem.id, "E139");
    assert!(problem.what.contains("WebP") && problem.remedy.ends_with("magick moving.webp moving.gif"));
    // A thousand frames of one pixel each are too many as well.
    let mut bytes = gif(1, 1, 2);
    let one = bytes.iter().position(|&byte| byte == 0x2c).unwrap();
    let frame = bytes[one..bytes.len() - 1].to_vec();
    (0..1000).for_each(|_| drop(bytes.splice(one..one, frame.iter().copied())));
    assert_eq!(refused(&bytes).id, "E139");
}

#[test]
fn what_is_no_picture_is_named() {
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    let cases: [(&[u8], &str, &str); 16] = [
        (svg, "SVG", "rsvg-convert"),
        (b"  <svg onload=alert(1)>", "SVG", "rsvg-convert"),
        (b"<!DOCTYPE html><html>", "web page", ""),
        (b"%PDF-1.7", "PDF", "pdftoppm"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC", "heif-convert photo.heic"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF", "heif-convert picture.avif"),
        (b"II*\0\x08\0\0\0", "TIFF", "magick picture.tif"),
        (b"MM\0*\0\0\0\x08", "TIFF", "magick picture.tif"),
        (b"BM\x36\0\0\0", "BMP", "magick picture.bmp"),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "JPEG 2000", "magick picture.jp2"),
        (b"\xff\x4f\xff\x51\0\x2f", "JPEG 2000", "magick picture.jp2"),
        (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ", "JPEG XL", "djxl picture.jxl"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL", "djxl picture.jxl"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video", ""),
        (b"PK\x03\x04GIF89a", "ZIP", ""),
        (b"hello", "no picture", ""),
    ];
    for (bytes, word, command) in cases {
        let problem = refused(bytes);
        assert_eq!((problem.id, problem.field), ("E135", Some("media")));
        let line = if command.is_empty() { String::new() } else { format!("On a command line: {command}") };
        assert!(problem.what.contains(word), "{}", problem.what);
        assert!(
            problem.remedy.contains("JPEG, PNG, GIF and WebP") && problem.remedy.contains(&line),
            "{}",
            problem.remedy
        );
        // What to do with it in an ordinary program comes first.
        assert_eq!(problem.remedy.starts_with("Accepted"), word == "no picture", "{}", problem.remedy);
    }
    assert_eq!(refused(b"").what, "The file is empty.");
    assert_eq!(refused(b"GIF89a=1;alert(1)//").id, "E136"); // 12605 × 15153 pixels
    assert_eq!(refused(&vec![0xff; limits::media::PICTURE]).id, "E136");
}

#[test]
fn pixel_bombs_are_refused_by_their_header() {
    let header = |width: u32, height: u32| {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(chunk(*b"IHDR", &[&size[..], &[8, 6, 0, 0, 0]].concat()));
        bytes
    };
    let problem = refused(&header(50_000, 50_000));
    assert_eq!(problem.id, "E136");
    assert!(problem.what.contains("50000 × 50000"));
    assert_eq!(refused(&header(u32::MAX, u32::MAX)).id, "E136");
    assert_eq!(refused(&header(100_000, 2)).id, "E136");
    assert_eq!(refused(&header(0, 7)).id, "E137");
    // Within the limit: refused only since nothing follows.
    assert_eq!(refused(&header(7680, 4320)).id, "E137");
    assert_eq!(refused(&header(7681, 4320)).id, "E136");

    let mut frame = jpeg(&flag(16, 16), 80, false);
    let at = frame.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    frame[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(refused(&frame).id, "E136");
    assert_eq!(refused(b"GIF89a\xff\xff\xff\xff\0\0\0\x3b").id, "E136");
    let mut webp = webp_lossy(false);
    webp[26..30].copy_from_slice(&[0xff, 0x3f, 0xff, 0x3f]);
    assert_eq!(refused(&webp).id, "E136");
    // The canvas says one size, the picture in it another.
    let mut webp = webp_lossy(true);
    webp[24] = 200;
    assert_eq!(refused(&webp).id, "E137");
}

#[test]
fn many_scans_are_refused() {
    let mut bytes = jpeg(&flag(16, 16), 80, true);
    let scan = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let last = bytes[scan..bytes.len() - 2].to_vec();
    let end = bytes.len() - 2;
    (0..120).for_each(|_| drop(bytes.splice(end..end, last.iter().copied())));
    assert_eq!(refused(&bytes).id, "E138");
}

#[test]
fn a_few_bytes_do_not_get_a_large_canvas() {
    let file = |width: u16, height: u16, frames: usize| {
        let head = [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]];
        let frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0];
        [head.concat(), frame.repeat(frames), vec![0x3b]].concat()
    };
    let bomb = file(7680, 4320, 1);
    assert!(bomb.len() < 43);
    assert_eq!(refused(&bomb).id, "E136");
    assert_eq!(refused(&file(65_535, 65_535, 1)).id, "E136");
    assert!(process(&file(600, 500, 500)).is_ok());
    assert_eq!(refused(&file(600, 500, 501)).id, "E139");
    // Scans over a picture cost what they walk over, whatever they say of it.
    let scans = limits::media::JPEG_WORK / (limits::media::PIXELS / 64);
    assert!((20..limits::media::JPEG_SCANS as u64).contains(&scans));
    let mut wide = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    wide.extend([1; 64]);
    wide.extend([0xff, 0xc2, 0, 11, 8, 0x10, 0xe0, 0x1e, 0, 1, 1, 0x11, 0]);
    wide.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0].repeat(usize::try_from(scans).unwrap() + 1));
    wide.extend([0xff, 0xd9]);
    assert_eq!(refused(&wide).id, "E138");
}

#[test]
fn separate_scans_of_coarser_colours_are_refused() {
    let encode = |sampling| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
        encoder.set_optimized_huffman_tables(true); // writes one scan for each component
        encoder.set_sampling_factor(sampling);
        encoder.encode(flag(64, 32).as_raw(), 64, 32, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    assert_eq!(refused(&encode(jpeg_encoder::SamplingFactor::F_2_2)).id, "E138");
    let picture = process(&encode(jpeg_encoder::SamplingFactor::F_1_1)).unwrap();
    near(&decoded(&picture.original), 2, 20, RED);
}

#[test]
fn rare_varieties_are_accepted_or_refused_in_words() {
    let cmyk = process(&cmyk_jpeg()).unwrap();
    assert_eq!(decoded(&cmyk.original).color(), image::ColorType::Rgb8);
    let deep = DynamicImage::from(flag(40, 30)).into_rgb16();
    let deep = process(&png(&deep.into())).unwrap();
    assert_eq!(decoded(&deep.original).to_rgb8(), flag(40, 30));
    let grey = DynamicImage::from(flag(40, 30)).into_luma16();
    assert_eq!(process(&png(&grey.into())).unwrap().original.mime, "image/png");
    for marker in [0xc3, 0xc9] {
        let mut bytes = jpeg(&flag(16, 16), 80, false);
        let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        bytes[at + 1] = marker;
        assert_eq!(refused(&bytes).id, "E138");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for bytes in all() {
        process(&bytes).unwrap();
        for end in 1..bytes.len() {
            let problem = refused(&bytes[..end]);
            assert!(["E135", "E137"].contains(&problem.id), "{problem:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_bring_it_down(
        sample in prop::sample::select(all()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        doubled in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut bytes = sample;
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((from, to)) = doubled {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(to..to, piece);
        }
        match process(&bytes) {
            Ok(picture) => {
                prop_assert!(picture.width.max(picture.height) <= limits::media::SERVED_SIDE);
                prop_assert!(picture.small.width <= limits::media::SMALL_WIDTH);
                prop_assert!(image::load_from_memory(&picture.small.bytes).is_ok());
                // What has been cleaned once is clean.
                let again = process(&picture.original.bytes).unwrap();
                prop_assert!(again.original == picture.original || picture.original.ext != "gif");
            }
            Err(error) => prop_assert!(matches!(error, Error::Invalid(_)), "{error:?}"),
        }
    }

    #[test]
    fn noise_behind_every_magic_is_refused_or_read(magic in 0..4usize, tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let magic: &[u8] = [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x2c\x01\0\0WEBP"][magic];
        let outcome = process(&[magic, &tail].concat());
        prop_assert!(matches!(outcome, Ok(_) | Err(Error::Invalid(_))));
    }
}
