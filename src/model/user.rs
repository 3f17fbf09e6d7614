//! People of the institution, their roles, and the proofs of what they may do. A verb that changes something takes a
//! `By`, an `Owner` or an `Own`; none of them can be made anywhere but here, so that no verb can be called without its
//! power being shown. Each carries who acts.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::client::{Token, TokenId};
use super::ids::{AccountId, UserId};
use super::power::Power;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;

/// What somebody does for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Author,
    Editor,
    Approver,
    Replier,
    Moderator,
    Admin,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::Author, Self::Editor, Self::Approver, Self::Replier, Self::Moderator, Self::Admin];

    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Approver => "approver",
            Self::Replier => "replier",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Where somebody stands towards the server itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Has the roles that are given for each account, and no other.
    #[default]
    Member,
    /// Reads everything and changes nothing.
    Auditor,
    /// May do everything, for every account.
    Owner,
}

impl Rank {
    pub const ALL: [Self; 3] = [Self::Member, Self::Auditor, Self::Owner];

    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Auditor => "auditor",
            Self::Owner => "owner",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.name() == name)
    }
}

/// A person who logs in. What they log in with stands apart (see [`super::login::Secrets`]), so that no list of people
/// can show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    /// As it was typed. Empty until the first owner, who came by the first link, has said it.
    pub email: String,
    pub name: String,
    /// Of their desk, once it speaks it.
    pub language: Lang,
    #[serde(default)]
    pub rank: Rank,
    #[serde(default)]
    pub roles: BTreeMap<AccountId, BTreeSet<Role>>,
    pub created: Timestamp,
    /// Since when they may not log in any more.
    #[serde(default)]
    pub off: Option<Timestamp>,
}

impl User {
    pub fn has(&self, account: AccountId, role: Role) -> bool {
        self.roles.get(&account).is_some_and(|roles| roles.contains(&role))
    }

    /// Whether they may do everything.
    pub fn is_owner(&self) -> bool {
        self.rank == Rank::Owner && self.off.is_none()
    }

    /// What to call them where a name is wanted.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// Name and address, where it matters who it is: names are not proven.
    pub fn told_apart(&self) -> String {
        match (self.called(), self.email.as_str()) {
            (name, "") => name.to_owned(),
            (name, email) if name == email => name.to_owned(),
            (name, email) => format!("{name} ({email})"),
        }
    }

    /// What to call them where a name has to stand: the first owner may have said nothing yet.
    pub fn called(&self) -> &str {
        if self.shown().is_empty() { "the first owner" } else { self.shown() }
    }

    pub fn check(&self) -> Result<()> {
        if self.name.chars().count() > limits::desk::USER_NAME {
            let what = format!("A name has at most {} characters.", limits::desk::USER_NAME);
            return Err(Problem::new("E301", what).field("name").into());
        }
        if !self.email.is_empty() {
            check_email(&self.email)?;
        }
        if self.rank == Rank::Auditor && self.roles.values().any(|roles| !roles.is_empty()) {
            return Err(Problem::new("E302", "An auditor changes nothing, and so has no role for an account.")
                .field("rank")
                .remedy("Take the other roles away, or let somebody else be the auditor.")
                .into());
        }
        Ok(())
    }
}

/// The form by which e-mail addresses are compared.
pub fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

fn check_email(email: &str) -> Result<()> {
    let (local, domain) = email.rsplit_once('@').unwrap_or_default();
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>,;:\"()[]\\".contains(c));
    let right = plain && !local.is_empty() && !local.contains('@') && url::Host::parse(domain).is_ok();
    if right && email.len() <= limits::desk::EMAIL {
        return Ok(());
    }
    Err(Problem::new("E300", format!("'{}' is no e-mail address.", text::clip(email, limits::desk::SHORT_WORDS)))
        .field("email")
        .remedy("Write it as name@city.example.")
        .into())
}

/// Who did something: what remains of the asker when it is done, to be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever may read the data directory: the command line.
    Operator,
    User(UserId),
    /// A client program; `user` made its token, or else the operator did.
    Client {
        token: TokenId,
        user: Option<UserId>,
    },
    /// Somebody who has not shown who they are.
    Nobody,
}

impl Who {
    /// Which person it was, by themself or by a program of theirs.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Operator | Self::Nobody => None,
            Self::User(user) => Some(user),
            Self::Client { user, .. } => user,
        }
    }

    /// Whether one and the same person did both. The operator's programs are the operator. A human who has the shell of
    /// the server and a user at the desk is two here: nothing tells the server who sits at the shell, which could change
    /// the database as well. Four eyes are kept from users; from the operator, only the audit log keeps anything.
    pub fn is_same(self, other: Self) -> bool {
        self.user() == other.user()
    }
}

/// Who asks for something.
#[derive(Debug, Clone)]
pub enum Asker {
    /// Whoever may read the data directory: the command line.
    Operator,
    /// Somebody at the desk.
    User(User),
    Client(Client),
}

