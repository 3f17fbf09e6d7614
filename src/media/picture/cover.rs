//! The cover of a podcast: what directories refuse is refused here, with words that say what to change.

use super::{Kind, refuse};
use crate::error::{Problem, Result};
use crate::limits::podcast as limits;

/// Whether a file can be a cover: a square JPEG or PNG in RGB, 1,400 to 3,000 pixels wide, without transparency. It is
/// not decoded; `process` does that.
pub fn check_cover(bytes: &[u8]) -> Result<()> {
    let weight = bytes.len() as u64;
    if weight > limits::COVER {
        let what = format!("The cover has {} MB.", weight.div_ceil(1_000_000));
        let most = limits::COVER / 1_000_000;
        return refused(
            what,
            format!("Save it as JPEG with quality 85; {most} MB are possible, half a megabyte is advised."),
        );
    }
    let kind = Kind::of(bytes)?;
    let clean = kind.clean(bytes, true)?;
    if !matches!(kind, Kind::Jpeg | Kind::Png) {
        return refused("The cover is neither JPEG nor PNG.", "Directories take no other; save it as JPEG.");
    }
    let (width, height) = (clean.width, clean.height);
    if width != height {
        return refused(format!("The cover has {width} × {height} pixels; it has to be square."), "Crop it.");
    }
    if !limits::COVER_SIDE.contains(&width) {
        let [least, most] = [limits::COVER_SIDE.start(), limits::COVER_SIDE.end()];
        let what = format!("The cover has {width} × {height} pixels.");
        return refused(what, format!("Directories take {least} × {least} to {most} × {most}; the largest is best."));
    }
    match colours(kind, &clean.bytes).ok_or_else(refuse::damaged)? {
        Colours::Rgb => Ok(()),
        Colours::Grey => refused("The cover is a grey picture.", "Save it in RGB: directories take no other."),
        Colours::Ink => refused("The cover is in the colours of printers (CMYK).", "Save it in RGB, as for the web."),
        Colours::Clear => {
            refused("The cover is transparent in places, or may be.", "Save it without alpha channel, or as JPEG.")
        }
    }
}

fn refused(what: impl Into<String>, remedy: impl Into<String>) -> Result<()> {
    Err(Problem::new("E404", what).field("cover").remedy(remedy).into())
}

enum Colours {
    Rgb,
    Grey,
    Ink,
    Clear,
}

/// What a header says. PNG (third edition) §11.2.1 and §11.3.1.1; ITU-T T.81 §B.2.2.
fn colours(kind: Kind, bytes: &[u8]) -> Option<Colours> {
    if kind == Kind::Png {
        let clear = chunks(bytes).any(|name| name == b"tRNS");
        return Some(match bytes.get(25)? {
            2 | 3 if !clear => Colours::Rgb,
            2 | 3 | 4 | 6 => Colours::Clear,
            _ => Colours::Grey,
        });
    }
    let mut at = 2_usize;
    loop {
        let [sign, marker, high, low]: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        if sign != 0xff {
            return None;
        }
        if matches!(marker, 0xc0..=0xc2) {
            return Some(match bytes.get(at.checked_add(9)?)? {
                3 => Colours::Rgb,
                4 => Colours::Ink,
                _ => Colours::Grey,
            });
        }
        at = at.checked_add(2)?.checked_add(usize::from(u16::from_be_bytes([high, low])))?;
    }
}

/// Names of a PNG's chunks.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, _) = after.split_at_checked(4)?;
        let skip = usize::try_from(u32::from_be_bytes(*length)).ok()?.checked_add(12)?;
        rest = rest.get(skip..)?;
        Some(name)
    })
}
