//! The map of the house (being drawn).

pub mod base;
pub mod crypto;
pub mod error;
pub mod media;
pub mod model;
pub mod net;
pub mod store;
