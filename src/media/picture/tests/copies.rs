//! The copies of a picture: what none of them carries, and how they are cut and sized.

use image::DynamicImage;

use super::super::samples::*;
use super::super::*;
use super::{BLUE, RED, contains, decoded, near};

/// A WebP with one more chunk, as editing programs write it.
fn webp_with(image: &[u8], name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = [image, &name, &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    let length = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    bytes
}

/// Whatever a format can carry beside its picture is in no copy: not as the file is served, nor turned, nor cut.
#[test]
fn no_copy_carries_what_came_beside_the_picture() {
    let large = noise(1700, 900);
    let xmp = b"<x:xmpmeta>secret GPS 50.8503</x:xmpmeta>";
    let text = |orientation| {
        let words = [
            chunk(*b"tEXt", b"Comment\0secret"),
            chunk(*b"zTXt", b"Comment\0\0secret"),
            chunk(*b"iTXt", &[&b"XML:com.adobe.xmp\0\0\0\0\0"[..], xmp].concat()),
            chunk(*b"eXIf", &exif(orientation)),
            chunk(*b"tIME", &[7, 0xea, 11, 23, 9, 0, 0]),
        ];
        png_with(&png(&large.clone().into()), &words)
    };
    let mut segments = vec![b"\xff\xfe\x00\x0esecret words".to_vec()];
    for (marker, head) in [(0xe1, &b"http://ns.adobe.com/xap/1.0/\0"[..]), (0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0")] {
        let data = [head, xmp].concat();
        let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
        segments.push([&[0xff, marker][..], &length, &data].concat());
    }
    let photo = |orientation| {
        let mut bytes = jpeg_with(&jpeg(&large, 80, false), Some(exif(orientation)), None);
        bytes.splice(2..2, segments.concat());
        bytes
    };
    let extended = |bytes: Vec<u8>| {
        let mut webp = img_parts::webp::WebP::from_bytes(bytes.into()).unwrap();
        img_parts::ImageEXIF::set_exif(&mut webp, Some(exif(6).into()));
        webp_with(&webp.encoder().bytes(), *b"XMP ", xmp)
    };
    let files = [
        photo(1),
        photo(6),
        text(1),
        text(6),
        extended(webp_lossy(true)),
        extended(webp_lossless(&see_through(40, 30))),
    ];
    for bytes in files {
        assert!(contains(&bytes, b"50.8503"));
        for shape in [Shape::Whole, Shape::Avatar(0.0, 0.0), Shape::Header(0.5, 0.5)] {
            let picture = take(bytes.clone(), shape).unwrap();
            for copy in [Some(&picture.original), Some(&picture.small), picture.middle.as_ref()].into_iter().flatten() {
                decoded(copy);
                for word in [&b"secret"[..], b"GPS", b"50.8503", b"adobe", b"Exif", b"eXIf", b"XMP ", b"tIME", b"8BIM"]
                {
                    assert!(
                        !contains(&copy.bytes, word),
                        "{} in {} {shape:?}",
                        String::from_utf8_lossy(word),
                        copy.mime
                    );
                }
            }
        }
    }
}

#[test]
fn profile_pictures_are_cut_around_what_matters() {
    let flat = jpeg(&flag(1200, 400), 95, false);
    let cut = |shape| take(flat.clone(), shape).unwrap();
    let size = |picture: &Picture| (picture.width, picture.height);
    let left = cut(Shape::Avatar(-1.0, 0.0));
    assert_eq!(size(&left), (400, 400));
    near(&decoded(&left.original), 200, 300, RED);
    near(&decoded(&cut(Shape::Avatar(1.0, 0.0)).original), 200, 300, BLUE);
    assert_eq!(size(&cut(Shape::Header(0.0, 0.0))), (1200, 400));
    // Turned by its camera, and cut from the upright picture; smaller ones do not grow.
    let turned = jpeg_with(&jpeg(&flag(600, 300), 95, false), Some(exif(6)), None);
    let top = take(turned.clone(), Shape::Avatar(0.0, 1.0)).unwrap();
    assert_eq!(size(&top), (300, 300));
    near(&decoded(&top.original), 100, 100, RED);
    near(&decoded(&take(turned, Shape::Avatar(0.0, -1.0)).unwrap().original), 100, 250, BLUE);
    let clear = take(png(&see_through(900, 900).into()), Shape::Header(0.0, 0.0)).unwrap();
    assert_eq!((size(&clear), clear.original.mime), ((900, 300), "image/png"));
    assert_eq!(size(&take(gif(90, 60, 3), Shape::Avatar(0.0, 0.0)).unwrap()), (60, 60));
}

#[test]
fn large_ones_get_a_copy_for_sharp_screens() {
    let large = process(&jpeg(&noise(2400, 1200), 90, false)).unwrap();
    let middle = large.middle.unwrap();
    assert_eq!((middle.width, middle.height, middle.mime), (1600, 800, "image/jpeg"));
    decoded(&middle);
    let turned = jpeg_with(&jpeg(&noise(2400, 1800), 90, false), Some(exif(8)), None);
    let turned = process(&turned).unwrap();
    assert_eq!(turned.middle.map(|middle| (middle.width, middle.height)), Some((1600, 2133)));
    assert_eq!((turned.small.width, turned.small.height), (800, 1067));
    assert!(process(&jpeg(&noise(1600, 1200), 90, false)).unwrap().middle.is_none());
}

#[test]
fn grey_stays_grey() {
    let grey = DynamicImage::from(flag(900, 600)).into_luma8();
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.encode(grey.as_raw(), 900, 600, jpeg_encoder::ColorType::Luma).unwrap();
    let picture = process(&jpeg_with(&bytes, Some(exif(3)), Some(icc(*b"GRAY")))).unwrap();
    assert_eq!(decoded(&picture.original).color(), image::ColorType::L8);
    assert!(contains(&picture.small.bytes, b"ICC_PROFILE"));
}
