//! A post before it is one: what several people write, look at, let pass and plan. What may become of it is decided in
//! `state`; what the institution demands for an account stands in its `Rule`.

pub mod change;
pub mod content;
pub mod link;
pub mod state;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, DraftId, PostId, UserId};
use super::post::Mention;
use super::user::Who;
use crate::base::time::Timestamp;
use crate::base::zone::{Turn, Zone};
use crate::error::{Problem, Result};
use crate::limits;
pub use change::Edits;
pub use content::{Attached, Content, Part};
pub use state::{Demand, Event, Plan, Stage, State};

/// Whose look a draft needs before it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nobody's.
    #[default]
    None,
    /// That of somebody who did not write it.
    Other,
    /// That of somebody with the role approver who did not write it.
    Approver,
}

impl Rule {
    pub const ALL: [Self; 3] = [Self::None, Self::Other, Self::Approver];

    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Other => "other",
            Self::Approver => "approver",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// How an account publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approval {
    #[serde(default)]
    pub rule: Rule,
    /// Whether what is urgent may go out at once and be approved afterwards.
    #[serde(default)]
    pub urgent_first: bool,
    /// Whether answers to others need that look too. Where they need none, that is for a single post without poll, quote
    /// and recording: a thread that begins with an answer, or asks or shows more, is an announcement. Boosts and likes
    /// never need it: they say nothing in the account's own words, and are in the audit log.
    #[serde(default)]
    pub answers: bool,
    /// Who said so, and when. An admin may have other roles for the account too: a rule that they alone made weaker is
    /// possible, and seen by everybody who looks at drafts, the rule, or who may do what.
    #[serde(default)]
    pub set: Option<(Who, Timestamp)>,
    /// Since when nothing that is planned goes out; a crisis.
    #[serde(default)]
    pub stopped: Option<Timestamp>,
}

impl Approval {
    /// In a few words, for the log.
    pub fn words(self) -> String {
        let mut words = self.rule.name().to_owned();
        for (on, more) in [(self.urgent_first, ", urgent first"), (self.answers, ", answers too")] {
            words.push_str(if on { more } else { "" });
        }
        words
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub account: AccountId,
    /// Whose it is: who began it, or took it over.
    pub writer: Who,
    /// Everybody whose words are in it, and nobody of them lets it pass.
    pub hands: Vec<Who>,
    /// When it was changed last, and by whom.
    pub saved: Timestamp,
    pub saved_by: Who,
    /// Counts what was saved: whoever saves says which one they started from.
    pub revision: u64,
    pub content: Content,
    /// Whom the texts of each part name, as they were found last.
    #[serde(default)]
    pub mentions: Vec<Vec<Mention>>,
    /// When it is wanted.
    #[serde(default)]
    pub when: Option<When>,
    pub state: State,
    /// What was let pass last; whether that still holds stands in it.
    #[serde(default)]
    pub passed: Option<Passed>,
    /// Oldest first; never leave the house.
    #[serde(default)]
    pub comments: Vec<Comment>,
    /// Who has the form open, the latest last.
    #[serde(default)]
    pub open: Vec<Editing>,
    /// Of whose changes the audit log has told lately, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<(Who, Timestamp)>,
    /// The published post that it is a change of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edits>,
    /// Who sent it back to its writer, and when; until it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<(Who, Timestamp)>,
}

/// A moment, and the words that were typed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub at: Timestamp,
    /// As it was typed, on the wall of `zone`.
    #[serde(default)]
    pub typed: String,
    /// IANA name.
    #[serde(default)]
    pub zone: String,
    #[serde(default)]
    pub turn: Option<Turn>,
}

impl When {
    /// A moment as somebody typed it, on the wall of a zone.
    pub fn on(zone: &Zone, typed: &str, turn: Option<Turn>) -> Result<Self> {
        Ok(Self { at: zone.moment(typed, turn)?, typed: typed.to_owned(), zone: zone.name().to_owned(), turn })
    }

    /// A moment that a program named.
    pub fn exactly(at: Timestamp) -> Self {
        Self { at, typed: String::new(), zone: String::new(), turn: None }
    }
}

/// What somebody let pass.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passed {
    pub by: Who,
    pub at: Timestamp,
    pub revision: u64,
    pub content: Content,
    /// By somebody with the role approver at that time.
    #[serde(default)]
    pub approver: bool,
    /// Gone with any change of the content, and when it was taken back.
    pub holds: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub by: Who,
    pub at: Timestamp,
    pub text: String,
}

/// Somebody who has the form open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editing {
    pub by: Who,
    pub until: Timestamp,
}

/// What is handed in to be kept.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub content: Content,
    /// Resolved beforehand, part by part, since that may need the network.
    pub mentions: Vec<Vec<Mention>>,
    pub when: Option<When>,
    /// Of what is begun: the published post that it is a change of, and the state of it that was looked at.
    pub edits: Option<(PostId, Timestamp)>,
}

impl Draft {
    /// Whether a form says what the draft says already.
    pub fn says(&self, sheet: &Sheet) -> bool {
        self.content == sheet.content && self.when == sheet.when
    }

    /// Captions and posters that an open change of something published names, so that they stay for it.
    pub fn brings(&self) -> impl Iterator<Item = &str> {
        let files = self.content.media().flat_map(|attached| attached.about.files());
        files.filter(|_| self.edits.is_some() && self.stage().is_open())
    }

    /// Bytes of those of them that the post did not say when the change was begun. What still waits beside its recording
    /// weighs there too, for the day that it does.
    pub fn weight(&self) -> u64 {
        fn all(content: &Content) -> BTreeMap<&str, u64> {
            content.media().flat_map(|file| file.about.weights()).collect()
        }
        let Some(edits) = self.edits.as_ref().filter(|_| self.stage().is_open()) else { return 0 };
        let was = all(&edits.was);
        all(&self.content).into_iter().filter(|(file, _)| !was.contains_key(file)).map(|(_, bytes)| bytes).sum()
    }

