//! MP4 and M4A (ISO/IEC 14496-12 and -14): the index first, so that it plays while it loads; nothing in it but what
//! players need, no dates, no names, no tracks but those of pictures, sound and subtitles (cameras record their position
//! in others), no data that none of these tracks names.

mod boxes;
mod fragments;
mod levels;
mod track;

use std::cell::Cell;
use std::io::{Read, Seek};
use std::iter::Peekable;
use std::ops::Range;

use super::source::{Source, be32, be64, millis};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

use boxes::{Blank, Part, parts};
use track::Track;

/// Files by these brands (`ftyp`) are films; a picture of a camera has others.
const QUICKTIME: &[u8] = b"qt  ";
const STILLS: [&[u8]; 9] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"];

/// Brands that stay; others say who made a camera or a program, and become the first of these.
const BRANDS: [&[u8; 4]; 24] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"dash", b"cmfc", b"cmf2", b"M4A ", b"M4B ", b"M4V ", b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"f4v ", b"hlsf",
];

/// Whether a brand is that of a still picture.
pub(super) fn is_still(brand: &[u8]) -> bool {
    STILLS.iter().any(|still| brand.starts_with(still))
}

/// A part of the file on the highest level.
#[derive(Debug, Clone, Copy)]
struct Top {
    kind: [u8; 4],
    at: u64,
    /// Of its own header.
    head: u64,
    /// With its header.
    len: u64,
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let brand = source.exactly(8, 4)?;
    if brand == QUICKTIME {
        return Err(refuse::quicktime());
    }
    if is_still(&brand) {
        return Err(refuse::kind(&[]));
    }
    let tops = tops(source)?;
    let brands = brands(source, &tops)?;
    let mut indexes = tops.iter().filter(|top| &top.kind == b"moov");
    let (Some(index), None) = (indexes.next(), indexes.next()) else {
        return Err(refuse::damaged("it has no index (moov), or several"));
    };
    if index.len > limits::INDEX {
        return Err(refuse::damaged("its index is too large"));
    }
    // Cannot be cut: it is no longer than `limits::INDEX`.
    let len = usize::try_from(index.len).unwrap_or(usize::MAX);
    let mut moov = source.exactly(index.at, len)?;
    let body = usize::try_from(index.head).unwrap_or(len)..len;
    let mut movie = Movie::read(&moov, body)?;
    let fragmented = tops.iter().any(|top| &top.kind == b"moof");
    let told = if fragmented { fragments::told(source, &tops, &movie)? } else { fragments::Told::default() };
    movie.millis = movie.millis.max(told.millis);
    let blanks = movie.stretches(&moov)?;
    movie.clean(&mut moov)?;
    let pieces =
        if fragmented { in_place(&tops, &movie, moov, &told.blanks)? } else { moved(&tops, &movie, moov, &blanks)? };
    Ok(movie.clip([vec![Piece::Bytes(brands)], pieces].concat()))
}

/// The first part of a file: its brand, a version, and the brands that it can pass for.
fn brands<R: Read + Seek>(source: &mut Source<'_, R>, tops: &[Top]) -> Result<Vec<u8>> {
    let first = tops.first().filter(|top| top.head == 8 && top.len <= limits::BRANDS).ok_or_else(refuse::cut_off)?;
    let mut bytes = source.exactly(0, usize::try_from(first.len).unwrap_or_default())?;
    for (_, brand) in bytes.chunks_mut(4).enumerate().filter(|(place, _)| !matches!(place, 0 | 1 | 3)) {
        if !BRANDS.iter().any(|known| known.as_slice() == brand) {
            brand.iter_mut().zip(b"isom").for_each(|(old, new)| *old = *new);
        }
    }
    Ok(bytes)
}

fn tops<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Vec<Top>> {
    let (mut tops, mut at) = (Vec::new(), 0);
    while at < source.len() {
        let head = source.up_to(at, 16)?;
        let kind = head.get(4..).and_then(|h| h.first_chunk()).copied().ok_or_else(refuse::cut_off)?;
        let (head_len, len) = match be32(&head, 0) {
            Some(0) => (8, source.len() - at),
            Some(1) => (16, be64(&head, 8).ok_or_else(refuse::cut_off)?),
            Some(len) => (8, u64::from(len)),
            None => return Err(refuse::cut_off()),
        };
        let end = at.checked_add(len).filter(|end| len >= head_len && *end <= source.len());
        let end = end.ok_or_else(refuse::cut_off)?;
        tops.push(Top { kind, at, head: head_len, len });
        if tops.len() > limits::PARTS {
            return Err(refuse::damaged("it has too many parts"));
        }
        at = end;
    }
    Ok(tops)
}

