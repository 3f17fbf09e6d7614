//! The description of a stream (`esds`) in descriptors: what decodes it, and what of it nobody needs. ISO/IEC 14496-1
//! §7.2.6.

use std::ops::Range;

/// What a description says, by places in the body of its box.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Of the decoder, which is described first. `None` is what no player could begin with.
    pub object_type: Option<u8>,
    /// Descriptors other than those of the stream, the decoder, what it needs to begin, and the packets; and what stands
    /// behind them.
    pub unneeded: Vec<Range<usize>>,
}

/// Fields of a decoder (tag 4) before the descriptors in it.
const DECODER: usize = 13;

impl Stream {
    pub fn read(body: &[u8]) -> Self {
        let mut stream = Self::default();
        let Some((3, outer)) = descriptor(body, 4..body.len()) else { return stream };
        stream.unneeded.push(outer.end..body.len());
        let Some(flags) = body.get(outer.start + 2) else { return stream };
        let mut at = outer.start + 3 + usize::from(flags & 0x80 != 0) * 2;
        // An address, of which nobody needs a word; its length stays.
        if flags & 0x40 != 0 {
            let len = usize::from(body.get(at).copied().unwrap_or_default());
            stream.unneeded.push(at + 1..(at + 1 + len).min(outer.end));
            at += 1 + len;
        }
        at += usize::from(flags & 0x20 != 0) * 2;
        if let Some((4, decoder)) = descriptor(body, at..outer.end).filter(|(_, inside)| inside.len() >= DECODER) {
            stream.object_type = body.get(decoder.start).copied();
        }
        stream.descriptors(body, at..outer.end);
        stream
    }

    fn descriptors(&mut self, body: &[u8], level: Range<usize>) {
        let mut levels = vec![level];
        while let Some(Range { start: mut at, end }) = levels.pop() {
            while let Some((tag, inside)) = descriptor(body, at..end) {
                at = inside.end;
                match tag {
                    4 if inside.len() >= DECODER => levels.push(inside.start + DECODER..inside.end),
                    5 => {}
                    6 => self.unneeded.push((inside.start + 1).min(inside.end)..inside.end),
                    _ => self.unneeded.push(inside),
                }
            }
            self.unneeded.push(at.min(end)..end);
        }
    }
}

/// Tag and body of the descriptor at the start of a range; its length takes one to four bytes. One that says that it goes
/// on behind the range is none.
fn descriptor(body: &[u8], range: Range<usize>) -> Option<(u8, Range<usize>)> {
    let bytes = body.get(range.clone())?;
    let (tag, rest) = bytes.split_first()?;
    let digits = rest.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let len = rest.iter().take(digits).fold(0_usize, |len, byte| len << 7 | usize::from(byte & 0x7f));
    let start = range.start + 1 + digits;
    let end = start.checked_add(len).filter(|end| *end <= range.end)?;
    Some((*tag, start..end))
}
