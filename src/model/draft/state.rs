//! What may become of a draft: one table of state and event, pure. Who may cause an event is said by the proofs that the
//! verbs take; what is decided here is whether it is their turn.

use serde::{Deserialize, Serialize};

use super::{Approval, Draft, Passed, Rule};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::PostId;
use crate::model::power::{Approve, Power as _};
use crate::model::user::Who;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written.
    #[default]
    Draft,
    /// Somebody wants another's look at it.
    Asked { by: Who, at: Timestamp },
    /// Let pass, and without a time; `Draft::passed` says by whom.
    Approved,
    /// Goes out by itself at `due`. `held`: somebody pressed "publish now", and it waits for them to think again; then it is
    /// planned again as it `was`.
    Planned {
        by: Who,
        due: Timestamp,
        held: bool,
        since: Timestamp,
        #[serde(default)]
        was: Option<Plan>,
    },
    /// Was to go out at `due` and did not: somebody has to decide. `why` is a sentence.
    Missed { due: Timestamp, why: String },
    /// Went out. `owes`: before anybody let it pass, since it was urgent.
    Published { at: Timestamp, posts: Vec<PostId>, owes: bool },
}

/// Who planned something for when, and since when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub by: Who,
    pub due: Timestamp,
    pub since: Timestamp,
}

/// A state without what comes with it, in the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Asked,
    Approved,
    Planned,
    Missed,
    Published,
    /// Published, and still to be let pass.
    Owing,
}

impl Stage {
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Asked, Self::Approved, Self::Planned, Self::Missed, Self::Published, Self::Owing];

    /// As it is typed and shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Planned => "planned",
            Self::Missed => "missed",
            Self::Published => "published",
            Self::Owing => "published_unapproved",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    pub fn is_open(self) -> bool {
        match self {
            Self::Draft | Self::Asked | Self::Approved | Self::Planned | Self::Missed => true,
            Self::Published | Self::Owing => false,
        }
    }
}

impl State {
    pub fn stage(&self) -> Stage {
        match self {
            Self::Draft => Stage::Draft,
            Self::Asked { .. } => Stage::Asked,
            Self::Approved => Stage::Approved,
            Self::Planned { .. } => Stage::Planned,
            Self::Missed { .. } => Stage::Missed,
            Self::Published { owes: true, .. } => Stage::Owing,
            Self::Published { owes: false, .. } => Stage::Published,
        }
    }
}

/// What happens to a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The content became another. `publishes`: by somebody who could publish it.
    Changed {
        publishes: bool,
    },
    Ask,
    /// The asking or the approval is taken back.
    Withdraw,
    /// `approver`: by somebody with that role.
    Approve {
        approver: bool,
    },
    /// `approver`: by somebody with that role.
    SendBack {
        approver: bool,
    },
    Plan {
        due: Timestamp,
    },
    /// As `Plan`, for somebody who pressed "publish now" and may think again until then.
    Hold {
        due: Timestamp,
    },
    Unplan,
    Miss {
        why: String,
    },
    Publish {
        posts: Vec<PostId>,
    },
}

/// What an account demands of what is published now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// It may go.
    Nothing,
    /// It may go, and is to be let pass afterwards.
    Afterwards,
}

impl Approval {
    /// Whose look it is that counts.
    fn judged(self, approver: bool) -> Result<()> {
        if self.rule == Rule::Approver && !approver { Err(Error::Forbidden(Approve::MISSING)) } else { Ok(()) }
    }

    /// Whether something may be published that nobody let pass. `answer`: it is a plain answer to somebody. The operator
    /// answers for themselves, when they say that it is urgent.
    pub fn unapproved(self, who: Who, urgent: bool, answer: bool) -> Result<Demand> {
        if self.rule == Rule::None || (answer && !self.answers) {
            return Ok(Demand::Nothing);
        }
        if urgent && (self.urgent_first || who == Who::Operator) {
            return Ok(Demand::Afterwards);
        }
        let what = match self.rule {
            Rule::None | Rule::Other => "Somebody else has to approve what this account publishes.",
            Rule::Approver => "An approver has to approve what this account publishes.",
        };
        let remedy = if who == Who::Operator {
            "Keep it as a draft (--draft) and ask; in an emergency add --urgent, which is written down."
        } else if self.urgent_first {
            "Keep it as a draft and ask for approval. In an emergency tick “Emergency”: then it is approved afterwards."
        } else {
            "Keep it as a draft and ask for approval."
        };
        Err(Problem::new("E500", what).field("approval").remedy(remedy).into())
    }