/// What the index says.
struct Movie {
    millis: u64,
    tracks: Vec<Track>,
    /// Bodies of parts that nobody shall read, with the whole part each.
    blanks: Vec<Part>,
    /// Fields that nobody shall read: dates of recording, names of tracks and programs.
    erased: Vec<Range<usize>>,
    /// Default duration of a sample in fragments, by track.
    defaults: Vec<(u32, u32)>,
}

impl Movie {
    fn read(moov: &[u8], body: Range<usize>) -> Result<Self> {
        let mut movie =
            Self { millis: 0, tracks: Vec::new(), blanks: Vec::new(), erased: Vec::new(), defaults: Vec::new() };
        levels::unneeded(moov, body.clone(), levels::MOVIE, &mut movie.blanks)?;
        for part in parts(moov, body)? {
            match &part.kind {
                b"mvhd" => {
                    let (scale, length) = boxes::time_and_scale(part.bytes(moov)).ok_or_else(refuse::cut_off)?;
                    movie.millis = movie.millis.max(millis(length, u64::from(scale)));
                    movie.erased.push(boxes::dates(moov, &part)?);
                }
                b"trak" => movie.tracks.push(Track::read(moov, part, &mut movie.blanks, &mut movie.erased)?),
                b"mvex" => movie.defaults = fragments::defaults(moov, &part)?,
                _ => {}
            }
            if movie.tracks.len() > limits::TRACKS {
                return Err(refuse::damaged("it has too many tracks"));
            }
        }
        let known = |id: u32| movie.tracks.iter().any(|track| track.id == id);
        movie.defaults.retain(|(id, _)| known(*id));
        movie.defaults.sort_by_key(|(id, _)| *id);
        movie.defaults.dedup_by_key(|(id, _)| *id);
        // An unknown length is written as all ones.
        let all_known = movie.millis <= limits::MILLIS;
        movie.millis = if all_known { movie.millis } else { 0 };
        movie.millis =
            movie.tracks.iter().filter(|track| track.is_kept()).map(|track| track.millis).fold(movie.millis, u64::max);
        if movie.tracks.iter().any(|track| track.frame.is_some() || track.sound) {
            Ok(movie)
        } else {
            Err(refuse::nothing())
        }
    }

    /// Where the data of tracks that go are in the file, in order and apart from each other.
    fn stretches(&self, moov: &[u8]) -> Result<Vec<Range<u64>>> {
        let mut stretches = Vec::new();
        for track in self.tracks.iter().filter(|track| !track.is_kept()) {
            track.stretches(moov, limits::BLANKS, &mut stretches)?;
        }
        stretches.sort_unstable_by_key(|stretch| stretch.start);
        // Apart from each other, so that those of a part of the file are found without looking at all.
        stretches.dedup_by(|next, last| {
            let touch = next.start <= last.end;
            last.end = if touch { last.end.max(next.end) } else { last.end };
            touch
        });
        Ok(stretches)
    }

    /// Blanks in the index what nobody shall read. Its length does not change.
    fn clean(&self, moov: &mut [u8]) -> Result<()> {
        let tracks = self.tracks.iter().filter(|track| !track.is_kept()).map(|track| &track.part);
        for part in self.blanks.iter().chain(tracks) {
            part.blank(moov).ok_or_else(refuse::cut_off)?;
        }
        for field in &self.erased {
            moov.get_mut(field.clone()).ok_or_else(refuse::cut_off)?.fill(0);
        }
        Ok(())
    }

    fn clip(&self, pieces: Vec<Piece>) -> Clip {
        let frame = self.tracks.iter().find_map(|track| track.frame);
        let (mime, ext) = if frame.is_some() { ("video/mp4", "mp4") } else { ("audio/mp4", "m4a") };
        let sound = self.tracks.iter().any(|track| track.sound);
        Clip { mime, ext, millis: self.millis, frame, sound, pieces }
    }
}

