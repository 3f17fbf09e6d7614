//! The composer. What is wrong comes back with everything that was typed and every picture that was uploaded.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::form::{self, Draft};
use super::frame::{self, Frame};
use super::listing::{self, Row};
use super::replies::concerned;
use super::slots::{self, Place};
use crate::actions;
use crate::actions::drafts::{self, Pen, Seen};
use crate::actions::publish::Voice;
use crate::app::once::{self, Attempt};
use crate::app::{App, mentions};
use crate::base::lang::{self, Lang};
use crate::base::{html, text};
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Content, Sheet};
use crate::model::ids::{MediaId, NoteId};
use crate::model::media::About;
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, Post, Quoting, ReplyTo, Version, Visibility, check_versions};
use crate::model::power::{self, Publish, Reply};
use crate::model::user::Asker;
use crate::store::{Rows, accounts, actors, meta, notes, posts};
use crate::web::csrf;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/write.html")]
struct Write {
    f: Frame,
    faults: Faults,
    /// Words, and the page of what they speak of.
    notice: Option<(&'static str, String)>,
    answering: Option<Answering>,
    publishes: bool,
    keeps: bool,
    accounts: Vec<Choice>,
    langs: Vec<Choice>,
    draft: Draft,
    slots: Vec<Place>,
    posts: Vec<Row>,
}

/// A line of a list to choose from.
pub(super) struct Choice {
    pub value: String,
    pub name: String,
    pub chosen: bool,
}

/// The note that is answered.
struct Answering {
    id: NoteId,
    handle: String,
    lang: String,
    words: String,
    public: bool,
}

/// `GET /desk`, with `?reply=` the note to answer and `?done=` or `?changed=` the post to speak of.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let mut draft = Draft { reply: request.position("reply"), ..Draft::blank() };
    let notice = notice(app, request)?;
    let asker = browser.asker();
    if draft.reply.is_none() && !app.store.read(|rows| frame::writes(rows, &asker))? {
        return Ok(response::see_other("/desk/posts"));
    }
    app.store.read(|rows| prefill(rows, &asker, &mut draft))?;
    shown(app, browser, draft, Faults::default(), notice)
}

fn notice(app: &App, request: &Request) -> Result<Option<(&'static str, String)>> {
    if request.query("deleted").is_some() {
        return Ok(Some(("Deleted.", String::new())));
    }
    let found = [("done", "Published."), ("changed", "Changed.")];
    let Some((id, words)) = found.iter().find_map(|(name, words)| Some((request.position(name)?, *words))) else {
        return Ok(None);
    };
    app.store.read(|rows| {
        let Some(post) = posts::get(rows, id)?.filter(Post::is_public) else { return Ok(None) };
        Ok(Some((words, listing::path(&accounts::need(rows, post.account)?, post.id))))
    })
}

/// An answer is written by the account that was spoken to, and begins with the name of whom it is for.
fn prefill(rows: &impl Rows, asker: &Asker, draft: &mut Draft) -> Result<()> {
    let Some(id) = draft.reply else { return Ok(()) };
    let note = notes::get(rows, id)?.ok_or(Error::NotFound)?;
    draft.account = Some(concerned::<Reply>(asker, &note)?.account());
    draft.text = format!("{} ", actors::named_by_row(rows, note.author)?.profile.handle());
    draft.lang = note.content.lang.map(|lang| lang.to_string()).unwrap_or_default();
    Ok(())
}

fn shown(
    app: &App,
    browser: &Browser,
    mut draft: Draft,
    faults: Faults,
    notice: Option<(&'static str, String)>,
) -> Result<Response> {
    let status = faults.status();
    let slots = std::mem::take(&mut draft.slots);
    let write = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Write", "/desk")?.with(&faults);
        let asker = browser.asker();
        let writes = |id| asker.can::<power::Draft>(id);
        let may = |id| if draft.reply.is_some() { asker.can::<Reply>(id) } else { writes(id) };
        let all: Vec<Account> = accounts::all(rows)?.into_iter().filter(|account| may(account.id)).collect();
        let account = all.iter().find(|a| Some(a.id) == draft.account).or_else(|| all.first());
        Ok(Write {
            f,
            notice,
            publishes: draft.reply.is_some() || all.iter().any(|account| asker.can::<Publish>(account.id)),
            keeps: all.iter().any(|account| writes(account.id)),
            answering: draft.reply.map(|id| answering(rows, id)).transpose()?.flatten(),
            langs: langs(rows, &draft.lang, account)?,
            accounts: all.iter().map(|a| account_choice(app, a, draft.account)).collect(),
            slots: slots::places(rows, slots, &[], &faults)?,
            posts: listing::latest(rows, &app.site, &asker, None)?,
            faults,
            draft,
        })
    })?;
    frame::page(status, &write)
}

