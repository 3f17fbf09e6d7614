//! What is done about a draft by the buttons of its page. What is wrong comes back with the page as it was filled.

use std::sync::Arc;
use std::time::Duration;

use super::pages::{Typed, seen, shown};
use crate::actions::drafts::{self as verbs, Eyes, Pen, Seen};
use crate::app::{App, mentions};
use crate::base::zone::Zone;
use crate::desk::faults::Faults;
use crate::desk::when;
use crate::error::{Error, Problem, Result};
use crate::model::draft::{Draft, When};
use crate::model::ids::{AccountId, DraftId};
use crate::store::{Write, meta};
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// Something to be done about a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Step {
    Ask,
    Withdraw,
    Approve,
    SendBack,
    Plan,
    Unplan,
    Publish,
    Comment,
}

impl Step {
    /// As the page tells that it was done.
    fn done(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::SendBack => "send-back",
            Self::Plan => "plan",
            Self::Unplan => "unplan",
            Self::Publish => "publish",
            Self::Comment => "comment",
        }
    }

    /// The field at which it is said what is wrong.
    fn field(self, named: Option<&'static str>) -> &'static str {
        match self {
            Self::Plan if named == Some("at") => "at",
            Self::SendBack | Self::Comment | Self::Approve if named == Some("comment") => "comment",
            Self::Plan
            | Self::SendBack
            | Self::Comment
            | Self::Approve
            | Self::Ask
            | Self::Withdraw
            | Self::Unplan
            | Self::Publish => "text",
        }
    }
}

/// `POST /desk/drafts/ID/…`
pub(in crate::desk) async fn step(
    app: &Arc<App>,
    browser: &Browser,
    id: DraftId,
    step: Step,
    form: &Form,
) -> Result<Response> {
    let asker = browser.asker();
    let (draft, account) = app.store.read(|rows| seen(rows, &asker, id))?;
    let typed =
        Typed { at: form.find("at").map(str::to_owned), turn: form.text("turn"), comment: form.text("comment") };
    let asked = Asked { app, browser, draft: &draft, account: account.id, form };
    match asked.carry_out(step, &typed).await {
        Ok(()) => Ok(response::see_other(&format!("/desk/drafts/{id}?done={}", step.done()))),
        Err(Error::Invalid(problem)) => {
            let faults = Faults::of(step.field(problem.field), &problem);
            shown(app, browser, id, typed, faults, "").await
        }
        Err(Error::Conflict(what)) => {
            let problem = Problem::new("E511", what).remedy("Here is the draft as it is now; look at it again.");
            shown(app, browser, id, typed, Faults::of("text", &problem), "").await
        }
        Err(e) => Err(e),
    }
}

/// A press of a button, with what it needs.
struct Asked<'a> {
    app: &'a Arc<App>,
    browser: &'a Browser,
    draft: &'a Draft,
    account: AccountId,
    form: &'a Form,
}

impl Asked<'_> {
    /// The draft as whoever pressed the button saw it.
    fn seen(&self) -> Result<Seen> {
        let revision = self.form.find("revision").and_then(|typed| typed.parse().ok());
        let revision = revision.ok_or(Error::Conflict("The form does not say which text it is about."))?;
        Ok(Seen { id: self.draft.id, revision })
    }

    async fn write(&self, verb: impl FnMut(&mut Write<'_>) -> Result<Draft> + Send + 'static) -> Result<()> {
        self.browser.write(self.app, verb).await.map(|_| ())
    }

    async fn carry_out(&self, step: Step, typed: &Typed) -> Result<()> {
        let (asker, id, of) = (self.browser.asker(), self.draft.id, self.account);
        let comment = typed.comment.clone();
        match step {
            Step::Ask => {
                let (pen, seen) = (Pen::of(&asker, of)?, self.seen()?);
                self.write(move |tx| verbs::ask(tx, pen, seen)).await
            }
            Step::Withdraw => {
                let pen = Pen::of(&asker, of)?;
                self.write(move |tx| verbs::withdraw(tx, pen, id)).await
            }
            Step::Approve => {
                let (eyes, seen) = (Eyes::of(&asker, of)?, self.seen()?);
                self.write(move |tx| verbs::approve(tx, eyes, seen, &comment)).await
            }
            Step::SendBack => {
                let (eyes, seen) = (Eyes::of(&asker, of)?, self.seen()?);
                self.write(move |tx| verbs::send_back(tx, eyes, seen, &comment)).await
            }
            Step::Comment => {
                let eyes = Eyes::of(&asker, of)?;
                self.write(move |tx| verbs::comment(tx, eyes, id, &comment)).await
            }
            Step::Plan => {
                let by = asker.may(of)?;
                let (seen, when) = (self.seen()?, self.when(typed)?);
                self.write(move |tx| verbs::plan(tx, by, seen, &when)).await
            }
            Step::Unplan => {
                let by = asker.may(of)?;
                self.write(move |tx| verbs::unplan(tx, by, id)).await
            }
            Step::Publish => self.publish(super::hold(&self.app.store.read(meta::institution)?)).await,
        }
    }

    /// The moment that was typed, on the institution's wall.
    fn when(&self, typed: &Typed) -> Result<When> {
        let zone = Zone::named(&self.app.store.read(meta::institution)?.time_zone);
        when::read(&zone, typed.at.as_deref().unwrap_or_default(), &typed.turn)
    }

    /// Goes out after the hold; at once where there is none.
    async fn publish(&self, hold: Duration) -> Result<()> {
        let (by, seen) = (self.browser.asker().may(self.account)?, self.seen()?);
        if !hold.is_zero() {
            return self.write(move |tx| verbs::hold(tx, by, seen, hold)).await;
        }
        let named = mentions::of_draft(self.app, self.draft).await?;
        let site = self.app.site.clone();
        self.write(move |tx| verbs::publish(tx, &site, by, seen, &named)).await
    }
}

/// `POST /desk/drafts/ID/drop`
pub(in crate::desk) async fn discard(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let asker = browser.asker();
    let (_, account) = app.store.read(|rows| seen(rows, &asker, id))?;
    let pen = Pen::of(&asker, account.id)?;
    browser.write(app, move |tx| verbs::discard(tx, pen, id)).await?;
    Ok(response::see_other("/desk/drafts?done=dropped"))
}
