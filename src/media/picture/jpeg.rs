//! JPEG without its metadata: copies what makes the picture and nothing else, tables where a scan uses them and coded data
//! as far as blocks are read from it, and stops at the end of the first picture, so that hidden pictures and tails stay
//! behind. Where nobody can say what is needed, the picture is encoded anew.
//! ITU-T T.81 annex B; JFIF 1.02; Adobe TN 5116; ICC.1:2022 annex B.4.

mod huffman;
mod scan;

use image::metadata::Orientation;

use super::cut::Cut;
use super::{Clean, check_size, profile, refuse};
use crate::error::Result;
use crate::limits;
use huffman::Huffman;
use scan::{Component, Frame, Scan};

/// Version 1.01, one pixel as high as wide, no thumbnail, which may show what was cropped away.
const JFIF: &[u8] = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

/// A table, and whether it has been written since it was defined.
type Slot<T> = Option<(T, bool)>;

#[derive(Default)]
struct State {
    out: Vec<u8>,
    frame: Option<Frame>,
    /// The frame's header, until the first scan.
    header: Option<(u8, Vec<u8>)>,
    /// As segments hold them.
    quantisation: [Slot<Vec<u8>>; 4],
    /// For DC, then for AC.
    huffman: [[Slot<Huffman>; 4]; 2],
    /// Units between restarts, and what has been written of it.
    interval: (u16, u16),
    orientation: Option<Orientation>,
    /// Pieces of the colour profile by number.
    icc: Vec<(u8, Vec<u8>)>,
    jfif: bool,
    /// How colours are made of components.
    adobe: Option<u8>,
    scans: usize,
    /// Blocks of all scans.
    work: u64,
    /// Some scan holds more or less than it should.
    odd: bool,
}

pub(super) fn clean(bytes: &[u8], keep_icc: bool) -> Result<Clean> {
    let mut cut = Cut(bytes);
    let mut state = State::default();
    cut.take(2).ok_or_else(refuse::cut_off)?;
    state.out.reserve_exact(bytes.len());
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
        if marker == 0xda {
            let coded = coded(&mut cut)?;
            state.scan(payload, coded)?;
        } else {
            state.segment(marker, payload)?;
        }
    }
    state.finish(keep_icc)
}

