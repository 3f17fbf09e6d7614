//! From a file to captions: blocks between empty lines, each with its times. Comments, styles, regions and names of
//! captions are left out; what is wrong is said with its line.

use super::{Captions, Cue, refuse, text};
use crate::error::Result;
use crate::limits::captions as limits;

const ARROW: &str = "-->";
/// Settings of a caption that say where it stands; those of SRT and of regions do not.
const SETTINGS: [&str; 5] = ["align", "line", "position", "size", "vertical"];

/// Reads captions of a clip that lasts so many milliseconds. `Invalid` says what is wrong and in which line; no bytes
/// whatever make it panic.
pub fn read(bytes: &[u8], millis: u64) -> Result<Captions> {
    if bytes.len() > limits::BYTES {
        return Err(refuse::heavy());
    }
    let whole = std::str::from_utf8(bytes).map_err(|_| refuse::encoding())?;
    let whole = whole.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<(usize, &str)> = (1..).zip(whole.lines()).collect();
    let mut blocks = lines.split(|(_, line)| line.trim().is_empty()).filter(|block| !block.is_empty());
    let first = lines.first().map(|(_, line)| *line).unwrap_or_default();
    let vtt = first.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    if vtt && blocks.next().is_some_and(|head| head.iter().any(|(_, line)| line.contains(ARROW))) {
        return Err(refuse::line(2, "an empty line is missing after WEBVTT"));
    }
    if !vtt && !whole.contains(ARROW) {
        return Err(refuse::kind());
    }
    let mut cues: Vec<Cue> = Vec::new();
    for block in blocks {
        if vtt && is_aside(block) {
            continue;
        }
        let Some(cue) = cue(block, vtt, millis, cues.last())? else { continue };
        cues.push(cue);
        if cues.len() > limits::CUES {
            return Err(refuse::many());
        }
    }
    let captions = Captions { cues };
    match captions.vtt().len() {
        _ if captions.cues.is_empty() => Err(refuse::nothing()),
        long if long > limits::BYTES => Err(refuse::heavy()),
        _ => Ok(captions),
    }
}

/// A comment, a style sheet or a region.
fn is_aside(block: &[(usize, &str)]) -> bool {
    let Some((_, first)) = block.first() else { return false };
    let word = first.split([' ', '\t']).next().unwrap_or_default();
    let timed = block.iter().take(2).any(|(_, line)| line.contains(ARROW));
    word == "NOTE" && !first.contains(ARROW) || matches!(first.trim_end(), "STYLE" | "REGION") && !timed
}

/// A caption; `None` for one without text.
fn cue(block: &[(usize, &str)], vtt: bool, millis: u64, before: Option<&Cue>) -> Result<Option<Cue>> {
    let number = block.first().map_or(0, |(number, _)| *number);
    let timed = block.iter().take(2).position(|(_, line)| line.contains(ARROW));
    let Some(timed) = timed else { return Err(refuse::line(number, "this is no caption, since it has no times")) };
    let (number, times) = block.get(timed).copied().unwrap_or_default();
    let (from, to, place) = times_of(times).ok_or_else(|| refuse::line(number, "the times cannot be read"))?;
    let lines = block.get(timed + 1..).unwrap_or_default();
    if let Some((number, _)) = lines.iter().find(|(_, line)| line.contains(ARROW)) {
        return Err(refuse::line(*number, "an empty line is missing before these times"));
    }
    let long = || refuse::line(number, "the caption is too long");
    if lines.iter().map(|(_, line)| line.len() + 1).sum::<usize>() > limits::CUE {
        return Err(long());
    }
    if to <= from {
        return Err(refuse::order(number, "the caption ends before it begins"));
    }
    if before.is_some_and(|before| from < before.from) {
        return Err(refuse::order(number, "the caption begins before the one above it"));
    }
    if from >= millis {
        return Err(refuse::beyond(number));
    }
    let parts = text::parts(lines.iter().map(|(_, line)| *line), vtt);
    // Some characters take more room when they are written.
    if text::marked(&parts).len() >= limits::CUE {
        return Err(long());
    }
    Ok((!parts.is_empty()).then_some(Cue { from, to: to.min(millis), place, parts }))
}

fn times_of(line: &str) -> Option<(u64, u64, String)> {
    let (from, rest) = line.split_once(ARROW)?;
    let mut words = rest.split_whitespace();
    Some((time(from.trim())?, time(words.next()?)?, place(words)))
}

/// `1:02:03.004`, `02:03.004`, and with a comma as SRT has it.
fn time(text: &str) -> Option<u64> {
    let (clock, rest) = text.split_once(['.', ','])?;
    let digits = |text: &str, len: std::ops::RangeInclusive<usize>| {
        (len.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let mut parts = clock.rsplit(':');
    let (seconds, minutes) = (digits(parts.next()?, 2..=2)?, digits(parts.next()?, 2..=2)?);
    let hours: u64 = parts.next().map_or(Some(0), |hours| digits(hours, 1..=4))?;
    let fits = parts.next().is_none() && seconds < 60 && minutes < 60;
    let millis: u64 = digits(rest, 3..=3)?;
    fits.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis)
}

/// The settings that are taken, each once.
fn place<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words {
        let Some((name, value)) = word.split_once(':') else { continue };
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b',' | b'-' | b'%');
        let right = SETTINGS.contains(&name) && !value.is_empty() && value.bytes().all(plain);
        let twice = kept.iter().any(|known| known.split(':').next() == Some(name));
        if right && !twice && word.len() <= limits::PLACE {
            kept.push(word);
        }
    }
    kept.join(" ")
}
