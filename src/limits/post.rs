//! What one post may hold: as much as other servers show, so that nobody publishes what nobody sees.

use std::time::Duration;

/// Longest text of one version, counted as Mastodon counts.
pub const TEXT: usize = 5_000;
/// Text that is shown in full everywhere: what Mastodon lets its own people write. More is folded there, or cut elsewhere.
pub const SHOWN_WHOLE: usize = 500;
/// Longest content warning, in characters.
pub const WARNING: usize = 500;
/// Languages: more than any institution has.
pub const VERSIONS: usize = 30;
/// The most mentions and the most hashtags: each mention may be a look-up, each hashtag is a row.
pub const MENTIONS: usize = 50;
/// Pictures: Mastodon keeps the first four attachments.
pub const PICTURES: usize = 4;
/// Longest description of a picture, in characters: what Mastodon before 4.5 keeps.
pub const ALT: usize = 1_500;
/// Posts of a thread: each is a post that followers get.
pub const THREAD: usize = 25;
/// A change is at least so much later than the one before: moments between servers have whole seconds.
pub const CHANGE_STEP: Duration = Duration::from_secs(1);
/// Our own replies named in a post: Mastodon reads up to five of the same server with a new post.
pub const OWN_REPLIES: usize = 5;
/// Earlier texts that a post keeps: the first, and the latest of the others. More changes than that are a machine's.
pub const REVISIONS: usize = 50;
/// Why a post was deleted, in characters: a sentence or two.
pub const REASON: usize = 500;