impl State {
    fn segment(&mut self, marker: u8, payload: &[u8]) -> Result<()> {
        match marker {
            0xc0..=0xc2 => self.frame(marker, payload)?,
            0xc4 => self.huffman(payload).ok_or_else(refuse::damaged)?,
            0xdb => self.quantisation(payload).ok_or_else(refuse::damaged)?,
            0xdd => self.interval.0 = Cut(payload).be16().ok_or_else(refuse::damaged)?,
            0xc3 | 0xc5..=0xc7 | 0xc8..=0xcf | 0xdc | 0xde | 0xdf => {
                return Err(refuse::unusual("a rare variety of JPEG"));
            }
            0xe0 => self.jfif |= payload.starts_with(b"JFIF\0"),
            0xe1 => self.exif(payload),
            0xe2 => self.icc.extend(payload.strip_prefix(b"ICC_PROFILE\0").and_then(|piece| {
                let [number, _, data @ ..] = piece else { return None };
                Some((*number, data.to_vec()))
            })),
            // Without it a decoder takes RGB for `YCbCr`, and CMYK for its opposite.
            0xee if payload.starts_with(b"Adobe") => self.adobe = self.adobe.or(payload.get(11).copied()),
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, marker: u8, payload: &[u8]) {
        put(&mut self.out, marker, payload);
    }

    fn quantisation(&mut self, payload: &[u8]) -> Option<()> {
        let mut cut = Cut(payload);
        while let Some(kind) = cut.byte() {
            let values = cut.take(if kind >> 4 == 0 { 64 } else { 128 })?;
            let slot = self.quantisation.get_mut(usize::from(kind & 0xf))?;
            *slot = Some(([&[kind & 0x1f], values].concat(), false));
        }
        Some(())
    }

    fn huffman(&mut self, payload: &[u8]) -> Option<()> {
        let mut rest = payload;
        while let Some((kind, after)) = rest.split_first() {
            let (table, len) = Huffman::read(after)?;
            *self.huffman.get_mut(usize::from(kind >> 4))?.get_mut(usize::from(kind & 0xf))? = Some((table, false));
            rest = after.get(len..)?;
        }
        Some(())
    }

    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<()> {
        let mut cut = Cut(payload);
        let header = (|| Some((cut.byte()?, cut.be16()?, cut.be16()?, cut.byte()?)))();
        let (precision, height, width, count) = header.ok_or_else(refuse::damaged)?;
        if self.frame.is_some() || payload.len() != 6 + 3 * usize::from(count) {
            return Err(refuse::damaged());
        }
        if precision != 8 || height == 0 {
            return Err(refuse::unusual("a rare variety of JPEG"));
        }
        let (width, height) = (u32::from(width), u32::from(height));
        check_size(width, height)?;
        let part = |three: &[u8; 3]| Component::new(three[0], three[1], three[2]);
        let components: Option<Vec<_>> = cut.0.as_chunks::<3>().0.iter().map(part).collect();
        let components = components.filter(|all| (1..=4).contains(&all.len())).ok_or_else(refuse::damaged)?;
        self.frame = Some(Frame { width, height, progressive: marker == 0xc2, components });
        self.header = Some((marker, payload.to_vec()));
        Ok(())
    }

    /// A scan's header, with the tables that it uses before it, and of its data what it needs.
    fn scan(&mut self, payload: &[u8], coded: &[u8]) -> Result<()> {
        self.scans += 1;
        if self.scans > limits::media::JPEG_SCANS {
            return Err(refuse::unusual("a JPEG of very many parts"));
        }
        let mut frame = self.frame.take().ok_or_else(refuse::damaged)?;
        let head = scan_header(&frame, payload).ok_or_else(refuse::damaged)?;
        let sampling = |part: &Component| (part.across, part.down);
        let mixed = frame.components.windows(2).any(|two| two.first().map(sampling) != two.last().map(sampling));
        // zune-jpeg 0.5.15 reads these as green stripes, without an error (zune-image issue 422).
        if mixed && !frame.progressive && head.parts.len() != frame.components.len() {
            return Err(refuse::unusual("a rare variety of JPEG"));
        }
        self.tables(&frame, &head)?;
        put(&mut self.out, 0xda, &head.bytes(&frame));
        let table =
            |kind: usize, slot: u8| self.huffman.get(kind)?.get(usize::from(slot))?.as_ref().map(|(table, _)| table);
        let parts = head.parts.iter().map(|(part, dc, ac)| (*part, table(0, *dc), table(1, *ac))).collect();
        let Head { first, last, high, low, .. } = head;
        let scan = Scan { parts, first, last, high, low, interval: u32::from(self.interval.0) };
        self.work = self.work.saturating_add(frame.work(&scan));
        if self.work > limits::media::JPEG_WORK {
            return Err(refuse::unusual("a JPEG of very many parts"));
        }
        if let Some(needed) = frame.needed(&scan, coded) {
            self.out.extend(needed);
        } else {
            self.odd = true;
            self.out.extend(coded);
        }
        self.frame = Some(frame);
        Ok(())
    }

    /// Writes what a scan refers to and what has changed, and the frame's header before the first one.
    fn tables(&mut self, frame: &Frame, head: &Head) -> Result<()> {
        let first = self.header.is_some();
        let used =
            |n: usize, part: &Component| first || !part.is_begun() && head.parts.iter().any(|(place, ..)| *place == n);
        for (_, part) in frame.components.iter().enumerate().filter(|(n, part)| used(*n, part)) {
            let slot = self.quantisation.get_mut(usize::from(part.quantised)).and_then(Option::as_mut);
            let Some((table, written)) = slot else {
                if head.parts.len() == frame.components.len() {
                    return Err(refuse::damaged());
                }
                continue;
            };
            if !std::mem::replace(written, true) {
                put(&mut self.out, 0xdb, table);
            }
        }
        if let Some((marker, header)) = self.header.take() {
            self.put(marker, &header);
        }
        if self.interval.0 != self.interval.1 {
            self.interval.1 = self.interval.0;
            self.put(0xdd, &self.interval.0.to_be_bytes());
        }
        let (dc, ac) = (head.first == 0, head.last > 0);
        for (kind, used) in [(0_u8, dc && head.high == 0), (1, ac)] {
            for (_, first, second) in head.parts.iter().filter(|_| used) {
                let place = if kind == 0 { *first } else { *second };
                let slots = self.huffman.get_mut(usize::from(kind));
                let slot = slots.and_then(|slots| slots.get_mut(usize::from(place))).and_then(Option::as_mut);
                let Some((table, written)) = slot else { continue };
                if !std::mem::replace(written, true) {
                    put(&mut self.out, 0xc4, &[&[kind << 4 | place], &table.raw[..]].concat());
                }
            }
        }
        Ok(())
    }

    fn exif(&mut self, payload: &[u8]) {
        if let Some(tiff) = payload.strip_prefix(b"Exif\0\0") {
            self.orientation = self.orientation.or_else(|| Orientation::from_exif_chunk(tiff));
        }
    }

    fn finish(mut self, keep_icc: bool) -> Result<Clean> {
        let Frame { width, height, components, .. } = self.frame.ok_or_else(refuse::damaged)?;
        if self.scans == 0 {
            return Err(refuse::damaged());
        }
        self.out.extend([0xff, 0xd9]);
        let mut head = vec![0xff, 0xd8];
        if self.jfif {
            put(&mut head, 0xe0, JFIF);
        }
        if let Some(transform) = self.adobe {
            put(&mut head, 0xee, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform.min(2)]].concat());
        }
        self.icc.sort_by_key(|(number, _)| *number);
        let whole = self.icc.iter().flat_map(|(_, piece)| piece).copied().collect::<Vec<u8>>();
        let icc = profile::clean(&whole).filter(|_| keep_icc);
        let pieces = icc.iter().flat_map(|icc| icc.chunks(PROFILE_PIECE));
        let count = u8::try_from(pieces.clone().count()).map_err(|_| refuse::damaged())?;
        for (number, piece) in (1_u8..).zip(pieces) {
            put(&mut head, 0xe2, &[b"ICC_PROFILE\0".as_slice(), &[number, count], piece].concat());
        }
        self.out.splice(0..0, head);
        Ok(Clean {
            bytes: self.out,
            width,
            height,
            orientation: self.orientation.unwrap_or(Orientation::NoTransforms),
            icc: icc.is_some(),
            frames: 1,
            // Printers' inks look different in every program.
            servable: components.len() != 4 && !self.odd,
        })
    }
}

