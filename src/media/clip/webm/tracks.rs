//! The tracks of a WebM: what stays of how they are described, and what of how they are coded.

use super::super::{ogg, refuse};
use super::{Child, Element, Found, children, placed, unsigned};
use crate::error::Result;
use crate::limits::clip as limits;

const TRACK: u32 = 0xAE;
const PRIVATE: u32 = 0x63A2;
const VIDEO: u32 = 0xE0;
const AUDIO: u32 = 0xE1;
const COLOUR: u32 = 0x55B0;
const MASTERING: u32 = 0x55D0;
const LANGUAGES: [u32; 2] = [0x22_B59C, 0x22_B59D];
const STAYS: u32 = 0x23_E383;
const SUBTITLES: u64 = 17;

/// Of a track: number and kind, flags, language, coding, times, and the heads of picture and sound.
const DESCRIBED: &[u32] = &[
    0xD7, 0x73C5, 0x83, 0xB9, 0x88, 0x55AA, 0x55AB, 0x55AC, 0x55AD, 0x55AE, 0x55AF, 0x9C, 0x6DE7, 0x6DF8, STAYS,
    0x23_4E7A, 0x23_314F, 0x55EE, 0x22_B59C, 0x22_B59D, 0x86, PRIVATE, 0x56AA, 0x56BB, VIDEO, AUDIO,
];
/// Of a picture: size, crop, shape, transparency, colours.
const PICTURE: &[u32] = &[
    0x9A, 0x9D, 0x53B8, 0x53C0, 0xB0, 0xBA, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA, 0x54B2, 0x54B3, COLOUR,
    0x23_83E3,
];
/// Of sound: rates, channels, depth.
const SOUND: &[u32] = &[0xB5, 0x78B5, 0x9F, 0x6264];
/// Of colours: how they are coded, and those of the screen they were made on.
const COLOURS: &[u32] = &[
    0x55B1, 0x55B2, 0x55B3, 0x55B4, 0x55B5, 0x55B6, 0x55B7, 0x55B8, 0x55B9, 0x55BA, 0x55BB, 0x55BC, 0x55BD, MASTERING,
];
const SCREEN: &[u32] = &[0x55D1, 0x55D2, 0x55D3, 0x55D4, 0x55D5, 0x55D6, 0x55D7, 0x55D8, 0x55D9, 0x55DA];
/// Made of elements, or of words that are looked at: everything else is a number.
pub(super) const OTHERS: &[u32] =
    &[TRACK, PRIVATE, VIDEO, AUDIO, COLOUR, MASTERING, 0x86, 0x22_B59C, 0x22_B59D, 0x4D80, 0x5741];

/// Whether they stay: always.
pub(super) fn read(element: &Element, bytes: &[u8], found: &mut Found) -> Result<bool> {
    let tracks = placed(bytes, element.body)?;
    found.sweep(&tracks, &[TRACK]);
    for track in tracks.iter().filter(|track| track.id == TRACK) {
        let fields = placed(track.body, track.inside())?;
        let field = |wanted: u32| fields.iter().find(|field| field.id == wanted);
        let codec = field(0x86).map(|field| field.body).unwrap_or_default();
        let kind = field(0x83).map(|field| unsigned(field.body));
        check(kind, codec)?;
        if field(0x6D80).is_some() {
            return Err(refuse::damaged("its tracks are packed or encrypted"));
        }
        if kind == Some(1) {
            let video = children(field(VIDEO).map(|field| field.body).unwrap_or_default());
            let number = |wanted: u32| video.iter().find(|(id, _)| *id == wanted).map(|(_, body)| unsigned(body));
            let side = |wanted: u32| u32::try_from(number(wanted).unwrap_or_default()).unwrap_or(u32::MAX);
            found.frame.get_or_insert((side(0xB0), side(0xBA)));
            found.clear |= number(0x53C0) == Some(1);
            // Nanoseconds that a picture stays.
            let stays = field(STAYS).map(|field| unsigned(field.body)).unwrap_or_default();
            let a_second = 1_000_000_000_u64.checked_div(stays).unwrap_or_default();
            if a_second > limits::RATE {
                return Err(refuse::fast(a_second));
            }
        }
        found.sound |= kind == Some(2);
        found.tracks.extend(field(0xD7).map(|field| unsigned(field.body)));
        described(&fields, codec, found)?;
    }
    Ok(true)
}

