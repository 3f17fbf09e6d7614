//! Video and sound: as a post shows them, and on a page of their own for readers whose own app shows no captions.

use askama::Template;

use super::files::{length, printable, words};
use super::items::{Place, plain, version_path};
use super::podcast::episode;
use super::shell::{Card, Scene, Shell, name};
use super::words::{Words, fill};
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::model::ids::PostId;
use crate::model::media::{Media, Sort};
use crate::model::post::Version;
use crate::model::spoken::{Reason, Without};
use crate::store::Rows;
use crate::views::post::{PostView, post};

/// A video or a sound with the browser's own controls.
#[derive(Template)]
#[template(path = "clip.html")]
pub struct Player {
    w: &'static Words,
    ui: &'static str,
    file: String,
    video: bool,
    width: u32,
    height: u32,
    alt: String,
    alt_lang: Lang,
    /// The description is the title of an episode, which stands above.
    titled: bool,
    poster: Option<String>,
    poster_width: u32,
    poster_height: u32,
    tracks: Vec<Track>,
    texts: Vec<Text>,
    /// Why there are no captions, as a sentence.
    without: Option<String>,
    /// Where lists lead to for all the rest.
    page: Option<String>,
    /// Length and size, e.g. `2:05, 12.3 MB`.
    facts: String,
    tall: bool,
}

struct Track {
    file: String,
    lang: Lang,
    default: bool,
}

/// A transcript.
struct Text {
    lang: Lang,
    paragraphs: Vec<String>,
    open: bool,
}

/// The recordings of a post. Its own page has everything; lists lead to the page of a recording of which more can be read.
pub fn all(scene: &Scene<'_>, view: &PostView, version: &Version, place: Place) -> Vec<Player> {
    // Of an episode's recordings the one in the language of the version.
    let heard: Vec<_> = episode::media(view, version).into_iter().map(|media| media.id).collect();
    let media = (1..).zip(&view.material.media).filter(|(_, media)| heard.contains(&media.id));
    let player = |(n, media): (usize, &Media)| {
        let path = format!("/@{}/{}/play/{n}", view.account().handle, view.post().id);
        let more = place != Place::Alone && media.spoken.texts().next().is_some();
        player(scene, view, version, media, more.then_some(path))
    };
    media.filter_map(player).collect()
}

fn player(
    scene: &Scene<'_>,
    view: &PostView,
    version: &Version,
    media: &Media,
    page: Option<String>,
) -> Option<Player> {
    let clip = media.clip.as_ref()?;
    let (alt, lang) = words(view.post(), version, media);
    let titled = view.post().episode.is_some() && media.sort() == Sort::Sound;
    let poster = media.still();
    Some(Player {
        w: scene.w,
        ui: scene.ui,
        file: media.file.clone(),
        video: media.sort() == Sort::Video,
        width: media.width,
        height: media.height,
        alt: printable(alt),
        alt_lang: lang.clone(),
        titled,
        poster: poster.map(|poster| poster.file.clone()),
        poster_width: poster.map_or(0, |poster| poster.width),
        poster_height: poster.map_or(0, |poster| poster.height),
        tracks: tracks(media, &version.lang),
        texts: if page.is_some() { Vec::new() } else { texts(media, &version.lang) },
        without: without(scene.w, media),
        page,
        facts: format!("{}, {}", length(clip.millis), scene.w.megabytes(media.bytes)),
        tall: media.height > media.width,
    })
}

/// Captions; those of the page's language are shown from the start.
fn tracks(media: &Media, lang: &Lang) -> Vec<Track> {
    let track = |captions: &crate::model::spoken::Captions| Track {
        file: captions.file.clone(),
        default: captions.lang == *lang,
        lang: captions.lang.clone(),
    };
    media.spoken.captions.iter().map(track).collect()
}

/// Transcripts, that of the page's language first.
fn texts(media: &Media, lang: &Lang) -> Vec<Text> {
    let text = |(lang, text): (&Lang, &str)| Text {
        lang: lang.clone(),
        open: false,
        paragraphs: printable(text).split("\n\n").map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect(),
    };
    let mut texts: Vec<Text> = media.spoken.texts().map(text).collect();
    texts.sort_by_key(|text| text.lang != *lang);
    texts
}

fn without(w: &Words, media: &Media) -> Option<String> {
    let Without { reason, words } = media.spoken.without.as_ref().filter(|_| media.spoken.captions.is_empty())?;
    let said = match reason {
        Reason::NoSpeech => w.no_speech,
        Reason::InPicture => w.in_picture,
        Reason::InText => w.in_text,
        Reason::Other => "",
    };
    Some(fill(w.without, name(&format!("{said} {words}")).trim()))
}

#[derive(Template)]
#[template(path = "player.html")]
struct PlayerPage {
    s: Shell,
    card: Card,
    heading: String,
    lang: Lang,
    warning: String,
    player: Player,
    post: String,
}

/// The page of one recording. There is one address for it: any other spelling is not found.
pub fn render(rows: &impl Rows, scene: &Scene<'_>, handle: &str, id: PostId, n: &str) -> Result<String> {
    let view = post(rows, scene.site, id)?;
    let number: usize = n.parse().map_err(|_| Error::NotFound)?;
    if view.account().handle != handle || number.to_string() != n {
        return Err(Error::NotFound);
    }
    let media = number.checked_sub(1).and_then(|at| view.material.media.get(at)).ok_or(Error::NotFound)?;
    let version = view.post().version(&scene.lang).or_else(|| view.post().main()).ok_or(Error::NotFound)?;
    let mut player = player(scene, &view, version, media, None).ok_or(Error::NotFound)?;
    player.texts.iter_mut().take(1).for_each(|text| text.open = true);
    let account = view.account();
    let by = if player.video { scene.w.video_by } else { scene.w.sound_by };
    let title = view.post().episode.as_ref().filter(|_| player.titled).map(|episode| episode.title(&version.lang));
    let heading = title.map_or_else(|| fill(by, &name(&account.name)), name);
    let path = format!("/@{handle}/{id}/play/{number}");
    let mut s = scene.shell(&heading);
    s.hidden |= view.post().demo;
    let open = !view.post().sensitive && version.warning.is_empty();
    let mut card = scene.card("article", &path, &heading, &plain(&view, version));
    let cover = view.material.series.as_ref().and_then(|series| series.cover.as_ref());
    let picture = Some(media).filter(|media| media.still().is_some()).or(cover);
    card = card.image(scene.site, picture.filter(|_| open));
    card.creator = Some(scene.site.handle(&account.handle));
    super::text(&PlayerPage {
        s,
        card,
        heading,
        lang: version.lang.clone(),
        warning: match (&version.warning, view.post().sensitive) {
            (warning, _) if !warning.is_empty() => name(warning),
            (_, true) => scene.w.sensitive.to_owned(),
            (_, false) => String::new(),
        },
        player,
        post: version_path(&view, version),
    })
}
