//! What an account says of itself. Other servers cut what is longer, so we say so before they do.

/// Longest display name, in characters.
pub const NAME: usize = 100;
/// Longest biography, in characters.
pub const SUMMARY: usize = 2_000;
/// Lines of a profile: the most that every Mastodon since 4.3 shows.
pub const FIELDS: usize = 50;
/// Pinned posts: Mastodon's own limit.
pub const PINNED: usize = 5;
/// Longest name of a client program's token, in characters.
pub const TOKEN_NAME: usize = 100;