    /// Just begun.
    pub fn new(id: DraftId, account: AccountId, by: Who, now: Timestamp, content: Content) -> Self {
        Self {
            id,
            account,
            writer: by,
            hands: vec![by],
            saved: now,
            saved_by: by,
            revision: 1,
            content,
            mentions: Vec::new(),
            when: None,
            state: State::Draft,
            passed: None,
            comments: Vec::new(),
            open: Vec::new(),
            told: vec![(by, now)],
            edits: None,
            back: None,
        }
    }

    pub fn stage(&self) -> Stage {
        self.state.stage()
    }

    /// What was let pass, while it holds.
    pub fn approval(&self) -> Option<&Passed> {
        self.passed.as_ref().filter(|passed| passed.holds)
    }

    /// Whether what its account demands now was done: an approval of before may be too little for a stricter rule.
    pub fn is_let_pass(&self, approval: Approval) -> bool {
        let enough = |passed: &Passed| passed.approver || approval.rule != Rule::Approver;
        self.approval().is_some_and(|passed| !self.is_by(passed.by) && enough(passed))
    }

    /// Whether a plan waits for the end of a crisis. What somebody publishes by hand after it began does not.
    pub fn is_stopped(&self, approval: Approval) -> bool {
        let Some(stopped) = approval.stopped else { return false };
        match self.state {
            State::Planned { held, since, .. } => !held || since <= stopped,
            State::Draft | State::Asked { .. } | State::Approved | State::Missed { .. } | State::Published { .. } => {
                false
            }
        }
    }

    /// Whether a post was made of it, or changed by it.
    pub fn is_about(&self, post: PostId) -> bool {
        matches!(&self.state, State::Published { posts, .. } if posts.contains(&post))
    }

    /// What was let pass before the text was changed.
    pub fn withdrawn(&self) -> Option<&Passed> {
        self.passed.as_ref().filter(|passed| !passed.holds)
    }

    /// The moment at which it goes out by itself.
    pub fn due(&self) -> Option<Timestamp> {
        match self.state {
            State::Planned { due, .. } => Some(due),
            State::Draft | State::Asked { .. } | State::Approved | State::Missed { .. } | State::Published { .. } => {
                None
            }
        }
    }

    /// The moment that will stand on what it becomes: at which it goes out by itself, or is wanted for; else now.
    pub fn goes(&self, now: Timestamp) -> Timestamp {
        self.due().or_else(|| self.when.as_ref().map(|when| when.at)).map_or(now, |at| at.max(now))
    }

    /// Those other than `who` who have it open.
    pub fn busy(&self, who: Who, now: Timestamp) -> Vec<Who> {
        let others = self.open.iter().filter(|editing| editing.until > now && !editing.by.is_same(who));
        others.map(|editing| editing.by).collect()
    }

    /// Notes that somebody opened it, and forgets whose time is over.
    pub fn opened(&mut self, by: Who, now: Timestamp) {
        self.closed(by);
        self.open.retain(|editing| editing.until > now);
        self.open.push(Editing { by, until: now.plus(limits::draft::EDITING) });
        let over = self.open.len().saturating_sub(limits::draft::EDITORS);
        self.open.drain(..over);
    }

    /// Notes that they have it open no more.
    pub fn closed(&mut self, by: Who) {
        self.open.retain(|editing| !editing.by.is_same(by));
    }

    /// Whether any of the words are theirs.
    pub fn is_by(&self, who: Who) -> bool {
        self.writer.is_same(who) || self.hands.iter().any(|hand| hand.is_same(who))
    }

    /// Belongs to a user, whatever they wrote it with.
    pub fn is_of(&self, user: UserId) -> bool {
        self.writer.user() == Some(user)
    }

    /// Notes whose words it has now.
    pub fn touched(&mut self, by: Who, now: Timestamp) {
        if !self.hands.iter().any(|hand| hand.is_same(by)) {
            self.hands.push(by);
        }
        (self.saved, self.saved_by) = (now, by);
        self.closed(by);
        self.revision += 1;
    }

    /// Whether the audit log is to tell of a change by somebody: once in [`TOLD`](limits::draft::TOLD) for each of them.
    /// The form saves by itself every few seconds, and a save by a hand looks the same to the server; an entry for each
    /// would bury what matters. That somebody changed it in that hour is told, and the draft itself says when and by whom
    /// it was changed last. To begin it counts as the first change.
    pub fn tell(&mut self, by: Who, now: Timestamp) -> bool {
        // One from the future is from before the clock was set back.
        self.told.retain(|(_, at)| *at <= now && now.since(*at) < limits::draft::TOLD);
        if self.told.iter().any(|(who, _)| who.is_same(by)) {
            return false;
        }
        self.told.push((by, now));
        true
    }

    pub fn say(&mut self, by: Who, at: Timestamp, text: &str) -> Result<()> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > limits::draft::COMMENT {
            let what = format!("A comment has 1 to {} characters; this one has {length}.", limits::draft::COMMENT);
            return Err(Problem::new("E508", what).field("comment").into());
        }
        if self.comments.len() >= limits::draft::COMMENTS {
            let what = format!("There are {} comments already, and no more fit.", limits::draft::COMMENTS);
            let remedy = "Begin a new draft with this text, or go on talking elsewhere.";
            return Err(Problem::new("E508", what).field("comment").remedy(remedy).into());
        }
        self.comments.push(Comment { by, at, text: text.to_owned() });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
