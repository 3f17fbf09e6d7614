//! Every table on one page. A fact is lost with its table; an index is a function of facts, which `check`
//! computes again. Tables with an index beside them are written only by the file named there; who reads them elsewhere
//! has a [`View`].

use serde_json::value::RawValue;

use super::slim::{Slim, SlimFollower};
use super::table::{Table, View};
use crate::base::time::Timestamp;
use crate::model::account::{Account, Keys};
use crate::model::activity::{Activity, Received};
use crate::model::audit::Row;
use crate::model::case::{Canned, Case, Stand};
use crate::model::client::Token;
use crate::model::copied::{Copy, CopyKey};
use crate::model::day::Day;
use crate::model::delivery::{Delivery, State};
use crate::model::draft::link::Link;
use crate::model::draft::{Draft, Stage};
use crate::model::follow::{ActRef, Following, OwnReaction, Reaction, ReactionKind};
use crate::model::ids::{
    AccountId, ActivityId, ActorId, CannedId, CaseId, DraftId, InboxId, MediaId, NoteId, PostId, QuoteId, ReceivedId,
    ReportId, ServerId, UserId,
};
use crate::model::login::{LoginLink, Secrets, Session};
use crate::model::media::{Media, Weight};
use crate::model::moderation::{Block, Quote, Report};
use crate::model::note::Note;
use crate::model::oidc::Identity;
use crate::model::passkey::Passkey;
use crate::model::podcast::Podcast;
use crate::model::poll::Vote;
use crate::model::post::Post;
use crate::model::reach::Reach;
use crate::model::server::{Inbox, Server};
use crate::model::stored::{Errand, Holder, Stored};
use crate::model::user::{User, Who};

/// The first half of a SHA-256: enough to tell strangers' addresses apart, half the room.
pub type Fingerprint = [u8; 16];

/// What is read of an actor to reach it.
#[derive(serde::Deserialize)]
pub(super) struct Behind {
    pub(super) delivery: InboxId,
}

/// What is read of a note to tell its author.
#[derive(serde::Deserialize)]
pub(super) struct Author {
    pub(super) author: ActorId,
}

/// What is read of a delivery to count it.
#[derive(serde::Deserialize)]
pub(super) struct Brief {
    pub(super) state: State,
}

// Facts written from anywhere
pub const META: Table<String, Box<RawValue>> = Table::fact("meta"); // see store::meta
pub const KEYS: Table<AccountId, Keys> = Table::fact("keys");
/// Files in the object storage, by name; see `actions::storage`.
pub const STORED: Table<String, Stored> = Table::fact("stored");
/// What is to be carried there, brought back or removed, by file name.
pub const ERRANDS: Table<String, Errand> = Table::fact("errands");
pub const TOKENS: Table<[u8; 32], Token> = Table::fact("tokens");
pub const LOGIN_LINKS: Table<[u8; 32], LoginLink> = Table::fact("login_links");
/// What people log in with. Apart from `USERS`, so that no list of people can show it.
pub const SECRETS: Table<UserId, Secrets> = Table::fact("secrets");
/// Secret addresses of calendars, by hash, and whose they are.
pub const CALENDARS: Table<[u8; 32], UserId> = Table::fact("calendars");
/// Secret addresses of drafts, by hash.
pub const DRAFT_LINKS: Table<[u8; 32], Link> = Table::fact("draft_links");
/// By which subject of which identity provider somebody is known, by the hash of both.
pub const IDENTITIES: Table<[u8; 32], Identity> = Table::fact("identities");
/// By the hash of the id that the authenticator gave it.
pub const PASSKEYS: Table<[u8; 32], Passkey> = Table::fact("passkeys");
pub const SESSIONS: Table<[u8; 32], Session> = Table::fact("sessions");
/// What waits for something to be fetched, by the moment from which on it is tried.
pub const RECEIVED: Table<(Timestamp, ReceivedId), Received> = Table::fact("received");
/// Texts from which an account's answers begin.
pub const CANNED: Table<(AccountId, CannedId), Canned> = Table::fact("canned");
/// Strangers' objects that were deleted and activities that were undone: a late copy does not bring them back.
pub const GONE: Table<Fingerprint, Timestamp> = Table::fact("gone");
pub const REPORTS: Table<ReportId, Report> = Table::fact("reports");
/// Whom our accounts follow; the second part is the actor id as an address.
pub const FOLLOWING: Table<(AccountId, String), Following> = Table::fact("following");
/// What our accounts liked and boosted elsewhere, by the object's address.
pub const OWN_REACTIONS: Table<(AccountId, ReactionKind, String), OwnReaction> = Table::fact("own_reactions");

