//! Canaries: a few words are put into each place where a format has room for bytes that are no picture and no sound, and
//! are in no file that is written, whatever else becomes of it.

mod clips;
mod films;
mod pictures;
mod webm;

use std::io::Cursor;

use super::clip;
use super::picture::process;
use crate::error::{Error, Result};

/// No place in a table holds as much.
const CANARY: &[u8] = b"CANARY +48.8577+2.2950/";

/// What becomes of a file with a canary in it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Taken, without the canary.
    Taken,
    Refused,
}
use Fate::{Refused, Taken};

struct Place {
    /// Format, and where in it.
    name: String,
    file: Vec<u8>,
    fate: Fate,
}

fn place(name: impl Into<String>, file: Vec<u8>, fate: Fate) -> Place {
    Place { name: name.into(), file, fate }
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

fn find(bytes: &[u8], words: &[u8]) -> usize {
    bytes.windows(words.len()).position(|window| window == words).unwrap()
}

fn inserted(bytes: &[u8], at: usize, what: &[u8]) -> Vec<u8> {
    [&bytes[..at], what, &bytes[at..]].concat()
}

/// Every file that comes of a picture.
fn copies(file: &[u8]) -> Result<Vec<Vec<u8>>> {
    let picture = process(file)?;
    let copies = [Some(picture.original), Some(picture.small), picture.middle];
    Ok(copies.into_iter().flatten().map(|copy| copy.bytes).collect())
}

fn written(file: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut input = Cursor::new(file);
    let clip = clip::read(&mut input)?;
    let mut out = Vec::new();
    clip.write(&mut input, &mut out)?;
    Ok(vec![out])
}

fn check(places: Vec<Place>, taken: fn(&[u8]) -> Result<Vec<Vec<u8>>>) {
    let mut complaints = Vec::new();
    for Place { name, file, fate } in places {
        assert!(holds(&file, CANARY), "{name}: there is no canary");
        match taken(&file) {
            Ok(files) => {
                if fate == Refused {
                    complaints.push(format!("{name}: taken"));
                }
                if files.iter().any(|file| holds(file, CANARY) || holds(&pictures::unpacked(file), CANARY)) {
                    complaints.push(format!("{name}: the canary sings"));
                }
            }
            Err(Error::Invalid(problem)) => {
                if fate == Taken {
                    complaints.push(format!("{name}: {}", problem.what));
                }
            }
            Err(e) => panic!("{name}: {e:?}"),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn no_canary_survives_in_a_picture() {
    check(pictures::jpeg(), copies);
    check(pictures::png(), copies);
    check(pictures::gif(), copies);
    check(pictures::webp(), copies);
}

#[test]
fn no_canary_survives_in_sound() {
    check(clips::mpeg(), written);
    check(clips::ogg(), written);
    check(clips::flac(), written);
}

#[test]
fn no_canary_survives_in_a_film() {
    check(films::mp4(), written);
    check(films::fragments(), written);
    check(webm::webm(), written);
}
