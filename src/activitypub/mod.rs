//! The wire language between servers, as pure functions: what strangers write becomes an intent (lenient in shape,
//! strict in identity), what we say is written one way only. JSON-LD contexts are written and never fetched.

pub mod context;
pub mod nodeinfo;
pub mod read;
pub mod vocab;
pub mod webfinger;
pub mod write;

#[cfg(test)]
mod tests;
