//! What can happen to an account, as verbs of the house, and the same in a model of a few maps: whatever the disk does,
//! the store has to say what the model says.

use std::collections::{BTreeMap, BTreeSet};

use instance::limits::delivery::IN_ORDER;
use instance::model::actor::Profile;
use instance::model::delivery::{Outcome, State};
use instance::model::follow::FollowState;
use serde::{Deserialize, Serialize};

use crate::support::crash::draw;

/// Strangers, and the servers they are on: some share an inbox, some have one of their own.
const ACTORS: u64 = 8;
const SERVERS: u64 = 5;

/// A post by its number, and a delivery by what it says and where it goes.
pub type Number = u64;
pub type Label = (String, String);

/// What strangers say. Every number is used once, so that each can be told from all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    Follow { actor: u64, number: Number },
    Unfollow { actor: u64, number: Number },
    React { actor: u64, post: Number, boost: bool, number: Number },
    Unreact { actor: u64, post: Number, boost: bool, number: Number },
    Reply { actor: u64, post: Number, number: Number },
    Unreply { actor: u64, note: Number },
    Accept { actor: u64 },
}

#[derive(Debug, Clone)]
pub enum Verb {
    Publish {
        number: Number,
    },
    Edit {
        post: Number,
        number: Number,
    },
    Delete {
        post: Number,
    },
    /// Received and acknowledged; it has its effect later.
    Hear {
        number: Number,
        said: Said,
    },
    /// What was received first has its effect, and its row goes.
    Effect,
    Settle {
        label: Label,
        outcome: Outcome,
    },
    Retry,
    Forgive {
        server: u64,
    },
    Follow {
        actor: u64,
    },
    Unfollow {
        actor: u64,
    },
    Prune,
}

/// What ought to be so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    pub received: BTreeMap<Number, Said>,
    /// With the number of their Follow.
    pub followers: BTreeMap<u64, Number>,
    /// Inboxes that answered 410, until somebody looks who is behind them.
    pub departed: BTreeSet<String>,
    /// With the number of their last edit; `None` when deleted.
    pub posts: BTreeMap<Number, Option<Number>>,
    pub reactions: BTreeSet<(Number, bool, u64)>,
    pub notes: BTreeMap<Number, (u64, Number)>,
    pub following: BTreeMap<u64, FollowState>,
    pub deliveries: BTreeMap<Label, (State, u32)>,
}

pub fn user(actor: u64) -> Profile {
    let server = actor % SERVERS;
    let mut profile = super::profile(&format!("s{server}.example"), &format!("u{actor}"));
    profile.shared_inbox = (actor % 2 == 1).then(|| format!("https://s{server}.example/inbox"));
    profile
}

fn inbox(actor: u64) -> String {
    user(actor).delivery_inbox().to_owned()
}

pub fn uri(actor: u64, kind: &str, number: Number) -> String {
    format!("{}/{kind}/{number}", user(actor).uri)
}

impl Model {
    /// Does what a verb ought to do; false when it ought to be refused.
    pub fn run(&mut self, verb: &Verb) -> bool {
        match verb {
            Verb::Publish { number } => {
                self.posts.insert(*number, Some(0));
                self.say(&format!("post {number}.0"), self.audience());
            }
            Verb::Edit { post, number } => {
                let Some(Some(edit)) = self.posts.get_mut(post) else { return false };
                *edit = *number;
                let sayings = self.sayings(*post);
                self.say(&format!("post {post}.{sayings}"), self.copies(*post));
            }
            Verb::Delete { post } => return self.delete(*post),
            Verb::Hear { number, said } => {
                self.received.insert(*number, said.clone());
            }
            Verb::Effect => {
                if let Some((number, said)) = self.received.pop_first() {
                    self.effect(number, &said);
                }
            }
            Verb::Settle { label, outcome } => self.settle(label, outcome),
            Verb::Retry | Verb::Forgive { .. } => {}
            Verb::Prune => {
                let departed = std::mem::take(&mut self.departed);
                self.followers.retain(|actor, _| !departed.contains(&inbox(*actor)));
            }
            Verb::Follow { actor } => {
                if self.following.get(actor) != Some(&FollowState::Accepted) {
                    self.following.insert(*actor, FollowState::Asked);
                    self.say_again("Follow", *actor);
                }
            }
            Verb::Unfollow { actor } => {
                if self.following.remove(actor).is_none() {
                    return false;
                }
                let last = self.count("Follow", *actor) - 1;
                self.drop(&format!("Follow {actor}.{last}"));
                self.say_again("Undo", *actor);
            }
        }
        true
    }

