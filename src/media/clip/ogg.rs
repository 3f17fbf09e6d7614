//! Ogg (RFC 3533) with Opus (RFC 7845) or Vorbis: every page is looked at, and every packet of Opus; the comments are
//! overwritten with blanks of the same length, so that no page moves.

use std::io::{Read, Seek};

use super::source::{Source, millis};
use super::{Clip, Piece, refuse};
use crate::error::Result;
use crate::limits::clip as limits;

/// Without the table of its segments.
const HEAD: usize = 27;
const UNKNOWN: u64 = u64::MAX;
const OPUS_TAGS: &[u8] = b"OpusTags";

/// Bytes of the first packet of Vorbis (Vorbis I §4.2.2).
pub(super) const VORBIS_HEAD: usize = 30;

struct Page {
    at: u64,
    /// Head and table.
    head: Vec<u8>,
    /// Of the body.
    len: u64,
}

#[derive(Debug, Clone, Copy)]
struct Codec {
    /// Samples a second.
    rate: u64,
    /// Samples before the first one that is heard.
    skip: u64,
    comments: &'static [u8],
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Clip> {
    let first = page(source, 0)?;
    let identity = source.exactly(first.head.len() as u64, usize::try_from(first.len).unwrap_or_default())?;
    let codec = codec(&identity)?;
    let mut pieces = vec![Piece::Copy { at: 0, len: first.end() }];
    let mut at = comments(source, &first, codec, &mut pieces)?;
    let (from, mut last, mut packet) = (at, 0_u64, Vec::new());
    for _ in 0..limits::PAGES {
        if at == source.len() {
            pieces.push(Piece::Copy { at: from, len: at - from });
            let millis = millis(last.saturating_sub(codec.skip), codec.rate);
            return Ok(Clip { mime: "audio/ogg", ext: "ogg", millis, frame: None, sound: true, pieces });
        }
        let page = page(source, at)?;
        // A second recording behind the first begins anew, with comments of its own.
        if page.serial() != first.serial() || page.begins() {
            return Err(refuse::damaged("it holds several recordings"));
        }
        if codec.comments == OPUS_TAGS {
            let body = source.exactly(at + page.head.len() as u64, usize::try_from(page.len).unwrap_or_default())?;
            packets(&page, &body, &mut packet)?;
        }
        let position = page.position();
        last = if position == UNKNOWN { last } else { last.max(position) };
        at = page.end();
    }
    Err(refuse::damaged("it has too many parts"))
}

/// How long the head of Opus is that begins these bytes (RFC 7845 §5.1): with a table of channels where there are many.
pub(super) fn opus_head(head: &[u8]) -> Option<usize> {
    let (channels, family) = (*head.get(9)?, *head.get(18)?);
    Some(if family == 0 { 19 } else { 21 + usize::from(channels) })
}

fn codec(identity: &[u8]) -> Result<Codec> {
    let le16 = |at: usize| identity.get(at..).and_then(|b| b.first_chunk()).map(|b| u16::from_le_bytes(*b));
    let le32 = |at: usize| identity.get(at..).and_then(|b| b.first_chunk()).map(|b| u32::from_le_bytes(*b));
    let fits = |len: Option<usize>| {
        let wrong = || refuse::damaged("its description is longer or shorter than it should be");
        len.filter(|len| *len == identity.len()).map(|_| ()).ok_or_else(wrong)
    };
    if identity.starts_with(b"OpusHead") {
        fits(opus_head(identity))?;
        let skip = u64::from(le16(10).ok_or_else(refuse::cut_off)?);
        return Ok(Codec { rate: 48_000, skip, comments: OPUS_TAGS });
    }
    if identity.starts_with(b"\x01vorbis") {
        fits(Some(VORBIS_HEAD))?;
        let rate = u64::from(le32(12).ok_or_else(refuse::cut_off)?);
        return Ok(Codec { rate, skip: 0, comments: b"\x03vorbis" });
    }
    if identity.starts_with(b"\x80theora") || identity.starts_with(b"fishead") {
        return Err(refuse::video_codec("Theora"));
    }
    Err(refuse::sound_codec(if identity.starts_with(b"\x7fFLAC") { "FLAC in Ogg" } else { "something rare" }))
}

/// The pages from the second packet on, up to its end. The maker's name takes the room of it and of all comments.
fn comments<R: Read + Seek>(
    source: &mut Source<'_, R>,
    first: &Page,
    codec: Codec,
    pieces: &mut Vec<Piece>,
) -> Result<u64> {
    let (mut at, mut packet, mut pages) = (first.end(), Vec::new(), Vec::new());
    loop {
        let page = page(source, at)?;
        let body = source.exactly(at + page.head.len() as u64, usize::try_from(page.len).unwrap_or_default())?;
        let (inside, ends) = page.first_packet();
        packet.extend_from_slice(body.get(..inside).ok_or_else(refuse::cut_off)?);
        at = page.end();
        pages.push((page, body, inside));
        if packet.len() > limits::COMMENTS || pages.len() > limits::COMMENT_PAGES {
            return Err(refuse::damaged("its comments are too long"));
        }
        if ends {
            break;
        }
    }
    // Behind those of Opus a page ends (RFC 7845 §3); Vorbis goes on with its tables.
    let tail = pages.last().is_some_and(|(_, body, inside)| body.len() > *inside);
    if !packet.starts_with(codec.comments) || tail && codec.comments == OPUS_TAGS {
        return Err(refuse::comments());
    }
    let mut blank = blank(codec.comments, packet.len()).ok_or_else(refuse::cut_off)?;
    for (page, body, inside) in pages {
        let rest = blank.split_off(inside.min(blank.len()));
        let body = [&blank, body.get(inside..).unwrap_or_default()].concat();
        pieces.push(Piece::Bytes(page.with(&body)));
        blank = rest;
    }
    Ok(at)
}

/// The packets that end on a page. One that goes on is kept.
fn packets(page: &Page, body: &[u8], packet: &mut Vec<u8>) -> Result<()> {
    let mut rest = body;
    for len in page.head.get(HEAD..).unwrap_or_default() {
        let (more, after) = rest.split_at_checked(usize::from(*len)).ok_or_else(refuse::cut_off)?;
        packet.extend_from_slice(more);
        rest = after;
        if packet.len() > limits::PACKET || *len < 255 && !is_padded_with_nothing(packet) {
            return Err(refuse::damaged("it holds something that no player reads"));
        }
        if *len < 255 {
            packet.clear();
        }
    }
    Ok(())
}

/// What fills up a packet of Opus has to be zeros, lest something be hidden there (RFC 6716 §3.2.5).
fn is_padded_with_nothing(packet: &[u8]) -> bool {
    let [toc, count, lengths @ ..] = packet else { return true };
    if toc & 3 != 3 || count & 0x40 == 0 {
        return true;
    }
    let full = lengths.iter().take_while(|len| **len == 255).count();
    let padding = full * 254 + lengths.get(full).copied().map_or(0, usize::from);
    lengths.iter().rev().take(padding).all(|byte| *byte == 0)
}

/// A packet of comments of this length that says nothing: magic, the maker's name in spaces, no comments, framing bit.
pub(super) fn blank(magic: &[u8], len: usize) -> Option<Vec<u8>> {
    let framing = usize::from(magic.starts_with(b"\x03"));
    let spaces = len.checked_sub(magic.len() + 8 + framing)?;
    let mut packet = magic.to_vec();
    packet.extend(u32::try_from(spaces).ok()?.to_le_bytes());
    packet.resize(packet.len() + spaces, b' ');
    packet.extend(0_u32.to_le_bytes());
    packet.extend(std::iter::repeat_n(1, framing));
    Some(packet)
}

fn page<R: Read + Seek>(source: &mut Source<'_, R>, at: u64) -> Result<Page> {
    let mut head = source.exactly(at, HEAD)?;
    // Three flags there are.
    if !head.starts_with(b"OggS\0") || head.get(5).is_some_and(|flags| *flags > 7) {
        return Err(refuse::damaged("a page is not where it should be"));
    }
    let segments = head.last().copied().unwrap_or_default();
    let table = source.exactly(at + HEAD as u64, usize::from(segments))?;
    let len = table.iter().map(|len| u64::from(*len)).sum();
    head.extend(table);
    let page = Page { at, head, len };
    if page.end() > source.len() { Err(refuse::cut_off()) } else { Ok(page) }
}

impl Page {
    fn end(&self) -> u64 {
        self.at + self.head.len() as u64 + self.len
    }

