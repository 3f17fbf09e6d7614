//! What the institution may choose for itself, and how much it may say.

/// What words need on what is behind them (WCAG 2.2, success criterion 1.4.3, level AA).
pub const CONTRAST: f64 = 4.5;
/// The institution's name.
pub const NAME: usize = 120;
/// Official languages: the 24 of the Union and some more.
pub const LANGUAGES: usize = 40;
/// An address, a number or a place to write to.
pub const CONTACT: usize = 300;
/// A legal page in one language: four times a long privacy notice.
pub const LEGAL: usize = 60_000;