// store::media
pub(super) const MEDIA_ROWS: Table<MediaId, Media> = Table::fact("media");
pub const MEDIA: View<MediaId, Media> = MEDIA_ROWS.view();
/// What those of an account weigh together.
pub(super) const WEIGHTS: Table<AccountId, Weight> = Table::index("weights");

// store::names
/// Which record names which file, and whether that file is published with it.
pub(super) const NAMES: Table<(String, Holder), bool> = Table::index("names");

// store::copies
/// Copies of strangers' pictures.
pub(super) const COPY_ROWS: Table<CopyKey, Copy> = Table::fact("copies");
pub const COPIES: View<CopyKey, Copy> = COPY_ROWS.view();

// store::accounts
pub(super) const ACCOUNTS: Table<AccountId, Account> = Table::fact("accounts");
pub(super) const HANDLES: Table<String, AccountId> = Table::index("handles");

// store::audit
pub(super) const AUDIT: Table<u64, Row> = Table::fact("audit");

// store::users
pub(super) const USERS: Table<UserId, User> = Table::fact("users");
pub(super) const USER_BY_EMAIL: Table<String, UserId> = Table::index("user_by_email");

// store::posts
pub(super) const POSTS: Table<PostId, Post> = Table::fact("posts");
pub(super) const POSTS_BY_ACCOUNT: Table<(AccountId, PostId), ()> = Table::index("posts_by_account");
pub(super) const POSTS_LISTED: Table<PostId, ()> = Table::index("posts_listed");
pub(super) const POSTS_BY_TAG: Table<(String, PostId), ()> = Table::index("posts_by_tag");
/// By account and name of the podcast.
pub(super) const EPISODES: Table<(AccountId, String, PostId), ()> = Table::index("episodes");
/// Polls that have still to be closed, or whose votes to be forgotten, by their end.
pub(super) const POLLS_DUE: Table<(Timestamp, PostId), ()> = Table::index("polls_due");
/// Posts that quote, by the authorizations that their authors were given.
pub(super) const AUTHORIZED: Table<Fingerprint, PostId> = Table::index("authorized");
/// Our own answers to a post of ours.
pub(super) const OWN_REPLIES: Table<(PostId, PostId), ()> = Table::index("own_replies");

// store::drafts
pub(super) const DRAFTS: Table<DraftId, Draft> = Table::fact("drafts");
/// With whose it is.
pub(super) const DRAFTS_BY_STAGE: Table<(AccountId, Stage, DraftId), Who> = Table::index("drafts_by_stage");
/// What goes out by itself, by the moment.
pub(super) const DRAFTS_DUE: Table<(Timestamp, DraftId), ()> = Table::index("drafts_due");

// store::polls
pub(super) const VOTES: Table<(PostId, ActorId), Vote> = Table::fact("votes");
pub(super) const VOTES_BY_ACTOR: Table<(ActorId, PostId), ()> = Table::index("votes_by_actor");

// store::podcasts
pub(super) const PODCASTS: Table<(AccountId, String), Podcast> = Table::fact("podcasts");

// store::activities
pub(super) const ACTIVITIES: Table<ActivityId, Activity> = Table::fact("activities");
pub(super) const OUTBOX: Table<(AccountId, ActivityId), ()> = Table::index("outbox");