/// A client program that showed a token.
#[derive(Debug, Clone)]
pub struct Client {
    /// The hash of the token: its row's key.
    pub key: [u8; 32],
    pub token: Token,
    /// Whose token it is; the operator's is nobody's.
    pub user: Option<User>,
}

/// Proof that its bearer has the power `P` for an account.
#[derive(Debug, Clone, Copy)]
pub struct By<P: Power = super::power::Publish> {
    account: AccountId,
    who: Who,
    power: PhantomData<P>,
}

/// Proof that its bearer may change the server itself: accounts, users, settings.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    who: Who,
}

/// Proof that its bearer is a user, or an owner who acts for them.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    user: UserId,
    who: Who,
}

/// Proof that its bearer may read everything.
#[derive(Debug, Clone, Copy)]
pub struct Auditor {
    _made_here: (),
}

impl Asker {
    pub fn who(&self) -> Who {
        match self {
            Self::Operator => Who::Operator,
            Self::User(user) => Who::User(user.id),
            Self::Client(client) => {
                Who::Client { token: TokenId::of(&client.key), user: client.user.as_ref().map(|user| user.id) }
            }
        }
    }

    /// The proof of the power that a verb demands. What cannot be seen is not found; what can be seen says which role
    /// is missing.
    pub fn may<P: Power>(&self, account: AccountId) -> Result<By<P>> {
        if let Self::Client(Client { token, .. }) = self {
            if token.account != account {
                return Err(Error::NotFound);
            }
            if !P::SCOPE.is_some_and(|scope| token.scopes.allow(scope)) {
                return Err(Error::Forbidden("this token does not cover the scope"));
            }
        }
        if !self.can::<super::power::Read>(account) {
            return Err(Error::NotFound);
        }
        if !self.can::<P>(account) {
            return Err(Error::Forbidden(P::MISSING));
        }
        Ok(By { account, who: self.who(), power: PhantomData })
    }

    /// Whether `may` would say yes, by the roles alone.
    pub fn can<P: Power>(&self, account: AccountId) -> bool {
        self.person().is_none_or(|user| has::<P>(user, account))
    }

    pub fn may_run(&self) -> Result<Owner> {
        match self {
            Self::Client(_) => Err(Error::Forbidden("client programs may not change the server")),
            Self::Operator => Ok(Owner { who: Who::Operator }),
            Self::User(user) if user.is_owner() => Ok(Owner { who: self.who() }),
            Self::User(_) => Err(Error::Forbidden("Only an owner of this server may do that.")),
        }
    }

    /// What concerns nobody but the user who asks.
    pub fn own(&self) -> Result<Own> {
        match self {
            Self::User(user) if user.off.is_none() => Ok(Own { user: user.id, who: self.who() }),
            Self::User(_) | Self::Operator | Self::Client(_) => {
                Err(Error::Forbidden("This is for a user at the desk."))
            }
        }
    }

    pub fn may_audit(&self) -> Result<Auditor> {
        let reads = match self {
            Self::Client(_) => return Err(Error::Forbidden("client programs may not audit the server")),
            Self::Operator => true,
            Self::User(user) => user.off.is_none() && user.rank != Rank::Member,
        };
        if reads {
            return Ok(Auditor { _made_here: () });
        }
        Err(Error::Forbidden("Only an owner or an auditor of this server may see that."))
    }

    /// Whose roles bound what may be done; none for what the operator does.
    fn person(&self) -> Option<&User> {
        match self {
            Self::Operator => None,
            Self::User(user) => Some(user),
            Self::Client(client) => client.user.as_ref(),
        }
    }
}

fn has<P: Power>(user: &User, account: AccountId) -> bool {
    user.off.is_none()
        && match user.rank {
            Rank::Owner => true,
            Rank::Auditor => P::READS,
            Rank::Member => P::ROLES.iter().any(|role| user.has(account, *role)),
        }
}

impl<P: Power> By<P> {
    pub fn account(self) -> AccountId {
        self.account
    }

    pub fn who(self) -> Who {
        self.who
    }

    /// The same proof as one of a power that this one has in it.
    pub fn to<Q: Power>(self) -> By<Q>
    where
        P: super::power::Covers<Q>,
    {
        By { account: self.account, who: self.who, power: PhantomData }
    }
}

impl Own {
    pub fn user(self) -> UserId {
        self.user
    }

    pub fn who(self) -> Who {
        self.who
    }
}

impl Owner {
    pub fn who(self) -> Who {
        self.who
    }

    /// An owner may do for somebody what they may do for themselves.
    pub fn for_user(self, user: UserId) -> Own {
        Own { user, who: self.who }
    }

    /// An owner administers every account.
    pub fn of(self, account: AccountId) -> By<super::power::Administer> {
        By { account, who: self.who, power: PhantomData }
    }
}

#[cfg(test)]
mod tests;
