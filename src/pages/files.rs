//! The files of a post as its page shows them: pictures that load small, players that load when they are asked to.

use super::items::Place;
use crate::base::lang::Lang;
use crate::base::text;
use crate::model::episode;
use crate::model::media::{Media, Small, Sort};
use crate::model::post::{Post, Version};

/// A picture of ours as the page loads it.
pub struct Picture {
    pub file: String,
    pub small: String,
    /// Empty where the small copy is all there is to choose from.
    pub srcset: String,
    pub sizes: &'static str,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    pub alt_lang: Lang,
    /// Classes that keep the interesting part in sight where the picture is cut.
    pub focus: String,
    pub tall: bool,
    pub lazy: bool,
}

/// The description that fits a version, and the language that it is in.
pub fn words<'a>(post: &'a Post, version: &'a Version, media: &'a Media) -> (&'a str, &'a Lang) {
    media.alt_in(&version.lang, post.main().map_or(&version.lang, |main| &main.lang))
}

/// Lists show several pictures cut to one shape, and never load more than the copies; the post's own page shows each
/// whole and as sharp as the screen is.
pub fn pictures(media: &[Media], post: &Post, version: &Version, place: Place) -> Vec<Picture> {
    let stills: Vec<(&Media, &Small)> =
        media.iter().filter(|m| m.sort() == Sort::Picture).filter_map(|m| Some((m, m.still()?))).collect();
    let alone = place == Place::Alone;
    let many = stills.len() > 1;
    let odd = stills.len() == 3 && !alone;
    let picture = |(n, (m, small)): (usize, (&Media, &Small))| {
        let (alt, lang) = words(post, version, m);
        Picture {
            file: m.file.clone(),
            small: small.file.clone(),
            srcset: srcset(m, small, alone),
            sizes: match (many && !(odd && n == 0), alone) {
                (true, true) => "(max-width:30rem) 100vw, (max-width:44rem) 50vw, 21rem",
                (true, false) => "(max-width:44rem) 50vw, 21rem",
                (false, _) => "(max-width:44rem) 100vw, 42rem",
            },
            width: small.width,
            height: small.height,
            alt: printable(alt),
            alt_lang: lang.clone(),
            focus: m.focus.map(focus).unwrap_or_default(),
            tall: m.height > m.width && !many,
            lazy: !alone || n > 0,
        }
    };
    stills.into_iter().enumerate().map(picture).collect()
}

/// What moves does so only when it is asked for: the copies stand still.
fn srcset(media: &Media, small: &Small, alone: bool) -> String {
    let full = (alone && media.mime != "image/gif" && media.file != small.file).then_some((&media.file, media.width));
    let middle = media.middle.as_ref().map(|middle| (&middle.file, middle.width));
    let mut files: Vec<_> = middle.into_iter().chain(full).filter(|(_, width)| *width > small.width).collect();
    if files.is_empty() {
        return String::new();
    }
    files.insert(0, (&small.file, small.width));
    files.iter().map(|(file, width)| format!("/media/{file} {width}w")).collect::<Vec<_>>().join(", ")
}

/// `object-position` in tenths, as classes: the policy of pages allows no style of their own.
pub fn focus((x, y): (f32, f32)) -> String {
    let tenth = |share: f32| ((f64::from(share) + 1.0) * 5.0).round();
    format!("x{} y{}", tenth(x), tenth(-y))
}

/// What may stand in an attribute.
pub fn printable(words: &str) -> String {
    words.chars().filter(|c| text::printable(*c)).collect()
}

/// `2:05`, `1:02:05`.
pub fn length(millis: u64) -> String {
    episode::clock((millis / 1_000).max(1) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interesting_part_stays_in_sight() {
        for (point, classes) in [((0.0, 0.0), "x5 y5"), ((-1.0, 1.0), "x0 y0"), ((0.66, -0.66), "x8 y8")] {
            assert_eq!(focus(point), classes);
        }
    }

    #[test]
    fn lengths_are_told_as_players_tell_them() {
        for (millis, told) in [(1, "0:01"), (2_923, "0:02"), (125_000, "2:05"), (3_725_000, "1:02:05")] {
            assert_eq!(length(millis), told);
        }
    }
}