    /// What can be done by somebody who may answer and keeps no drafts, where more than that is demanded.
    pub fn for_repliers(self) -> String {
        let ask = if self.answers {
            "Somebody else has to approve answers, and you keep no drafts: ask somebody with the role author or editor for \
             this account to write it and to have it approved."
        } else {
            "You can send a single answer without a poll or a quote. For more than that, ask somebody with the role author \
             or editor for this account to write it and to have it approved."
        };
        let urgent = " In an emergency tick “Emergency”: then it is approved afterwards.";
        [ask, if self.urgent_first { urgent } else { "" }].concat()
    }
}

impl Draft {
    /// What its account demands before it goes out. A change of something published always needs the look that is
    /// demanded: those that need none are made at once.
    pub fn demand(&self, approval: Approval, who: Who) -> Result<Demand> {
        if self.is_let_pass(approval) {
            return Ok(Demand::Nothing);
        }
        approval.unapproved(who, self.content.urgent, self.edits.is_none() && self.content.is_answer())
    }

    /// Whether it is planned and will not go out, since its account demands a look that nobody had: the rule came, or became
    /// stricter, after the plan.
    pub fn is_held_up(&self, approval: Approval) -> bool {
        match self.state {
            State::Planned { by, .. } => self.demand(approval, by).is_err(),
            State::Draft | State::Asked { .. } | State::Approved | State::Missed { .. } | State::Published { .. } => {
                false
            }
        }
    }

    /// Whether its plan stands when it becomes another: what is saved then goes out.
    pub fn stays_planned(&self, publishes: bool, approval: Approval) -> bool {
        self.due().is_some() && publishes && approval.rule == Rule::None
    }

    /// Whether it can still be changed.
    pub fn still_open(&self) -> Result<()> {
        if self.stage().is_open() { Ok(()) } else { Err(too_late()) }
    }

    /// Becomes what it is after an event, or says why that cannot happen now.
    pub fn step(&mut self, event: &Event, by: Who, now: Timestamp, approval: Approval) -> Result<()> {
        let next = match event {
            Event::Changed { publishes } => self.changed(*publishes, approval)?,
            Event::Ask => self.asked(by, now, approval)?,
            Event::Withdraw => self.withdrew()?,
            Event::Approve { approver } => self.let_pass(*approver, by, now, approval)?,
            Event::SendBack { approver } => self.sent_back(*approver, by, approval)?,
            Event::Plan { due } => self.planned(*due, false, by, now, approval)?,
            Event::Hold { due } => self.planned(*due, true, by, now, approval)?,
            Event::Unplan => self.unplanned(now)?,
            Event::Miss { why } => self.missed(why)?,
            Event::Publish { posts } => self.published(posts, by, now, approval)?,
        };
        self.state = next;
        self.back = match event {
            Event::SendBack { .. } => Some((by, now)),
            Event::Changed { .. } | Event::Miss { .. } => self.back,
            Event::Ask
            | Event::Withdraw
            | Event::Approve { .. }
            | Event::Plan { .. }
            | Event::Hold { .. }
            | Event::Unplan
            | Event::Publish { .. } => None,
        };
        Ok(())
    }

    /// Any change takes the approval away, and with it the plan where the account demands one; the text that was
    /// approved stays, to be compared. What somebody planned who publishes stays planned only when they change it.
    fn changed(&mut self, publishes: bool, approval: Approval) -> Result<State> {
        let next = match &self.state {
            asked @ State::Asked { .. } => asked.clone(),
            planned @ State::Planned { .. } if self.stays_planned(publishes, approval) => planned.clone(),
            State::Draft | State::Approved | State::Missed { .. } | State::Planned { .. } => State::Draft,
            State::Published { .. } => return Err(too_late()),
        };
        self.take_back();
        Ok(next)
    }

    fn take_back(&mut self) {
        if let Some(passed) = &mut self.passed {
            passed.holds = false;
        }
    }

    fn asked(&self, by: Who, at: Timestamp, approval: Approval) -> Result<State> {
        match &self.state {
            State::Draft | State::Missed { .. } | State::Approved if !self.is_let_pass(approval) => {
                Ok(State::Asked { by, at })
            }
            State::Asked { .. } => Err(wrong("It waits for approval already.")),
            State::Draft | State::Missed { .. } | State::Approved | State::Planned { .. } => {
                Err(wrong("It is approved already."))
            }
            State::Published { .. } => Err(too_late()),
        }
    }

    fn withdrew(&mut self) -> Result<State> {
        match &self.state {
            State::Asked { .. } | State::Approved => {
                self.take_back();
                Ok(State::Draft)
            }
            State::Draft | State::Missed { .. } => Err(wrong("Nobody was asked for approval.")),
            State::Planned { .. } => Err(wrong("It is planned: take the plan back first.")),
            State::Published { .. } => Err(too_late()),
        }
    }

