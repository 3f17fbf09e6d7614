//! The form in which roles are given: what each is called, what it lets people do, and what was ticked.

use std::collections::BTreeSet;

use crate::error::{Problem, Result};
use crate::model::ids::AccountId;
use crate::model::power::Administer;
use crate::model::user::{Asker, Rank, Role, User};
use crate::store::{Rows, accounts};
use crate::web::request::Form;

/// What of somebody's standing whoever looks may change.
pub(super) struct Standings {
    /// None where the asker is no owner: then it is not shown.
    pub ranks: Vec<Tick>,
    pub rank: Rank,
    pub accounts: Vec<Roles>,
}

/// The roles for an account.
pub(super) struct Roles {
    account: AccountId,
    pub handle: String,
    pub name: String,
    pub ticks: Vec<Tick>,
}

pub(super) struct Tick {
    pub id: String,
    pub field: String,
    pub value: &'static str,
    pub title: &'static str,
    pub hint: &'static str,
    pub on: bool,
    role: Option<Role>,
}

pub(super) fn title(role: Role) -> &'static str {
    match role {
        Role::Author => "Author",
        Role::Editor => "Editor",
        Role::Approver => "Approver",
        Role::Replier => "Replier",
        Role::Moderator => "Moderator",
        Role::Admin => "Admin",
    }
}

fn hint(role: Role) -> &'static str {
    match role {
        Role::Author => "writes what others publish",
        Role::Editor => "publishes, changes and deletes posts, and answers",
        Role::Approver => "lets pass what others wrote",
        Role::Replier => "answers those who wrote to the account",
        Role::Moderator => "decides which replies are shown",
        Role::Admin => "changes the profile, and who has which role",
    }
}

/// What a rank is called, and what it is.
pub(super) fn rank_words(rank: Rank) -> (&'static str, &'static str) {
    match rank {
        Rank::Member => ("Member", "has the roles below, and no others"),
        Rank::Auditor => ("Auditor", "reads everything, changes nothing"),
        Rank::Owner => ("Owner", "may do everything, for every account"),
    }
}

impl Standings {
    /// Of somebody who is not there yet.
    pub(super) fn blank(rows: &impl Rows, asker: &Asker) -> Result<Self> {
        Self::make(rows, asker, Rank::Member, |_, _| false)
    }

    pub(super) fn of(rows: &impl Rows, asker: &Asker, user: &User) -> Result<Self> {
        Self::make(rows, asker, user.rank, |account, role| user.has(account, role))
    }

    /// As the form has it. What the asker may not change is not looked at.
    pub(super) fn sent(rows: &impl Rows, asker: &Asker, form: &Form) -> Result<Self> {
        let rank = if asker.may_run().is_ok() { rank(form)? } else { Rank::default() };
        Self::make(rows, asker, rank, |account, role| form.all(&field(account)).any(|name| name == role.name()))
    }

    fn make(rows: &impl Rows, asker: &Asker, rank: Rank, has: impl Fn(AccountId, Role) -> bool) -> Result<Self> {
        let tick = |of: Rank| rank_tick(of, of == rank);
        let ranks = if asker.may_run().is_ok() { Rank::ALL.into_iter().map(tick).collect() } else { Vec::new() };
        let mine = accounts::all(rows)?.into_iter().filter(|account| asker.can::<Administer>(account.id));
        let roles = mine.map(|account| Roles {
            account: account.id,
            ticks: Role::ALL.into_iter().map(|role| role_tick(account.id, role, has(account.id, role))).collect(),
            handle: account.handle,
            name: account.name,
        });
        Ok(Self { ranks, rank, accounts: roles.collect() })
    }

    /// Roles by account, as they were sent.
    pub(super) fn chosen(&self) -> Vec<(AccountId, BTreeSet<Role>)> {
        let roles = |ticks: &[Tick]| ticks.iter().filter(|tick| tick.on).filter_map(|tick| tick.role).collect();
        self.accounts.iter().map(|of| (of.account, roles(&of.ticks))).collect()
    }
}

fn field(account: AccountId) -> String {
    format!("role-{account}")
}

/// Nobody becomes a member because a form was cut short.
fn rank(form: &Form) -> Result<Rank> {
    let problem = || {
        Problem::new("E305", "The form does not say what this user is to the server.")
            .field("rank")
            .remedy("Go back, and choose member, auditor or owner.")
    };
    Ok(Rank::named(form.find("rank").unwrap_or_default()).ok_or_else(problem)?)
}

fn rank_tick(rank: Rank, on: bool) -> Tick {
    let ((title, hint), value) = (rank_words(rank), rank.name());
    let id = if rank == Rank::Member { "rank".to_owned() } else { format!("rank-{value}") };
    Tick { id, field: "rank".to_owned(), value, title, hint, on, role: None }
}

fn role_tick(account: AccountId, role: Role, on: bool) -> Tick {
    let (field, value) = (field(account), role.name());
    Tick { id: format!("{field}-{value}"), field, value, title: title(role), hint: hint(role), on, role: Some(role) }
}
