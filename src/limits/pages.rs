//! What one page or answer shows.

/// Posts on a page and in a feed.
pub const POSTS: usize = 20;
/// How many posts are looked at for one page when some are left out.
pub const LOOKED_AT: usize = 400;
/// The most answers that a page shows.
pub const ANSWERS: usize = 200;
/// Deeper answers stand on the last level, in order of time.
pub const LEVELS: usize = 3;
/// The most rows read for each post of ours in a thread, whatever their state.
pub const THREAD_READ: usize = 1_000;
/// How many later posts of an account are searched for answers to strangers, …
pub const THREAD_SEARCHED: usize = 2_000;
/// … and how many of them are read at a time.
pub const THREAD_BATCH: usize = 100;
/// Strangers' files named under a reply.
pub const FILES: usize = 8;
/// So much of an account's own words stands in the directory, in characters.
pub const SUMMARY: usize = 240;
/// The longest title in `<head>`, in characters: what preview cards show of it.
pub const TITLE: usize = 120;
/// The longest description in `<head>`, in characters: likewise.
pub const DESCRIPTION: usize = 300;
/// Activities on a page of an outbox.
pub const OUTBOX: usize = 20;
/// Strangers' replies listed for a post: Mastodon walks up to 500.
pub const REPLIES: usize = 500;
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
/// The latest changes of a post on its page of changes; the first version stands below them in any case.
pub const CHANGES: usize = 20;
/// Texts that are compared for such a page, in all languages: each may take some milliseconds. The others stand whole.
pub const COMPARED: usize = 40;
