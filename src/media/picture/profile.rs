//! A colour profile without names: those of the maker, of the monitor and of its owner, serial numbers, texts. What says
//! how colours are to be shown stays. ICC.1:2022 §7 to §10.

use super::cut::Cut;
use crate::limits;

/// Bytes of the header, and of the number of parts.
const HEADER: usize = 128;
/// White, adaptation, black and the three colours with their curves; one curve for grey.
const KEPT: [&[u8; 4]; 10] = [b"wtpt", b"chad", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC"];
/// D50, as the format demands (§7.2.16).
const WHITE: [u8; 12] = [0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d];
/// What has to stand in a profile, as short as it can be said.
const NAME: &[u8; 4] = b"desc";
const RIGHTS: &[u8; 4] = b"cprt";

/// The profile anew. `None` where it is none, or shows colours by tables that could hold anything.
pub(super) fn clean(icc: &[u8]) -> Option<Vec<u8>> {
    let header = icc.get(..HEADER).filter(|header| header.get(36..40) == Some(b"acsp"))?;
    let mut cut = Cut(icc.get(HEADER..).filter(|_| icc.len() <= limits::media::ICC)?);
    let count = cut.be32().filter(|count| *count <= limits::media::ICC_PARTS)?;
    let mut parts: Vec<([u8; 4], Vec<u8>)> = Vec::new();
    for _ in 0..count {
        let (kind, from, len) = (cut.take(4)?, cut.be32()?, cut.be32()?);
        let Some(kind) = KEPT.iter().find(|kept| kept.as_slice() == kind) else { continue };
        let from = usize::try_from(from).ok()?;
        let body = icc.get(from..from.checked_add(usize::try_from(len).ok()?)?)?;
        if parts.iter().all(|(other, _)| other != *kind) {
            parts.push((**kind, exact(body)?));
        }
    }
    let has = |wanted: &[&[u8; 4]]| wanted.iter().all(|kind| parts.iter().any(|(other, _)| other == *kind));
    let shows = match header.get(16..20)? {
        b"RGB " => has(&[b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"]),
        b"GRAY" => has(&[b"kTRC"]),
        _ => false,
    };
    let class = [b"mntr", b"scnr", b"prtr", b"spac"].iter().any(|class| header.get(12..16) == Some(*class));
    let space = [b"XYZ ", b"Lab "].iter().any(|space| header.get(20..24) == Some(*space));
    if !shows || !class || !space {
        return None;
    }
    // A name and the rights in both forms that versions 2 and 4 have.
    let old = header.get(8).is_some_and(|version| *version < 4);
    let text = |words: &[u8]| [b"text\0\0\0\0".as_slice(), words, b"\0"].concat();
    let plain = |words: &str| {
        let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let len = u32::try_from(wide.len()).unwrap_or_default().to_be_bytes();
        [&b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS"[..], &len, &[0, 0, 0, 28], &wide].concat()
    };
    let named = [b"desc\0\0\0\0\0\0\0\x07colour\0".as_slice(), &[0; 78]].concat();
    parts.push((*NAME, if old { named } else { plain("colour") }));
    parts.push((*RIGHTS, if old { text(b"CC0") } else { plain("CC0") }));
    Some(written(header, &parts))
}

/// Numbers of a kind that is known, exactly as long as they say.
fn exact(body: &[u8]) -> Option<Vec<u8>> {
    let count =
        |at: usize| body.get(at..)?.first_chunk().and_then(|four| usize::try_from(u32::from_be_bytes(*four)).ok());
    let len = match body.get(..4)? {
        b"XYZ " => 20,
        b"sf32" => 8 + 9 * 4,
        b"curv" => count(8)?.checked_mul(2)?.checked_add(12)?,
        b"para" => {
            let kind = u16::from_be_bytes(*body.get(8..)?.first_chunk()?);
            12 + 4 * [1, 3, 4, 5, 7].get(usize::from(kind))?
        }
        _ => return None,
    };
    let mut part = body.get(..len)?.to_vec();
    part.get_mut(4..8)?.fill(0);
    if part.starts_with(b"para") {
        part.get_mut(10..12)?.fill(0);
    }
    Some(part)
}

fn written(header: &[u8], parts: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u32::try_from(parts.len()).unwrap_or_default();
    let (mut table, mut data) = (count.to_be_bytes().to_vec(), Vec::new());
    let start = HEADER + 4 + 12 * parts.len();
    let mut placed: Vec<(&[u8], usize)> = Vec::new();
    for (kind, body) in parts {
        // Three curves are often one.
        let known = placed.iter().find(|(other, _)| *other == body).map(|(_, at)| *at);
        let at = known.unwrap_or(start + data.len());
        if known.is_none() {
            placed.push((body, at));
            data.extend_from_slice(body);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        table.extend(kind);
        table.extend(u32::try_from(at).unwrap_or_default().to_be_bytes());
        table.extend(u32::try_from(body.len()).unwrap_or_default().to_be_bytes());
    }
    let mut icc = [&[0; HEADER], &table[..], &data].concat();
    let len = u32::try_from(icc.len()).unwrap_or_default().to_be_bytes();
    // Version, class, spaces; the magic word; white. No makers, dates, flags, devices or sums.
    let mut put = |at: usize, from: &[u8]| {
        icc.iter_mut().skip(at).zip(from).for_each(|(to, from)| *to = *from);
    };
    put(0, &len);
    put(8, header.get(8..10).unwrap_or_default());
    put(12, header.get(12..24).unwrap_or_default());
    put(36, b"acsp");
    put(68, &WHITE);
    icc
}
