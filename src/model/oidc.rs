//! Somebody known by the institution's identity provider: whether what it says is meant for us and now (OpenID Connect
//! Core 3.1.3.7), who they are, and what their groups make of them here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::{AccountId, UserId};
use super::user::{Rank, Role, User};
use crate::base::text;
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::limits::provider::{GROUPS, SKEW, SUBJECT, TIME};

/// That somebody is a user here, stored under the hash of issuer and subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub user: UserId,
    pub issuer: String,
    pub subject: String,
    /// What they have by their groups alone: it goes when they leave those.
    #[serde(default)]
    pub mapped: Mapped,
    pub since: Timestamp,
    /// The last log-in by it.
    #[serde(default)]
    pub last: Option<Timestamp>,
}

/// Rank and roles that groups give.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    #[serde(default)]
    pub rank: Rank,
    #[serde(default)]
    pub roles: BTreeMap<AccountId, BTreeSet<Role>>,
}

impl Mapped {
    pub fn is_empty(&self) -> bool {
        self.rank == Rank::Member && self.roles.values().all(BTreeSet::is_empty)
    }
}

/// What a token has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
}

/// Why what the provider says is not for us, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Issuer,
    Audience,
    Nonce,
    Expired,
    Early,
    Stale,
    Subject,
}

/// Checks an ID token whose signature is right.
pub fn check(claims: &Value, expected: Expected<'_>, now: Timestamp) -> Result<(), Wrong> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Wrong::Issuer);
    }
    // For us and for nobody else: there is nobody besides whom we trust.
    let for_us = match claims.get("aud") {
        Some(Value::String(one)) => one == expected.client,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|one| one.as_str() == Some(expected.client)),
        _ => false,
    };
    let party = claims.get("azp").is_none_or(|azp| azp.as_str() == Some(expected.client));
    if !for_us || !party {
        return Err(Wrong::Audience);
    }
    if !text("nonce").is_some_and(|nonce| token::equal(nonce.as_bytes(), expected.nonce.as_bytes())) {
        return Err(Wrong::Nonce);
    }
    let expires = moment(claims, "exp").ok_or(Wrong::Expired)?;
    if now >= expires.plus(SKEW) {
        return Err(Wrong::Expired);
    }
    let issued = moment(claims, "iat").ok_or(Wrong::Stale)?;
    let begins = if claims.get("nbf").is_some() { moment(claims, "nbf").ok_or(Wrong::Early)? } else { issued };
    if issued.max(begins) > now.plus(SKEW) {
        return Err(Wrong::Early);
    }
    if now.since(issued) > TIME + SKEW {
        return Err(Wrong::Stale);
    }
    subject(claims).map(|_| ()).ok_or(Wrong::Subject)
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519 §2, `NumericDate`).
fn moment(claims: &Value, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    let whole = value.as_u64();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
    let broken = || value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds)).map(|seconds| seconds as u64);
    Some(Timestamp(whole.or_else(broken)?.saturating_mul(1000)))
}

/// Whom it is about: the provider's own name for them, which never changes hands.
pub fn subject(claims: &Value) -> Option<&str> {
    claims
        .get("sub")
        .and_then(Value::as_str)
        .filter(|sub| !sub.is_empty() && sub.len() <= SUBJECT && sub.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
}

/// Somebody whom the provider knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub subject: String,
    pub name: String,
    /// Only one that the provider has verified.
    pub email: Option<String>,
    pub groups: BTreeSet<String>,
}

impl Person {
    /// Reads what is said in the token and, where it is silent, in a second document about the same subject.
    pub fn read(claims: &Value, more: Option<&Value>, groups: &str) -> Option<Self> {
        let subject = subject(claims)?;
        let sources: Vec<&Value> =
            std::iter::once(claims).chain(more.filter(|more| self::subject(more) == Some(subject))).collect();
        let name = sources.iter().find_map(|source| source.get("name")?.as_str()).unwrap_or_default();
        Some(Self {
            subject: subject.to_owned(),
            name: text::clip(&text::one_line(name), crate::limits::desk::USER_NAME).into_owned(),
            email: sources.iter().find(|source| source.get("email").is_some()).and_then(|source| verified(source)),
            groups: sources.iter().find_map(|source| listed(source, groups)).unwrap_or_default(),
        })
    }
}

/// Whether a token leaves out what the provider may tell elsewhere.
pub fn is_thin(claims: &Value, groups: &str) -> bool {
    claims.get("email").is_none() || !tells_groups(claims, groups)
}

/// Whether a document says in which groups somebody is, be it in none.
pub fn tells_groups(source: &Value, groups: &str) -> bool {
    listed(source, groups).is_some()
}

/// An address and the word that it is theirs, from the same document. Some providers write the word as a text.
fn verified(source: &Value) -> Option<String> {
    let word = source.get("email_verified")?;
    let is = word.as_bool() == Some(true) || word.as_str() == Some("true");
    source.get("email")?.as_str().filter(|email| is && !email.is_empty()).map(|email| email.trim().to_owned())
}

