//! Random verbs against a simple model in memory: after each run the counts match and `check` is content.

use std::collections::{BTreeMap, BTreeSet};

use instance::actions;
use instance::actions::edit::Change;
use instance::base::time::Clock;
use instance::error::Result;
use instance::model::account::Account;
use instance::model::actor::Actor;
use instance::model::follow::{Follower, Reaction, ReactionKind};
use instance::model::ids::{NoteId, PostId};
use instance::model::moderation::Block;
use instance::model::note::{Content, Note, Shown};
use instance::model::post::{Post, Version};
use instance::store::counts::{self, Count};
use instance::store::{Store, Write, activities, actors, deliveries, follows, notes, posts, reactions};
use proptest::prelude::*;

use super::{by, hello, open, prepared, profile, site, sound};
use crate::support::crash::{Disk, Kept};

const ACTORS: usize = 4;

/// Numbers name actors, posts and notes, modulo how many there are; `uri` is one of few, so that ids collide.
#[derive(Debug, Clone)]
enum Verb {
    Follow { actor: usize, uri: u8 },
    Unfollow { actor: usize },
    Block { actor: usize, uri: u8 },
    Unblock { actor: usize },
    Move { actor: usize, inbox: u8 },
    React { actor: usize, post: usize, boost: bool, uri: u8 },
    Undo { actor: usize, post: usize, boost: bool },
    Publish { tag: u8 },
    Edit { post: usize, tag: u8 },
    Delete { post: usize },
    Reply { actor: usize, post: usize, public: bool },
    Decide { note: usize, shown: u8 },
    Unreply { note: usize },
}

fn verbs() -> impl Strategy<Value = Verb> {
    let (actor, post, note, uri) = (0..ACTORS, 0..6_usize, 0..6_usize, 0..3_u8);
    prop_oneof![
        4 => (actor.clone(), uri.clone()).prop_map(|(actor, uri)| Verb::Follow { actor, uri }),
        2 => actor.clone().prop_map(|actor| Verb::Unfollow { actor }),
        1 => (actor.clone(), uri.clone()).prop_map(|(actor, uri)| Verb::Block { actor, uri }),
        1 => actor.clone().prop_map(|actor| Verb::Unblock { actor }),
        2 => (actor.clone(), 0..3_u8).prop_map(|(actor, inbox)| Verb::Move { actor, inbox }),
        4 => (actor.clone(), post.clone(), any::<bool>(), uri)
            .prop_map(|(actor, post, boost, uri)| Verb::React { actor, post, boost, uri }),
        2 => (actor.clone(), post.clone(), any::<bool>())
            .prop_map(|(actor, post, boost)| Verb::Undo { actor, post, boost }),
        4 => (0..3_u8).prop_map(|tag| Verb::Publish { tag }),
        2 => (post.clone(), 0..3_u8).prop_map(|(post, tag)| Verb::Edit { post, tag }),
        2 => post.clone().prop_map(|post| Verb::Delete { post }),
        4 => (actor, post, any::<bool>()).prop_map(|(actor, post, public)| Verb::Reply { actor, post, public }),
        2 => (note.clone(), 0..3_u8).prop_map(|(note, shown)| Verb::Decide { note, shown }),
        2 => note.prop_map(|note| Verb::Unreply { note }),
    ]
}

/// What ought to be so.
#[derive(Default)]
struct Model {
    followers: BTreeSet<usize>,
    inboxes: BTreeMap<usize, u8>,
    /// In the order of publishing, with their tags; deleted ones go.
    posts: Vec<(PostId, u8)>,
    reactions: BTreeSet<(PostId, ReactionKind, usize)>,
    notes: Vec<(NoteId, PostId, bool, Shown)>,
}

struct World {
    store: Store,
    account: Account,
    model: Model,
}

fn uri(actor: &Actor, uri: u8) -> String {
    format!("{}#act{uri}", actor.profile.uri)
}

fn kind(boost: bool) -> ReactionKind {
    if boost { ReactionKind::Boost } else { ReactionKind::Like }
}

fn shown(n: u8) -> Shown {
    [Shown::Waiting, Shown::Released, Shown::Hidden][usize::from(n)]
}

fn words(tag: u8) -> String {
    format!("News of the day #tag{tag}")
}

fn content(actor: &Actor, n: u64, public: bool) -> Content {
    let uri = format!("{}/notes/{n}", actor.profile.uri);
    Content {
        url: uri.clone(),
        uri,
        html: "<p>Thanks</p>".into(),
        warning: String::new(),
        lang: None,
        published: crate::support::START,
        updated: None,
        in_reply_to: None,
        mentions: Vec::new(),
        attachments: Vec::new(),
        public,
    }
}

