//! Colours, and whether words in one can be read on another: contrast as WCAG 2.2 computes it (§1.4.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Problem, Result};
use crate::limits::settings::CONTRAST;

/// A colour of sRGB, written `#0b3d91`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

impl Colour {
    pub const WHITE: Self = Self([255; 3]);
    pub const BLACK: Self = Self([0; 3]);

    /// Relative luminance: 0 is black, 1 is white.
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        let [red, green, blue] = linear;
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1 (the same) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Whether words in it can be read on each of these.
    pub fn is_read_on(self, grounds: &[Self]) -> bool {
        grounds.iter().all(|ground| self.contrast(*ground) >= CONTRAST)
    }

    /// The nearest shade of it, darker or lighter, that can be read on each of these; none where there is no such.
    pub fn nearest_read_on(self, grounds: &[Self]) -> Option<Self> {
        let shades = (0..=u8::MAX).flat_map(|step| [self.towards(Self::BLACK, step), self.towards(Self::WHITE, step)]);
        shades.filter(|shade| shade.is_read_on(grounds)).min_by_key(|shade| shade.distance(self))
    }

    /// So many of 255 steps on the way to another.
    fn towards(self, other: Self, step: u8) -> Self {
        let mut mixed = self.0;
        for (part, to) in mixed.iter_mut().zip(other.0) {
            let way = (i32::from(to) - i32::from(*part)) * i32::from(step) / 255;
            *part = u8::try_from(i32::from(*part) + way).unwrap_or(to);
        }
        Self(mixed)
    }

    fn distance(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = Problem;

    /// `#0b3d91` or `#abc`, with or without the sign.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let digits = text.trim().trim_start_matches('#');
        let long = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits.to_owned(),
        };
        let number = u32::from_str_radix(&long, 16).ok();
        let plain = long.len() == 6 && long.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some([_, rgb @ ..]) = number.filter(|_| plain).map(u32::to_be_bytes) else {
            let what = format!("'{}' is no colour.", crate::base::text::clip(text, crate::limits::desk::SHORT_WORDS));
            return Err(Problem::new("E703", what).remedy("Write it as six digits: #0b3d91"));
        };
        Ok(Self(rgb))
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|problem: Problem| problem.what)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// What is coloured on our pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colours {
    /// Of the head of pages, and of buttons.
    pub ground: Colour,
    /// Of the words on that.
    pub text: Colour,
    /// Of links and marks, on the page itself.
    pub accent: Colour,
}

/// What links stand on, as `static/public.css` has it: the page, and boxes on it; by day and by night.
const DAY: [Colour; 2] = [Colour::WHITE, Colour([0xf4, 0xf6, 0xf8])];
const NIGHT: [Colour; 2] = [Colour([0x12, 0x16, 0x1a]), Colour([0x1b, 0x21, 0x26])];

impl Default for Colours {
    /// Those of `static/public.css`.
    fn default() -> Self {
        Self { ground: Colour([0x0b, 0x3d, 0x91]), text: Colour::WHITE, accent: Colour([0x0b, 0x4f, 0xb3]) }
    }
}

impl Colours {
    /// The nearest colour of words that can be read on the ground.
    pub fn readable(&self) -> Colour {
        self.text.nearest_read_on(&[self.ground]).unwrap_or(self.text)
    }

    /// What cannot be read is refused, with the nearest that can.
    pub fn check(&self) -> Result<(), Problem> {
        pair("colour.text", self.text, &[self.ground], "the words on the head and on buttons")?;
        pair("colour.accent", self.accent, &DAY, "links on the page")
    }

