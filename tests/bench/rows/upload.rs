//! A photograph of 12 megapixels comes in, lying on its side as a camera writes it: what that costs beside a bare decode,
//! resize and encode by the same crates, and the most memory that the process holds meanwhile.

use bytes::Bytes;
use hyper::{StatusCode, header};
use image::{DynamicImage, ImageReader, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use super::Bench;
use crate::floor::Floor;
use crate::load::{self, Prepared};
use crate::meter;
use crate::report::{Limit, Line};
use crate::subject::url;

const WIDTH: u16 = 4000;
const HEIGHT: u16 = 3000;
const QUALITY: u8 = 90;
const TIMES: usize = 5;

pub async fn run(bench: &mut Bench) {
    bench.fresh().await;
    let photograph = photograph();
    let file = bench.file("photograph.jpg", &photograph);
    let request = bench.subject.signed_upload(&form(&photograph));
    let mut costs = Vec::new();
    for _ in 0..TIMES {
        let before = bench.subject.cpu();
        let answer = load::once(bench.subject.address, &request).await.expect("an upload is answered");
        let told = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), StatusCode::OK, "uploading: {told}");
        assert!(
            told.contains("\"width\":2880") && told.contains("\"height\":3840"),
            "upright and made smaller: {told}"
        );
        costs.push(meter::each(bench.subject.cpu().saturating_sub(before), 1));
    }
    let peak = meter::mib(meter::peak(bench.subject.pid()));
    bench.subject.stop();
    let mut floor = Floor::picture(&file);
    let least = meter::least((0..TIMES).map(|_| meter::each(floor.picture_once(), 1)));
    let note = format!("best of {TIMES}; {:.1} MB, turned by its camera", photograph.len() as f64 / 1e6);
    let line = Line::new("upload of a 12-megapixel JPEG", "ms", meter::least(costs), Limit::Times(0.0, 1.6));
    bench.report.add(line.floor(least).note(note.clone()));
    let line = Line::new("resident memory at its peak during it", "MiB", peak, Limit::AtMost(64.0));
    bench.report.add(line.note("over the whole life of the process"));
}

/// What the floor does: decodes with `image`, makes the same three sizes with `fast_image_resize`, encodes them.
pub fn bare(file: &std::path::Path) -> usize {
    let decoded = ImageReader::open(file).expect("the file is there").decode().expect("it is a JPEG");
    let mut from = decoded;
    let mut bytes = 0;
    for (width, quality) in [(3840, 85), (1600, 80), (800, 80)] {
        let height = from.height() * width / from.width();
        let mut to = DynamicImage::new_rgb8(width, height);
        fast_image_resize::Resizer::new().resize(&from, &mut to, None).expect("both are RGB");
        let mut out = Vec::new();
        let side = |side: u32| u16::try_from(side).expect("a JPEG");
        Encoder::new(&mut out, quality)
            .encode(to.as_bytes(), side(to.width()), side(to.height()), ColorType::Rgb)
            .expect("memory takes it");
        bytes += out.len();
        from = to;
    }
    bytes
}

/// Soft shapes with some noise over them: about as many bytes as a camera makes of such a picture.
fn photograph() -> Vec<u8> {
    let mut state = 1_u32;
    let picture = RgbImage::from_fn(WIDTH.into(), HEIGHT.into(), |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = state >> 29;
        let wave = |a: u32, b: u32| {
            let turn = (x * a + y * b) / 97 % 512;
            u8::try_from(20 + turn.min(511 - turn) * 3 / 4 + grain).unwrap_or(u8::MAX)
        };
        image::Rgb([wave(21, 30), wave(9, 41), wave(50, 13)])
    });
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.add_exif_metadata(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0").expect("it is short");
    encoder.encode(picture.as_raw(), WIDTH, HEIGHT, ColorType::Rgb).expect("memory takes it");
    bytes
}

fn form(file: &[u8]) -> Bytes {
    let head = "--xyz\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nShapes\r\n\
                --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
    [head.as_bytes(), file, b"\r\n--xyz--\r\n"].concat().into()
}

pub const KIND: &str = "multipart/form-data; boundary=xyz";

/// The request that brings a form.
pub fn request(token: &str, body: Bytes) -> Prepared {
    Prepared::new(&url("/api/v2/media"), 0, Some(body))
        .with(header::CONTENT_TYPE, KIND)
        .with(header::AUTHORIZATION, &format!("Bearer {token}"))
}