fn account_choice(app: &App, account: &Account, chosen: Option<crate::model::ids::AccountId>) -> Choice {
    Choice {
        value: account.id.to_string(),
        name: format!("{} ({})", account.name, app.site.handle(&account.handle)),
        chosen: Some(account.id) == chosen,
    }
}

/// The institution's languages first, then all we know by name; what was chosen is there in any case.
pub(super) fn langs(rows: &impl Rows, chosen: &str, account: Option<&Account>) -> Result<Vec<Choice>> {
    let mut all = meta::institution(rows)?.languages;
    all.extend(lang::known().filter_map(|tag| tag.parse().ok()));
    all.extend(account.map(|account| account.language.clone()));
    let wanted = chosen.parse::<Lang>().ok().or_else(|| account.map(|account| account.language.clone()));
    all.extend(wanted.clone());
    let mut choices: Vec<Choice> = Vec::with_capacity(all.len());
    for lang in all {
        if choices.iter().all(|known| known.value != lang.as_str()) {
            let name = format!("{} ({lang})", lang.own_name());
            choices.push(Choice { chosen: wanted.as_ref() == Some(&lang), value: lang.to_string(), name });
        }
    }
    Ok(choices)
}

fn answering(rows: &impl Rows, id: NoteId) -> Result<Option<Answering>> {
    let Some(note) = notes::get(rows, id)? else { return Ok(None) };
    Ok(Some(Answering {
        id,
        handle: actors::named_by_row(rows, note.author)?.profile.handle(),
        lang: note.content.lang.map(|lang| lang.to_string()).unwrap_or_default(),
        words: text::clip(&text::one_line(&html::to_text(&note.content.html)), 300).into_owned(),
        public: note.content.public,
    }))
}

