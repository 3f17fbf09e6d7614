//! GIF without comments, text and application blocks except the loop count; pixels are packed anew, exactly as many as
//! there are, and colours that none of them uses are black. Graphics Interchange Format 89a, §17 to §27 and appendix F.

use image::metadata::Orientation;
use weezl::{BitOrder, LzwStatus, decode, encode};

use super::cut::Cut;
use super::{Clean, check_size, refuse};
use crate::error::Result;
use crate::limits;

struct State<'a> {
    out: Vec<u8>,
    size: (u16, u16),
    /// Colours for frames that have none of their own, and those that are used.
    palette: usize,
    used: [bool; 256],
    frames: usize,
    looped: bool,
    /// A graphic control block belongs to the picture that follows it.
    control: Option<&'a [u8; 4]>,
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
        let version = cut.take(6).ok_or_else(refuse::cut_off)?;
        let screen = (|| Some((cut.le16()?, cut.le16()?, cut.byte()?, cut.byte()?, cut.byte()?)))();
        let (width, height, flags, background, _) = screen.ok_or_else(refuse::cut_off)?;
        check_size(width.into(), height.into())?;
        if u64::from(width) * u64::from(height) > limits::media::GIF_CANVAS {
            return Err(refuse::canvas(width, height));
        }
        let palette = cut.take(palette(flags)).ok_or_else(refuse::cut_off)?;
        let mut out = Vec::with_capacity(cut.0.len());
        out.extend(version);
        out.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
        // Of the flags the size of the table and that there is one; the shape of a pixel is not told.
        let background = if usize::from(background) * 3 < palette.len() { background } else { 0 };
        out.extend([flags & 0x87 | 0x70, background, 0]);
        out.extend(palette);
        let mut used = [false; 256];
        used.iter_mut().skip(background.into()).take(1).for_each(|used| *used = true);
        let size = (width, height);
        Ok(Self { out, size, palette: palette.len(), used, frames: 0, looped: false, control: None })
    }

    fn picture(&mut self, cut: &mut Cut<'a>) -> Result<()> {
        let place = (|| Some((cut.le16()?, cut.le16()?, cut.le16()?, cut.le16()?, cut.byte()?)))();
        let (left, top, width, height, flags) = place.ok_or_else(refuse::cut_off)?;
        let inside = |at: u16, side: u16, all: u16| at.checked_add(side).is_some_and(|end| end <= all);
        if !inside(left, width, self.size.0) || !inside(top, height, self.size.1) || width == 0 || height == 0 {
            return Err(refuse::damaged());
        }
        let area = u64::from(width) * u64::from(height);
        self.frames += 1;
        self.check_length()?;
        let own = cut.take(palette(flags)).ok_or_else(refuse::cut_off)?;
        let bits = cut.byte().filter(|bits| (1..=8).contains(bits)).ok_or_else(refuse::damaged)?;
        let pixels = pixels(cut, bits, usize::try_from(area).map_err(|_| refuse::damaged())?)?;
        let mut used = [false; 256];
        for pixel in &pixels {
            used.iter_mut().skip((*pixel).into()).take(1).for_each(|used| *used = true);
        }
        if let Some([flags, low, high, clear]) = self.control.take() {
            // What is to be done with the frame before the next one, and whether a colour is clear.
            self.out.extend([0x21, 0xf9, 0x04, flags & 0x1d, *low, *high, *clear, 0]);
            used.iter_mut().skip((*clear).into()).take(1).for_each(|used| *used |= flags & 1 == 1);
        }
        self.out.push(0x2c);
        self.out.extend([left, top, width, height].map(u16::to_le_bytes).concat());
        self.out.push(flags & 0xc7);
        if own.is_empty() {
            self.used.iter_mut().zip(used).for_each(|(all, used)| *all |= used);
        } else {
            self.out.extend(blackened(own, &used));
        }
        if own.is_empty() && self.palette == 0 {
            return Err(refuse::damaged());
        }
        self.out.push(bits.max(2));
        let packed = encode::Encoder::new(BitOrder::Lsb, bits.max(2)).encode(&pixels);
        for block in packed.map_err(|_| refuse::damaged())?.chunks(255) {
            self.out.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
            self.out.extend(block);
        }
        self.out.push(0);
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
            0xf9 => self.control = first.try_into().ok(),
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
        let palette = self.out.get_mut(13..13 + self.palette).ok_or_else(refuse::damaged)?;
        let colours = blackened(palette, &self.used);
        palette.copy_from_slice(&colours);
        self.out.push(0x3b);
        super::check_weight(self.out.len() as u64)?;
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

/// As many pixels as a frame has, out of sub-blocks up to and with the empty one. What follows them is passed over.
fn pixels(cut: &mut Cut, bits: u8, count: usize) -> Result<Vec<u8>> {
    let (mut packed, mut block) = (Vec::new(), sub_block(cut)?);
    while !block.is_empty() {
        packed.extend_from_slice(block);
        block = sub_block(cut)?;
    }
    let mut pixels = vec![0; count];
    let (mut decoder, mut read, mut made) = (decode::Decoder::new(BitOrder::Lsb, bits), 0, 0);
    while made < count {
        let (from, into) = (packed.get(read..).unwrap_or_default(), pixels.get_mut(made..).unwrap_or_default());
        let step = decoder.decode_bytes(from, into);
        (read, made) = (read + step.consumed_in, made + step.consumed_out);
        let more = matches!(step.status, Ok(LzwStatus::Ok)) && (step.consumed_in, step.consumed_out) != (0, 0);
        if made < count && !more {
            return Err(refuse::damaged());
        }
    }
    Ok(pixels)
}

/// A colour table in which unused colours are black.
fn blackened(palette: &[u8], used: &[bool; 256]) -> Vec<u8> {
    let colours = palette.chunks(3).zip(used);
    colours.flat_map(|(rgb, used)| if *used { rgb } else { &[0; 3] }).copied().collect()
}