    fn let_pass(&mut self, approver: bool, by: Who, at: Timestamp, approval: Approval) -> Result<State> {
        let next = match &self.state {
            State::Asked { .. } => State::Approved,
            State::Published { at, posts, owes: true } => {
                State::Published { at: *at, posts: posts.clone(), owes: false }
            }
            State::Draft | State::Missed { .. } => return Err(wrong("Nobody asked for approval yet.")),
            State::Approved | State::Planned { .. } => {
                return Err(wrong("It is approved already, or needs nobody's look."));
            }
            State::Published { owes: false, .. } => return Err(too_late()),
        };
        if self.is_by(by) {
            return Err(Problem::new("E503", "Whoever wrote something does not approve it.")
                .field("approval")
                .remedy("Ask somebody else.")
                .into());
        }
        approval.judged(approver)?;
        let (revision, content) = (self.revision, self.content.clone());
        self.passed = Some(Passed { by, at, revision, content, approver, holds: true });
        Ok(next)
    }

    fn sent_back(&mut self, approver: bool, by: Who, approval: Approval) -> Result<State> {
        match &self.state {
            State::Asked { .. } | State::Approved | State::Planned { held: false, .. } if !self.is_by(by) => {
                approval.judged(approver)?;
                self.take_back();
                Ok(State::Draft)
            }
            State::Asked { .. } | State::Approved | State::Planned { .. } => {
                Err(wrong("It is yours: take it back instead."))
            }
            State::Draft | State::Missed { .. } => Err(wrong("It is a draft already.")),
            State::Published { .. } => Err(too_late()),
        }
    }

    fn planned(&self, due: Timestamp, held: bool, by: Who, now: Timestamp, approval: Approval) -> Result<State> {
        match &self.state {
            State::Draft
            | State::Asked { .. }
            | State::Approved
            | State::Missed { .. }
            | State::Planned { held: false, .. } => {}
            State::Planned { held: true, .. } => return Err(wrong("It goes out in a moment.")),
            State::Published { .. } => return Err(too_late()),
        }
        self.demand(approval, by)?;
        if held {
            let was = match self.state {
                State::Planned { by, due, since, .. } => Some(Plan { by, due, since }),
                State::Draft
                | State::Asked { .. }
                | State::Approved
                | State::Missed { .. }
                | State::Published { .. } => None,
            };
            return Ok(State::Planned { by, due: due.min(now.plus(limits::draft::HOLD)), held, since: now, was });
        }
        if due <= now {
            return Err(Problem::new("E504", "That moment is over.")
                .field("at")
                .remedy("Choose a later one, or publish now.")
                .into());
        }
        if due > now.plus(limits::draft::AHEAD) {
            return Err(Problem::new("E504", "That is more than three years ahead.")
                .field("at")
                .remedy("Is the year right?")
                .into());
        }
        Ok(State::Planned { by, due, held, since: now, was: None })
    }

    /// Back to where it would be without a plan; without "publish now", back to the plan that there was.
    fn unplanned(&self, now: Timestamp) -> Result<State> {
        match &self.state {
            State::Planned { was: Some(Plan { by, due, since }), .. } if *due > now => {
                Ok(State::Planned { by: *by, due: *due, held: false, since: *since, was: None })
            }
            State::Planned { .. } | State::Missed { .. } => {
                Ok(if self.approval().is_some() { State::Approved } else { State::Draft })
            }
            State::Draft | State::Asked { .. } | State::Approved => Err(wrong("It is not planned.")),
            State::Published { .. } => Err(too_late()),
        }
    }

    fn missed(&self, why: &str) -> Result<State> {
        match &self.state {
            State::Planned { due, .. } => Ok(State::Missed { due: *due, why: why.to_owned() }),
            State::Draft | State::Asked { .. } | State::Approved | State::Missed { .. } => {
                Err(wrong("It is not planned."))
            }
            State::Published { .. } => Err(too_late()),
        }
    }

    fn published(&self, posts: &[PostId], by: Who, now: Timestamp, approval: Approval) -> Result<State> {
        match &self.state {
            State::Draft | State::Asked { .. } | State::Approved | State::Planned { .. } | State::Missed { .. } => {}
            State::Published { .. } => return Err(too_late()),
        }
        let owes = self.demand(approval, by)? == Demand::Afterwards;
        Ok(State::Published { at: now, posts: posts.to_vec(), owes })
    }
}

fn wrong(what: &'static str) -> Error {
    Error::Conflict(what)
}

fn too_late() -> Error {
    Error::Conflict("It is published already; now the post can be edited or deleted.")
}