    fn effect(&mut self, _: Number, said: &Said) {
        match *said {
            Said::Follow { actor, number } => {
                self.followers.insert(actor, number);
                self.departed.remove(&inbox(actor));
                self.say(&format!("Accept {}", uri(actor, "follow", number)), [inbox(actor)].into());
            }
            Said::Unfollow { actor, .. } => drop(self.followers.remove(&actor)),
            Said::React { actor, post, boost, .. } if self.is_live(post) => {
                self.reactions.insert((post, boost, actor));
            }
            Said::Unreact { actor, post, boost, .. } => drop(self.reactions.remove(&(post, boost, actor))),
            Said::Reply { actor, post, number } if self.is_live(post) => {
                self.notes.insert(number, (actor, post));
            }
            Said::Unreply { note, .. } => drop(self.notes.remove(&note)),
            Said::Accept { actor } => {
                self.following.entry(actor).and_modify(|state| *state = FollowState::Accepted);
            }
            Said::React { .. } | Said::Reply { .. } => {}
        }
    }

    fn is_live(&self, post: Number) -> bool {
        self.posts.get(&post).is_some_and(Option::is_some)
    }

    fn audience(&self) -> BTreeSet<String> {
        self.followers.keys().map(|actor| inbox(*actor)).filter(|inbox| !self.departed.contains(inbox)).collect()
    }

    /// Whoever may hold a copy of a post.
    fn copies(&self, post: Number) -> BTreeSet<String> {
        let reacted = self.reactions.iter().filter(|r| r.0 == post).map(|r| r.2);
        let answered = self.notes.values().filter(|note| note.1 == post).map(|note| note.0);
        self.audience().into_iter().chain(reacted.chain(answered).map(inbox)).collect()
    }

    fn say(&mut self, what: &str, to: BTreeSet<String>) {
        // Somebody has to hear it for it to be counted: what nobody hears leaves no delivery.
        self.deliveries.extend(to.into_iter().map(|inbox| ((what.to_owned(), inbox), (State::Waiting, 0))));
        self.deliveries.entry((what.to_owned(), String::new())).or_insert((State::Done, 0));
    }

    /// How often something was said of a post or to an actor: `post 7.0`, `post 7.1` …
    fn count_of(&self, stem: &str) -> usize {
        self.deliveries.keys().filter(|label| label.1.is_empty() && label.0.starts_with(stem)).count()
    }

    fn sayings(&self, post: Number) -> usize {
        self.count_of(&format!("post {post}."))
    }

    fn count(&self, kind: &str, actor: u64) -> usize {
        self.count_of(&format!("{kind} {actor}."))
    }

    fn say_again(&mut self, kind: &str, actor: u64) {
        let number = self.count(kind, actor);
        self.say(&format!("{kind} {actor}.{number}"), [inbox(actor)].into());
    }

    /// Takes back what waits of something said.
    fn drop(&mut self, what: &str) {
        for (label, (state, _)) in &mut self.deliveries {
            if label.0 == what && *state == State::Waiting {
                *state = State::Dropped;
            }
        }
    }

    fn delete(&mut self, post: Number) -> bool {
        if !self.is_live(post) {
            return false;
        }
        let told = self.copies(post);
        for n in 0..self.sayings(post) {
            self.drop(&format!("post {post}.{n}"));
        }
        self.posts.insert(post, None);
        self.reactions.retain(|reaction| reaction.0 != post);
        self.notes.retain(|_, note| note.1 != post);
        self.say(&format!("Delete {post}"), told);
        true
    }

