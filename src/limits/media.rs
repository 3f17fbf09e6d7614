//! Pictures: what other servers would take, and what decoding them may cost.

use std::time::Duration;

/// How long a program shows what it uploaded, by the address that it was given: as long as that waits to be published.
pub const PASS: Duration = super::keep::UNUSED_UPLOAD;
/// So much of a file is looked at to tell what it is.
pub const HEAD: u64 = 512;
/// One picture as it is uploaded: other servers fetch smaller files only (Mastodon: `MediaAttachment::IMAGE_LIMIT`).
pub const PICTURE: usize = 16 << 20;
/// Mastodon's `Attachmentable::MAX_MATRIX_LIMIT`: 7680 × 4320.
pub const PIXELS: u64 = 33_177_600;
/// Pixels on either side: what JPEG and GIF can express.
pub const SIDE: u32 = 65_535;
/// A decoded picture: four bytes for each pixel of the largest; wider samples need fewer pixels.
pub const DECODED: u64 = PIXELS * 4;
/// Rows, filters and profiles inside the PNG decoder.
pub const PNG_WORK: u64 = 16 << 20;
/// Bytes of a PNG's rows that are unpacked together, to see how many there are.
pub const PNG_PIECE: usize = 32 << 10;
/// A colour profile, unpacked; real ones take some kilobytes, those of printing presses up to one megabyte.
pub const ICC: usize = 1 << 20;
/// Parts that a colour profile lists: real ones have about a dozen, up to fifty.
pub const ICC_PARTS: u32 = 200;
/// A colour profile inside a PNG: packed, this much can still unfold a thousandfold.
pub const ICC_PACKED: usize = 64 << 10;
/// Scans of a JPEG: browsers stop at about as many; each is a walk over the whole picture.
pub const JPEG_SCANS: usize = 100;
/// Blocks of 64 coefficients that the scans of a JPEG may walk over, all together: a dozen times those of the largest
/// picture, as many as programs make that send it coarse first.
pub const JPEG_WORK: u64 = PIXELS / 64 * 3 * 12;
/// Segments of a JPEG: real files have some twenty.
pub const JPEG_SEGMENTS: usize = 2_000;
/// Pixels of a moving GIF: Mastodon shows no larger one from another server (`Attachmentable::GIF_MATRIX_LIMIT`).
pub const GIF_PIXELS: u64 = 1280 * 720;
/// Frames of a moving GIF: more is a film.
pub const GIF_FRAMES: usize = 1_000;
/// Pixels of a GIF that stands still: a 4K screen. Photographs come in other formats, and forty bytes can ask for a canvas.
pub const GIF_CANVAS: u64 = 3840 * 2160;
/// Canvas times frames: what a reader has to draw for one round, twenty seconds of 640 × 480 with 24 frames each. Here all
/// of them are unpacked and packed once.
pub const GIF_DRAWN: u64 = 150_000_000;
/// Long side of the picture that is served, in pixels: a 4K screen.
pub const SERVED_SIDE: u32 = 3840;
/// Width of the small picture, in pixels; its height is at most twice that.
pub const SMALL_WIDTH: u32 = 800;
/// What the small picture aims to stay below: a page of twenty then loads on a phone.
pub const SMALL_BYTES: usize = 60 << 10;
/// Width of the copy for sharp screens, in pixels: a column of 42 rem on a screen with two to three dots a pixel.
pub const MIDDLE_WIDTH: u32 = 1600;
/// What that copy, and a picture of a profile, aims to stay below.
pub const MIDDLE_BYTES: usize = 250 << 10;
/// Pixels of an avatar and of the picture over a profile: what Mastodon makes of them.
pub const AVATAR: (u32, u32) = (400, 400);
/// … three times as wide as high.
pub const HEADER: (u32, u32) = (1500, 500);
/// Pixels within which an emblem stays: it stands small in the head of pages and large where a phone keeps a bookmark.
pub const EMBLEM: (u32, u32) = (512, 512);
/// Rows of a smaller picture that are made at once: what they need beside the picture stays below 2 MB.
pub const BAND: u32 = 64;
/// Long side of the picture that a blurhash is made of, in pixels: it keeps a dozen colours.
pub const BLURHASH_SIDE: u32 = 64;

/// Files in memory because they were asked for lately, in bytes: the small copies of a hundred pictures. A wave asks for
/// one or four.
pub const HOT: usize = 8 << 20;
/// The largest of them: what a page shows is smaller.
pub const SMALL_FILE: usize = 256 << 10;
/// What a larger file that is kept open counts as among them: at most 128 are open.
pub const OPEN_FILE: usize = 64 << 10;
/// Bytes of files in memory, those on their way to readers included. Beyond it a reader gets [`PIECE_LEAST`] at a time,
/// of which hyper takes as many as [`HEADERS`](super::inbound::HEADERS) allow: the 256 connections of one network that
/// take nothing then hold 9 MiB more.
pub const PIECES: usize = 24 << 20;
/// What is read of a large file at a time: more saves next to nothing.
pub const PIECE: usize = 128 << 10;
/// What is read at a time when there is no room.
pub const PIECE_LEAST: usize = 4 << 10;
/// Buffers of [`PIECE`] that wait for the next reader.
pub const SPARE: usize = 16;
/// Files that are opened at once. Whoever asks for the same file meanwhile finds it at hand.
pub const OPENING: usize = 4;
/// Room on the disk that files do not take, in bytes; on a small disk a twentieth of it. The database grows by a megabyte
/// for about 500 posts, and has to go on when files do not fit any more.
pub const KEPT_FREE: u64 = 256 << 20;
/// How long somebody waits for their turn while another file is looked at: longer than a large picture takes. Beyond it
/// the answer is 503, and the browser still has the form.
pub const IN_LINE: Duration = Duration::from_secs(60);
