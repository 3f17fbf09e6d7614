//! What the buttons of the composer do: look, keep, ask, plan, publish. "Publish" waits a moment, and can be undone until
//! then, unless it is an emergency or the institution does not want to wait.

use std::sync::Arc;
use std::time::Duration;

use super::faults::Faults;
use super::form::{self, Press, Typed};
use super::inbox::concerned;
use super::preview::Preview;
use super::write::{Beside, Theirs, shown};
use super::{meaning, slots};
use crate::actions;
use crate::actions::drafts::{self, Pen, Seen};
use crate::actions::publish::Voice;
use crate::actions::replies;
use crate::app::App;
use crate::app::once::{self, Attempt};
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Draft, Stage, State, When};
use crate::model::ids::{AccountId, DraftId, MediaId, NoteId, PostId};
use crate::model::note::Shown;
use crate::model::post::Mention;
use crate::model::power::{Moderate, Publish};
use crate::model::site::Site;
use crate::model::thread;
use crate::model::user::By;
use crate::store::{Write, accounts, drafts as rows_of, meta, notes, posts};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// What a form of something new led to before: it was pressed twice, or gone back to and changed.
pub(super) enum Again {
    Post(PostId),
    /// It is about the draft that it began, as that was then ([`Seen::begun`]): what was saved since is not overwritten
    /// unseen.
    Draft(Box<Draft>),
    /// Nothing; and what it is known by from now on.
    First(Option<Attempt>),
}

impl Again {
    pub(super) fn of(app: &App, account: AccountId, mark: &str) -> Result<Self> {
        if mark.is_empty() {
            return Ok(Self::First(None));
        }
        let attempt = (account, format!("desk {mark}"));
        if let Some(post) = once::repeated(app, &attempt)? {
            return Ok(Self::Post(post));
        }
        Ok(once::planned(app, &attempt)?.map_or(Self::First(Some(attempt)), |draft| Self::Draft(Box::new(draft))))
    }
}

/// `POST /desk/posts`. The origin was checked; the token comes with the form.
pub(super) async fn publish(app: &Arc<App>, request: &mut Request, browser: &Browser) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let typed = form::read(app, request, browser).await?;
    begin(app, browser, typed).await
}

/// What was typed, wherever it came from.
pub(super) async fn begin(app: &Arc<App>, browser: &Browser, mut typed: Typed) -> Result<Response> {
    let mut faults = Faults::default();
    let Some(account) = account(app, &typed)? else {
        faults.push("account", &Problem::new("E156", "This account is not there (any more).").remedy("Choose one."));
        return shown(app, browser, typed, faults, Beside::default());
    };
    let answered = typed.reply.map(|id| app.store.read(|rows| notes::get(rows, id))).transpose()?.flatten();
    if answered.is_some_and(|note| !note.is_open_to(account.id)) {
        return Err(Error::NotFound);
    }
    let (draft, attempt) = match Again::of(app, account.id, &typed.once)? {
        Again::Post(post) => return Ok(response::see_other(&format!("/desk?done={post}"))),
        Again::Draft(draft) => (Some(draft), None),
        Again::First(attempt) => (None, attempt),
    };
    if let Some(draft) = &draft {
        typed.revision = began(browser, &typed, draft);
    }
    let asker = browser.asker();
    let attach = match typed.press {
        Press::Publish => Voice::of(&asker, account.id, typed.reply.is_some())?.attach(),
        Press::Save | Press::Stay | Press::Ask => Pen::of(&asker, account.id).and_then(|_| asker.may(account.id))?,
        Press::Preview | Press::Add => asker.may(account.id)?,
    };
    let of: Vec<MediaId> = draft.iter().flat_map(|draft| draft.content.media()).map(|file| file.id).collect();
    slots::take(app, (browser, attach), &mut typed, &of, &mut faults).await?;
    Work { app, browser, account: &account, draft: draft.as_deref(), attempt }.go_on(typed, faults).await
}

