//! What is read and kept of other servers' objects. What is beyond is cut where that leaves sense, else refused.

/// Recipients, tags and mentions read from one object.
pub const LIST: usize = 256;
/// Characters kept of a type's name.
pub const KIND: usize = 50;
/// Objects that one report (Flag) names.
pub const FLAGGED: usize = 100;
/// Longest text of a report kept, in characters: as long as Mastodon sends.
pub const REPORT: usize = 5_000;
/// Longest display name kept, in characters.
pub const NAME: usize = 200;
/// Longest address kept of an actor, be it its inbox or the id of a key; those in use are below 200 bytes.
pub const ADDRESS: usize = 512;
/// The most that is kept of an actor, in bytes; usual ones take 1 KB. Aliases, then keys beyond it are left out.
pub const ACTOR: usize = 8 << 10;
/// Addresses kept of `alsoKnownAs`.
pub const ALIASES: usize = 20;
/// Longest content warning kept, in characters.
pub const WARNING: usize = 500;
/// Names of an inbox's people that differ from its host: a service that hosts many domains has one inbox for all.
pub const DOMAINS: usize = 20;
/// Longest title kept, in characters.
pub const TITLE: usize = 500;
/// Longest words of a vote that are looked at, in characters: more than any answer of ours has.
pub const CHOICE: usize = 4 * crate::limits::poll::ANSWER;
/// Longest description of a picture kept, in characters.
pub const ALT: usize = 1_500;
/// Longest summary of a long form: it stands in for the text, in HTML.
pub const SUMMARY: usize = 8 << 10;
/// Files kept of a note.
pub const ATTACHMENTS: usize = 16;
/// The most that is kept of them, in bytes: addresses and descriptions.
pub const ATTACHED: usize = 16 << 10;
/// Mentions read of a note; only those of ours are kept.
pub const MENTIONS: usize = 100;