// store::actors
pub(super) const ACTORS: Table<ActorId, Slim> = Table::fact("actors");
/// The same rows, of which nothing is read but where deliveries go.
pub(super) const ACTOR_DELIVERY: Table<ActorId, Behind> = Table::fact(ACTORS.name);
pub(super) const SERVERS: Table<ServerId, Server> = Table::fact("servers");
pub(super) const INBOXES: Table<InboxId, Inbox> = Table::fact("inboxes");
pub(super) const ACTOR_BY_URI: Table<Fingerprint, ActorId> = Table::index("actor_by_uri");
pub(super) const SERVER_BY_HOST: Table<String, ServerId> = Table::index("server_by_host");
pub(super) const INBOX_BY_URL: Table<String, InboxId> = Table::index("inbox_by_url");

// store::follows
pub(super) const FOLLOWERS: Table<(AccountId, ActorId), SlimFollower> = Table::fact("followers");
/// Inboxes that answered 410, until those behind them are found and forgotten.
pub(super) const DEPARTED: Table<InboxId, ()> = Table::fact("departed");
pub(super) const BLOCKS: Table<(AccountId, ActorId), Block> = Table::fact("blocks");
pub(super) const FOLLOWED_BY: Table<(ActorId, AccountId), ()> = Table::index("followed_by");
/// Distinct inboxes of an account's followers, and how many followers share each: what a fan-out walks.
pub(super) const AUDIENCE: Table<(AccountId, InboxId), u64> = Table::index("audience");

// store::reactions
pub(super) const REACTIONS: Table<(PostId, ReactionKind, ActorId), Reaction> = Table::fact("reactions");
pub(super) const REACTIONS_BY_ACTOR: Table<(ActorId, ReactionKind, PostId), ()> = Table::index("reactions_by_actor");

/// What a stranger's reaction or block stands for; kept by follows and reactions. Some use one id for several things.
pub(super) const ACT_BY_URI: Table<(Fingerprint, ActRef), ()> = Table::index("act_by_uri");

// store::notes
pub(super) const NOTES: Table<NoteId, Note> = Table::fact("notes");
/// The same rows, of which nothing is read but who wrote them.
pub(super) const NOTE_AUTHORS: Table<NoteId, Author> = Table::fact(NOTES.name);
pub(super) const NOTE_BY_URI: Table<String, NoteId> = Table::index("note_by_uri");
pub(super) const NOTES_BY_THREAD: Table<(PostId, NoteId), ()> = Table::index("notes_by_thread");
pub(super) const NOTES_BY_AUTHOR: Table<(ActorId, NoteId), ()> = Table::index("notes_by_author");
/// Waiting for somebody's decision.
pub(super) const NOTES_WAITING: Table<NoteId, ()> = Table::index("notes_waiting");

// store::cases
/// Only of what somebody has touched, and of what was shared; every other note is open.
pub(super) const CASES: Table<CaseId, Case> = Table::fact("cases");
pub(super) const CASES_BY_STAND: Table<(AccountId, Stand, CaseId), ()> = Table::index("cases_by_stand");
/// Those that are not done, by who takes care of them.
pub(super) const CASES_BY_OWNER: Table<(UserId, CaseId), ()> = Table::index("cases_by_owner");

// store::deliveries
pub(super) const DELIVERIES: Table<(ActivityId, InboxId), Delivery> = Table::fact("deliveries");
/// The same rows, of which nothing is read but this: a fan-out has thousands.
pub(super) const STATES: Table<(ActivityId, InboxId), Brief> = Table::fact(DELIVERIES.name);
/// What waits, by server and due time: each server is a lane of its own.
pub(super) const LANES: Table<(ServerId, Timestamp, ActivityId, InboxId), ()> = Table::index("lanes");

// store::reach
/// How far what was said about posts has come; kept when the rows of its deliveries are pruned.
pub(super) const REACH: Table<ActivityId, Reach> = Table::fact("reach");

