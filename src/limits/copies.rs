//! Copies of strangers' pictures, where an institution wants them: what may be fetched, decoded and kept.

use std::time::Duration;

/// The largest picture that is fetched, in bytes: faces and pictures of posts are nearly always smaller, also those that
/// come from a camera and were not made smaller.
pub const FETCHED: usize = 4 << 20;
/// The largest that is decoded, in pixels. What uploads may have besides would make them wait for a second.
pub const PIXELS: u64 = 16_000_000;
/// Pixels of a face: it is shown 44 wide, on sharp screens too.
pub const FACE: (u32, u32) = (96, 96);
/// Pixels within which another picture stays.
pub const PICTURE: (u32, u32) = (480, 480);
/// The largest copy, in bytes: what such a picture without alpha channel stays below by far.
pub const COPY: usize = 128 << 10;
/// Copies there are at once, those to come included: 128 MiB at the very most, about 20 MiB with real ones.
pub const COUNT: usize = 1_000;
/// Files of one answer: as many as other servers show.
pub const FILES: usize = 4;
/// How long a copy is kept; by then hardly anybody reads the answers to a post.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// How old a face may be when another answer of the same author is released; then it is fetched anew.
pub const FACE_KEPT: Duration = Duration::from_secs(24 * 3600);
/// Attempts at a picture, the first included.
pub const TRIES: u32 = 3;
/// After a failure that may pass, times four after each further one.
pub const AGAIN: Duration = Duration::from_secs(15 * 60);
/// How often the loop looks on its own for what is due again.
pub const NAP: Duration = Duration::from_secs(300);
/// How long browsers and caches between keep a copy, in seconds: when somebody decides against an answer it goes
/// everywhere by the next day.
pub const CACHED: u32 = 3600;
