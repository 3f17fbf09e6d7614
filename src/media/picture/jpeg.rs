//! JPEG without its metadata: copies the segments that make the picture and nothing else, and
//! stops at the end of the first picture, so that hidden pictures and tails stay behind.
//! ITU-T T.81 annex B; JFIF 1.02; Adobe TN 5116; ICC.1:2022 annex B.4.

use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, refuse};
use crate::error::Result;
use crate::limits;

#[derive(Default)]
struct State {
    out: Vec<u8>,
    frame: Option<Frame>,
    orientation: Option<Orientation>,
    icc: bool,
    jfif: bool,
    adobe: bool,
    scans: usize,
}

struct Frame {
    width: u32,
    height: u32,
    components: u8,
    /// Coded in one go, with some components coarser than others.
    mixed: bool,
}

pub(super) fn clean(bytes: &[u8], keep_icc: bool) -> Result<Clean> {
    let mut cut = Cut(bytes);
    let mut state = State::default();
    cut.take(2).ok_or_else(refuse::cut_off)?;
    state.out.reserve_exact(bytes.len());
    state.out.extend([0xff, 0xd8]);
    let mut segments = 0;
    loop {
        let marker = next_marker(&mut cut)?;
        match marker {
            0xd9 => break,
            // TEM and restarts carry nothing and have no place here.
            0x01 | 0xd0..=0xd7 => continue,
            0x00 | 0xd8 => return Err(refuse::damaged()),
            _ => {}
        }
        segments += 1;
        if segments > limits::media::JPEG_SEGMENTS {
            return Err(refuse::unusual("a JPEG of very many parts"));
        }
        let length = cut.be16().ok_or_else(refuse::cut_off)?;
        let length = usize::from(length).checked_sub(2).ok_or_else(refuse::damaged)?;
        let payload = cut.take(length).ok_or_else(refuse::cut_off)?;
        state.segment(marker, payload, keep_icc)?;
        if marker == 0xda {
            state.out.extend(scan(&mut cut)?);
        }
    }
    state.finish()
}

impl State {
    fn segment(&mut self, marker: u8, payload: &[u8], keep_icc: bool) -> Result<()> {
        match marker {
            0xc0..=0xc2 => self.frame(marker, payload)?,
            0xc4 | 0xdb | 0xdd => self.keep(marker, payload),
            0xc3 | 0xc5..=0xc7 | 0xc8..=0xcf | 0xdc | 0xde | 0xdf => {
                return Err(refuse::unusual("a rare variety of JPEG"));
            }
            0xda => self.scan_header(payload)?,
            0xe0 => self.jfif(payload),
            0xe1 => self.exif(payload),
            0xe2 if keep_icc && payload.starts_with(b"ICC_PROFILE\0") => {
                self.icc = true;
                self.keep(marker, payload);
            }
            0xee => self.adobe(payload),
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, marker: u8, payload: &[u8]) {
        let length = u16::try_from(payload.len() + 2).expect("it was read from 16 bits");
        self.out.extend([0xff, marker]);
        self.out.extend(length.to_be_bytes());
        self.out.extend(payload);
    }

    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<()> {
        let mut cut = Cut(payload);
        let header = (|| Some((cut.byte()?, cut.be16()?, cut.be16()?, cut.byte()?)))();
        let (precision, height, width, components) = header.ok_or_else(refuse::damaged)?;
        if self.frame.is_some() || payload.len() != 6 + 3 * usize::from(components) {
            return Err(refuse::damaged());
        }
        if precision != 8 || height == 0 {
            return Err(refuse::unusual("a rare variety of JPEG"));
        }
        let (width, height) = (u32::from(width), u32::from(height));
        check_size(width, height)?;
        let sampling = || payload.iter().skip(7).step_by(3);
        let mixed = marker != 0xc2 && sampling().zip(sampling().skip(1)).any(|(one, next)| one != next);
        self.frame = Some(Frame { width, height, components, mixed });
        self.keep(marker, payload);
        Ok(())
    }

    fn scan_header(&mut self, payload: &[u8]) -> Result<()> {
        self.scans += 1;
        if self.scans > limits::media::JPEG_SCANS {
            return Err(refuse::unusual("a JPEG of very many parts"));
        }
        let frame = self.frame.as_ref().ok_or_else(refuse::damaged)?;
        // zune-jpeg 0.5.15 reads these as green stripes, without an error (zune-image issue 422).
        if frame.mixed && payload.first() != Some(&frame.components) {
            return Err(refuse::unusual("a rare variety of JPEG"));
        }
        self.keep(0xda, payload);
        Ok(())
    }

    /// Version and density only: a JFIF thumbnail may show what was cropped away.
    fn jfif(&mut self, payload: &[u8]) {
        if let Some(header) = payload.get(..12).filter(|head| head.starts_with(b"JFIF\0") && !self.jfif) {
            self.jfif = true;
            self.keep(0xe0, &[header, &[0, 0]].concat());
        }
    }

    fn exif(&mut self, payload: &[u8]) {
        if let Some(tiff) = payload.strip_prefix(b"Exif\0\0") {
            self.orientation = self.orientation.or_else(|| Orientation::from_exif_chunk(tiff));
        }
    }

    /// Without it a decoder takes RGB for `YCbCr`, and CMYK for its opposite.
    fn adobe(&mut self, payload: &[u8]) {
        if let Some(header) = payload.get(..12).filter(|head| head.starts_with(b"Adobe") && !self.adobe) {
            self.adobe = true;
            self.keep(0xee, header);
        }
    }

    fn finish(mut self) -> Result<Clean> {
        let Frame { width, height, components, .. } = self.frame.ok_or_else(refuse::damaged)?;
        if self.scans == 0 {
            return Err(refuse::damaged());
        }
        self.out.extend([0xff, 0xd9]);
        Ok(Clean {
            bytes: self.out,
            width,
            height,
            orientation: self.orientation.unwrap_or(Orientation::NoTransforms),
            icc: self.icc,
            frames: 1,
            // Printers' inks look different in every program.
            servable: components != 4,
        })
    }
}

/// The next marker byte; what stands before it is passed over, as libjpeg does.
fn next_marker(cut: &mut Cut) -> Result<u8> {
    let start = cut.0.iter().position(|&byte| byte == 0xff).ok_or_else(refuse::cut_off)?;
    cut.take(start);
    loop {
        match cut.byte().ok_or_else(refuse::cut_off)? {
            0xff => {}
            marker => return Ok(marker),
        }
    }
}

/// The coded data up to the next marker that is neither a stuffed byte nor a restart.
fn scan<'a>(cut: &mut Cut<'a>) -> Result<&'a [u8]> {
    let mut pairs = cut.0.iter().zip(cut.0.iter().skip(1));
    let end = pairs.position(|(&first, &second)| first == 0xff && !matches!(second, 0x00 | 0xd0..=0xd7 | 0xff));
    cut.take(end.ok_or_else(refuse::cut_off)?).ok_or_else(refuse::cut_off)
}