fn check(kind: Option<u64>, codec: &[u8]) -> Result<()> {
    let name = String::from_utf8_lossy(codec);
    match (kind, codec) {
        (Some(1), b"V_VP8" | b"V_VP9" | b"V_AV1") | (Some(2), b"A_OPUS" | b"A_VORBIS") => Ok(()),
        (Some(1), _) => Err(refuse::video_codec(&name)),
        (Some(2), _) => Err(refuse::sound_codec(&name)),
        (Some(SUBTITLES), b"D_WEBVTT/SUBTITLES" | b"D_WEBVTT/CAPTIONS" | b"S_TEXT/WEBVTT" | b"S_TEXT/UTF8") => Ok(()),
        _ => Err(refuse::damaged("it has tracks that are neither picture nor sound nor subtitles")),
    }
}

/// Notes what does not stay of how a track is described; of two fields of a kind, the second does not.
fn described(fields: &[Child], codec: &[u8], found: &mut Found) -> Result<()> {
    found.sweep(fields, DESCRIBED);
    for (n, field) in fields.iter().enumerate() {
        let again = fields.iter().take(n).any(|other| other.id == field.id);
        match field.id {
            id if again => found.blank(field, DESCRIBED.contains(&id)),
            VIDEO => {
                let picture = placed(field.body, field.inside())?;
                found.sweep(&picture, PICTURE);
                for colour in picture.iter().filter(|field| field.id == COLOUR) {
                    let colours = placed(colour.body, colour.inside())?;
                    found.sweep(&colours, COLOURS);
                    for screen in colours.iter().filter(|field| field.id == MASTERING) {
                        found.sweep(&placed(screen.body, screen.inside())?, SCREEN);
                    }
                }
            }
            AUDIO => found.sweep(&placed(field.body, field.inside())?, SOUND),
            id if LANGUAGES.contains(&id) => found.blank(field, !is_language(field.body)),
            PRIVATE => private(field, codec, found)?,
            _ => {}
        }
    }
    Ok(())
}

/// `de`, `deu`, `de-AT`.
fn is_language(word: &[u8]) -> bool {
    let parts: Vec<_> = word.split(|byte| *byte == b'-').collect();
    let plain = |part: &&[u8]| part.len() <= 4 && part.iter().all(u8::is_ascii_alphanumeric);
    parts.len() <= 3 && parts.iter().all(plain) && parts.first().is_some_and(|first| (2..=3).contains(&first.len()))
}

/// What a decoder needs before the first block. Subtitles have titles and styles there, VP8 and VP9 need nothing.
fn private(field: &Child, codec: &[u8], found: &mut Found) -> Result<()> {
    match codec {
        b"V_AV1" => found.blank(field, field.body.first() != Some(&0x81)),
        b"A_OPUS" => {
            if ogg::opus_head(field.body) != Some(field.body.len()) {
                return Err(refuse::damaged("its description is longer or shorter than it should be"));
            }
        }
        b"A_VORBIS" => found.blanks.push(without_comments(field).ok_or_else(refuse::comments)?),
        _ => found.blank(field, true),
    }
    Ok(())
}

/// The three packets at the head of Vorbis: lengths of the first two, then all of them; the second is that of comments.
fn without_comments(private: &Child) -> Option<(u64, u64, Vec<u8>)> {
    let (mut at, mut lengths) = (1, [0; 2]);
    for length in &mut lengths {
        loop {
            let byte = usize::from(*private.body.get(at)?);
            (at, *length) = (at + 1, *length + byte);
            if byte < 255 {
                break;
            }
        }
    }
    let [before, len] = lengths;
    let magic = b"\x03vorbis";
    private.body.get(at + before..)?.get(..len)?.strip_prefix(magic)?;
    let from = private.inside() + (at + before) as u64;
    (before == ogg::VORBIS_HEAD).then_some(())?;
    Some((from, from + len as u64, ogg::blank(magic, len)?))
}
