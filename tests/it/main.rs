//! The one integration-test binary: what is checked from outside a single file.

mod crates;
mod federation;
mod house;
mod support;