/// The revision that a form is about which began a draft and does not know of it. What came by itself went on from what it
/// saved before, also where that answer was lost. Otherwise it is as it was begun: what was saved since is not overwritten
/// unseen.
fn began(browser: &Browser, typed: &Typed, draft: &Draft) -> u64 {
    let own = draft.hands.iter().all(|hand| hand.is_same(browser.asker().who()));
    if own && typed.press == Press::Stay { draft.revision } else { Seen::begun(draft.id).revision }
}

/// `POST /desk/drafts/:id/edit`.
pub(super) async fn save_draft(
    app: &Arc<App>,
    request: &mut Request,
    browser: &Browser,
    id: DraftId,
) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let typed = form::read(app, request, browser).await?;
    go_on(app, browser, id, typed).await
}

/// The same for a draft. "Publish" pressed twice says the second time what became of it the first time.
pub(super) async fn go_on(app: &Arc<App>, browser: &Browser, id: DraftId, mut typed: Typed) -> Result<Response> {
    let (draft, pen) = found(app, browser, id)?;
    if typed.press != Press::Publish {
        draft.still_open()?;
    }
    let account = app.store.read(|rows| accounts::need(rows, pen.account()))?;
    let mut faults = Faults::default();
    let mut of: Vec<MediaId> = draft.content.media().map(|file| file.id).collect();
    if let Some(edits) = &draft.edits {
        let post = app.store.read(|rows| posts::need(rows, edits.post))?;
        typed = typed.of_change(&draft, &post);
        of.extend(post.media);
    }
    slots::take(app, (browser, browser.asker().may(account.id)?), &mut typed, &of, &mut faults).await?;
    typed.account = Some(account.id);
    Work { app, browser, account: &account, draft: Some(&draft), attempt: None }.go_on(typed, faults).await
}

/// A draft, and the power to change it.
fn found(app: &App, browser: &Browser, id: DraftId) -> Result<(Draft, Pen)> {
    let draft = app.store.read(|rows| rows_of::need(rows, id))?;
    let pen = Pen::of(&browser.asker(), draft.account)?;
    Ok((draft, pen))
}

/// The same for one that can still be changed.
pub(super) fn draft(app: &App, browser: &Browser, id: DraftId) -> Result<(Draft, Pen)> {
    let found = found(app, browser, id)?;
    found.0.still_open()?;
    Ok(found)
}

fn account(app: &App, typed: &Typed) -> Result<Option<Account>> {
    let Some(id) = typed.account else { return Ok(None) };
    let found = app.store.read(|rows| accounts::get(rows, id))?;
    Ok(found.filter(|account| account.deleted.is_none()))
}

/// A form that came without its text takes nothing away.
pub(super) fn check_whole(typed: &Typed, faults: &mut Faults) {
    if !typed.whole {
        let problem = Problem::new("E603", "The form came without its text.");
        faults.push("text", &problem.remedy("Open it again; nothing of it was changed."));
    }
}

/// Where a draft is shown, with what became of it.
pub(super) fn place(draft: &Draft) -> String {
    let done = match &draft.state {
        State::Published { posts, .. } => match posts.first() {
            Some(post) => return format!("/desk?done={post}"),
            None => "publish",
        },
        State::Planned { held: true, .. } => "publish",
        State::Planned { .. } => "plan",
        State::Asked { .. } => "ask",
        State::Draft | State::Approved | State::Missed { .. } => "saved",
    };
    format!("/desk/drafts/{}?done={done}", draft.id)
}

/// A press of a button, with what it is about.
struct Work<'a> {
    app: &'a Arc<App>,
    browser: &'a Browser,
    account: &'a Account,
    draft: Option<&'a Draft>,
    attempt: Option<Attempt>,
}

/// The note that is answered is shown from now on, too.
struct Release(By<Moderate>, NoteId, String);

