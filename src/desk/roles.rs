//! The form in which roles are given: what each is called, what it lets people do, and what was ticked.

use std::collections::BTreeSet;

use super::users::Chosen;
use crate::error::Result;
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

const RANKS: [(Rank, &str, &str, &str); 3] = [
    (Rank::Member, "member", "Member", "has the roles below, and no others"),
    (Rank::Auditor, "auditor", "Auditor", "reads everything, changes nothing"),
    (Rank::Owner, "owner", "Owner", "may do everything, for every account"),
];

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
        let wanted = form.find("rank").unwrap_or_default();
        let rank = RANKS.into_iter().find(|(_, name, ..)| *name == wanted).map_or(Rank::Member, |(rank, ..)| rank);
        Self::make(rows, asker, rank, |account, role| form.all(&field(account)).any(|name| name == role.name()))
    }

    fn make(rows: &impl Rows, asker: &Asker, rank: Rank, has: impl Fn(AccountId, Role) -> bool) -> Result<Self> {
        let tick = |(of, value, title, hint): (Rank, &'static str, &'static str, &'static str)| Tick {
            id: if of == Rank::Member { "rank".to_owned() } else { format!("rank-{value}") },
            field: "rank".to_owned(),
            value,
            title,
            hint,
            on: of == rank,
            role: None,
        };
        let ranks = if asker.may_run().is_ok() { RANKS.into_iter().map(tick).collect() } else { Vec::new() };
        let mine = accounts::all(rows)?.into_iter().filter(|account| asker.can::<Administer>(account.id));
        let roles = mine.map(|account| Roles {
            account: account.id,
            ticks: Role::ALL.into_iter().map(|role| role_tick(account.id, role, has(account.id, role))).collect(),
            handle: account.handle,
            name: account.name,
        });
        Ok(Self { ranks, rank, accounts: roles.collect() })
    }

    pub(super) fn chosen(&self) -> Chosen {
        let roles = |ticks: &[Tick]| ticks.iter().filter(|tick| tick.on).filter_map(|tick| tick.role).collect();
        self.accounts.iter().map(|of| (of.account, roles(&of.ticks))).collect::<Vec<(AccountId, BTreeSet<Role>)>>()
    }
}

fn field(account: AccountId) -> String {
    format!("role-{account}")
}

fn role_tick(account: AccountId, role: Role, on: bool) -> Tick {
    let (field, value) = (field(account), role.name());
    Tick { id: format!("{field}-{value}"), field, value, title: title(role), hint: hint(role), on, role: Some(role) }
}
