//! Why a clip is not taken, in words for the person who sent it: what makes it one that is, in a
//! program with windows and by a command.

use crate::error::{Error, Problem};
use crate::limits::clip as limits;

const ACCEPTED: &str = "Accepted are MP4 with H.264 and AAC, WebM, MP3, M4A or AAC, Ogg with Opus or Vorbis, and FLAC.";
pub(in crate::media) const TO_MP4: &str = "Export it as MP4 with H.264 and AAC in a film program (HandBrake is a free one), or on a command line: \
                                           ffmpeg -i FILE -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart video.mp4";
const TO_MP3: &str = "Export it as MP3 in a sound program (Audacity is a free one), or on a command line: \
                      ffmpeg -i FILE -c:a libmp3lame -b:a 128k sound.mp3";

/// How it is begun to be said of a film.
const SEEN: &str = "The picture is coded as";

fn problem(id: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Error {
    Problem::new(id, what).field("media").remedy(remedy).into()
}

pub(super) fn empty() -> Error {
    problem("E134", "The file is empty.", "Choose the file again.")
}

/// Not a clip at all, or of a format that is not taken.
pub(super) fn kind(bytes: &[u8]) -> Error {
    match name(bytes) {
        Some((name, convert)) => problem("E143", format!("This is {name}. {ACCEPTED}"), convert),
        None => problem("E143", format!("This is no sound or video file that can be played here. {ACCEPTED}"), TO_MP4),
    }
}

/// An accepted container with something else in it.
pub(super) fn video_codec(name: &str) -> Error {
    problem("E144", format!("{SEEN} {name}, which many browsers do not show. {ACCEPTED}"), TO_MP4)
}

/// Of a film, unless `of_sound` says that it is none.
pub(super) fn sound_codec(name: &str) -> Error {
    problem("E144", format!("The sound is coded as {name}, which many browsers do not play. {ACCEPTED}"), TO_MP4)
}

pub(super) fn quicktime() -> Error {
    film("a QuickTime film")
}

pub(super) fn kind_matroska() -> Error {
    film("a Matroska film")
}

/// Of a container that may hold what is accepted.
fn film(name: &str) -> Error {
    let remedy = format!(
        "{TO_MP4}; where it holds H.264 and AAC already, faster and without loss: ffmpeg -i FILE -c copy -movflags \
         +faststart video.mp4"
    );
    problem("E143", format!("This is {name}. {ACCEPTED}"), remedy)
}

pub(super) fn cut_off() -> Error {
    problem("E145", "The file ends before what it announces.", "Choose the file again, or save a fresh copy.")
}

pub(super) fn damaged(how: &str) -> Error {
    let remedy = format!("Export it once more from the program that made it. Where that does not help: {TO_MP4}");
    problem("E145", format!("The file is damaged: {how}."), remedy)
}

/// The same of a file in which nothing is seen: a film of it would be none.
pub(super) fn of_sound(mut error: Error) -> Error {
    if let Error::Invalid(problem) = &mut error
        && matches!(problem.id, "E144" | "E145")
        && !problem.what.starts_with(SEEN)
    {
        problem.remedy = problem.remedy.replace(TO_MP4, TO_MP3);
    }
    error
}

/// Comments that are not found cannot be taken out.
pub(super) fn comments() -> Error {
    damaged("its comments are not where they should be")
}

/// Nothing in it that can be seen or heard.
pub(super) fn nothing() -> Error {
    problem("E145", "There is neither sound nor a moving picture in the file.", "Choose another file.")
}

pub(super) fn heavy(bytes: u64, most: u64) -> Error {
    problem(
        "E146",
        format!("The file takes {} MiB; at most {} MiB are taken here.", bytes.div_ceil(1 << 20), most >> 20),
        "Export it smaller in a film program (1280 pixels wide are enough), or ask whoever runs the server to raise \
         media.recording_mb. On a command line: ffmpeg -i FILE -vf scale=1280:-2 -c:v libx264 -crf 28 -pix_fmt yuv420p -c:a aac \
         -movflags +faststart video.mp4",
    )
}

pub(super) fn large(width: u32, height: u32) -> Error {
    problem(
        "E146",
        format!("The video is {width} × {height} pixels; other servers take 3840 × 2160 at most."),
        "Export it smaller in a film program (1920 pixels wide are enough), or on a command line: ffmpeg -i FILE -vf \
         scale=1920:-2 -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart video.mp4",
    )
}

pub(super) fn fast(rate: u64) -> Error {
    problem(
        "E146",
        format!("The video has {rate} pictures a second; other servers take {} at most.", limits::RATE),
        "Export it with 60 pictures a second in a film program, or on a command line: ffmpeg -i FILE -r 60 -c:v libx264 \
         -pix_fmt yuv420p -c:a aac -movflags +faststart video.mp4",
    )
}

pub(super) fn long() -> Error {
    problem(
        "E146",
        format!("It says that it lasts longer than {} hours.", limits::MILLIS / 3_600_000),
        "Cut it in parts.",
    )
}

/// Layers I and II of what MP3 is the third of.
pub(super) fn mp2() -> Error {
    problem("E143", format!("This is MP2 sound, which many browsers do not play. {ACCEPTED}"), TO_MP3)
}

/// Whether it is a format of sound or video that is refused by name.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    name(bytes).is_some()
}

/// What the bytes look like, and what makes them acceptable; for the message only.
fn name(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let form = |kind: &[u8]| starts(b"RIFF") && bytes.get(8..12) == Some(kind);
    if form(b"WAVE") || UNCOMPRESSED.iter().any(|magic| starts(magic)) {
        return Some(("uncompressed sound", TO_MP3));
    }
    if let Some((_, name)) = SOUND.iter().find(|(magic, _)| starts(magic)) {
        return Some((name, TO_MP3));
    }
    if starts(&[0x06, 0x0e, 0x2b, 0x34]) {
        return Some(("an MXF film", TO_MP4));
    }
    if form(b"AVI ") {
        return Some(("an AVI video", TO_MP4));
    }
    if starts(&[0x30, 0x26, 0xb2, 0x75]) {
        return Some(("Windows Media", TO_MP4));
    }
    if starts(b"FLV") {
        return Some(("a Flash video", TO_MP4));
    }
    if starts(b"#EXTM3U") {
        return Some(("a playlist, not a recording", "Download the recording itself, and choose that file."));
    }
    // Streams of packets, as broadcast and as camcorders stamp them; programs; pictures alone, of MPEG-2 and H.264.
    let stamped = [4, 196, 388].iter().all(|at| bytes.get(*at) == Some(&0x47));
    let mpeg: [&[u8]; 5] = [&[0x47, 0x40], &[0, 0, 1, 0xba], &[0, 0, 1, 0xb3], &[0, 0, 1, 0x67], &[0, 0, 0, 1, 0x67]];
    (stamped || mpeg.iter().any(|magic| starts(magic))).then_some(("an MPEG recording", TO_MP4))
}

/// AIFF, the large WAV of broadcasters (EBU Tech 3306), Wave64, Sun's AU.
const UNCOMPRESSED: [&[u8]; 4] = [b"FORM", b"RF64", b"riff\x2e\x91\xcf\x11", b".snd"];

/// Sound that browsers do not play.
const SOUND: [(&[u8], &str); 4] = [
    (b"caff", "a CAF recording"),
    (b"\x0b\x77", "AC-3 sound"),
    (b"#!AMR", "an AMR recording"),
    (b"wvpk", "WavPack sound"),
];
