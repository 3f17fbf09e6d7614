//! What one page or answer shows.

/// Posts in one answer to a client app, as in Mastodon.
pub const API_POSTS: usize = 40;
/// Answers shown to a client app with a post.
pub const API_ANSWERS: usize = 200;