impl Release {
    /// Nothing where the form did not ask, or the button only keeps it.
    fn of(app: &App, browser: &Browser, typed: &Typed) -> Result<Option<Self>> {
        let (Some(id), Some(seen)) = (typed.reply, typed.release.clone().filter(|_| typed.press.goes())) else {
            return Ok(None);
        };
        let of = app.store.read(|rows| match notes::get(rows, id)? {
            Some(note) if note.shown == Shown::Hidden => Err(hidden()),
            Some(note) if note.shown == Shown::Waiting => replies::decided_by(rows, &note),
            Some(_) | None => Ok(Vec::new()),
        })?;
        if of.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self(concerned(&browser.asker(), &of)?, id, seen)))
    }

    fn on(&self, tx: &mut Write<'_>) -> Result<()> {
        if notes::get(tx, self.1)?.is_some_and(|note| note.shown == Shown::Hidden) {
            return Err(hidden());
        }
        replies::show(tx, self.0, self.1, Shown::Released, Some(&self.2)).map(|_| ())
    }
}

/// What somebody hid while the form was open is not shown by the way.
fn hidden() -> Error {
    let problem = Problem::new("E550", "A colleague hid it meanwhile.").field("seen");
    problem.remedy("Nothing was released or sent. Leave the box empty, or decide anew in the inbox.").into()
}

/// What is done with a draft once it is kept.
enum Then {
    Nothing,
    Ask,
    /// Where somebody has to let it pass, it is asked for that, and keeps the time.
    Plan(By<Publish>, When),
    Hold(By<Publish>, Duration),
    Go(By<Publish>, Site),
}

impl Then {
    fn on(&self, tx: &mut Write<'_>, pen: Pen, draft: Draft, mentions: &[Vec<Mention>]) -> Result<Draft> {
        let seen = Seen::of(&draft);
        let ask = |tx: &mut Write<'_>| {
            if draft.stage() == Stage::Asked { Ok(draft.clone()) } else { drafts::ask(tx, pen, seen) }
        };
        match self {
            Self::Nothing => Ok(draft),
            Self::Ask => ask(tx),
            Self::Plan(by, when) => {
                let approval = accounts::need(tx, draft.account)?.approval;
                match draft.demand(approval, by.who()) {
                    Ok(_) => drafts::plan(tx, *by, seen, when),
                    Err(Error::Invalid(_)) => ask(tx),
                    Err(e) => Err(e),
                }
            }
            // It goes out in a moment already, as it is now.
            Self::Hold(..) if matches!(draft.state, State::Planned { held: true, .. }) => Ok(draft),
            Self::Hold(by, wait) => drafts::hold(tx, *by, seen, *wait),
            Self::Go(by, site) => drafts::publish(tx, site, *by, seen, mentions),
        }
    }
}