/// The groups in a claim, one or a list. A claim within another is named by a path: `realm_access.roles`.
fn listed(source: &Value, claim: &str) -> Option<BTreeSet<String>> {
    let within = || claim.split('.').try_fold(source, |value, part| value.get(part));
    match source.get(claim).or_else(within)? {
        Value::String(one) => Some(BTreeSet::from([one.clone()])),
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).take(GROUPS).map(str::to_owned).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// What the people of a group are here: `press-editors = press:editor`, `it-admins = owner`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub group: String,
    pub gives: Gives,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    Rank(Rank),
    /// Roles for the account with this handle.
    Roles(String, BTreeSet<Role>),
}

impl FromStr for Grant {
    type Err = String;

    /// The group is all before the last equals sign: names from a directory have such signs themselves.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((group, gives)) = text.rsplit_once('=').map(|(group, gives)| (group.trim(), gives.trim())) else {
            return Err(format!("'{text}' is not written as GROUP = ACCOUNT:ROLE, GROUP = owner or GROUP = auditor"));
        };
        if group.is_empty() {
            return Err(format!("'{text}' names no group"));
        }
        let group = group.to_owned();
        let Some((handle, roles)) = gives.split_once(':') else {
            let rank = Rank::named(gives).filter(|rank| *rank != Rank::Member);
            let rank = rank.ok_or_else(|| format!("'{gives}' is neither owner, auditor nor ACCOUNT:ROLE"))?;
            return Ok(Self { group, gives: Gives::Rank(rank) });
        };
        let handle = handle.trim().trim_start_matches('@').to_owned();
        let role = |word: &str| Role::named(word).ok_or_else(|| format!("there is no role '{word}' for an account"));
        let roles: BTreeSet<Role> = roles.split('+').map(|word| role(word.trim())).collect::<Result<_, _>>()?;
        if handle.is_empty() {
            return Err(format!("'{text}' names no account"));
        }
        Ok(Self { group, gives: Gives::Roles(handle, roles) })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.gives {
            Gives::Rank(rank) => write!(f, "{} = {}", self.group, rank.name()),
            Gives::Roles(handle, roles) => {
                let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                write!(f, "{} = {handle}:{}", self.group, roles.join("+"))
            }
        }
    }
}

/// What somebody's groups give them; `find` knows accounts by handle. One that is not here gives nothing.
pub fn mapped(
    grants: &[Grant],
    groups: &BTreeSet<String>,
    mut find: impl FnMut(&str) -> crate::error::Result<Option<AccountId>>,
) -> crate::error::Result<Mapped> {
    let mut mapped = Mapped::default();
    for grant in grants.iter().filter(|grant| groups.contains(&grant.group)) {
        match &grant.gives {
            Gives::Rank(rank) => mapped.rank = mapped.rank.max(*rank),
            Gives::Roles(handle, roles) => {
                if let Some(account) = find(handle)? {
                    mapped.roles.entry(account).or_default().extend(roles);
                }
            }
        }
    }
    Ok(mapped)
}

/// Takes away what somebody had by their groups at the last log-in and gives what they have now; answers with what of it
/// nobody gave them by hand. Whoever has a role for an account is no auditor by a group, and an auditor by hand gets no
/// role by one: an auditor changes nothing.
pub fn rearrange(user: &mut User, before: &Mapped, now: &Mapped) -> Mapped {
    for (account, roles) in &before.roles {
        if let Some(had) = user.roles.get_mut(account) {
            had.retain(|role| !roles.contains(role));
        }
    }
    if before.rank == user.rank {
        user.rank = Rank::Member;
    }
    let mut got = Mapped::default();
    if user.rank != Rank::Auditor {
        for (account, roles) in &now.roles {
            let had = user.roles.entry(*account).or_default();
            let fresh: BTreeSet<Role> = roles.difference(had).copied().collect();
            had.extend(&fresh);
            got.roles.insert(*account, fresh);
        }
    }
    user.roles.retain(|_, roles| !roles.is_empty());
    got.roles.retain(|_, roles| !roles.is_empty());
    let may = now.rank != Rank::Auditor || user.roles.is_empty();
    if may && now.rank > user.rank {
        user.rank = now.rank;
        got.rank = now.rank;
    }
    got
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "it is from another issuer (iss)",
            Self::Audience => "it was made for another client (aud, azp)",
            Self::Nonce => "it belongs to another log-in (nonce)",
            Self::Expired => "it has run out (exp)",
            Self::Early => "it is from the future (iat, nbf): a clock is wrong",
            Self::Stale => "it is too old (iat)",
            Self::Subject => "it says not whom it is about (sub)",
        })
    }
}

#[cfg(test)]
mod tests;
