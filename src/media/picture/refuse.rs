//! Why a picture is not taken, in words for the person who sent it.

use crate::error::{Error, Problem};
use crate::limits;
use crate::media::clip::TO_MP4;

const ACCEPTED: &str = "Accepted are JPEG, PNG, GIF and WebP; MP4 and WebM; MP3, M4A, AAC, Ogg and FLAC.";

fn problem(id: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Error {
    Problem::new(id, what).field("media").remedy(remedy).into()
}

pub(super) fn kind(bytes: &[u8]) -> Error {
    let Some((name, way, command)) = name(bytes) else {
        let what = "This file is no picture, sound or video that can be shown here.";
        return problem("E135", what, format!("{ACCEPTED} Save it as one of them. Where it is a film: {TO_MP4}"));
    };
    let what = format!("This is {name}, which cannot be shown as a picture here.");
    // The command stands last, where it can be copied whole.
    let line = if command.is_empty() { String::new() } else { format!(" On a command line: {command}") };
    problem("E135", what, format!("{way} {ACCEPTED}{line}"))
}

pub(super) fn empty() -> Error {
    problem("E135", "The file is empty.", format!("Choose the file again. {ACCEPTED}"))
}

pub(super) fn heavy(len: u64) -> Error {
    let mib = len.div_ceil(1024 * 1024);
    problem(
        "E136",
        format!("The picture takes {mib} MiB; it must take less than {} MiB.", limits::media::PICTURE / 1024 / 1024),
        "Save it as JPEG, or with fewer pixels: 3840 on the long side are enough.",
    )
}

pub(super) fn large(width: u32, height: u32) -> Error {
    problem(
        "E136",
        format!(
            "The picture is {width} × {height} pixels; at most {} million pixels, and {} on a side, are taken.",
            limits::media::PIXELS / 1_000_000,
            limits::media::SIDE
        ),
        "Save it smaller: 3840 pixels on the long side are enough.",
    )
}

pub(super) fn canvas(width: u16, height: u16) -> Error {
    problem(
        "E136",
        format!(
            "This GIF is {width} × {height} pixels; at most {} million are taken in this format.",
            limits::media::GIF_CANVAS / 1_000_000
        ),
        "Save it smaller, or as JPEG or PNG.",
    )
}

/// Well-formed so far, but the file stops before the picture does.
pub(super) fn cut_off() -> Error {
    problem("E137", "The file ends in the middle of the picture.", "Choose the file again, or save a fresh copy.")
}

pub(super) fn damaged() -> Error {
    problem("E137", "The file is damaged: the picture in it cannot be read.", "Open it and save a fresh copy.")
}

/// A variety of an accepted format that browsers or our decoder do not read.
pub(super) fn unusual(variety: &str) -> Error {
    problem(
        "E138",
        format!("This is {variety}, which many programs cannot show."),
        "Save it as an ordinary JPEG or PNG.",
    )
}

/// `command` makes a GIF of it.
pub(super) fn animation(format: &str, command: &str) -> Error {
    problem(
        "E139",
        format!("This is an animated {format}, which many programs would show without its movement."),
        format!(
            "Open it in a picture program (GIMP is a free one) and save it as an animated GIF or as a still picture, or make a \
             short video of it. On a command line: {command}"
        ),
    )
}

pub(super) fn long_animation(what: String) -> Error {
    problem("E139", what, "Make it smaller or shorter, or save it as a video.")
}

const JPEG: &str = "Open it in a picture program and save it as JPEG.";
const PNG: &str = "Open it in a picture program and save it as PNG.";
const ANY: &str = "Take the picture out of it, or export it as a picture.";

/// What the bytes look like, how an ordinary program makes a picture of it, and which command does; for the message only.
fn name(bytes: &[u8]) -> Option<(&'static str, &'static str, &'static str)> {
    let head = bytes.get(..bytes.len().min(512))?;
    let brand = |brands: &[&[u8]]| {
        head.get(4..8) == Some(b"ftyp") && head.get(8..12).is_some_and(|brand| brands.contains(&brand))
    };
    if head.starts_with(b"%PDF") {
        let way = "Take a picture of the page on your screen, or export the page as PNG.";
        return Some(("a PDF document", way, "pdftoppm -png -r 150 file.pdf page"));
    }
    if brand(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"]) {
        return Some(("a HEIC photograph", JPEG, "heif-convert photo.heic photo.jpg"));
    }
    if brand(&[b"avif", b"avis"]) {
        return Some(("an AVIF picture", PNG, "heif-convert picture.avif picture.png"));
    }
    if head.get(4..8) == Some(b"ftyp") || head.starts_with(b"\x1a\x45\xdf\xa3") {
        return Some(("a video or sound file", "Choose a picture.", ""));
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        return Some(("a TIFF picture or a camera's raw file", JPEG, "magick picture.tif picture.jpg"));
    }
    if head.starts_with(b"\0\0\0\x0cjP  \r\n\x87\n") || head.starts_with(b"\xff\x4f\xff\x51") {
        return Some(("a JPEG 2000 picture", JPEG, "magick picture.jp2 picture.jpg"));
    }
    if head.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n") || head.starts_with(b"\xff\x0a") {
        return Some(("a JPEG XL picture", JPEG, "djxl picture.jxl picture.jpg"));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some(("a ZIP archive or an office document", ANY, ""));
    }
    if head.starts_with(b"BM") {
        return Some(("a BMP picture", PNG, "magick picture.bmp picture.png"));
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    if text.contains("<svg") {
        let way = "Open it in a drawing program and export it as PNG.";
        return Some(("an SVG drawing", way, "rsvg-convert -w 1600 -o drawing.png drawing.svg"));
    }
    if text.contains("<html") || text.contains("<!doctype html") {
        return Some(("a web page", "Choose the picture itself.", ""));
    }
    let xml = text.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml");
    xml.then_some(("an XML document", ANY, ""))
}