    /// How far what is read stands out from what it stands on, by the names of the settings; of several grounds the least.
    pub fn contrasts(&self) -> [(&'static str, f64); 2] {
        let least = |of: Colour, on: &[Colour]| on.iter().map(|ground| of.contrast(*ground)).fold(21.0, f64::min);
        [("colour.text", least(self.text, &[self.ground])), ("colour.accent", least(self.accent, &DAY))]
    }

    /// The accent on dark pages: itself, or its nearest shade that can be read there.
    pub fn night(&self) -> Colour {
        self.accent.nearest_read_on(&NIGHT).unwrap_or(Colour::WHITE)
    }

    /// What goes behind the style sheet, so that its own are replaced.
    pub fn css(&self) -> String {
        let Self { ground, text, accent } = self;
        let night = self.night();
        format!(
            ":root{{--brand:{ground};--on:{text};--link:{accent}}}\n\
             @media screen and (prefers-color-scheme:dark){{:root{{--brand:{ground};--link:{night}}}}}\n"
        )
    }
}

fn pair(field: &'static str, colour: Colour, grounds: &[Colour], what: &str) -> Result<(), Problem> {
    if colour.is_read_on(grounds) {
        return Ok(());
    }
    let worst = grounds.iter().map(|ground| colour.contrast(*ground)).fold(f64::INFINITY, f64::min);
    // Cut, not rounded: what is said to be 4.5 passes.
    let told = (worst * 100.0).floor() / 100.0;
    let near = colour.nearest_read_on(grounds).map(|near| near.to_string()).unwrap_or_default();
    // Against several it is the page, which nobody chooses.
    let on = if let [ground] = grounds { format!(" on {ground}") } else { String::new() };
    let what = format!("{colour}{on} has a contrast of {told} : 1 for {what}; {CONTRAST} : 1 is needed.");
    Err(Problem::new("E704", what).field(field).remedy(format!("The nearest colour that can be read there is {near}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        // Known pairs on white: #777777 just fails, #767676 just passes.
        assert!((colour("#777777").contrast(Colour::WHITE) - 4.478).abs() < 0.001);
        assert!(!colour("#777777").is_read_on(&[Colour::WHITE]) && colour("#767676").is_read_on(&[Colour::WHITE]));
        assert_eq!(colour("#777").nearest_read_on(&[Colour::WHITE]), Some(colour("#767676")));
    }

    #[test]
    fn colours_are_read_in_their_forms_only() {
        assert_eq!((colour("#ABC"), colour(" 0b3d91 ")), (Colour([0xaa, 0xbb, 0xcc]), Colour([0x0b, 0x3d, 0x91])));
        for wrong in ["", "#", "#12", "#12345", "#1234567", "red", "+12345", "#ggg", "#ééé"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ours_pass_and_pale_ones_are_told_what_would() {
        Colours::default().check().unwrap();
        assert!(Colours::default().night().is_read_on(&NIGHT));
        let pale = Colours { accent: colour("#9ec5ff"), ..Colours::default() };
        let problem = pale.check().unwrap_err();
        assert_eq!((problem.id, problem.field), ("E704", Some("colour.accent")));
        let near = colour(problem.remedy.rsplit(' ').next().unwrap().trim_end_matches('.'));
        Colours { accent: near, ..pale }.check().unwrap();
        let grey = Colours { ground: colour("#888"), text: colour("#999"), ..Colours::default() };
        let problem = grey.check().unwrap_err();
        assert_eq!(problem.field, Some("colour.text"));
        assert!(problem.what.starts_with("#999999 on #888888 has a contrast of "), "{}", problem.what);
        let near = grey.readable();
        assert!(problem.remedy.ends_with(&format!(" {near}.")), "{}", problem.remedy);
        Colours { text: near, ..grey }.check().unwrap();
    }

    #[test]
    fn what_links_stand_on_is_what_the_style_sheet_says() {
        let css = include_str!("../../static/public.css");
        for (colour, name) in DAY.iter().chain(&NIGHT).zip(["bg", "soft", "bg", "soft"]) {
            let short = if *colour == Colour::WHITE { "#fff".to_owned() } else { colour.to_string() };
            assert!(css.contains(&format!("--{name}:{short};")), "{name}: {colour}");
        }
        let Colours { ground, accent, .. } = Colours::default();
        assert!(css.contains(&format!("--brand:{ground};--on:#fff;--link:{accent}")));
    }

    proptest! {
        #[test]
        fn the_nearest_can_be_read(rgb: [u8; 3], ground: [u8; 3]) {
            let near = Colour(rgb).nearest_read_on(&[Colour(ground)]).unwrap();
            prop_assert!(near.is_read_on(&[Colour(ground)]));
            prop_assert!(Colour(rgb).is_read_on(&[Colour(ground)]) == (near == Colour(rgb)));
            let colours = Colours { accent: Colour(rgb), ..Colours::default() };
            prop_assert!(colours.night().is_read_on(&NIGHT));
        }
    }
}
