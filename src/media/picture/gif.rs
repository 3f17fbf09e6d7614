//! GIF without comments, text and application blocks except the loop count; stops at the
//! trailer. Graphics Interchange Format 89a, §17 to §27.

use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, refuse};
use crate::error::Result;
use crate::limits;

struct State<'a> {
    out: Vec<u8>,
    size: (u16, u16),
    frames: usize,
    looped: bool,
    /// A graphic control block belongs to the picture that follows it.
    control: Option<&'a [u8]>,
}

pub(super) fn clean(bytes: &[u8]) -> Result<Clean> {
    let mut cut = Cut(bytes);
    let mut state = State::open(&mut cut)?;
    loop {
        match cut.byte().ok_or_else(refuse::cut_off)? {
            0x3b => break,
            0x2c => state.picture(&mut cut)?,
            0x21 => state.extension(&mut cut)?,
            0x00 => {} // stray block ends, which every reader passes over
            _ => return Err(refuse::damaged()),
        }
    }
    state.finish()
}

impl<'a> State<'a> {
    fn open(cut: &mut Cut<'a>) -> Result<Self> {
        let start = cut.0;
        cut.take(6).ok_or_else(refuse::cut_off)?;
        let screen = (|| Some((cut.le16()?, cut.le16()?, cut.byte()?, cut.take(2)?)))();
        let (width, height, flags, _) = screen.ok_or_else(refuse::cut_off)?;
        check_size(width.into(), height.into())?;
        cut.take(palette(flags)).ok_or_else(refuse::cut_off)?;
        let mut out = Vec::with_capacity(start.len());
        out.extend(start.iter().take(13 + palette(flags)));
        Ok(Self { out, size: (width, height), frames: 0, looped: false, control: None })
    }

    fn picture(&mut self, cut: &mut Cut<'a>) -> Result<()> {
        let start = cut.0;
        let place = (|| Some((cut.le16()?, cut.le16()?, cut.le16()?, cut.le16()?, cut.byte()?)))();
        let (left, top, width, height, flags) = place.ok_or_else(refuse::cut_off)?;
        let inside = |at: u16, side: u16, all: u16| at.checked_add(side).is_some_and(|end| end <= all);
        if !inside(left, width, self.size.0) || !inside(top, height, self.size.1) || width == 0 || height == 0 {
            return Err(refuse::damaged());
        }
        self.frames += 1;
        self.check_length()?;
        cut.take(palette(flags) + 1).ok_or_else(refuse::cut_off)?;
        blocks(cut)?;
        if let Some(control) = self.control.take() {
            self.out.extend([0x21, 0xf9, 0x04]);
            self.out.extend(control);
            self.out.push(0);
        }
        self.out.push(0x2c);
        self.out.extend(start.iter().take(start.len() - cut.0.len()));
        Ok(())
    }

    fn check_length(&self) -> Result<()> {
        if self.frames < 2 {
            return Ok(());
        }
        let pixels = u64::from(self.size.0) * u64::from(self.size.1);
        if pixels > limits::media::GIF_PIXELS {
            let (width, height) = self.size;
            return Err(refuse::long_animation(format!(
                "This animated GIF is {width} × {height} pixels; Mastodon shows none above 1280 × 720."
            )));
        }
        if self.frames > limits::media::GIF_FRAMES || pixels * self.frames as u64 > limits::media::GIF_DRAWN {
            return Err(refuse::long_animation("This animated GIF has too many frames.".to_owned()));
        }
        Ok(())
    }

    fn extension(&mut self, cut: &mut Cut<'a>) -> Result<()> {
        let label = cut.byte().ok_or_else(refuse::cut_off)?;
        let first = sub_block(cut)?;
        let looping = label == 0xff && matches!(first, b"NETSCAPE2.0" | b"ANIMEXTS1.0");
        let mut block = first;
        while !block.is_empty() {
            block = sub_block(cut)?;
            if looping
                && !self.looped
                && let [1, low, high] = block
            {
                self.looped = true;
                self.out.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01");
                self.out.extend([*low, *high, 0]);
            }
        }
        match label {
            0xf9 if first.len() == 4 => self.control = Some(first),
            // Plain text uses up the control block before it.
            0x01 => self.control = None,
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Clean> {
        if self.frames == 0 {
            return Err(refuse::damaged());
        }
        self.out.push(0x3b);
        Ok(Clean {
            bytes: self.out,
            width: self.size.0.into(),
            height: self.size.1.into(),
            orientation: Orientation::NoTransforms,
            icc: false,
            frames: self.frames,
            // A still one is smaller, and larger ones are shown, as PNG.
            servable: self.frames > 1,
        })
    }
}

/// Bytes of the colour table that the flags announce.
fn palette(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn sub_block<'a>(cut: &mut Cut<'a>) -> Result<&'a [u8]> {
    let length = cut.byte().ok_or_else(refuse::cut_off)?;
    cut.take(length.into()).ok_or_else(refuse::cut_off)
}

/// Passes over sub-blocks up to and with the empty one.
fn blocks(cut: &mut Cut) -> Result<()> {
    while !sub_block(cut)?.is_empty() {}
    Ok(())
}
