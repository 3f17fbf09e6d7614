//! Sound and video in every container: read, written for the world, and read again.

use std::io::Cursor;

use instance::limits::media::HEAD;
use instance::media::clip::{Clip, is_clip, read};

/// A file.
pub fn clip(data: &[u8]) {
    let head = data.get(..usize::try_from(HEAD).expect("a few bytes")).unwrap_or(data);
    let is = is_clip(head);
    let Some((first, out)) = written(data) else { return };
    assert!(is, "what is taken is known by its first bytes");
    assert_eq!(out.len() as u64, first.bytes());
    assert!(out.len() <= data.len(), "nothing is added");
    let (second, same) = written(&out).expect("what we write we take");
    assert_eq!((second.mime, second.frame, second.sound), (first.mime, first.frame, first.sound));
    assert!(same == out, "what was cleaned is clean");
}

fn written(data: &[u8]) -> Option<(Clip, Vec<u8>)> {
    let mut input = Cursor::new(data);
    let clip = read(&mut input).ok()?;
    let mut out = Vec::new();
    clip.write(&mut input, &mut out).expect("what was read is there to be written");
    Some((clip, out))
}
