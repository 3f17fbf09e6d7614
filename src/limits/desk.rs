//! What the desk shows at once, and how long one stays logged in.

use std::time::Duration;

/// How long an unused log-in link works.
pub const LINK: Duration = Duration::from_secs(24 * 3600);
/// How long a browser stays logged in.
pub const SESSION: Duration = Duration::from_secs(14 * 24 * 3600);
/// A person's e-mail address, in bytes: the most that a mail server takes (RFC 5321 §4.5.3.1.3).
pub const EMAIL: usize = 254;
/// A person's name.
pub const USER_NAME: usize = 100;
/// Posts on one page.
pub const POSTS: usize = 20;
/// Replies on one page.
pub const REPLIES: usize = 30;
/// Pages of replies that are read for one page of those that concern somebody.
pub const LOOKS: usize = 20;
/// Drafts of one stage on one page.
pub const DRAFTS: usize = 100;
/// Posts of an account that are looked at for one month of the calendar: more than anybody reads.
pub const CALENDAR: usize = 500;
/// How far the feed of the calendar reaches back: a month, so that what went out a moment ago does not vanish.
pub const FEED_BACK: Duration = Duration::from_secs(31 * 24 * 3600);
/// How far it reaches ahead: a year's plan.
pub const FEED_AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);
/// Deliveries shown of one server; the rest is only counted.
pub const DELIVERIES: usize = 100;
/// Waiting replies are counted so far; then it says "99+".
pub const COUNTED: usize = 100;
/// Characters of the first words of a post in a list.
pub const FIRST_WORDS: usize = 160;
/// Characters that tell one "Edit" link from the next.
pub const SHORT_WORDS: usize = 40;
/// Empty lines for more fields under those of a profile.
pub const SPARE: usize = 2;