    fn settle(&mut self, label: &Label, outcome: &Outcome) {
        let Some((state, tries)) = self.deliveries.get_mut(label) else { return };
        if *state != State::Waiting {
            return;
        }
        *tries += 1;
        match outcome {
            Outcome::Done if label.0.starts_with("Accept") => drop(self.deliveries.remove(label)),
            Outcome::Done => *state = State::Done,
            Outcome::Later { .. } => {}
            Outcome::Ours { .. } => *tries = (*tries).max(IN_ORDER + 1),
            Outcome::Late => *state = State::Dropped,
            Outcome::Never { status, .. } => {
                *state = State::Refused;
                if *status == Some(410) {
                    self.departed.insert(label.1.clone());
                }
            }
        }
    }

    /// What anybody outside can tell: without the model's own notes of what was said to nobody.
    fn visible(&self) -> Self {
        let mut visible = self.clone();
        visible.deliveries.retain(|label, _| !label.1.is_empty());
        visible
    }

    pub fn agrees(&self, seen: &Self) -> bool {
        self.visible() == *seen
    }

    pub fn waiting(&self) -> Vec<Label> {
        let waiting = self.deliveries.iter().filter(|(_, (state, _))| *state == State::Waiting);
        waiting.map(|(label, _)| label.clone()).collect()
    }
}

/// Draws verbs whose objects are there as far as the model knows; some come too late all the same.
pub struct Teller {
    pub seed: u64,
    number: Number,
}

impl Teller {
    pub fn new(seed: u64) -> Self {
        Self { seed, number: 0 }
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        draw(&mut self.seed) % limit.max(1)
    }

    fn fresh(&mut self) -> Number {
        self.number += 1;
        self.number
    }

    fn any<T: Clone>(&mut self, of: impl Iterator<Item = T>) -> Option<T> {
        let all: Vec<T> = of.collect();
        let at = usize::try_from(self.below(all.len() as u64)).unwrap();
        all.get(at).cloned()
    }

    pub fn verb(&mut self, model: &Model) -> Verb {
        let actor = self.below(ACTORS);
        let live = self.any(model.posts.iter().filter(|post| post.1.is_some()).map(|post| *post.0));
        let waiting = self.any(model.waiting().into_iter());
        match (self.below(20), live, waiting) {
            (0 | 1, ..) | (2 | 3, None, _) => Verb::Publish { number: self.fresh() },
            (2, Some(post), _) => Verb::Edit { post, number: self.fresh() },
            (3, Some(post), _) => Verb::Delete { post },
            (4..=7, ..) | (8..=12, _, None) => Verb::Effect,
            (8..=12, _, Some(label)) => Verb::Settle { label, outcome: self.outcome() },
            (13, ..) => match self.below(5) {
                0 => Verb::Retry,
                1 => Verb::Prune,
                2 => Verb::Forgive { server: self.below(SERVERS) },
                3 => Verb::Follow { actor },
                _ => Verb::Unfollow { actor },
            },
            (..) => Verb::Hear { number: self.fresh(), said: self.said(model, actor, live) },
        }
    }

    fn outcome(&mut self) -> Outcome {
        match self.below(8) {
            0..=3 => Outcome::Done,
            4..=5 => Outcome::Later { said: "503".into(), retry_after: None },
            6 => Outcome::Never { said: "404".into(), status: Some(404) },
            _ => Outcome::Never { said: "410".into(), status: Some(410) },
        }
    }

    fn said(&mut self, model: &Model, actor: u64, live: Option<Number>) -> Said {
        let (number, boost) = (self.fresh(), self.below(2) == 0);
        match (self.below(9), live) {
            (0..=2, _) | (3..=6, None) => Said::Follow { actor, number },
            (3 | 4, Some(post)) => Said::React { actor, post, boost, number },
            (5, Some(post)) => Said::Unreact { actor, post, boost, number },
            (6, Some(post)) => Said::Reply { actor, post, number },
            (7, _) => match (self.any(model.notes.iter()), self.below(2)) {
                (Some((note, (author, _))), 0) => Said::Unreply { actor: *author, note: *note },
                (..) => Said::Accept { actor },
            },
            (..) => Said::Unfollow { actor, number },
        }
    }
}
