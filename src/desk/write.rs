//! The composer. What is wrong comes back with everything that was typed and every picture that was uploaded.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::form::{self, Press, Typed, Words};
use super::frame::{self, Frame};
use super::inbox::{self, concerned};
use super::listing::{self, Row};
use super::meaning;
use super::preview::Preview;
use super::slots::{self, Place};
use crate::actions;
use crate::actions::drafts::{self, Pen, Seen};
use crate::actions::publish::Voice;
use crate::app::App;
use crate::app::once::{self, Attempt};
use crate::base::lang::{self, Lang};
use crate::base::time::Timestamp;
use crate::base::{html, markup, text};
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::Draft;
use crate::model::ids::{CannedId, DraftId, MediaId, NoteId};
use crate::model::media::About;
use crate::model::post::{self, NewPost, Post};
use crate::model::power::{self, Publish, Reply};
use crate::model::thread;
use crate::model::user::Asker;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, actors, cases, drafts as rows_of, meta, notes, posts};
use crate::web::csrf;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/write.html")]
struct Write {
    f: Frame,
    faults: Faults,
    answering: Option<Answering>,
    publishes: bool,
    keeps: bool,
    accounts: Vec<Choice>,
    versions: Vec<Version>,
    typed: Typed,
    slots: Vec<Place>,
    posts: Vec<Row>,
    b: Beside,
}

/// What stands beside the form.
#[derive(Default)]
struct Beside {
    /// Words, and the page of what they speak of.
    notice: Option<(&'static str, String)>,
    /// What it will look like, and what there is to say about it.
    preview: Option<Preview>,
    /// The draft that is edited.
    draft: Option<DraftId>,
    /// Who else has it open.
    busy: Option<String>,
    /// What somebody else saved meanwhile.
    theirs: Option<Theirs>,
}

/// What was saved while somebody else wrote.
struct Theirs {
    by: String,
    versions: Vec<post::Version>,
}

/// A line of a list to choose from.
pub(super) struct Choice {
    pub value: String,
    pub name: String,
    pub chosen: bool,
}

/// A language of the form.
struct Version {
    /// Behind the names of its fields; empty for the main one.
    n: String,
    /// As other fields know it.
    lang: String,
    name: String,
    langs: Vec<Choice>,
    text: String,
    warning: String,
    /// As Mastodon counts.
    length: String,
    lang_id: String,
    text_id: String,
    /// What describes the text: the hint and the count.
    hints: String,
    warning_id: String,
}

/// The note that is answered.
struct Answering {
    id: NoteId,
    handle: String,
    lang: String,
    words: String,
    public: bool,
    /// Somebody else has the form open.
    busy: Option<String>,
}

/// `GET /desk`, with `?reply=` the note to answer and `?done=` or `?changed=` the post to speak of.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let mut typed = Typed { reply: request.position("reply"), ..Typed::blank() };
    let notice = notice(app, request)?;
    let asker = browser.asker();
    if typed.reply.is_none() && !app.store.read(|rows| frame::writes(rows, &asker))? {
        return Ok(response::see_other("/desk/posts"));
    }
    app.store.read(|rows| prefill(rows, &asker, &mut typed, request.position("canned")))?;
    shown(app, browser, typed, Faults::default(), Beside { notice, ..Beside::default() })
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

/// An answer is written by the account that was spoken to, and begins with the name of whom it is for and the words that
/// were chosen for it.
fn prefill(rows: &impl Rows, asker: &Asker, typed: &mut Typed, canned: Option<CannedId>) -> Result<()> {
    let Some(id) = typed.reply else { return Ok(()) };
    let note = notes::get(rows, id)?.ok_or(Error::NotFound)?;
    let account = concerned::<Reply>(asker, &note.concerns)?.account();
    typed.account = Some(account);
    let mut text = format!("{} ", actors::named_by_row(rows, note.author)?.profile.handle());
    if let Some(canned) = canned {
        text.push_str(&inbox::canned_text(rows, account, canned)?);
    }
    let lang = note.content.lang.map(|lang| lang.to_string()).unwrap_or_default();
    typed.versions = vec![Words { lang, text, warning: String::new() }];
    Ok(())
}

fn shown(app: &App, browser: &Browser, mut typed: Typed, faults: Faults, b: Beside) -> Result<Response> {
    let status = faults.status();
    let slots = std::mem::take(&mut typed.slots);
    let write = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Write", "/desk")?.with(&faults).scripted(true);
        let asker = browser.asker();
        let writes = |id| asker.can::<power::Draft>(id);
        let may = |id| if typed.reply.is_some() { asker.can::<Reply>(id) } else { writes(id) };
        let all: Vec<Account> = accounts::all(rows)?.into_iter().filter(|account| may(account.id)).collect();
        let account = all.iter().find(|a| Some(a.id) == typed.account).or_else(|| all.first());
        Ok(Write {
            f,
            b,
            publishes: typed.reply.is_some() || all.iter().any(|account| asker.can::<Publish>(account.id)),
            keeps: all.iter().any(|account| writes(account.id)),
            answering: typed.reply.map(|id| answering(rows, browser, app.now(), id)).transpose()?.flatten(),
            versions: versions(rows, &typed, account)?,
            accounts: all.iter().map(|a| account_choice(app, a, typed.account)).collect(),
            slots: slots::places(rows, slots, &typed.others(), &faults)?,
            posts: listing::latest(rows, &app.site, &asker, None)?,
            faults,
            typed,
        })
    })?;
    frame::scripted(status, &write)
}

