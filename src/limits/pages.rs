//! What one page or answer shows.

/// Posts in one answer to a client app, as in Mastodon.
pub const API_POSTS: usize = 40;
/// Answers shown to a client app with a post.
pub const API_ANSWERS: usize = 200;
/// Finished pages and documents in memory, in bytes: some hundred posts as HTML and JSON, packed and not. A wave asks
/// for one or two.
pub const KEPT: usize = 8 << 20;
/// One of them with all its forms. Larger ones (a conversation of hundreds of replies) are made for each request.
pub const KEPT_ONE: usize = 512 << 10;
/// What the status line and headers of one of them count as.
pub const HEAD: usize = 1 << 10;
/// Smaller bodies are not worth the time that compressing takes: they fit into one packet as they are.
pub const PACK_FROM: usize = 1_000;
