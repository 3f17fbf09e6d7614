//! The audit log: who did what, as entries of which each names the hash of the one before. An entry has two parts. What
//! it is (who, which act, on what) stays for as long as the log does. What is told (names, what was, what is, why) is
//! sealed by a salted hash in the first part, so that a person can be erased from it and the chain still holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::client::TokenId;
use super::ids::{AccountId, DraftId, MediaId, NoteId, PostId, UserId};
use super::user::Who;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::crypto::digest;
use crate::error::{Error, Result};
use crate::limits;

macro_rules! acts {
    ($($name:ident $word:literal $title:literal;)*) => {
        /// A kind of act. Scripts know it by its name, which never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act { $($name,)* }

        impl Act {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As scripts and filters name it: what it is about, a dot, what was done.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What was done, for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

acts! {
    ServerSetUp "server.set-up" "Set the server up";
    ServerGoLive "server.go-live" "Began to federate";
    SettingChange "setting.change" "Changed a setting";
    AccountAdd "account.add" "Opened an account";
    AccountEdit "account.edit" "Changed a profile";
    PostPublish "post.publish" "Published a post";
    PostAnswer "post.answer" "Published an answer";
    PostUnapproved "post.unapproved" "Published urgently, before anybody approved it";
    DraftBegin "draft.begin" "Began a draft";
    DraftAsk "draft.ask" "Asked for approval";
    DraftWithdraw "draft.withdraw" "Took the asking or an approval back";
    DraftApprove "draft.approve" "Approved";
    DraftSendBack "draft.send-back" "Sent a draft back";
    DraftPlan "draft.plan" "Planned a post";
    DraftHold "draft.publish" "Had a draft published now";
    DraftUnplan "draft.unplan" "Took a plan back";
    DraftEdit "draft.edit" "Changed a draft";
    DraftComment "draft.comment" "Commented on a draft";
    DraftMiss "draft.miss" "Did not publish what was planned";
    DraftShare "draft.share" "Made a link to look at a draft";
    DraftUnshare "draft.share-end" "Ended the links to a draft";
    DraftDrop "draft.drop" "Dropped a draft";
    DraftHandOver "draft.hand-over" "Handed somebody's drafts over";
    PlansStop "plans.stop" "Stopped everything planned";
    PlansResume "plans.resume" "Let plans go out again";
    CalendarShare "calendar.share" "Made a secret address of their calendar";
    CalendarEnd "calendar.end" "Took the address of their calendar away";
    AccountApproval "account.approval" "Changed whose approval posts need";
    PostEdit "post.edit" "Changed a post";
    PostDelete "post.delete" "Deleted a post";
    PostPin "post.pin" "Pinned a post";
    PostUnpin "post.unpin" "Took a post off the profile";
    PostLike "post.like" "Liked a post";
    PostUnlike "post.unlike" "Took a like back";
    PostBoost "post.boost" "Boosted a post";
    PostUnboost "post.unboost" "Took a boost back";
    FollowAsk "follow.ask" "Asked to follow somebody";
    FollowEnd "follow.end" "Stopped following somebody";
    ReplyShow "reply.show" "Decided about a reply";
    CaseAssign "reply.assign" "Gave a reply to somebody";
    CaseSet "reply.state" "Said how far a reply is";
    CaseNote "reply.note" "Noted something about a reply";
    CaseErase "reply.note-erase" "Erased an internal note";
    CannedKeep "canned.set" "Changed a canned answer";
    CannedDrop "canned.delete" "Deleted a canned answer";
    MediaAdd "media.add" "Uploaded a file";
    MediaDescribe "media.describe" "Described a file";
    MediaRemove "media.remove" "Threw a file away";
    MediaMove "media.move" "Moved the media files";
    PodcastAdd "podcast.add" "Began a podcast";
    PodcastEdit "podcast.edit" "Changed a podcast";
    PodcastDelete "podcast.delete" "Gave a podcast up";
    UserAdd "user.add" "Added a user";
    UserRole "user.role" "Changed what a user may do";
    UserEdit "user.edit" "Changed a user's name, address or language";
    UserOff "user.off" "Switched a user off";
    UserOn "user.on" "Switched a user on again";
    PasswordSet "password.set" "Set a password";
    SecondFactorSet "second-factor.set" "Set a second factor up";
    SecondFactorCodes "second-factor.codes" "Made new recovery codes";
    SecondFactorOff "second-factor.off" "Went on without a second factor";
    SecondFactorTake "second-factor.take" "Took a user's second factor away";
    IdentityLink "identity.link" "Linked a user to the identity provider";
    IdentityUnlink "identity.unlink" "Took a user's link to the identity provider away";
    BreakGlass "user.break-glass" "Said who gets in without the identity provider";
    PasskeyAdd "passkey.add" "Made a passkey";
    PasskeyRemove "passkey.remove" "Removed a passkey";
    LinkMake "link.make" "Made a link to log in";
    LogIn "session.log-in" "Logged in";
    LogInFailed "session.failed" "Failed to log in";
    LogOut "session.log-out" "Logged out";
    SessionsEnd "session.end" "Ended sessions";
    TokenAdd "token.add" "Made a token";
    TokenRevoke "token.revoke" "Revoked tokens";
    QueueRetry "queue.retry" "Had deliveries tried again";
    QueueDrop "queue.drop" "Gave deliveries up";
    SamplesRemove "samples.remove" "Took the samples away";
    AuditPrune "audit.prune" "Cut old entries of the log off";
    AuditErase "audit.erase" "Erased a person's words from the log";
}

impl Act {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.name() == name)
    }

    /// Whether a filter means it: by its name, or by what stands before the dot.
    pub fn is(self, meant: &str) -> bool {
        self.name() == meant || self.name().split_once('.').is_some_and(|(about, _)| about == meant)
    }
}

impl Serialize for Act {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("there is no act '{name}'")))
    }
}