/// Bytes of a colour profile in one segment.
const PROFILE_PIECE: usize = 65_000;

fn put(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len() + 2).expect("it was read from 16 bits, or is as short");
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend(payload);
}

/// The header of a scan.
struct Head {
    /// Place of a component, its tables for DC and AC.
    parts: Vec<(usize, u8, u8)>,
    first: u8,
    last: u8,
    high: u8,
    low: u8,
}

fn scan_header(frame: &Frame, payload: &[u8]) -> Option<Head> {
    let mut cut = Cut(payload);
    let count = cut.byte().filter(|count| (1..=4).contains(count))?;
    let mut parts: Vec<(usize, u8, u8)> = Vec::new();
    for _ in 0..count {
        let (id, tables) = (cut.byte()?, cut.byte()?);
        let place = frame.components.iter().position(|part| part.id == id)?;
        if parts.iter().any(|(other, ..)| *other == place) {
            return None;
        }
        parts.push((place, tables >> 4, tables & 0xf));
    }
    let (first, last, exact) = (cut.byte()?, cut.byte()?, cut.byte()?);
    if !frame.progressive {
        return Some(Head { parts, first: 0, last: 63, high: 0, low: 0 });
    }
    (first <= last && last < 64).then_some(Head { parts, first, last, high: exact >> 4, low: exact & 0xf })
}

impl Head {
    fn bytes(&self, frame: &Frame) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(self.parts.len()).unwrap_or_default()];
        for (place, dc, ac) in &self.parts {
            bytes.extend([frame.components.get(*place).map_or(0, |part| part.id), dc << 4 | ac]);
        }
        bytes.extend([self.first, self.last, self.high << 4 | self.low]);
        bytes
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
fn coded<'a>(cut: &mut Cut<'a>) -> Result<&'a [u8]> {
    let mut pairs = cut.0.iter().zip(cut.0.iter().skip(1));
    let end = pairs.position(|(&first, &second)| first == 0xff && !matches!(second, 0x00 | 0xd0..=0xd7 | 0xff));
    cut.take(end.ok_or_else(refuse::cut_off)?).ok_or_else(refuse::cut_off)
}
