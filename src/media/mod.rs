//! Pictures: taken in under limits, freed of metadata, made small, kept as files under random
//! names, or drawn by the program itself. Everything here is synchronous and CPU-bound: callers
//! run it on the blocking pool, one picture at a time.

pub mod clip;
pub mod draw;
pub mod files;
pub mod picture;