impl Work<'_> {
    /// Does it, and says where that leads; or comes back with everything that was typed and what is wrong with it.
    async fn go_on(self, mut typed: Typed, mut faults: Faults) -> Result<Response> {
        let (app, browser) = (self.app, self.browser);
        let beside = self.draft.map(|draft| Beside::of_draft(app, browser, draft)).transpose()?;
        let mut beside = beside.unwrap_or_default();
        typed.known = self.draft.map(|draft| draft.mentions.concat()).unwrap_or_default();
        if !meaning::fits(&typed, self.account, &mut faults)? {
            return shown(app, browser, typed, faults, beside);
        }
        if let Some(draft) = self.draft.filter(|draft| !draft.stage().is_open()) {
            return self.went_out(&typed, faults, draft).await;
        }
        if typed.press == Press::Stay && self.draft.is_some_and(|draft| draft.due().is_some()) {
            let problem = Problem::new("E605", "It goes out by itself, and half a text must not.");
            faults.push("text", &problem.remedy("Press Save draft when the text is whole."));
            return shown(app, browser, typed, faults, beside);
        }
        match typed.press {
            Press::Add => {
                meaning::versions(&typed, self.account, &mut faults)?;
                typed.add(&app.store.read(meta::institution)?.languages);
            }
            Press::Preview => {
                beside.preview = Some(Preview::of(app, self.account, &typed, self.draft, &mut faults).await?);
            }
            Press::Save | Press::Stay | Press::Ask | Press::Publish => {
                match self.carry_out(&typed, &mut faults).await {
                    Ok(Some(path)) => return Ok(response::see_other(&path)),
                    Ok(None) => {}
                    Err(Error::Invalid(problem)) if problem.field == Some("seen") => faults.push("release", &problem),
                    Err(Error::Invalid(problem)) => faults.push(meaning::field(problem.field, 0), &problem),
                    Err(Error::Conflict(once::AGAIN)) => return self.go_on_from_there(typed, faults).await,
                    Err(Error::Conflict(what)) => {
                        let Some(draft) = self.draft else { return Err(Error::Conflict(what)) };
                        let now = app.store.read(|rows| rows_of::need(rows, draft.id))?;
                        if !now.stage().is_open() {
                            return self.went_out(&typed, faults, &now).await;
                        }
                        if what != drafts::CHANGED {
                            return Err(Error::Conflict(what));
                        }
                        self.meanwhile(&now, &mut typed, &mut faults, &mut beside)?;
                    }
                    Err(e) => return Err(e),
                }
            }
        }
        shown(app, browser, typed, faults, beside)
    }

    /// The same form led to something while this was on its way: another window pressed a button, or it was kept by itself.
    async fn go_on_from_there(self, mut typed: Typed, faults: Faults) -> Result<Response> {
        let draft = match Again::of(self.app, self.account.id, &typed.once)? {
            Again::Post(post) => return Ok(response::see_other(&format!("/desk?done={post}"))),
            Again::Draft(draft) => draft,
            Again::First(_) => return Err(Error::Conflict(once::AGAIN)),
        };
        typed.revision = began(self.browser, &typed, &draft);
        let work = Work { draft: Some(&draft), attempt: None, ..self };
        Box::pin(work.go_on(typed, faults)).await
    }

    /// Keeps it and does what the button says, in one transaction. Nothing when something is wrong with it.
    async fn carry_out(&self, typed: &Typed, faults: &mut Faults) -> Result<Option<String>> {
        check_whole(typed, faults);
        if typed.press == Press::Publish && self.draft.is_none() && self.goes_at_once(typed)? {
            return self.send(typed, faults).await;
        }
        let pen = Pen::of(&self.browser.asker(), self.account.id)?;
        let stays = |draft: &Draft| draft.stays_planned(pen.publishes(), self.account.approval);
        let goes = typed.press.goes() || self.draft.is_some_and(stays);
        let sheet = meaning::sheet(self.app, self.account, (typed, goes), faults, self.draft).await?;
        if !faults.is_empty() {
            return Ok(None);
        }
        let then = self.then(typed, sheet.when.as_ref())?;
        let seen = self.draft.map(|draft| Seen { id: draft.id, revision: typed.revision });
        let release = Release::of(self.app, self.browser, typed)?;
        let keep = move |tx: &mut Write<'_>| {
            release.iter().try_for_each(|release| release.on(tx))?;
            let draft = match (seen, &then) {
                (Some(seen), _) => drafts::save(tx, pen, seen, &sheet)?,
                (None, Then::Hold(by, _)) => drafts::begin_held(tx, *by, &sheet)?,
                (None, Then::Nothing | Then::Ask | Then::Plan(..) | Then::Go(..)) => drafts::begin(tx, pen, &sheet)?,
            };
            then.on(tx, pen, draft, &sheet.mentions)
        };
        let draft = once::first(self.app, self.attempt.clone(), self.browser.held(keep)).await?;
        Ok(Some(match typed.press {
            Press::Stay => format!("/desk/drafts/{}/edit", draft.id),
            Press::Save => format!("/desk/drafts/{}?done=saved", draft.id),
            Press::Ask | Press::Publish | Press::Preview | Press::Add => place(&draft),
        }))
    }

    fn then(&self, typed: &Typed, when: Option<&When>) -> Result<Then> {
        Ok(match typed.press {
            Press::Save | Press::Stay | Press::Preview | Press::Add => Then::Nothing,
            Press::Ask => Then::Ask,
            Press::Publish => {
                let by = self.browser.asker().may::<Publish>(self.account.id)?;
                match when {
                    Some(when) => Then::Plan(by, when.clone()),
                    None if self.goes_at_once(typed)? => Then::Go(by, self.app.site.clone()),
                    None => Then::Hold(by, super::drafts::hold(&self.app.store.read(meta::institution)?)),
                }
            }
        })
    }

    /// Whether it does not wait: for its time, or for somebody to think again. Who may answer and no more keeps no drafts.
    fn goes_at_once(&self, typed: &Typed) -> Result<bool> {
        let hold = super::drafts::hold(&self.app.store.read(meta::institution)?);
        let now = typed.at.as_ref().is_none_or(String::is_empty);
        let publishes = self.browser.asker().can::<Publish>(self.account.id);
        Ok(now && (typed.urgent || hold.is_zero() || !publishes))
    }

    /// Publishes a post, or a thread as a unit, that never was a draft.
    async fn send(&self, typed: &Typed, faults: &mut Faults) -> Result<Option<String>> {
        let voice = Voice::of(&self.browser.asker(), self.account.id, typed.reply.is_some())?;
        let sheet = meaning::sheet(self.app, self.account, (typed, true), faults, None).await?;
        if !faults.is_empty() {
            return Ok(None);
        }
        let posts = sheet.content.posts(&sheet.mentions);
        let about: Vec<_> = sheet.content.media().map(|file| (file.id, file.about.clone())).collect();
        let site = self.app.site.clone();
        let release = Release::of(self.app, self.browser, typed)?;
        let verb = move |tx: &mut Write<'_>| {
            release.iter().try_for_each(|release| release.on(tx))?;
            for (id, words) in &about {
                actions::media::describe(tx, voice.attach(), *id, words)?;
            }
            voice.thread(tx, &site, &posts)
        };
        let post = once::first(self.app, self.attempt.clone(), self.browser.held(verb)).await?;
        Ok(Some(format!("/desk?done={}", post.id)))
    }

    /// The draft is published by now. Whoever pressed "Publish" for just that is led to it; what says anything else comes
    /// too late, and is told so.
    async fn went_out(&self, typed: &Typed, mut faults: Faults, draft: &Draft) -> Result<Response> {
        if typed.press != Press::Publish {
            draft.still_open()?;
        }
        let sheet = meaning::sheet(self.app, self.account, (typed, true), &mut faults, Some(draft)).await?;
        if !faults.is_empty() || !draft.says(&sheet) {
            draft.still_open()?;
        }
        Ok(response::see_other(&place(draft)))
    }

    /// It was saved elsewhere: both texts are shown, and saved again mine takes the place of what I have seen.
    fn meanwhile(&self, theirs: &Draft, typed: &mut Typed, faults: &mut Faults, beside: &mut Beside) -> Result<()> {
        let (what, remedy) = if theirs.saved_by.is_same(self.browser.asker().who()) {
            let what = "You saved this draft meanwhile: in another window, or the answer did not reach you.";
            (
                what,
                "What you saved stands below. Take over what you want and save again, or leave this page to keep it.",
            )
        } else {
            let remedy = "Their text stands below yours. Take over what you want and save again, or leave this page to \
                          keep theirs.";
            (drafts::CHANGED, remedy)
        };
        faults.push("text", &Problem::new("E602", what).remedy(remedy));
        let by = self.app.store.read(|rows| super::drafts::name(rows, theirs.saved_by))?;
        typed.revision = theirs.revision;
        let parts: Vec<_> = theirs.content.parts.iter().map(|part| part.versions.clone()).collect();
        beside.theirs = Some(Theirs { by: Some(by), versions: thread::join(&parts) });
        Ok(())
    }
}
