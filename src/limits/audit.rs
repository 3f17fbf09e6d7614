//! What an entry of the audit log may hold, and how much of the log is looked at or handed out at once.

use std::ops::RangeInclusive;

/// Words of an entry: what was, what is, why. Enough for a setting or a reason; texts of posts stand in none.
pub const WORDS: usize = 300;
/// Digits of the hash by which the text of a post can be known again, when somebody shows it.
pub const SEAL: usize = 16;
/// Entries on a page.
pub const PAGE: usize = 50;
/// Entries that are looked at for one page or one answer to the command line; then a link goes on from there.
pub const LOOK: usize = 5_000;
/// Entries in a file that the desk hands out: about five megabytes.
pub const FILE: usize = 10_000;
/// Findings that `verify` tells one by one; the rest is counted.
pub const FINDINGS: usize = 20;
/// Years for which entries are kept: as long as claims against an authority are usually good for, and a setting.
pub const YEARS: u64 = 5;
/// What that setting may be: less than a year proves nothing to an auditor who comes once a year.
pub const YEARS_POSSIBLE: RangeInclusive<u64> = 1..=100;
/// Days in a year of that setting, so that none is cut short.
pub const DAYS_OF_YEAR: u64 = 366;
