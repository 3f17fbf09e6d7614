//! Posts of other servers, by their address: looked at and boosted, answered, and boosts taken back.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use super::inbox::{self, Words};
use super::write::Choice;
use crate::actions;
use crate::actions::react::Object;
use crate::app::App;
use crate::app::lookup::{self, Theirs};
use crate::base::text;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::follow::ReactionKind;
use crate::model::ids::{AccountId, CaseId, NoteId};
use crate::model::post::ReplyTo;
use crate::model::power::{Publish, Read};
use crate::model::user::By;
use crate::store::schema::OWN_REACTIONS;
use crate::store::{Rows, Span, accounts, actors, meta, notes};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/elsewhere.html")]
struct Elsewhere {
    f: Frame,
    faults: Faults,
    notice: &'static str,
    accounts: Vec<Choice>,
    address: String,
    /// What stands at the address, before it is boosted.
    found: Option<Found>,
    boosts: Vec<Boost>,
}

struct Found {
    words: Words,
    /// The account that would boost it.
    account: AccountId,
    handle: String,
    /// Since when it has boosted it; empty where it has not.
    since: String,
    /// Stands for what is shown; the boost brings it.
    seen: String,
}

impl Found {
    fn of(rows: &impl Rows, wall: &Wall, (account, handle): (AccountId, String), theirs: Theirs) -> Result<Self> {
        let boosted = rows.get(&OWN_REACTIONS, &(account, ReactionKind::Boost, theirs.content.uri.clone()))?;
        Ok(Self {
            account,
            handle,
            since: boosted.map(|row| wall.time(row.at)).unwrap_or_default(),
            seen: theirs.stamp()?,
            words: Words::of(wall, &theirs.author, theirs.content, String::new()),
        })
    }
}

/// A boost of ours.
struct Boost {
    account: AccountId,
    handle: String,
    uri: String,
    author: String,
    time: String,
    /// Whether whoever looks may take it back.
    mine: bool,
}

/// `GET /desk/elsewhere`, with `?done=` what was done.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("boosted") => "Boosted. It can be taken back below.",
        Some("back") => "The boost is taken back.",
        Some(_) | None => "",
    };
    shown(app, browser, ("", None), None, (notice, Faults::default()))
}

/// `typed`: the address, and the account for which it is; `said`: what was done, and what is wrong.
fn shown(
    app: &App,
    browser: &Browser,
    typed: (&str, Option<AccountId>),
    found: Option<Theirs>,
    said: (&'static str, Faults),
) -> Result<Response> {
    let (notice, faults) = said;
    let (address, account) = typed;
    let (asker, status) = (browser.asker(), faults.status());
    let page = app.store.read(|rows| {
        let all: Vec<_> = accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)).collect();
        let wall = Wall::of(&meta::institution(rows)?);
        let mut boosts = Vec::new();
        for own in &all {
            for ((_, _, uri), row) in rows.rows(&OWN_REACTIONS, Span::under(&(own.id, ReactionKind::Boost)))? {
                boosts.push((row, own, uri));
            }
        }
        boosts.sort_by_key(|(row, ..)| std::cmp::Reverse(row.at));
        boosts.truncate(limits::desk::BOOSTS);
        let boost = |(row, own, uri): (crate::model::follow::OwnReaction, &crate::model::account::Account, String)| {
            let author = actors::get(rows, row.author)?.map(|actor| actor.profile.handle()).unwrap_or_default();
            let (time, mine) = (wall.time(row.at), asker.can::<Publish>(own.id));
            Ok(Boost { account: own.id, handle: app.site.handle(&own.handle), uri, author, time, mine })
        };
        let choice = |own: &crate::model::account::Account| Choice {
            value: own.id.to_string(),
            name: format!("{} ({})", own.name, app.site.handle(&own.handle)),
            chosen: Some(own.id) == account,
        };
        let chosen = all.iter().find(|own| Some(own.id) == account).zip(found);
        let found = chosen.map(|(own, theirs)| Found::of(rows, &wall, (own.id, app.site.handle(&own.handle)), theirs));
        Ok(Elsewhere {
            f: Frame::of(rows, browser, "Boost or answer", "/desk/inbox")?.with(&faults),
            accounts: all.iter().filter(|own| asker.can::<Publish>(own.id)).map(choice).collect(),
            boosts: boosts.into_iter().map(boost).collect::<Result<_>>()?,
            address: address.to_owned(),
            found: found.transpose()?,
            notice,
            faults,
        })
    })?;
    frame::page(status, &page)
}