/// `POST /desk/posts`. The origin was checked; the token comes with the form.
pub(super) async fn publish(app: &Arc<App>, request: &mut Request, browser: &Browser) -> Result<Response> {
    let _permit = app.upload_room()?;
    let mut draft = form::read(app, request).await?;
    csrf::check_token(&browser.session, &draft.csrf)?;
    let mut faults = Faults::default();
    let Some(account) = account(app, &draft)? else {
        faults.push("account", &Problem::new("E156", "This account is not there (any more).").remedy("Choose one."));
        return shown(app, browser, draft, faults, None);
    };
    let attempt = (!draft.once.is_empty()).then(|| (account.id, format!("desk {}", draft.once)));
    if let Some(known) = attempt.as_ref().map_or(Ok(None), |attempt| once::repeated(app, attempt))? {
        return Ok(response::see_other(&format!("/desk?done={known}")));
    }
    if !draft.keep.is_empty() || (draft.look && !browser.asker().can::<Publish>(account.id)) {
        return keep(app, browser, draft, &account, faults).await;
    }
    let voice = Voice::of(&browser.asker(), account.id, draft.reply.is_some())?;
    slots::take(app, voice.attach(), &mut draft.slots, &[], &mut faults).await?;
    if draft.look {
        return shown(app, browser, draft, faults, None);
    }
    let about = slots::told(app, &draft.slots, &mut faults)?;
    let version = version(&draft, &account, &mut faults);
    let poll = draft.poll.read(&mut faults);
    if faults.is_empty() {
        match send(app, voice, version, &draft, (about, poll), attempt).await {
            Ok(post) => return Ok(response::see_other(&format!("/desk?done={}", post.id))),
            Err(Error::Invalid(problem)) => faults.push(field(problem.field), &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, draft, faults, None)
}

/// Keeps what was written as a draft, and asks for approval where that was the button.
async fn keep(
    app: &Arc<App>,
    browser: &Browser,
    mut draft: Draft,
    account: &Account,
    mut faults: Faults,
) -> Result<Response> {
    let asker = browser.asker();
    let pen = Pen::of(&asker, account.id)?;
    slots::take(app, asker.may(account.id)?, &mut draft.slots, &[], &mut faults).await?;
    if draft.look {
        return shown(app, browser, draft, faults, None);
    }
    let about: Vec<(MediaId, About)> =
        draft.slots.iter().filter_map(|slot| Some((slot.kept?, slot.about(&About::default())))).collect();
    let asks = draft.keep == "ask";
    let version = if asks { version(&draft, account, &mut faults) } else { unchecked(&draft, account) };
    let poll = draft.poll.read(&mut faults);
    if faults.is_empty() {
        let new = new_post(&draft, vec![version], about.iter().map(|(id, _)| *id).collect());
        let content = Content::of(&NewPost { poll, ..new }, &about);
        let sheet = Sheet { mentions: mentions::of_content(app, &content, &[]).await?, content, when: None };
        let kept = app.store.write(move |tx| {
            let draft = drafts::begin(tx, pen, &sheet)?;
            if asks { drafts::ask(tx, pen, Seen::of(&draft)) } else { Ok(draft) }
        });
        match kept.await {
            Ok(draft) => {
                let done = if asks { "ask" } else { "saved" };
                return Ok(response::see_other(&format!("/desk/drafts/{}?done={done}", draft.id)));
            }
            Err(Error::Invalid(problem)) => faults.push(field(problem.field), &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, draft, faults, None)
}

/// As it stands: a draft may be unfinished.
fn unchecked(draft: &Draft, account: &Account) -> Version {
    let lang = draft.lang.parse().unwrap_or_else(|_| account.language.clone());
    Version { lang, text: draft.text.trim_end().to_owned(), warning: draft.warning.trim().to_owned() }
}

fn new_post(draft: &Draft, versions: Vec<Version>, media: Vec<MediaId>) -> NewPost {
    NewPost {
        media,
        mentions: Vec::new(),
        sensitive: !draft.warning.trim().is_empty(),
        visibility: if draft.quiet { Visibility::Quiet } else { Visibility::Public },
        quoting: Quoting::Anyone,
        reply_to: draft.reply.map(ReplyTo::Note),
        episode: None,
        poll: None,
        quote: None,
        urgent: draft.urgent,
        demo: false,
        versions,
    }
}

fn account(app: &App, draft: &Draft) -> Result<Option<Account>> {
    let Some(id) = draft.account else { return Ok(None) };
    let found = app.store.read(|rows| accounts::get(rows, id))?;
    Ok(found.filter(|account| account.deleted.is_none()))
}

/// The one version of the draft. Where the language is wrong the account's stands in, with a fault.
fn version(draft: &Draft, account: &Account, faults: &mut Faults) -> Version {
    let lang = match draft.lang.parse::<Lang>() {
        Ok(lang) => lang,
        Err(e) => {
            if let Error::Invalid(problem) = e {
                faults.push("lang", &problem);
            }
            account.language.clone()
        }
    };
    let version = Version { lang, text: draft.text.trim_end().to_owned(), warning: draft.warning.trim().to_owned() };
    let pictures = draft.slots.iter().any(|slot| slot.kept.is_some());
    if let Err(Error::Invalid(problem)) = check_versions(std::slice::from_ref(&version), pictures) {
        faults.push(field(problem.field), &problem);
    }
    version
}

/// The id of the field that a problem is about.
fn field(named: Option<&'static str>) -> &'static str {
    match named {
        Some(known @ ("warning" | "lang" | "account")) => known,
        Some(_) | None => "text",
    }
}

async fn send(
    app: &Arc<App>,
    voice: Voice,
    version: Version,
    draft: &Draft,
    (about, poll): (Vec<(MediaId, About)>, Option<NewPoll>),
    attempt: Option<Attempt>,
) -> Result<Post> {
    let versions = vec![version];
    let mentions = mentions::of_versions(app, &versions).await?;
    let new = NewPost { poll, mentions, ..new_post(draft, versions, about.iter().map(|(id, _)| *id).collect()) };
    let site = app.site.clone();
    once::publish(app, attempt, move |tx| {
        for (id, words) in &about {
            actions::media::describe(tx, voice.attach(), *id, words)?;
        }
        voice.say(tx, &site, &new)
    })
    .await
}