impl World {
    fn write<T: Send + 'static>(&self, verb: impl FnMut(&mut Write<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.write_blocking(verb).unwrap()
    }

    fn actor(&self, n: usize) -> Actor {
        let uri = profile(&format!("s{n}.example"), "ann").uri;
        self.store.read(|rows| actors::by_uri(rows, &uri)).unwrap().unwrap()
    }

    fn post(&self, n: usize) -> Option<(PostId, u8)> {
        self.model.posts.get(n % self.model.posts.len().max(1)).copied()
    }

    fn note(&self, n: usize) -> Option<(usize, NoteId)> {
        let n = n % self.model.notes.len().max(1);
        self.model.notes.get(n).map(|note| (n, note.0))
    }

    fn run(&mut self, verb: &Verb) {
        match *verb {
            Verb::Follow { actor, uri } => self.follow(actor, uri),
            Verb::Unfollow { actor } => {
                let (account, row) = (self.account.id, self.actor(actor));
                let was = self.write(move |tx| follows::remove(tx, account, &row));
                assert_eq!(was, self.model.followers.remove(&actor));
            }
            Verb::Block { actor, uri: n } => {
                let (account, row) = (self.account.id, self.actor(actor));
                let block = Block { uri: uri(&row, n), at: crate::support::START };
                self.write(move |tx| follows::block(tx, account, row.id, &block));
            }
            Verb::Unblock { actor } => {
                let (account, row) = (self.account.id, self.actor(actor));
                self.write(move |tx| follows::unblock(tx, account, row.id));
            }
            Verb::Move { actor, inbox } => self.reroute(actor, inbox),
            Verb::React { actor, post, boost, uri } => self.react(actor, post, boost, uri),
            Verb::Undo { actor, post, boost } => self.undo(actor, post, boost),
            Verb::Publish { tag } => {
                let (site, by) = (site(), by(&self.account));
                let post = self.write(move |tx| actions::publish::publish(tx, &site, by, &hello(&words(tag))));
                self.model.posts.push((post.id, tag));
            }
            Verb::Edit { post, tag } => self.edit(post, tag),
            Verb::Delete { post } => self.delete(post),
            Verb::Reply { actor, post, public } => self.reply(actor, post, public),
            Verb::Decide { note, shown: n } => {
                let Some((at, id)) = self.note(note) else { return };
                self.write(move |tx| {
                    let note = notes::get(tx, id)?.unwrap();
                    notes::put(tx, &Note { shown: shown(n), ..note })
                });
                self.model.notes[at].3 = shown(n);
            }
            Verb::Unreply { note } => {
                let Some((at, id)) = self.note(note) else { return };
                self.write(move |tx| {
                    let note = notes::get(tx, id)?.unwrap();
                    notes::remove(tx, &note)
                });
                self.model.notes.remove(at);
            }
        }
    }

    fn follow(&mut self, actor: usize, n: u8) {
        let (account, row) = (self.account.id, self.actor(actor));
        self.write(move |tx| {
            follows::put(tx, account, &row, &Follower { uri: uri(&row, n), since: crate::support::START })
        });
        self.model.followers.insert(actor);
    }

    /// The actor's document names another inbox, which others may share.
    fn reroute(&mut self, actor: usize, inbox: u8) {
        let mut new = self.actor(actor).profile;
        new.shared_inbox = Some(format!("https://shared{inbox}.example/inbox"));
        self.write(move |tx| actors::learn(tx, &new));
        self.model.inboxes.insert(actor, inbox);
    }

    fn react(&mut self, actor: usize, post: usize, boost: bool, n: u8) {
        let Some((post, _)) = self.post(post) else { return };
        let row = self.actor(actor);
        let reaction = Reaction { uri: uri(&row, n), at: crate::support::START };
        let new = self.write(move |tx| reactions::put(tx, post, kind(boost), row.id, &reaction));
        assert_eq!(new, self.model.reactions.insert((post, kind(boost), actor)));
    }

    fn undo(&mut self, actor: usize, post: usize, boost: bool) {
        let Some((post, _)) = self.post(post) else { return };
        let row = self.actor(actor);
        let was = self.write(move |tx| reactions::remove(tx, post, kind(boost), row.id));
        assert_eq!(was, self.model.reactions.remove(&(post, kind(boost), actor)));
    }

    fn edit(&mut self, post: usize, tag: u8) {
        let Some((id, _)) = self.post(post) else { return };
        let (site, by) = (site(), by(&self.account));
        let version = Version { lang: "en".parse().unwrap(), text: words(tag), warning: String::new() };
        self.write(move |tx| actions::edit::edit(tx, &site, by, id, &Change::words(vec![version.clone()])));
        self.model.posts.iter_mut().find(|post| post.0 == id).unwrap().1 = tag;
    }

    fn delete(&mut self, post: usize) {
        let Some((id, _)) = self.post(post) else { return };
        let (site, by) = (site(), by(&self.account));
        self.write(move |tx| actions::delete::delete(tx, &site, by, id));
        self.model.posts.retain(|post| post.0 != id);
        self.model.reactions.retain(|reaction| reaction.0 != id);
        self.model.notes.retain(|note| note.1 != id);
    }

    fn reply(&mut self, actor: usize, post: usize, public: bool) {
        let Some((post, _)) = self.post(post) else { return };
        let (account, row) = (self.account.id, self.actor(actor));
        let id = self.write(move |tx| {
            let id = NoteId(tx.id());
            let note = Note {
                id,
                author: row.id,
                content: content(&row, id.0, public),
                thread: Some(post),
                concerns: vec![account],
                received: tx.now(),
                shown: Shown::Waiting,
            };
            notes::put(tx, &note).map(|()| id)
        });
        self.model.notes.push((id, post, public, Shown::Waiting));
    }

    fn count(&self, count: Count) -> usize {
        usize::try_from(self.store.read(|rows| counts::get(rows, count)).unwrap()).unwrap()
    }

    fn compare(&self) {
        let (model, account) = (&self.model, self.account.id);
        assert_eq!(self.count(Count::Followers(account)), model.followers.len());
        for all in [Count::Posts(account), Count::AllPosts, Count::Outbox(account)] {
            assert_eq!(self.count(all), model.posts.len(), "{all:?}");
        }
        let outbox = self.store.read(|rows| activities::outbox(rows, account, None, 99)).unwrap();
        assert_eq!(outbox.len(), model.posts.len());
        let inboxes: BTreeSet<_> = model.followers.iter().map(|n| model.inboxes.get(n).ok_or(n)).collect();
        assert_eq!(self.store.read(|rows| follows::inboxes(rows, account)).unwrap().len(), inboxes.len());
        for tag in 0..3 {
            let tagged = self.store.read(|rows| posts::tagged(rows, &format!("tag{tag}"), None, 99)).unwrap();
            let wanted = model.posts.iter().rev().filter(|post| post.1 == tag).map(|post| post.0);
            assert_eq!(tagged.iter().map(|post| post.id).collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
        }
        for (post, _) in &model.posts {
            self.compare_post(*post);
        }
        self.compare_deliveries();
    }

    fn compare_post(&self, post: PostId) {
        let reacted = |kind| self.model.reactions.iter().filter(|r| (r.0, r.1) == (post, kind)).count();
        assert_eq!(self.count(Count::Likes(post)), reacted(ReactionKind::Like));
        assert_eq!(self.count(Count::Boosts(post)), reacted(ReactionKind::Boost));
        let replies = || self.model.notes.iter().filter(|note| note.1 == post);
        assert_eq!(self.count(Count::Replies(post)), replies().filter(|note| note.2).count());
        let released = replies().filter(|note| note.2 && note.3 == Shown::Released).count();
        assert_eq!(self.count(Count::RepliesShown(post)), released);
        let thread = self.store.read(|rows| notes::of_thread(rows, post, 99)).unwrap();
        assert_eq!(thread.len(), replies().count());
    }

    /// What waits is about what is there, or tells that it is not any more.
    fn compare_deliveries(&self) {
        let activities = self.store.read(|rows| {
            let mut named = BTreeSet::new();
            deliveries::each(rows, |name, delivery| {
                if delivery.state == instance::model::delivery::State::Waiting {
                    named.insert(name.0);
                }
                Ok(true)
            })?;
            named.into_iter().map(|id| activities::get(rows, id)).collect::<Result<Vec<_>>>()
        });
        for activity in activities.unwrap() {
            let activity = activity.expect("a delivery that waits has something to say");
            let live = |post: &Post| self.model.posts.iter().any(|known| known.0 == post.id);
            let post = self.store.read(|rows| posts::get(rows, activity.post.unwrap())).unwrap().unwrap();
            assert_eq!(activity.kind == "Delete", !live(&post), "{}", activity.kind);
        }
    }
}

fn one(base: &Disk, account: &Account, clock: &Clock, verbs: &[Verb]) {
    let disk = base.copy();
    let store = open(&disk, clock);
    let mut world = World { store, account: account.clone(), model: Model::default() };
    world.model.followers = (0..ACTORS).collect();
    for verb in verbs {
        world.run(verb);
    }
    world.compare();
    sound(&world.store);
    // All of it was acknowledged, so all of it is there after a power cut.
    disk.crash(Kept::Nothing);
    world.store = open(&disk, clock);
    world.compare();
}

#[test]
fn the_store_agrees_with_a_simple_model() {
    let (base, account, clock) = prepared(ACTORS);
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(verbs in prop::collection::vec(verbs(), 1..40))| {
        one(&base, &account, &clock, &verbs);
    });
}
