//! `media`: pictures, videos and sounds come in, and get their descriptions.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;

use super::{entities, input};
use crate::actions;
use crate::app::{App, spoken, upload};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::media::files::Unfinished;
use crate::model::fresh::Piece;
use crate::model::ids::MediaId;
use crate::model::media::{self as model, About, Media};
use crate::model::power::Attach;
use crate::model::spoken::Without;
use crate::model::user::{Asker, By, Client};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Acts as _;

pub(super) fn by(client: &Client) -> Result<By<Attach>> {
    Asker::Client(client.clone()).may(client.token.account)
}

/// A description may still be missing here (many apps send it later); it is required when the post is published.
pub(super) async fn upload(app: &Arc<App>, request: &mut Request, client: Client) -> Result<Response> {
    let by = by(&client)?;
    let _permit = app.uploads.take(Asker::Client(client.clone()).who())?;
    let (form, mut files) = input::with_files(app, request).await?;
    let missing = || Problem::new("E155", "There is no file.").field("file").remedy("Send it as the part 'file'.");
    let about = About { focus: focus(&form)?, ..About::default() };
    let at = files.iter().position(|(name, _)| name == "file");
    let media = match form.find("upload") {
        // What came in pieces is named instead of sent.
        Some(name) => upload::take_pieces(app, by, name, about).await?,
        None => upload::take(app, by, files.swap_remove(at.ok_or_else(missing)?).1, about).await?,
    };
    say(app, &client, &media, &form, files).await
}

/// As in a post, with what to know about its weight.
fn shown(app: &App, media: &Media) -> Result<Response> {
    let mut document = entities::media::media(app, media);
    if let (Some(advice), Some(fields)) = (media.advice(), document.as_object_mut()) {
        fields.insert("advice".to_owned(), json!(advice));
    }
    response::json(StatusCode::OK, &document)
}

/// A file of the token's account.
fn own(app: &App, by: By<Attach>, id: MediaId) -> Result<Media> {
    let found = app.store.read(|rows| rows.get(&MEDIA, &id))?;
    found.filter(|media| media.account == by.account()).ok_or(Error::NotFound)
}

pub(super) fn media(app: &App, id: &str, client: &Client) -> Result<Response> {
    let media = own(app, by(client)?, id.parse()?)?;
    shown(app, &media)
}

pub(super) async fn describe(app: &Arc<App>, request: &mut Request, id: &str, client: Client) -> Result<Response> {
    let (by, id) = (by(&client)?, id.parse::<MediaId>()?);
    let _permit = app.uploads.take(Asker::Client(client.clone()).who())?;
    let (form, files) = input::with_files(app, request).await?;
    let media = own(app, by, id)?;
    say(app, &client, &media, &form, files).await
}

/// Attached to nothing it goes at once, as in Mastodon; else a day after it came.
pub(super) async fn throw_away(app: &App, id: &str, client: &Client) -> Result<Response> {
    let (by, id) = (by(client)?, id.parse::<MediaId>()?);
    client.write(app, move |tx| actions::media::remove(tx, by, id)).await?;
    response::json(StatusCode::OK, &json!({}))
}

