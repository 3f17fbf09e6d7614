//! MP4 and M4A (ISO/IEC 14496-12 and -14): the index first, so that it plays while it loads; nothing in it but what
//! players need, no dates, no names, no tracks but those of pictures, sound and subtitles (cameras record their position
//! in others), no data that no sample of these tracks is made of.

mod boxes;
mod coded;
mod data;
mod fields;
mod fragments;
mod levels;
mod stream;
mod tables;
mod track;

use std::io::{Read, Seek};
use std::iter::Peekable;
use std::ops::Range;

use super::source::{Source, be32, be64, millis};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

use boxes::{Blank, parts};
use data::Data;
use levels::Unneeded;
use tables::Samples;
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
    let moov = source.exactly(index.at, len)?;
    let body = usize::try_from(index.head).unwrap_or(len)..len;
    let seen = is_seen(&moov, body.clone())?;
    clip(source, &tops, brands, (moov, body)).map_err(|e| if seen { e } else { refuse::of_sound(e) })
}

/// Whether a track wants to be seen.
fn is_seen(moov: &[u8], body: Range<usize>) -> Result<bool> {
    for track in parts(moov, body)?.iter().filter(|part| &part.kind == b"trak") {
        let handled = boxes::find(moov, track, &[b"mdia", b"hdlr"])?;
        if handled.is_some_and(|handled| handled.bytes(moov).get(8..12) == Some(b"vide")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of an index and what it consists of.
fn clip<R: Read + Seek>(
    source: &mut Source<'_, R>,
    tops: &[Top],
    brands: Vec<u8>,
    (mut moov, body): (Vec<u8>, Range<usize>),
) -> Result<Clip> {
    let mut movie = Movie::read(&moov, body)?;
    let fragmented = tops.iter().any(|top| &top.kind == b"moof");
    let told = if fragmented { fragments::told(source, tops, &movie)? } else { fragments::Told::default() };
    movie.millis = movie.millis.max(told.millis);
    let (mut data, mut samples) = (told.data, told.samples);
    for track in movie.tracks.iter().filter(|track| track.is_kept()) {
        samples.push((track.id, track.tables.samples(&moov, &mut data)?));
    }
    data.sort();
    data.check(tops)?;
    movie.check(&samples)?;
    movie.clean(&mut moov)?;
    let pieces =
        if fragmented { in_place(tops, &movie, moov, &told.blanks, &data)? } else { moved(tops, &movie, moov, &data)? };
    Ok(movie.clip([vec![Piece::Bytes(brands)], pieces].concat()))
}

/// The first part of a file: its brand, a version, and the brands that it can pass for.
fn brands<R: Read + Seek>(source: &mut Source<'_, R>, tops: &[Top]) -> Result<Vec<u8>> {
    let first = tops.first().filter(|top| top.head == 8 && top.len <= limits::BRANDS).ok_or_else(refuse::cut_off)?;
    let mut bytes = source.exactly(0, usize::try_from(first.len).unwrap_or_default())?;
    for (place, brand) in bytes.chunks_mut(4).enumerate().skip(2) {
        if place == 3 {
            brand.fill(0);
        } else if !BRANDS.iter().any(|known| known.as_slice() == brand) {
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
    unneeded: Unneeded,
    /// Default duration and size of a sample in fragments, by track.
    defaults: Vec<(u32, (u32, u32))>,
}

impl Movie {
    fn read(moov: &[u8], body: Range<usize>) -> Result<Self> {
        let mut movie = Self { millis: 0, tracks: Vec::new(), unneeded: Unneeded::default(), defaults: Vec::new() };
        levels::unneeded(moov, body.clone(), levels::MOVIE, &mut movie.unneeded)?;
        let all = parts(moov, body)?;
        // The first of its kind is the one that stays.
        let first = |kind: &[u8; 4]| all.iter().find(|part| &part.kind == kind);
        if let Some(part) = first(b"mvhd") {
            let (scale, length) = boxes::time_and_scale(part.bytes(moov)).ok_or_else(refuse::cut_off)?;
            movie.millis = millis(length, u64::from(scale));
            movie.unneeded.erased.push(boxes::dates(moov, part)?);
        }
        if let Some(part) = first(b"mvex") {
            movie.defaults = fragments::defaults(moov, part)?;
        }
        for part in all.iter().filter(|part| &part.kind == b"trak") {
            movie.tracks.push(Track::read(moov, part.clone(), &mut movie.unneeded)?);
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

    /// Refuses a film of which nobody would see a picture, or sound of which nobody would hear any, and one with more
    /// pictures a second than other servers take. `samples` are of tracks by their numbers, in the index and in fragments.
    fn check(&self, samples: &[(u32, Samples)]) -> Result<()> {
        let mut tracks = self.tracks.iter();
        let shown = tracks.clone().find(|track| track.frame.is_some());
        let Some(track) = shown.or_else(|| tracks.find(|track| track.sound)) else { return Err(refuse::nothing()) };
        let of = samples.iter().filter(|(id, _)| *id == track.id).map(|(_, samples)| *samples);
        let all = of.fold(Samples::default(), Samples::and);
        if all.count == 0 {
            return Err(refuse::nothing());
        }
        let a_second = all.count.saturating_mul(u64::from(track.scale)).checked_div(all.ticks).unwrap_or_default();
        if track.frame.is_some() && a_second > limits::RATE { Err(refuse::fast(a_second)) } else { Ok(()) }
    }

    /// Blanks in the index what nobody shall read. Its length does not change.
    fn clean(&self, moov: &mut [u8]) -> Result<()> {
        let tracks = self.tracks.iter().filter(|track| !track.is_kept()).map(|track| &track.part);
        for part in self.unneeded.blanks.iter().chain(tracks) {
            part.blank(moov).ok_or_else(refuse::cut_off)?;
        }
        for field in &self.unneeded.erased {
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

/// A whole film behind its brand: its index, its data, and nothing else; the addresses in the index follow.
fn moved(tops: &[Top], movie: &Movie, mut moov: Vec<u8>, data: &Data) -> Result<Vec<Piece>> {
    let of = |kind: &'static [u8; 4]| tops.iter().filter(move |top| &top.kind == kind);
    let mut at = tops.first().map_or(0, |brand| brand.len) + moov.len() as u64;
    let mut moves: Vec<(Range<u64>, u64)> = Vec::new();
    for top in of(b"mdat") {
        moves.push((top.at..top.at + top.len, at));
        at += top.len;
    }
    // There may be many addresses and many parts.
    let new_place = |old: u64| {
        let (from, to) = moves.get(moves.partition_point(|(from, _)| from.end <= old))?;
        to.checked_add(old.checked_sub(from.start)?)
    };
    for track in movie.tracks.iter().filter(|track| track.is_kept()) {
        track.tables.readdress(&mut moov, new_place)?;
    }
    let mut pieces = vec![Piece::Bytes(moov)];
    of(b"mdat").try_for_each(|top| data.copied(top, &mut pieces))?;
    Ok(pieces)
}

/// A film in fragments: everything stays in its place, for fragments name places in the file; what nobody shall read
/// becomes empty room.
fn in_place(tops: &[Top], movie: &Movie, moov: Vec<u8>, blanks: &[Blank], data: &Data) -> Result<Vec<Piece>> {
    if movie.tracks.iter().any(|track| !track.is_kept()) {
        return Err(refuse::damaged("it has tracks that are neither picture nor sound, in fragments"));
    }
    let place = |kind: &[u8; 4]| tops.iter().position(|top| &top.kind == kind);
    if place(b"moov") > place(b"moof") {
        return Err(refuse::damaged("its index is behind its first fragment"));
    }
    let mut fragments = tops.iter().filter(|top| matches!(&top.kind, b"moof" | b"mdat")).peekable();
    let mut headed = movie.tracks.iter().any(|track| track.tables.have_data());
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
            b"moof" | b"mfra" | b"sidx" => without(top, &mut blanks, &mut pieces),
            b"mdat" => data.copied(top, &mut pieces)?,
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
        if let Some(kind) = kind {
            pieces.push(Piece::Copy { at, len: kind - at });
            pieces.push(Piece::Bytes(b"free".to_vec()));
            at = kind + 4;
        }
        pieces.push(Piece::Copy { at, len: body.start - at });
        pieces.push(Piece::Zeros(body.end - body.start));
        at = body.end;
    }
    pieces.push(Piece::Copy { at, len: end - at });
}
