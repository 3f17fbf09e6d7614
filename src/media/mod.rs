//! Pictures, sound, video and captions: taken in under limits, freed of metadata, kept as files that are called by what
//! is in them; pictures also made small, or drawn by the program itself. Everything here is synchronous and CPU-bound:
//! callers run it on the blocking pool, one picture at a time.

#[cfg(test)]
mod canaries;
pub mod captions;
pub mod clip;
pub mod content;
pub mod draw;
pub mod files;
pub mod hold;
pub mod picture;