/// A SHA-256, written as hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What stands before the first entry.
    pub const NONE: Self = Self([0; 32]);

    pub fn of(bytes: &[u8]) -> Self {
        Self(digest::sha256(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&digest::hex(&self.0))
    }
}

impl FromStr for Hash {
    type Err = Error;

    /// Only as it is written: 64 digits in lower case.
    fn from_str(text: &str) -> Result<Self> {
        let digit = |sign: u8| match sign {
            b'0'..=b'9' => Some(sign - b'0'),
            b'a'..=b'f' => Some(sign - b'a' + 10),
            _ => None,
        };
        let mut hash = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != hash.len() || !rest.is_empty() {
            return Err(Error::NotFound);
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(Error::NotFound)?;
        }
        Ok(Self(hash))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a hash"))
    }
}

/// What an act was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Object {
    Account(AccountId),
    Post(PostId),
    Draft(DraftId),
    Reply(NoteId),
    Media(MediaId),
    Podcast(String),
    User(UserId),
    Token(TokenId),
    /// Somebody else's post or actor, by address.
    Elsewhere(String),
    /// Somebody else's machine, by host.
    Server(String),
    Setting(String),
}

impl Object {
    /// The kind of thing, as it is typed.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Post(_) => "post",
            Self::Draft(_) => "draft",
            Self::Reply(_) => "reply",
            Self::Media(_) => "media",
            Self::Podcast(_) => "podcast",
            Self::User(_) => "user",
            Self::Token(_) => "token",
            Self::Elsewhere(_) => "elsewhere",
            Self::Server(_) => "server",
            Self::Setting(_) => "setting",
        }
    }

    pub fn id(&self) -> String {
        match self {
            Self::Account(id) => id.to_string(),
            Self::Post(id) => id.to_string(),
            Self::Draft(id) => id.to_string(),
            Self::Reply(id) => id.to_string(),
            Self::Media(id) => id.to_string(),
            Self::User(id) => id.to_string(),
            Self::Token(id) => id.to_string(),
            Self::Podcast(name) | Self::Elsewhere(name) | Self::Server(name) | Self::Setting(name) => name.clone(),
        }
    }
}

macro_rules! objects {
    ($($id:ident $kind:ident;)*) => {
        $(impl From<$id> for Object {
            fn from(id: $id) -> Self {
                Self::$kind(id)
            }
        })*
    };
}
objects! { AccountId Account; PostId Post; DraftId Draft; NoteId Reply; MediaId Media; UserId User; TokenId Token; }

/// What a verb says of itself, to be written down with it.
#[derive(Debug, Clone)]
pub struct Deed {
    pub act: Act,
    pub account: Option<AccountId>,
    pub object: Option<Object>,
    pub before: String,
    pub after: String,
    pub why: String,
}

impl Deed {
    pub fn new(act: Act) -> Self {
        Self { act, account: None, object: None, before: String::new(), after: String::new(), why: String::new() }
    }

    /// For which account it was done.
    #[must_use]
    pub fn of(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    #[must_use]
    pub fn on(self, object: impl Into<Object>) -> Self {
        Self { object: Some(object.into()), ..self }
    }

    /// What it was before, and what it is now. No secrets, and no texts of posts: what has to be deleted must not live
    /// on in the log.
    #[must_use]
    pub fn change(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: before.into(), after: after.into(), ..self }
    }

