//! Who is told: from an audience to one delivery row per distinct inbox.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::activity::{Activity, is_urgent};
use crate::model::delivery::{Flow, State};
use crate::model::ids::{AccountId, ActivityId, ActorId, InboxId, PostId};
use crate::model::post::{Mention, Post, ReplyTo};
use crate::store::{Write, activities, actors, deliveries, follows, meta, notes, posts, reactions};

/// The inboxes an activity goes to, each once.
pub type Inboxes = BTreeSet<InboxId>;

/// Everybody who follows the account.
pub fn followers(tx: &Write<'_>, account: AccountId) -> Result<Inboxes> {
    Ok(follows::inboxes(tx, account)?.into_iter().collect())
}

/// Followers, those named in the post, and the author of what it answers.
pub fn of_post(tx: &Write<'_>, post: &Post) -> Result<Inboxes> {
    let mut inboxes = followers(tx, post.account)?;
    named(tx, &mut inboxes, &post.mentions)?;
    if let Some(ReplyTo::Note(id)) = post.reply_to
        && let Some(note) = notes::get(tx, id)?
    {
        add(tx, &mut inboxes, note.author)?;
    }
    Ok(inboxes)
}

/// Also everybody who liked, boosted or answered it: whoever may hold a copy (as Mastodon's
/// `status_reach_finder.rb` has it), and who was named before it was edited.
pub fn of_copies(tx: &Write<'_>, post: &Post) -> Result<Inboxes> {
    let mut inboxes = of_post(tx, post)?;
    for revision in &post.revisions {
        named(tx, &mut inboxes, &revision.mentions)?;
    }
    for (_, actor) in reactions::of_post(tx, post.id)? {
        add(tx, &mut inboxes, actor)?;
    }
    for note in notes::of_thread(tx, post.id, usize::MAX)? {
        add(tx, &mut inboxes, note.author)?;
    }
    for quote in crate::store::quotes::of_post(tx, post.id)? {
        add(tx, &mut inboxes, quote.actor)?;
    }
    Ok(inboxes)
}

fn named(tx: &Write<'_>, inboxes: &mut Inboxes, mentions: &[Mention]) -> Result<()> {
    for mention in mentions.iter().filter(|mention| mention.own.is_none()) {
        inboxes.extend(actors::by_uri(tx, &mention.uri)?.map(|actor| actor.delivery));
    }
    Ok(())
}

fn add(tx: &Write<'_>, inboxes: &mut Inboxes, actor: ActorId) -> Result<()> {
    inboxes.extend(actors::get(tx, actor)?.map(|actor| actor.delivery));
    Ok(())
}

/// The inbox of one actor.
pub fn of_actor(tx: &Write<'_>, actor: ActorId) -> Result<Inboxes> {
    let mut inboxes = Inboxes::new();
    add(tx, &mut inboxes, actor)?;
    Ok(inboxes)
}

/// An activity that is about to be said.
pub struct Saying<'a> {
    pub id: ActivityId,
    pub account: AccountId,
    pub post: Option<PostId>,
    /// In the outbox.
    pub listed: bool,
    pub json: &'a Value,
}

/// Stores an activity and its deliveries. The caller has made sure that the site is live.
pub fn say(tx: &mut Write<'_>, saying: &Saying<'_>, inboxes: &Inboxes) -> Result<()> {
    let json = serde_json::value::to_raw_value(saying.json).map_err(|e| Error::broken("encode an activity", e))?;
    let kind = saying.json.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let activity = Activity {
        id: saying.id,
        account: saying.account,
        at: tx.now(),
        kind,
        post: saying.post,
        listed: saying.listed,
        json,
    };
    activities::put(tx, &activity)?;
    if inboxes.is_empty() {
        return Ok(());
    }
    mark_first_delivery(tx)?;
    let urgent = is_urgent(&activity.kind) || is_emergency(tx, saying.post)?;
    let flow = Flow { activity: saying.id, account: saying.account, urgent };
    let to = actors::servers_of(tx, inboxes.iter().copied())?;
    deliveries::add(tx, flow, &to)
}

fn is_emergency(tx: &Write<'_>, post: Option<PostId>) -> Result<bool> {
    let Some(id) = post else { return Ok(false) };
    Ok(posts::get(tx, id)?.is_some_and(|post| post.urgent))
}

/// From now on other servers know our ids: the origin cannot change any more.
fn mark_first_delivery(tx: &mut Write<'_>) -> Result<()> {
    let mut institution = meta::institution(tx)?;
    if institution.first_delivery.is_none() {
        institution.first_delivery = Some(tx.now());
        meta::put_institution(tx, &institution)?;
    }
    Ok(())
}

/// Takes back what was not sent yet of an activity.
pub fn take_back(tx: &mut Write<'_>, activity: ActivityId) -> Result<()> {
    for (name, mut delivery) in deliveries::of_activity(tx, activity)? {
        if delivery.state == State::Waiting {
            delivery.state = State::Dropped;
            deliveries::put(tx, name, &delivery)?;
        }
    }
    Ok(())
}
