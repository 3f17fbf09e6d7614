//! The verbs of the story as the house carries them out, and what the store then says in the words of its model.

use std::collections::BTreeMap;

use instance::actions;
use instance::actions::edit::Change;
use instance::actions::prune::Place;
use instance::actions::receive::{Gathered, apply};
use instance::activitypub::read::{Incoming, Intent, Undone, note::NoteIn};
use instance::error::{Error, Result};
use instance::model::account::Account;
use instance::model::activity::Received;
use instance::model::delivery::State;
use instance::model::follow::ReactionKind;
use instance::model::ids::{ActivityId, PostId, ReceivedId};
use instance::model::note::Content;
use instance::model::post::{Post, Version};
use instance::model::user::Asker;
use instance::store::deliveries::Name;
use instance::store::schema::{FOLLOWING, RECEIVED};
use instance::store::{Rows, Span, Store, Write, activities, actors, deliveries, follows, notes, posts, reactions};
use serde_json::Value;

use super::story::{Label, Model, Number, Said, Verb, uri, user};
use super::{by, hello, site};
use crate::support::START;

fn number_of(uri: &str) -> Number {
    uri.rsplit('/').next().unwrap().parse().unwrap()
}

fn actor_of(uri: &str) -> u64 {
    uri.rsplit_once("/u").unwrap().1.parse().unwrap()
}

fn words(number: Number, edit: Number) -> String {
    format!("Notice {number} in wording {edit} #news")
}

fn numbers(post: &Post) -> Option<(Number, Number)> {
    let text = &post.versions.first()?.text;
    let mut words = text.split(' ');
    Some((words.nth(1)?.parse().ok()?, words.nth(2)?.parse().ok()?))
}

/// Which post is which, also when its words are gone.
pub type Names = BTreeMap<PostId, Number>;

/// What the store says, in the words of the model.
pub fn look(store: &Store, account: &Account, names: &mut Names) -> Result<Model> {
    store.read(|rows| {
        let mut seen = Model::default();
        learn(rows, names)?;
        posts::each(rows, |id, post| {
            seen.posts.insert(names[&id], numbers(&post).map(|(_, edit)| edit));
            Ok(true)
        })?;
        for (id, number) in names.iter() {
            for (kind, actor) in reactions::of_post(rows, *id)? {
                let actor = actor_of(&actors::named_by_row(rows, actor)?.profile.uri);
                seen.reactions.insert((*number, kind == ReactionKind::Boost, actor));
            }
            for note in notes::of_thread(rows, *id, 999)? {
                let author = actor_of(&actors::named_by_row(rows, note.author)?.profile.uri);
                seen.notes.insert(number_of(&note.content.uri), (author, *number));
            }
        }
        follows::each(rows, account.id, |actor| {
            let actor = actors::named_by_row(rows, actor)?;
            let follower = follows::get(rows, account.id, &actor)?.unwrap();
            seen.followers.insert(actor_of(&actor.profile.uri), number_of(&follower.uri));
            Ok(true)
        })?;
        for inbox in follows::departed(rows)? {
            seen.departed.insert(actors::get_inbox(rows, inbox)?.url);
        }
        for ((_, uri), row) in rows.rows(&FOLLOWING, Span::all())? {
            seen.following.insert(actor_of(&uri), row.state);
        }
        for (_, row) in rows.rows(&RECEIVED, Span::all())? {
            let (number, said) = heard(&row);
            seen.received.insert(number, said);
        }
        seen.deliveries = labels(rows, names)?.into_iter().map(|(label, (_, said))| (label, said)).collect();
        Ok(seen)
    })
}

/// Posts that came since.
fn learn(rows: &impl Rows, names: &mut Names) -> Result<()> {
    posts::each(rows, |id, post| {
        names.extend(numbers(&post).map(|(number, _)| (id, number)));
        Ok(true)
    })
}

type Labelled = BTreeMap<Label, (Name, (State, u32))>;

/// All deliveries by what they say: told from the activity, or from its place among those of its post.
fn labels(rows: &impl Rows, names: &Names) -> Result<Labelled> {
    let mut of_posts = BTreeMap::new();
    for (id, number) in names {
        let activities = posts::get(rows, *id)?.map(|post| post.activities).unwrap_or_default();
        of_posts.extend(activities.into_iter().enumerate().map(|(n, id)| (id, format!("post {number}.{n}"))));
    }
    let mut told: BTreeMap<(String, u64), Vec<ActivityId>> = BTreeMap::new();
    let mut all = Vec::new();
    deliveries::oldest(rows, None, |name, delivery| {
        all.push((name, (delivery.state, delivery.tries)));
        Ok(true)
    })?;
    let mut labelled = BTreeMap::new();
    for (name, said) in all {
        let what = match of_posts.get(&name.0) {
            Some(what) => what.clone(),
            None => other(rows, names, name.0, &mut told)?,
        };
        labelled.insert((what, actors::get_inbox(rows, name.1)?.url), (name, said));
    }
    Ok(labelled)
}

/// What an activity says that is no post's own.
fn other(
    rows: &impl Rows,
    names: &Names,
    id: ActivityId,
    told: &mut BTreeMap<(String, u64), Vec<ActivityId>>,
) -> Result<String> {
    let activity = activities::get(rows, id)?.expect("only what a post said may be gone");
    let json: Value = serde_json::from_str(activity.json.get()).unwrap();
    let object = &json["object"];
    let whom = match activity.kind.as_str() {
        "Delete" => return Ok(format!("Delete {}", names[&activity.post.unwrap()])),
        "Accept" => return Ok(format!("Accept {}", object["id"].as_str().unwrap())),
        "Undo" => &object["object"],
        _ => object,
    };
    let actor = actor_of(whom.as_str().unwrap());
    let before = told.entry((activity.kind.clone(), actor)).or_default();
    if !before.contains(&id) {
        before.push(id);
    }
    let place = before.iter().position(|known| *known == id).unwrap();
    Ok(format!("{} {actor}.{place}", activity.kind))
}