    /// What there is to say where nothing was before.
    #[must_use]
    pub fn with(self, after: impl Into<String>) -> Self {
        Self { after: after.into(), ..self }
    }

    /// The reason that somebody gave.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }
}

/// What is hashed of an entry, and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without a gap.
    pub seq: u64,
    /// The hash of the entry before.
    pub prev: Hash,
    pub at: Timestamp,
    pub who: Who,
    pub act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The hash of what is told besides.
    pub told: Hash,
    /// Where the log was cut off at its old end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
}

impl Object {
    /// The person that it is.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::Account(_)
            | Self::Post(_)
            | Self::Draft(_)
            | Self::Reply(_)
            | Self::Media(_)
            | Self::Podcast(_)
            | Self::Token(_)
            | Self::Elsewhere(_)
            | Self::Server(_)
            | Self::Setting(_) => None,
        }
    }
}

impl Entry {
    /// Who did it, and to whom it was done.
    pub fn people(&self) -> [Option<UserId>; 2] {
        [self.who.user(), self.object.as_ref().and_then(Object::user)]
    }

    /// Whether somebody did it, or it was done to them.
    pub fn concerns(&self, user: UserId) -> bool {
        self.people().contains(&Some(user))
    }
}

/// The last entry that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    pub through: u64,
    pub hash: Hash,
}

/// What is told of an entry, and can be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Random, so that nobody finds what was erased by trying.
    pub salt: String,
    /// What who did it was called then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// What it was done to was called then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Told {
    /// A deed's words, as short as the log keeps them.
    pub fn new(salt: String, who: &str, object: &str, deed: &Deed) -> Self {
        let short = |words: &str| text::clip(&text::one_line(words), limits::audit::WORDS).into_owned();
        Self {
            salt,
            who: short(who),
            object: short(object),
            before: short(&deed.before),
            after: short(&deed.after),
            why: short(&deed.why),
        }
    }
}

/// An entry as it is stored. Its parts are kept as they were hashed, byte by byte.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub hash: Hash,
    pub entry: Box<RawValue>,
    /// None once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Box<RawValue>>,
}

impl Row {
    pub fn new(entry: Entry, told: &Told) -> Result<Self> {
        let failed = |e| Error::broken("encode an entry of the audit log", e);
        let told = serde_json::value::to_raw_value(told).map_err(failed)?;
        let entry = Entry { told: Hash::of(told.get().as_bytes()), ..entry };
        let entry = serde_json::value::to_raw_value(&entry).map_err(failed)?;
        Ok(Self { hash: Hash::of(entry.get().as_bytes()), entry, told: Some(told) })
    }

    pub fn read(&self) -> Result<Entry> {
        serde_json::from_str(self.entry.get()).map_err(|e| Error::broken("read an entry of the audit log", e))
    }

    pub fn told(&self) -> Result<Option<Told>> {
        let told = self.told.as_ref().map(|told| serde_json::from_str(told.get())).transpose();
        told.map_err(|e| Error::broken("read what an entry of the audit log tells", e))
    }
}

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub seq: u64,
    pub hash: Hash,
}

/// Which entries are meant; all of what is said has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub account: Option<AccountId>,
    /// Who did it, or whom it was done to.
    pub user: Option<UserId>,
    /// An act, or what stands before its dot.
    pub act: Option<String>,
    pub since: Option<Timestamp>,
    /// Itself not included.
    pub until: Option<Timestamp>,
}

impl Filter {
    pub fn fits(&self, entry: &Entry) -> bool {
        self.account
            .is_none_or(|account| entry.account == Some(account) || entry.object == Some(Object::Account(account)))
            && self.user.is_none_or(|user| entry.concerns(user))
            && self.act.as_deref().is_none_or(|act| entry.act.is(act))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
    }

    /// Whether a filter's word means any act.
    pub fn knows(word: &str) -> bool {
        Act::ALL.iter().any(|act| act.is(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_acts_are_apart_and_come_back() {
        for act in Act::ALL {
            assert_eq!(Act::named(act.name()), Some(*act));
            let (about, done) = act.name().split_once('.').unwrap();
            let plain = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.is_empty();
            assert!(plain(about) && plain(done) && !act.title().is_empty(), "{}", act.name());
            assert!(act.is(about) && act.is(act.name()) && !act.is(done));
        }
        assert!(Filter::knows("user") && Filter::knows("user.add") && !Filter::knows("add"));
    }

    #[test]
    fn a_hash_is_read_only_as_it_is_written() {
        let hash = Hash::of(b"abc");
        assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        let text = hash.to_string();
        for wrong in ["", "ab", &text.to_uppercase(), &text[1..], &format!("{text}0"), &format!("g{}", &text[1..])] {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong}");
        }
    }
}