    fn position(&self) -> u64 {
        self.head.get(6..).and_then(|b| b.first_chunk()).map_or(UNKNOWN, |b| u64::from_le_bytes(*b))
    }

    /// Whether it is said to be the first of a recording.
    fn begins(&self) -> bool {
        self.head.get(5).is_some_and(|flags| flags & 2 != 0)
    }

    fn serial(&self) -> Option<&[u8]> {
        self.head.get(14..18)
    }

    /// Bytes of the first packet that are on this page, and whether it ends here.
    fn first_packet(&self) -> (usize, bool) {
        let table = self.head.get(HEAD..).unwrap_or_default();
        let full = table.iter().take_while(|len| **len == 255).count();
        let last = table.get(full).copied();
        (full * 255 + last.map_or(0, usize::from), last.is_some())
    }

    /// The page with another body of the same length.
    fn with(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = [self.head.as_slice(), body].concat();
        if let Some(sum) = bytes.get_mut(22..26) {
            sum.fill(0);
        }
        let sum = checksum(&bytes);
        if let Some(place) = bytes.get_mut(22..26) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
        bytes
    }
}

/// RFC 3533 §6: polynomial 0x04c11db7, bits in order, nothing before and nothing after.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        let mut sum = sum ^ u32::from(*byte) << 24;
        for _ in 0..8 {
            sum = sum << 1 ^ if sum & 0x8000_0000 == 0 { 0 } else { 0x04c1_1db7 };
        }
        sum
    })
}