/// Says of a file what a request says. Apps that know nothing of captions write into the description what they have: behind
/// a line `Transcript:` what is said, in a line `No captions: …` why there are none. Others send the fields `transcript` and
/// `no_captions` and the files `captions[en]`; `thumbnail` is the poster, as in Mastodon. What a post in several languages
/// needs besides is `description[de]`. What the request does not speak of stays as it is when the words are written down.
async fn say(
    app: &Arc<App>,
    client: &Client,
    media: &Media,
    form: &Form,
    files: Vec<(String, Unfinished)>,
) -> Result<Response> {
    let (by, id, mut hold) = (by(client)?, media.id, app.files.hold());
    let (focus, main) = (focus(form)?, app.store.read(|rows| accounts::need(rows, media.account))?.language);
    let mut words = Words { alt: form.find("description").map(str::to_owned), ..Words::default() };
    if media.clip.is_some() {
        words = words.taken_apart();
    }
    words.transcript = form.find("transcript").map(str::to_owned).or(words.transcript);
    words.without = form.find("no_captions").map(str::to_owned).or(words.without);
    for (name, value) in form.pairs() {
        if let Some(lang) = lang_of(name, "description[") {
            words.alts.push((lang.parse()?, value.replace("\r\n", "\n")));
        }
    }
    let mut pieces = Vec::new();
    for (name, file) in files {
        match lang_of(&name, "captions[") {
            Some(lang) => {
                pieces.push(Piece::Captions(spoken::captions(app, media, lang.parse()?, file, &mut hold).await?));
            }
            None if name == "thumbnail" && media.clip.is_some() => {
                pieces.push(Piece::Poster(spoken::poster(app, media, file, &mut hold).await?));
            }
            None => {}
        }
    }
    let change = move |about: &mut About| {
        about.focus = focus.or(about.focus);
        words.onto(about, &main);
        for piece in &pieces {
            piece.onto(about);
        }
    };
    let verb = hold.until(move |tx| actions::media::revise(tx, by, id, &change));
    shown(app, &client.write(app, verb).await?)
}

/// The language that the name of a field ends with.
fn lang_of<'a>(name: &'a str, field: &str) -> Option<&'a str> {
    name.strip_prefix(field)?.strip_suffix(']')
}

/// A description and what stands in it besides.
#[derive(Debug, Default, PartialEq)]
struct Words {
    alt: Option<String>,
    /// By languages.
    alts: Vec<(Lang, String)>,
    transcript: Option<String>,
    without: Option<String>,
}

impl Words {
    fn onto(&self, about: &mut About, main: &Lang) {
        if let Some(alt) = &self.alt {
            about.alt.clone_from(alt);
        }
        for (lang, alt) in &self.alts {
            if lang == main {
                about.alt.clone_from(alt);
            } else {
                about.describe(lang, alt.clone());
            }
        }
        if let Some(text) = &self.transcript {
            about.spoken.write(main, text);
        }
        if let Some(why) = &self.without {
            about.spoken.without = (!why.trim().is_empty()).then(|| Without::of(why));
        }
    }

    fn taken_apart(self) -> Self {
        let Some(whole) = &self.alt else { return self };
        let (above, transcript) = match whole.split_once("Transcript:") {
            Some((above, said)) if above.is_empty() || above.ends_with('\n') => (above, Some(said.trim().to_owned())),
            Some(_) | None => (whole.as_str(), None),
        };
        let reason = |line: &&str| line.starts_with("No captions:");
        let without = above.lines().find(reason).and_then(|line| line.split_once(':'));
        let without = without.map(|(_, why)| why.trim().to_owned());
        let alt = above.lines().filter(|line| !reason(line)).collect::<Vec<_>>().join("\n").trim().to_owned();
        Self { alt: Some(alt), transcript, without, ..Self::default() }
    }
}

fn focus(form: &Form) -> Result<Option<(f32, f32)>> {
    form.find("focus").filter(|typed| !typed.is_empty()).map(model::focus).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_hold_a_transcript_and_a_reason() {
        let apart = |text: &str| Words { alt: Some(text.to_owned()), ..Words::default() }.taken_apart();
        let told =
            apart("The mayor opens\nthe bridge.\nNo captions: in-picture\n\nTranscript:\nGood morning.\n\nThank you.");
        assert_eq!(told.alt.as_deref(), Some("The mayor opens\nthe bridge."));
        assert_eq!(told.without.as_deref(), Some("in-picture"));
        assert_eq!(told.transcript.as_deref(), Some("Good morning.\n\nThank you."));
        let plain = apart("A clerk reads the Transcript: of the day");
        assert_eq!((plain.alt.is_some(), plain.transcript, plain.without), (true, None, None));
        assert_eq!(Words::default().taken_apart(), Words::default());
    }
}
