//! What comes in from other servers, once it is known who sends it.

/// Fetches for received activities at once.
pub const FETCHES: usize = 16;
