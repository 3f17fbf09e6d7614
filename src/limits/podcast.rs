//! Podcasts: what directories and apps take. In characters unless something else is said.

/// Podcasts of one account.
pub const SERIES: usize = 50;
/// The name of a series in addresses.
pub const SLUG: usize = 40;
/// The title of a series or an episode: apps show some sixty and cut the rest.
pub const TITLE: usize = 200;
/// The description of a series, and what a feed says of an episode, in bytes: Apple's bound for `description`.
pub const DESCRIPTION: usize = 4_000;
/// Author and owner of a series.
pub const AUTHOR: usize = 128;
/// A mail address, in bytes (RFC 5321 §4.5.3.1.3).
pub const MAIL: usize = 254;
/// Sides of a cover, in pixels: Apple's bounds, which the others share.
pub const COVER_SIDE: std::ops::RangeInclusive<u32> = 1_400..=3_000;
/// A cover, in bytes. Directories fetch it for each show and advise half a megabyte; ten times that is a mistake.
pub const COVER: u64 = 5 << 20;
/// Chapters of an episode: one a minute for a day would be a transcript.
pub const CHAPTERS: usize = 500;
/// The title of a chapter.
pub const CHAPTER: usize = 128;
/// Chapters as they are typed or uploaded, in bytes.
pub const CHAPTERS_TYPED: usize = 128 << 10;
/// Persons of an episode.
pub const PERSONS: usize = 50;
/// The name of a person: the bound of the podcast namespace.
pub const PERSON: usize = 128;
/// Numbers of seasons and episodes.
pub const NUMBER: u32 = 100_000;
/// Episodes in one document of a feed, some four years of a weekly one: the largest directory reads the first document
/// only. Apps that know RFC 5005 go on.
pub const FEED: usize = 200;