/// Shows the post at an address, and boosts it once somebody has seen it; or opens the form for an answer to it.
pub(super) async fn act(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let account: AccountId = form.id("account")?;
    let by: By<Publish> = browser.asker().may(account)?;
    let address = form.text("address").trim().to_owned();
    let done = match (form.find("answer"), form.find("seen")) {
        (Some(_), _) => reply(app, by, &address).await.map(Done::Answer),
        (None, None) => look(app, &address).await.map(|theirs| Done::Look(theirs, Faults::default())),
        (None, Some(seen)) => boost(app, browser, by, &address, seen).await,
    };
    let problem = match done {
        Ok(Done::Answer(note)) => return Ok(response::see_other(&format!("/desk?reply={note}&as={account}"))),
        Ok(Done::Look(theirs, faults)) => {
            let (address, theirs) = (theirs.content.uri.clone(), Some(*theirs));
            return shown(app, browser, (&address, Some(account)), theirs, ("", faults));
        }
        Ok(Done::Boost) => return Ok(response::see_other("/desk/elsewhere?done=boosted")),
        Err(Error::Invalid(problem)) => *problem,
        Err(Error::NotFound) => missing(),
        Err(e @ Error::Peer { .. }) => Problem::new("E587", format!("The post could not be fetched: {e}."))
            .remedy("Check the address, or try later."),
        Err(e) => return Err(e),
    };
    shown(app, browser, (&address, Some(account)), None, ("", Faults::of("address", &problem)))
}

fn missing() -> Problem {
    Problem::new("E587", "There is no post at this address.")
        .remedy("Copy the address of the post from its own server.")
}

/// What became of an address.
enum Done {
    /// It is shown, once more where it was changed meanwhile.
    Look(Box<Theirs>, Faults),
    Boost,
    Answer(NoteId),
}

async fn look(app: &Arc<App>, address: &str) -> Result<Box<Theirs>> {
    check(app, address)?;
    lookup::theirs(app, address, ReactionKind::Boost).await.map(Box::new)
}

/// Boosts what was looked at and nothing else: its writer can change it at any time.
async fn boost(app: &Arc<App>, browser: &Browser, by: By<Publish>, address: &str, seen: &str) -> Result<Done> {
    let theirs = look(app, address).await?;
    if theirs.stamp()? != seen {
        let problem = Problem::new("E550", "Its writer changed it meanwhile, or calls themself something else now.")
            .remedy("Nothing was boosted. Read what it says now, and decide again.");
        return Ok(Done::Look(theirs, Faults::of("found", &problem)));
    }
    let object = lookup::keep_author(app, *theirs).await?;
    say(app, browser, by, object).await?;
    Ok(Done::Boost)
}

async fn reply(app: &Arc<App>, by: By<Publish>, address: &str) -> Result<NoteId> {
    check(app, address)?;
    match lookup::reply_target(app, by.account(), address).await? {
        ReplyTo::Note(note) => Ok(note),
        ReplyTo::Own(_) => Err(own().into()),
    }
}

fn check(app: &App, address: &str) -> Result<()> {
    if address.is_empty() {
        let problem = Problem::new("E587", "The address of the post is missing.");
        return Err(problem.remedy("Copy it from its own server.").into());
    }
    if app.site.is_own(address) {
        return Err(own().into());
    }
    if crate::base::uri::http(address).is_none() {
        return Err(missing().into());
    }
    app.site.check_live("fetched from")
}

fn own() -> Problem {
    Problem::new("E037", "That is a post of this server. Only posts of other servers are boosted or answered here.")
}

async fn say(app: &Arc<App>, browser: &Browser, by: By<Publish>, object: Object) -> Result<()> {
    let site = app.site.clone();
    browser.write(app, move |tx| actions::react::react(tx, &site, by, ReactionKind::Boost, &object)).await
}

/// Boosts what a stranger wrote to us.
pub(super) async fn boost_note(app: &Arc<App>, browser: &Browser, id: CaseId, form: &Form) -> Result<Response> {
    let note = app.store.read(|rows| notes::get(rows, NoteId(id.0)))?.ok_or(Error::NotFound)?;
    let by: By<Publish> = inbox::concerned(&browser.asker(), &note.concerns)?;
    let object = lookup::object(app, &note.content.uri, ReactionKind::Boost).await?;
    say(app, browser, by, object).await?;
    Ok(inbox::back(form))
}

pub(super) async fn unboost(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let by: By<Publish> = browser.asker().may(form.id("account")?)?;
    let (site, uri) =
        (app.site.clone(), text::head(form.find("uri").unwrap_or_default(), limits::text::URI).to_owned());
    browser.write(app, move |tx| actions::react::unreact(tx, &site, by, ReactionKind::Boost, &uri)).await?;
    Ok(response::see_other("/desk/elsewhere?done=back"))
}
