//! A draft for colleagues without a log-in, at a secret address: as the public will see it, and nobody else does. It stands
//! in no cache and no search engine, tells no other page where it was read, and gives the files of its draft under the
//! same secret, so that they end with it. Whatever is wrong with an address, the answer is the same.

use std::sync::Arc;

use askama::Template;
use hyper::{StatusCode, header};

use super::preview;
use super::shell::{Scene, Shell};
use crate::actions::drafts::links;
use crate::app::App;
use crate::app::files::Shown;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::draft::{Draft, Stage};
use crate::model::ids::MediaId;
use crate::model::media::{About, Media};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, meta};
use crate::views::plans::stage_words;
use crate::web::file;
use crate::web::request::Request;
use crate::web::response::{Response, html, set};

#[derive(Template)]
#[template(path = "draft.html")]
struct Page {
    s: Shell,
    handle: String,
    state: &'static str,
    /// What became of it on its way, as a sentence; empty when there is nothing to say.
    due: String,
    ends: String,
    lenses: String,
}

/// What somebody looks at.
struct Seen {
    draft: Draft,
    account: Account,
    about: Vec<(MediaId, About)>,
    files: Vec<String>,
    page: Page,
}

/// `GET /preview/SECRET` and `/preview/SECRET/FILE`
pub(super) async fn handle(app: &Arc<App>, request: &Request, path: &[&str]) -> Result<Response> {
    let answer = match path {
        [secret] => page(app, secret).await,
        [secret, name] => sent(app, request, secret, name).await,
        _ => Err(Error::NotFound),
    };
    // The page of an address that leads nowhere any more has the secret in its own.
    let answer =
        answer.or_else(|e| if matches!(e, Error::NotFound) { Ok(super::error(app, &e, request)) } else { Err(e) });
    answer.map(secluded)
}

/// Nobody keeps it, finds it, or learns from a link where it was.
fn secluded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive");
    response
}

async fn page(app: &Arc<App>, secret: &str) -> Result<Response> {
    let Seen { draft, account, about, files, page } = look(app, secret)?;
    let (posts, at) = (draft.content.posts(&draft.mentions), draft.goes(app.now()));
    let mut lenses = app.apart(move |app| preview::shown(app, &account, at, &posts, &about)).await?;
    for name in files {
        lenses = lenses.replace(&format!("/media/{name}"), &format!("/preview/{secret}/{name}"));
    }
    let page = Page { lenses, ..page };
    Ok(html(StatusCode::OK, super::text(&page)?))
}

/// A file of the draft: no other, whatever else has the same secret before its name.
async fn sent(app: &App, request: &Request, secret: &str, name: &str) -> Result<Response> {
    if !look(app, secret)?.files.iter().any(|file| file == name) {
        return Err(Error::NotFound);
    }
    file::send(app, request, name, Shown::Insiders).await
}

fn look(app: &App, secret: &str) -> Result<Seen> {
    let now = app.now();
    app.store.read(|rows| {
        let (draft, link) = links::behind(rows, &token::hash(secret), now)?;
        let account = accounts::need(rows, draft.account)?;
        let (mut about, mut files) = (Vec::new(), Vec::new());
        for attached in draft.content.media() {
            let found: Option<Media> = rows.get(&MEDIA, &attached.id)?;
            files.extend(found.iter().flat_map(Media::said).map(str::to_owned));
            about.push((attached.id, attached.about.clone()));
        }
        files.extend(draft.brings().map(str::to_owned));
        let scene = Scene::new(&app.site, meta::institution(rows)?, Some(Lang::default()));
        let page = Page {
            s: Shell { hidden: true, ..scene.shell(&format!("Draft for @{}", account.handle)) },
            handle: account.handle.clone(),
            state: stage_words(draft.stage()),
            due: due(&scene, &draft),
            ends: told(&scene, link.expires),
            lenses: String::new(),
        };
        Ok(Seen { draft, account, about, files, page })
    })
}

/// A moment with its zone: colleagues may be in another one.
fn told(scene: &Scene<'_>, moment: Timestamp) -> String {
    format!("{} ({})", scene.moment(moment), scene.institution.time_zone)
}

/// When it goes out, or is wanted.
fn due(scene: &Scene<'_>, draft: &Draft) -> String {
    let wanted = draft.when.as_ref().map(|when| when.at).filter(|_| draft.stage() != Stage::Missed);
    match (draft.due(), wanted) {
        (Some(due), _) => format!("It goes out on {}.", told(scene, due)),
        (None, Some(wanted)) => format!("It is wanted for {}.", told(scene, wanted)),
        (None, None) => String::new(),
    }
}