fn versions(rows: &impl Rows, typed: &Typed, account: Option<&Account>) -> Result<Vec<Version>> {
    let version = |(at, words): (usize, &Words)| {
        let langs = langs(rows, &words.lang, account)?;
        let lang = langs.iter().find(|choice| choice.chosen).and_then(|choice| choice.value.parse::<Lang>().ok());
        let (lang, n, length) = (lang.unwrap_or_default(), form::number(at), markup::length(&words.text));
        Ok(Version {
            lang: lang.to_string(),
            name: format!("{} ({lang})", lang.own_name()),
            langs,
            text: words.text.clone(),
            warning: words.warning.clone(),
            length: if length > 0 { format!("{length} characters.") } else { String::new() },
            lang_id: format!("lang{n}"),
            text_id: format!("text{n}"),
            hints: format!("text-h count{n}"),
            warning_id: format!("warning{n}"),
            n,
        })
    };
    typed.versions.iter().enumerate().map(version).collect()
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

fn answering(rows: &impl Rows, browser: &Browser, now: Timestamp, id: NoteId) -> Result<Option<Answering>> {
    let Some(note) = notes::get(rows, id)? else { return Ok(None) };
    let busy = inbox::busy(rows, &cases::of_note(rows, &note)?, browser.user.id, now)?;
    Ok(Some(Answering {
        id,
        handle: actors::named_by_row(rows, note.author)?.profile.handle(),
        lang: note.content.lang.map(|lang| lang.to_string()).unwrap_or_default(),
        words: text::clip(&text::one_line(&html::to_text(&note.content.html)), 300).into_owned(),
        public: note.content.public,
        busy,
    }))
}

/// `POST /desk/posts`. The origin was checked; the token comes with the form.
pub(super) async fn publish(app: &Arc<App>, request: &mut Request, browser: &Browser) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let mut typed = form::read(app, request).await?;
    csrf::check_token(&browser.session, &typed.csrf)?;
    let mut faults = Faults::default();
    let Some(account) = account(app, &typed)? else {
        faults.push("account", &Problem::new("E156", "This account is not there (any more).").remedy("Choose one."));
        return shown(app, browser, typed, faults, Beside::default());
    };
    let attempt = (!typed.once.is_empty()).then(|| (account.id, format!("desk {}", typed.once)));
    if let Some(known) = attempt.as_ref().map_or(Ok(None), |attempt| once::repeated(app, attempt))? {
        return Ok(response::see_other(&format!("/desk?done={known}")));
    }
    let (asker, answers) = (browser.asker(), typed.reply.is_some());
    let attach = match typed.press {
        Press::Publish => Voice::of(&asker, account.id, answers)?.attach(),
        Press::Save | Press::Ask => Pen::of(&asker, account.id).and_then(|_| asker.may(account.id))?,
        Press::Preview | Press::Add => asker.may(account.id)?,
    };
    slots::take(app, attach, &mut typed.slots, &[], &mut faults).await?;
    match typed.press {
        Press::Add | Press::Preview => look(app, browser, &account, typed, faults, None).await,
        Press::Save | Press::Ask => keep(app, browser, &account, typed, faults, None).await,
        Press::Publish => {
            let voice = Voice::of(&asker, account.id, answers)?;
            if let Some((posts, about)) = meaning::ready(app, &account, &typed, &mut faults).await? {
                match send(app, voice, posts, about, attempt).await {
                    Ok(post) => return Ok(response::see_other(&format!("/desk?done={}", post.id))),
                    Err(Error::Invalid(problem)) => faults.push(meaning::field(problem.field, 0), &problem),
                    Err(e) => return Err(e),
                }
            }
            shown(app, browser, typed, faults, Beside::default())
        }
    }
}

/// Comes back with one more language, or with what it will look like.
async fn look(
    app: &Arc<App>,
    browser: &Browser,
    account: &Account,
    mut typed: Typed,
    mut faults: Faults,
    draft: Option<&Draft>,
) -> Result<Response> {
    let mut beside = Beside { draft: draft.map(|draft| draft.id), ..Beside::default() };
    if typed.press == Press::Add {
        typed.add(&app.store.read(meta::institution)?.languages);
    } else {
        beside.preview = Some(Preview::of(app, account, &typed, &mut faults).await?);
    }
    shown(app, browser, typed, faults, beside)
}

