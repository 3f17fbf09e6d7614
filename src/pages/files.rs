//! The files of a post as its page shows them: pictures that load small, players that load when they are asked to.

use super::shell::Scene;
use crate::base::text;
use crate::model::media::{Media, Small, Sort};

/// A picture of ours as the page loads it.
pub struct Picture {
    pub file: String,
    pub small: String,
    pub srcset: Option<String>,
    pub sizes: &'static str,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    pub tall: bool,
    pub lazy: bool,
}

/// A video or a sound with the browser's own controls.
pub struct Player {
    pub file: String,
    pub video: bool,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    /// Length and size, e.g. `2:05, 12.3 MB`.
    pub facts: String,
    pub tall: bool,
}

pub fn pictures(media: &[Media], alone: bool) -> Vec<Picture> {
    let stills: Vec<(&Media, &Small)> =
        media.iter().filter(|m| m.sort() == Sort::Picture).filter_map(|m| Some((m, m.still()?))).collect();
    let many = stills.len() > 1;
    let picture = |(n, (m, small)): (usize, (&Media, &Small))| {
        // What moves does so only when it is asked for: the small copy stands still.
        let still = m.mime != "image/gif" && m.file != small.file;
        let full = || format!("/media/{} {}w, /media/{} {}w", small.file, small.width, m.file, m.width);
        Picture {
            file: m.file.clone(),
            small: small.file.clone(),
            srcset: (still && m.width > small.width).then(full),
            sizes: if many { "(max-width:30rem) 100vw, 21rem" } else { "(max-width:44rem) 100vw, 42rem" },
            width: small.width,
            height: small.height,
            alt: printable(&m.alt),
            tall: m.height > m.width && !many,
            lazy: !alone || n > 0,
        }
    };
    stills.into_iter().enumerate().map(picture).collect()
}

pub fn players(scene: &Scene<'_>, media: &[Media]) -> Vec<Player> {
    let player = |m: &Media| {
        let clip = m.clip.as_ref()?;
        Some(Player {
            file: m.file.clone(),
            video: m.sort() == Sort::Video,
            width: m.width,
            height: m.height,
            alt: printable(&m.alt),
            facts: format!("{}, {}", length(clip.millis), scene.w.megabytes(m.bytes)),
            tall: m.height > m.width,
        })
    };
    media.iter().filter_map(player).collect()
}

fn printable(words: &str) -> String {
    words.chars().filter(|c| text::printable(*c)).collect()
}

/// `2:05`, `1:02:05`.
pub fn length(millis: u64) -> String {
    let seconds = millis.div_ceil(1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_as_players_tell_them() {
        for (millis, told) in [(1, "0:01"), (2_023, "0:03"), (125_000, "2:05"), (3_725_000, "1:02:05")] {
            assert_eq!(length(millis), told);
        }
    }
}