// store::days
/// How many follow an account, day by day.
pub(super) const DAYS: Table<(AccountId, u64), Day> = Table::fact("days");

// store::quotes
pub(super) const QUOTES: Table<QuoteId, Quote> = Table::fact("quotes");
/// By the quoted post and the id of the quoting one.
pub(super) const QUOTES_OF_POST: Table<(PostId, Fingerprint), QuoteId> = Table::index("quotes_of_post");

// store::counts
pub(super) const COUNTS: Table<(u64, u64), u64> = Table::index("counts");

/// Names of all tables, made at start so that a reader never meets a missing one; facts first.
pub(super) const FACTS: &[&str] = &[
    META.name,
    KEYS.name,
    MEDIA.name,
    STORED.name,
    ERRANDS.name,
    COPIES.name,
    TOKENS.name,
    LOGIN_LINKS.name,
    CALENDARS.name,
    DRAFT_LINKS.name,
    SESSIONS.name,
    SECRETS.name,
    IDENTITIES.name,
    PASSKEYS.name,
    RECEIVED.name,
    GONE.name,
    REPORTS.name,
    QUOTES.name,
    FOLLOWING.name,
    OWN_REACTIONS.name,
    ACCOUNTS.name,
    USERS.name,
    POSTS.name,
    DRAFTS.name,
    PODCASTS.name,
    VOTES.name,
    ACTIVITIES.name,
    ACTORS.name,
    SERVERS.name,
    INBOXES.name,
    FOLLOWERS.name,
    DEPARTED.name,
    BLOCKS.name,
    REACTIONS.name,
    NOTES.name,
    CASES.name,
    CANNED.name,
    DELIVERIES.name,
    AUDIT.name,
    REACH.name,
    DAYS.name,
];
pub(super) const INDEXES: &[&str] = &[
    WEIGHTS.name,
    NAMES.name,
    HANDLES.name,
    USER_BY_EMAIL.name,
    POSTS_BY_ACCOUNT.name,
    POSTS_LISTED.name,
    POSTS_BY_TAG.name,
    EPISODES.name,
    OWN_REPLIES.name,
    DRAFTS_BY_STAGE.name,
    DRAFTS_DUE.name,
    POLLS_DUE.name,
    AUTHORIZED.name,
    VOTES_BY_ACTOR.name,
    OUTBOX.name,
    ACTOR_BY_URI.name,
    SERVER_BY_HOST.name,
    INBOX_BY_URL.name,
    FOLLOWED_BY.name,
    AUDIENCE.name,
    REACTIONS_BY_ACTOR.name,
    ACT_BY_URI.name,
    NOTE_BY_URI.name,
    NOTES_BY_THREAD.name,
    NOTES_BY_AUTHOR.name,
    NOTES_WAITING.name,
    CASES_BY_STAND.name,
    CASES_BY_OWNER.name,
    LANES.name,
    QUOTES_OF_POST.name,
    COUNTS.name,
];

/// Tables that public pages and documents are made from: changes of these are told apart (see `seen`). An answer that
/// is to be kept cannot look into others.
pub(super) const SHOWN: &[&str] = &[
    META.name,
    KEYS.name,
    MEDIA.name,
    FOLLOWING.name,
    ACCOUNTS.name,
    HANDLES.name,
    POSTS.name,
    POSTS_BY_ACCOUNT.name,
    POSTS_LISTED.name,
    POSTS_BY_TAG.name,
    PODCASTS.name,
    EPISODES.name,
    OWN_REPLIES.name,
    ACTIVITIES.name,
    OUTBOX.name,
    ACTORS.name,
    NOTES.name,
    NOTES_BY_THREAD.name,
    COPIES.name,
    QUOTES.name,
    COUNTS.name,
];

/// The fingerprint of an address.
pub fn fingerprint(uri: &str) -> Fingerprint {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(crate::crypto::digest::sha256(uri.as_bytes())) {
        *to = from;
    }
    half
}