/// Keeps what was written, also unfinished, and asks for approval where that was the button. Where somebody else saved
/// meanwhile, both texts are shown.
async fn keep(
    app: &Arc<App>,
    browser: &Browser,
    account: &Account,
    mut typed: Typed,
    mut faults: Faults,
    draft: Option<&Draft>,
) -> Result<Response> {
    let (pen, asks) = (Pen::of(&browser.asker(), account.id)?, typed.press == Press::Ask);
    let sheet = meaning::sheet(app, account, &typed, &mut faults, draft).await?;
    let mut beside = Beside { draft: draft.map(|draft| draft.id), ..Beside::default() };
    if !typed.whole {
        let problem = Problem::new("E603", "The form came without its text.");
        faults.push("text", &problem.remedy("Open the draft again; nothing of it was changed."));
    }
    if faults.is_empty() {
        let seen = draft.map(|draft| Seen { id: draft.id, revision: typed.revision });
        let kept = browser.write(app, move |tx| {
            let draft = match seen {
                Some(seen) => drafts::save(tx, pen, seen, &sheet)?,
                None => drafts::begin(tx, pen, &sheet)?,
            };
            if asks { drafts::ask(tx, pen, Seen::of(&draft)) } else { Ok(draft) }
        });
        match kept.await {
            Ok(draft) => {
                let done = if asks { "ask" } else { "saved" };
                return Ok(response::see_other(&format!("/desk/drafts/{}?done={done}", draft.id)));
            }
            Err(Error::Invalid(problem)) => faults.push(meaning::field(problem.field, 0), &problem),
            Err(Error::Conflict(what)) if what == drafts::CHANGED => {
                let problem = Problem::new("E602", what).remedy(
                    "Their text stands below yours. Take over what you want and save again, or leave this page to keep theirs.",
                );
                faults.push("text", &problem);
                if let Some(draft) = draft {
                    let (theirs, by) = app.store.read(|rows| {
                        let theirs = rows_of::need(rows, draft.id)?;
                        let by = super::drafts::name(rows, theirs.saved_by)?;
                        Ok((theirs, by))
                    })?;
                    typed.revision = theirs.revision;
                    let parts: Vec<_> = theirs.content.parts.iter().map(|part| part.versions.clone()).collect();
                    beside.theirs = Some(Theirs { by, versions: thread::join(&parts) });
                }
            }
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, typed, faults, beside)
}

/// `GET /desk/drafts/:id/edit`: opens it, and says who else has it open.
pub(super) async fn draft_page(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let (draft, pen) = draft(app, browser, id)?;
    let busy = browser.write(app, move |tx| drafts::open(tx, pen, id)).await?;
    let busy = busy.map(|who| app.store.read(|rows| super::drafts::name(rows, who))).transpose()?;
    let media = app.store.read(|rows| {
        let files = draft.content.parts.first().map(|part| part.media.as_slice()).unwrap_or_default();
        let all = files.iter().map(|file| Ok(rows.get(&MEDIA, &file.id)?.map(|media| media.with(file.about.clone()))));
        Ok(all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect::<Vec<_>>())
    })?;
    let typed = Typed::of_draft(&draft, &media);
    shown(app, browser, typed, Faults::default(), Beside { draft: Some(id), busy, ..Beside::default() })
}

/// `POST /desk/drafts/:id/edit`.
pub(super) async fn save_draft(
    app: &Arc<App>,
    request: &mut Request,
    browser: &Browser,
    id: DraftId,
) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let mut typed = form::read(app, request).await?;
    csrf::check_token(&browser.session, &typed.csrf)?;
    let (draft, pen) = draft(app, browser, id)?;
    let account = app.store.read(|rows| accounts::need(rows, pen.account()))?;
    let mut faults = Faults::default();
    let of: Vec<MediaId> = draft.content.media().map(|file| file.id).collect();
    slots::take(app, browser.asker().may(account.id)?, &mut typed.slots, &of, &mut faults).await?;
    typed.account = Some(account.id);
    match typed.press {
        Press::Add | Press::Preview => look(app, browser, &account, typed, faults, Some(&draft)).await,
        // Whether it may go out is decided on the draft's own page, where everything that was said about it stands.
        Press::Save | Press::Ask | Press::Publish => keep(app, browser, &account, typed, faults, Some(&draft)).await,
    }
}

fn draft(app: &App, browser: &Browser, id: DraftId) -> Result<(Draft, Pen)> {
    let draft = app.store.read(|rows| rows_of::need(rows, id))?;
    let pen = Pen::of(&browser.asker(), draft.account)?;
    draft.still_open()?;
    Ok((draft, pen))
}

fn account(app: &App, typed: &Typed) -> Result<Option<Account>> {
    let Some(id) = typed.account else { return Ok(None) };
    let found = app.store.read(|rows| accounts::get(rows, id))?;
    Ok(found.filter(|account| account.deleted.is_none()))
}

/// Publishes a post, or a thread as a unit: each post answers the one before.
async fn send(
    app: &Arc<App>,
    voice: Voice,
    posts: Vec<NewPost>,
    about: Vec<(MediaId, About)>,
    attempt: Option<Attempt>,
) -> Result<Post> {
    let site = app.site.clone();
    once::publish(app, attempt, move |tx| {
        for (id, words) in &about {
            actions::media::describe(tx, voice.attach(), *id, words)?;
        }
        voice.thread(tx, &site, &posts)
    })
    .await
}