/// A whole film behind its brand: its index, its data, and nothing else; the addresses in the index follow. A part
/// of the data that no track names is written as zeros.
fn moved(tops: &[Top], movie: &Movie, mut moov: Vec<u8>, blanks: &[Range<u64>]) -> Result<Vec<Piece>> {
    let of = |kind: &'static [u8; 4]| tops.iter().filter(move |top| &top.kind == kind);
    let mut at = tops.first().map_or(0, |brand| brand.len) + moov.len() as u64;
    let mut moves: Vec<(Range<u64>, u64, Cell<bool>)> = Vec::new();
    for top in of(b"mdat") {
        moves.push((top.at..top.at + top.len, at, Cell::new(false)));
        at += top.len;
    }
    // There may be many addresses and many parts.
    let new_place = |old: u64| {
        let (from, to, named) = moves.get(moves.partition_point(|(from, ..)| from.end <= old))?;
        let new = to.checked_add(old.checked_sub(from.start)?)?;
        named.set(true);
        Some(new)
    };
    for track in movie.tracks.iter().filter(|track| track.is_kept()) {
        track.readdress(&mut moov, new_place)?;
    }
    let data = of(b"mdat").zip(&moves).flat_map(|(top, (.., named))| {
        let whole = top.at..top.at + top.len;
        if named.get() { punched(top, blanks) } else { punched(top, &[whole]) }
    });
    Ok([Piece::Bytes(moov)].into_iter().chain(data).collect())
}

/// A part of the file without these stretches of its body.
fn punched(top: &Top, blanks: &[Range<u64>]) -> Vec<Piece> {
    let (mut pieces, mut at, end) = (Vec::new(), top.at, top.at + top.len);
    let body = top.at + top.head;
    let first = blanks.partition_point(|blank| blank.end <= body);
    for blank in blanks.iter().skip(first).take_while(|blank| blank.start < end) {
        let (from, to) = (blank.start.max(at).max(body).min(end), blank.end.min(end));
        if from < to {
            pieces.push(Piece::Copy { at, len: from - at });
            pieces.push(Piece::Zeros(to - from));
            at = to;
        }
    }
    pieces.push(Piece::Copy { at, len: end - at });
    pieces
}

/// A film in fragments: everything stays in its place, for fragments name places in the file; what nobody shall read
/// becomes empty room.
fn in_place(tops: &[Top], movie: &Movie, moov: Vec<u8>, blanks: &[Blank]) -> Result<Vec<Piece>> {
    if movie.tracks.iter().any(|track| !track.is_kept()) {
        return Err(refuse::damaged("it has tracks that are neither picture nor sound, in fragments"));
    }
    let place = |kind: &[u8; 4]| tops.iter().position(|top| &top.kind == kind);
    if place(b"moov") > place(b"moof") {
        return Err(refuse::damaged("its index is behind its first fragment"));
    }
    let mut fragments = tops.iter().filter(|top| matches!(&top.kind, b"moof" | b"mdat")).peekable();
    let mut headed = movie.tracks.iter().any(Track::has_data);
    while let Some(top) = fragments.next() {
        let is_head = &top.kind == b"moof";
        if is_head && fragments.peek().is_none_or(|next| &next.kind != b"mdat") {
            return Err(refuse::cut_off());
        }
        if !is_head && !headed && top.len > top.head {
            return Err(refuse::damaged("it has data that no fragment names"));
        }
        headed = is_head;
    }
    let (mut index, mut blanks) = (Some(moov), blanks.iter().peekable());
    let mut pieces = Vec::new();
    for top in tops.iter().skip(1) {
        match &top.kind {
            b"moof" | b"mfra" => without(top, &mut blanks, &mut pieces),
            b"sidx" | b"mdat" => pieces.push(Piece::Copy { at: top.at, len: top.len }),
            b"moov" => pieces.extend(index.take().map(Piece::Bytes)),
            _ => pieces.extend(boxes::room(top.len)),
        }
    }
    Ok(pieces)
}

/// The head of a fragment with free room where something is that players do not need.
fn without<'a>(top: &Top, blanks: &mut Peekable<impl Iterator<Item = &'a Blank>>, pieces: &mut Vec<Piece>) {
    let (mut at, end) = (top.at, top.at + top.len);
    while let Some(Blank { kind, body }) = blanks.next_if(|blank| blank.body.end <= end) {
        pieces.push(Piece::Copy { at, len: kind - at });
        pieces.push(Piece::Bytes(b"free".to_vec()));
        pieces.push(Piece::Copy { at: kind + 4, len: body.start - kind - 4 });
        pieces.push(Piece::Zeros(body.end - body.start));
        at = body.end;
    }
    pieces.push(Piece::Copy { at, len: end - at });
}
