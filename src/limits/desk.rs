//! What the desk shows at once, and how long one stays logged in.

use std::time::Duration;

/// How long an unused log-in link works.
pub const LINK: Duration = Duration::from_secs(24 * 3600);
/// How long a browser stays logged in.
pub const SESSION: Duration = Duration::from_secs(14 * 24 * 3600);
/// The same for whoever came by the identity provider: a working day. Who has left the house is told so by the provider the
/// next time, and gets no further.
pub const SESSION_BY_PROVIDER: Duration = Duration::from_secs(12 * 3600);
/// Bytes of what was typed into a form whose session has ended, on its way through the log-in: ten times the longest post,
/// in six languages. What is longer is cut off there.
pub const LATE: usize = 256 << 10;
/// Fields of it: fewer than a form may have, as the log-in has some of its own.
pub const LATE_FIELDS: usize = 190;
/// Bytes of files that are passed over to find what was typed behind them. Larger ones come in pieces where there is script.
pub const LATE_BODY: u64 = 64 << 20;
/// A person's e-mail address, in bytes: the most that a mail server takes (RFC 5321 §4.5.3.1.3).
pub const EMAIL: usize = 254;
/// A person's name.
pub const USER_NAME: usize = 100;
/// How long somebody waits for others to have seen their previews: each takes a fraction of a second, the largest two.
pub const DRAWING_IN_LINE: Duration = Duration::from_secs(10);
/// Posts on one page.
pub const POSTS: usize = 20;
/// Replies on one page.
pub const REPLIES: usize = 30;
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
/// Squares of a delivery page: one for each server, up to so many; then they stand for equal shares.
pub const SQUARES: usize = 1_000;
/// Servers that do not have a post, on one page.
pub const MISSING: usize = 200;
/// Servers that statistics name …
pub const LARGEST: usize = 20;
/// … if they have so many followers: of fewer, the name of a small server may say who they are.
pub const FEW: u64 = 5;
/// Days of statistics that are shown when no month is asked for.
pub const DAYS: u64 = 90;
/// Posts that statistics look at for one page.
pub const COUNTED_POSTS: usize = 300;
/// Lines of a table of statistics on the page: a line a day, or a post. Its file has all.
pub const LINES: usize = 92;
/// Bars of a plot of posts, the newest.
pub const BARS: usize = 10;
/// Months that statistics link to.
pub const MONTHS: usize = 24;
/// Waiting replies are counted so far; then it says "99+".
pub const COUNTED: usize = 100;
/// Characters of the first words of a post in a list.
pub const FIRST_WORDS: usize = 160;
/// Characters that tell one "Edit" link from the next.
pub const SHORT_WORDS: usize = 40;
/// Empty lines for more fields under those of a profile.
pub const SPARE: usize = 2;
/// An internal note about what a stranger wrote, in characters: a remark, no file.
pub const REMARK: usize = 1_000;
/// Internal notes about one thing.
pub const REMARKS: usize = 20;
/// How long others see that somebody is answering: as long as a short answer takes.
pub const ANSWERING: Duration = Duration::from_secs(600);
/// How far back it is shown what a person wrote to us before.
pub const BEFORE: Duration = Duration::from_secs(30 * 24 * 3600);
/// So much of it at most.
pub const EARLIER: usize = 50;
/// Things on one page of the inbox.
pub const CASES: usize = 30;
/// Things looked at for one page when a filter leaves some out.
pub const FILTERED: usize = 600;
/// Quotes of a post that are linked, newest first; the others are counted.
pub const QUOTES: usize = 5;
/// Our answers remembered of one note.
pub const ANSWERS: usize = 20;
/// What a canned answer is chosen by, in characters.
pub const CANNED_TITLE: usize = 80;
/// Episodes among which one with the same number is looked for, the newest: ten years of a weekly podcast.
pub const EPISODES: usize = 520;
/// Canned answers of an account, in all languages: more than fit into a list to choose from would not be used.
pub const CANNED: usize = 100;
/// Boosts of an account's that are listed.
pub const BOOSTS: usize = 50;
