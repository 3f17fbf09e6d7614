//! Sound and video: what other servers would take, and how far a file is followed.

/// A file that other servers get: they fetch smaller ones only (Mastodon: `MediaAttachment::VIDEO_LIMIT`). Of larger ones
/// they get the poster and a link. Less can be set.
pub const FEDERATED: u64 = 99 << 20;
/// A file for our own pages, unless something else is set: two hours of film with 2.4 Mbit/s.
pub const BYTES: u64 = 2 << 30;
/// The most that can be set: many MP4 files name places with 32 bits.
pub const ADDRESSED: u64 = 4_095 << 20;
/// Bytes that other servers may not get in the 30 seconds that Mastodon gives them: at 20 MiB that takes 6 Mbit/s for
/// each of them, and many come at once.
pub const SLOW: u64 = 20 << 20;
/// Pixels of a video (Mastodon's `MAX_VIDEO_MATRIX_LIMIT`: 3840 × 2160).
pub const MATRIX: u64 = 8_294_400;
/// Pictures a second of a video (Mastodon's `MAX_VIDEO_FRAME_RATE`): it keeps no film that has more.
pub const RATE: u64 = 120;
/// Milliseconds. More than a day is a mistake in the file, or a stream.
pub const MILLIS: u64 = 24 * 3_600_000;

/// The index of an MP4: a film of a day has about 30 MB.
pub const INDEX: u64 = 32 << 20;
/// Parts of an MP4 on its highest level: a day in fragments of two seconds has about 90,000.
pub const PARTS: usize = 200_000;
/// Parts on one level of an index: real ones have about a dozen.
pub const LEVEL: usize = 10_000;
/// The brands of an MP4: real ones have about five, of four bytes each.
pub const BRANDS: u64 = 1 << 10;
/// Ways in which one track is coded: a film that was cut together has a few.
pub const ENTRIES: usize = 1_000;
/// Tracks of a film: pictures, some languages of sound and of subtitles.
pub const TRACKS: usize = 32;
/// Stretches of a file that the samples of its tracks make up: two hours in which pictures and sounds take turns one by
/// one have 600,000. With 16 bytes each.
pub const STRETCHES: usize = 2_000_000;
/// Stretches of a file that are blanked: where a camera recorded its place between the pictures, one a second for a day.
pub const BLANKS: usize = 100_000;
/// The head of a fragment: about a hundred samples of a few bytes.
pub const FRAGMENT: u64 = 1 << 20;

/// The description of a WebM.
pub const DESCRIPTION: u64 = 1 << 20;
/// Elements of a WebM that are passed: a day in which every block is an element of its own.
pub const ELEMENTS: usize = 8_000_000;

/// Frames of an MP3 or AAC: a day has about four million.
pub const FRAMES: u64 = 8_000_000;
/// Frames of an `ID3v2` tag that are passed on the way to chapters.
pub const TAG_FRAMES: usize = 2_000;
/// One chapter in a tag: a title, and perhaps a picture behind it, which is not read.
pub const CHAPTER_FRAME: usize = 16 << 10;
/// The head of an Ogg or FLAC in which comments are looked for.
pub const COMMENTED: usize = 256 << 10;
/// One comment that may be a chapter.
pub const COMMENT: usize = 1 << 10;
/// Chapters that are taken from a file: as many as an episode can have.
pub const MARKS: usize = super::podcast::CHAPTERS;
/// What may follow the last frame of an MP3: the tag of some program, which is left out.
pub const TAIL: u64 = 1 << 20;
/// Zeros between the tag of an MP3 and its first frame.
pub const PADDING: usize = 64 << 10;

/// The seek table of a FLAC: 18 bytes for each place.
pub const SEEK_TABLE: u64 = 1 << 20;
/// Bytes of a FLAC that are looked at together: a frame with eight channels takes up to two million.
pub const FLAC_PIECE: usize = 4 << 20;
/// Blocks before the sound of a FLAC: real ones have about five.
pub const BLOCKS: usize = 1_000;

/// Pages of an Ogg: a day has about 90,000 of a second each, and streams have smaller ones.
pub const PAGES: usize = 4_000_000;
/// A packet of Opus: 48 frames with 1,275 bytes each, and their lengths.
pub const PACKET: usize = 64 << 10;
/// The comments of an Ogg, a cover among them.
pub const COMMENTS: usize = 8 << 20;
/// Pages that they are spread over: those of a large cover have 255 bytes where a program is thrifty.
pub const COMMENT_PAGES: usize = 40_000;
/// Bytes read at once to look at the parts of a file: the heads of parts that lie apart are read for little, those side
/// by side together.
pub const WINDOW: usize = 4 << 10;
