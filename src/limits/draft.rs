//! What waits to be published, and for how long.

use std::time::Duration;

/// Drafts of one account that are not published: a year of an editorial plan, and what is read for one page of the desk.
pub const PER_ACCOUNT: usize = 500;
/// Of these, how many somebody may take who does not publish: a form with a word in it is kept by itself, and nobody fills
/// all places alone.
pub const PER_AUTHOR: usize = 100;
/// Posts of one thread.
pub const PARTS: usize = super::post::THREAD;
/// Characters of one version of one part. More than may be published, since nothing that was typed is refused before it
/// is finished; what is too long is said when it is to go out.
pub const TEXT: usize = 50_000;
/// Characters of all texts of a draft, and so the size of its row.
pub const TEXTS: usize = 200_000;
/// Comments on one draft.
pub const COMMENTS: usize = 200;
/// Characters of a comment.
pub const COMMENT: usize = 2_000;
/// How long somebody who opened a draft is shown to others as at work on it.
pub const EDITING: Duration = Duration::from_secs(600);
/// How many of them are remembered for one draft: more than a newsroom has, and a bound for its row.
pub const EDITORS: usize = 8;
/// What was missed while the server was down goes out when it is less than this late; what is later is asked for.
pub const LATE: Duration = Duration::from_secs(3600);
/// The longest that "publish now" waits, for whoever thinks again.
pub const HOLD: Duration = Duration::from_secs(300);
/// How long it waits at the desk unless the institution says otherwise, in seconds.
pub const HOLD_DEFAULT: u16 = 30;
/// A plan further ahead is a year typed wrong.
pub const AHEAD: Duration = Duration::from_secs(3 * 366 * 24 * 3600);
/// The least that a client program plans ahead (Mastodon: `ScheduledStatus::MINIMUM_OFFSET`).
pub const CLIENT_AHEAD: Duration = Duration::from_secs(300);
/// How long what a draft became is remembered, for whoever looks for it.
pub const PUBLISHED: Duration = Duration::from_secs(30 * 24 * 3600);
/// For so long one entry of the audit log stands for all that one person changed of one draft.
pub const TOLD: Duration = Duration::from_secs(3600);
/// How long a secret link shows a draft to colleagues without a log-in: a day is enough to answer, and short for an
/// address that lies in somebody's mail.
pub const LINK: Duration = Duration::from_secs(24 * 3600);
/// Links to one draft at the same time.
pub const LINKS: usize = 5;
/// Drafts that become due in one transaction.
pub const TOGETHER: usize = 20;
/// The loop looks at the clock this often, should it have been set meanwhile.
pub const NAP: Duration = Duration::from_secs(60);
