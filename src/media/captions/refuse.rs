//! Why captions are not taken, in words for the person who sent them.

use crate::error::{Error, Problem};
use crate::limits::captions as limits;

fn problem(id: &'static str, what: impl Into<String>, remedy: &str) -> Error {
    Problem::new(id, what).field("captions").remedy(remedy).into()
}

pub(super) fn heavy() -> Error {
    let what = format!("The captions are larger than {} MiB.", limits::BYTES >> 20);
    problem("E204", what, "Captions are text; choose the file that ends in .vtt or .srt.")
}

pub(super) fn many() -> Error {
    problem("E204", format!("There are more than {} captions.", limits::CUES), "Cut the recording in parts.")
}

pub(super) fn encoding() -> Error {
    let remedy = "Save it as UTF-8 (in most editors: Save as, Encoding), and choose it again.";
    problem("E202", "The captions are not text in UTF-8.", remedy)
}

pub(super) fn kind() -> Error {
    let remedy =
        "Export it as WebVTT or SRT from the program that made it, or on a command line: ffmpeg -i FILE captions.vtt";
    problem("E202", "The captions are neither WebVTT nor SubRip (SRT).", remedy)
}

pub(super) fn nothing() -> Error {
    problem("E202", "There is not a single caption in the file.", "Choose the file again, or save a fresh copy.")
}

/// At a line of the file, counted from 1.
pub(super) fn line(number: usize, how: &str) -> Error {
    let remedy =
        "A caption is a line such as 00:00:01.000 --> 00:00:04.000, its text on the next lines, and an empty line.";
    problem("E202", format!("Line {number} of the captions: {how}."), remedy)
}

pub(super) fn order(number: usize, how: &str) -> Error {
    problem(
        "E203",
        format!("Line {number} of the captions: {how}."),
        "Correct the times, or export the captions again.",
    )
}

pub(super) fn beyond(number: usize) -> Error {
    let what = format!("Line {number} of the captions: this one begins after the recording has ended.");
    problem("E203", what, "Do these captions belong to another recording? Choose the right file, or correct the times.")
}
