//! Captions and transcripts: how much somebody reads, and how far a file of them is followed.

use std::time::Duration;

/// A file of captions, in bytes: twelve hours of speech in many short pieces.
pub const BYTES: usize = 1 << 20;
/// Captions in a file: twelve hours with one every two seconds.
pub const CUES: usize = 20_000;
/// Bytes of one caption: real ones have two lines of 42 characters.
pub const CUE: usize = 4 << 10;
/// Bytes in which a mark such as `<v Anna>` ends; a `<` without its end is a character like others.
pub const MARK: usize = 1 << 10;
/// Characters of a speaker's name.
pub const VOICE: usize = 100;
/// Bytes of where a caption stands, such as `position:10%,line-left`.
pub const PLACE: usize = 24;
/// Silence after which a transcript begins a new paragraph.
pub const PAUSE: Duration = Duration::from_secs(3);
/// Languages of one clip: as many as a post may have.
pub const LANGUAGES: usize = super::post::VERSIONS;
/// Captions and posters that wait at a clip to be saved or let pass: one for each language, a poster, and one more.
pub const FRESH: usize = LANGUAGES + 2;
/// Bytes of all transcripts of a clip together: two hours of speech in 24 languages.
pub const TRANSCRIPTS: usize = 4 << 20;
/// Characters of the reason why a clip has no captions.
pub const REASON: usize = 500;
