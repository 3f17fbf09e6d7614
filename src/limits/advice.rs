//! When the desk speaks up about a text. Advice never blocks; where it would come too often, nobody reads it.

/// Letters of a tag without capitals from which on it is likely several words (`#repairlabel` has 11).
pub const TAG: usize = 11;
/// Emoji in one version: with more, a screen reader reads more names than words.
pub const EMOJI: usize = 6;
/// Emoji in a row.
pub const EMOJI_IN_A_ROW: usize = 2;
/// Words of nothing but capitals in a row: more than names of bodies (`EU NATO`).
pub const CAPITAL_WORDS: usize = 3;
/// Letters of such words: longer than three names of bodies.
pub const CAPITALS: usize = 12;
/// Days back from today in which a date is taken for a slip; what is older is history.
pub const PAST_DAYS: i64 = 366;
