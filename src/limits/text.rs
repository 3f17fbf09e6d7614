//! What any text, address, HTML or JSON may be, whoever wrote it.

/// The longest address that is accepted.
pub const URI: usize = 2048;
/// The domain of a handle: 253 characters of a name (RFC 1035), and a port.
pub const DOMAIN: usize = 260;
/// So much of a name is read, far more than anybody's limit, so that a megabyte of name costs nothing.
pub const NAME: usize = 64 << 10;
/// The largest JSON: as much as Mastodon takes (`ActivityPub::Activity::MAX_JSON_SIZE`).
pub const JSON: usize = 1 << 20;
/// Arrays and objects within each other; real activities stay below ten.
pub const JSON_DEPTH: usize = 32;
/// Values in one document, so that 1 MiB of `[0,0,…]` does not become 16 MiB in memory.
pub const JSON_VALUES: usize = 50_000;
/// The longest HTML that is read or given back.
pub const HTML: usize = 64 << 10;
/// How often the output may change when it is sanitised again, before it is taken for an attack.
pub const HTML_PASSES: usize = 4;
/// Elements within each other: deeper than anybody quotes or lists.
pub const HTML_DEPTH: usize = 32;
/// Longest language tag: RFC 5646 §4.4.1, as much as one without extensions needs.
pub const LANGUAGE: usize = 35;
/// More marks in a row than this on one letter are not writing but a way to cover the lines around it.
pub const MARKS_IN_A_ROW: usize = 4;
/// A hashtag longer than this, in characters, is a paragraph without spaces.
pub const HASHTAG: usize = 100;
/// What every address counts in a post, however long (Mastodon: `characters_reserved_per_url`).
pub const URL_COUNTS: usize = 23;
/// So many characters of an address are shown, the rest is hidden (as Mastodon does, so that clients look right).
pub const URL_SHOWN: usize = 30;
/// Words of one text times words of another that are compared to show what changed, 2 bytes each; a post of the longest
/// that there is has some 900 words and as many spaces.
pub const DIFF_CELLS: usize = 4_000_000;