fn heard(row: &Received) -> (Number, Said) {
    serde_json::from_str(row.json.get()).unwrap()
}

/// A post whose words are still there.
fn find(tx: &Write<'_>, number: Number) -> Result<PostId> {
    let mut found = None;
    posts::each(tx, |id, post| {
        found = numbers(&post).filter(|known| known.0 == number).map(|_| id);
        Ok(found.is_none())
    })?;
    found.ok_or(Error::NotFound)
}

/// Runs a verb in the house.
pub fn perform(tx: &mut Write<'_>, account: &Account, names: &Names, verb: &Verb) -> Result<()> {
    let (site, by, owner) = (site(), by(account), Asker::Operator.may_run()?);
    match verb {
        Verb::Publish { number } => actions::publish::publish(tx, &site, by, &hello(&words(*number, 0))).map(|_| ()),
        Verb::Edit { post, number } => {
            let id = find(tx, *post)?;
            let version = Version { lang: "en".parse()?, text: words(*post, *number), warning: String::new() };
            actions::edit::edit(tx, &site, by, id, &Change::words(vec![version])).map(|_| ())
        }
        Verb::Delete { post } => {
            let id = find(tx, *post)?;
            actions::delete::delete(tx, &site, by, id)
        }
        Verb::Hear { number, said } => hear(tx, *number, said),
        Verb::Effect => match tx.rows(&RECEIVED, Span::all().limit(1))?.pop() {
            Some((id, row)) => {
                apply(tx, &site, &gathered(tx, account, &row)?)?;
                tx.remove(&RECEIVED, &id).map(|_| ())
            }
            None => Ok(()),
        },
        Verb::Settle { label, outcome } => {
            let mut names = names.clone();
            learn(tx, &mut names)?;
            let found = labels(tx, &names)?.get(label).map(|(name, _)| *name);
            found.map_or(Ok(()), |name| actions::deliver::settle(tx, name, outcome))
        }
        Verb::Retry => actions::queue::retry(tx, owner, None).map(|_| ()),
        Verb::Forgive { server } => actions::deliver::heard_from(tx, &format!("s{server}.example")),
        Verb::Follow { actor } => actions::follow::follow(tx, &site, by, &user(*actor)),
        Verb::Unfollow { actor } => actions::follow::unfollow(tx, &site, by, &user(*actor).uri),
        Verb::Prune => {
            let mut next = Some(Place::START);
            while let Some(at) = next {
                next = actions::prune::prune(tx, at)?;
            }
            Ok(())
        }
    }
}

fn hear(tx: &mut Write<'_>, number: Number, said: &Said) -> Result<()> {
    let json = serde_json::value::to_raw_value(&(number, said)).unwrap();
    let (actor, at) = (String::new(), tx.now());
    let row = Received { actor, at, json, profile: None, refetch: None, tries: 0 };
    let key = (at, ReceivedId(tx.id()));
    tx.put(&RECEIVED, &key, &row)
}

fn gathered(tx: &Write<'_>, account: &Account, row: &Received) -> Result<Gathered> {
    let (site, said) = (site(), heard(row).1);
    let us = || site.actor(account.id);
    let at = |post: Number| find(tx, post).map_or_else(|_| site.post(PostId(1)), |id| site.post(id));
    let kind = |boost: bool| if boost { "Announce" } else { "Like" };
    let undone = |actor, number, kind: &str, object| {
        let id = uri(actor, "undone", number);
        Intent::Undo(Undone { id, kind: Some(kind.to_owned()), object: Some(object) })
    };
    let mut note = None;
    let (actor, id, intent) = match said {
        Said::Follow { actor, number } => (actor, uri(actor, "follow", number), Intent::Follow { object: us() }),
        Said::Unfollow { actor, number } => (actor, String::new(), undone(actor, number, "Follow", us())),
        Said::React { actor, post, boost: false, number } => {
            (actor, uri(actor, "react", number), Intent::Like { object: at(post) })
        }
        Said::React { actor, post, boost: true, number } => {
            (actor, uri(actor, "react", number), Intent::Announce { object: at(post), published: None })
        }
        Said::Unreact { actor, post, boost, number } => {
            (actor, String::new(), undone(actor, number, kind(boost), at(post)))
        }
        Said::Reply { actor, post, number } => {
            note = Some(Box::new(reply(actor, at(post), number)));
            (actor, uri(actor, "create", number), Intent::Create { object: Value::Null })
        }
        Said::Unreply { actor, note } => (actor, String::new(), Intent::Delete { object: uri(actor, "note", note) }),
        Said::Accept { actor } => {
            let key = (account.id, user(actor).uri);
            let object = tx.get(&FOLLOWING, &key)?.map(|row| site.activity(row.activity)).unwrap_or_default();
            (actor, String::new(), Intent::Accept { object, result: None })
        }
    };
    let sender = user(actor);
    let incoming = Incoming { id, actor: sender.uri.clone(), intent };
    Ok(Gathered { incoming, sender: Some(Box::new(sender)), note, profile: None })
}

fn reply(actor: u64, to: String, number: Number) -> NoteIn {
    let content = Content {
        uri: uri(actor, "note", number),
        url: uri(actor, "note", number),
        html: "<p>Thanks</p>".into(),
        warning: String::new(),
        lang: None,
        published: START,
        updated: None,
        in_reply_to: Some(to),
        mentions: Vec::new(),
        attachments: Vec::new(),
        public: true,
    };
    NoteIn { author: user(actor).uri, content, vote: None }
}
