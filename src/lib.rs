//! `instance`: official fediverse accounts for an institution, from one static binary.
//!
//! # The house from above
//!
//! People and other servers come in by doors. A door parses, asks who it is, calls one verb or one question, and
//! renders the answer. A verb is one write transaction: facts, indexes, the activity as it will be sent, and a
//! delivery row for each inbox. After the commit the loops in `work` carry out what the rows say.
//!
//! A room names only rooms on lower floors, and neighbours on one floor do not see each other; `tests/it/house.rs`
//! keeps it so and holds the few exceptions.
//!
//! | floor | room | owns |
//! |---|---|---|
//! | 0 | `error` | the one error, named for what the receiver should do |
//! | 0 | `base` | words without opinions: ids, time, addresses, text, languages, HTML |
//! | 0 | `limits` | every timeout, size, depth, count, rate and cache, with its reason |
//! | 1 | `crypto` | keys, digests, signatures, tokens: pure, in one place to audit |
//! | 1 | `model` | nouns and their rules as plain data |
//! | 2 | `activitypub` | the wire language between servers: lenient in, strict out |
//! | 2 | `store` | the database: tables, transactions, the one writer, check |
//! | 3 | `actions` | verbs: one function is one write transaction |
//! | 3 | `views` | questions: one read transaction, one answer for all doors |
//! | 4 | `config` | the settings file |
//! | 4 | `net` | going out: resolving, fetching, sending, under limits |
//! | 4 | `media` | pictures, sound, video and captions: checked, stripped, made small; pictures drawn for the trial |
//! | 5 | `app` | what is running: store, network, clock, tasks |
//! | 6 | `demo` | sample content for a trial |
//! | 6 | `web` | what all doors share |
//! | 7 | `federation` | doors for other servers |
//! | 7 | `pages` | doors for the public |
//! | 7 | `api` | doors for client apps |
//! | 7 | `control` | door for the command line |
//! | 7 | `work` | what runs without being asked |
//! | 8 | `desk` | doors for the institution's users, who see what the public will see |
//! | 9 | `serve` | listeners, connections, which door, stopping |
//! | 10 | `cli` | commands |
//!
//! # What is not there
//!
//! 1. There is no await between opening and committing a write transaction: [`store::Store::write`] takes a closure.
//! 2. There is no effect outside the house that is not first a committed row. Kill the process anywhere: nothing is
//!    half-said or forgotten; at worst something is said twice, with the same activity id.
//! 3. There is no effect of a stranger's activity whose sender was not proven: by a signature that covers the body, or
//!    by a fetch from the object's own server.
//! 4. There is no rule of who may do what outside [`model::power`] and [`model::user`], and no verb for people that can be
//!    called without its proof ([`model::user::By`], [`model::user::Owner`], [`model::user::Own`]), which says who acts.
//!    Verbs of log-in make the proof ([`actions::desk_login`], [`actions::identity`], [`actions::passkeys`]); those that
//!    [`work`] calls do what somebody with a proof has asked for before.
//!
//! # A post goes out
//!
//! `POST /desk/posts` comes to [`desk`]: session, form token, text, pictures ([`app::upload`] decodes and strips them),
//! those who are named ([`app::mentions`] may ask their servers). It waits as a draft for somebody to think again, unless
//! it is an emergency or nobody wants to wait; then [`actions::publish`] writes the post, renders its
//! Create once ([`activitypub::write`]), stores it, and puts a row for each distinct inbox of the audience. The
//! commit wakes [`work::deliver`], which gives each server a lane of its own, signs each try anew, and gives a lane its
//! next turn when the outcomes of the last one are rows ([`actions::deliver::settle_all`]).
//!
//! # A post waits before it goes out
//!
//! Several people write one draft ([`model::draft`]): each save names the revision that it was made from, somebody who
//! wrote none of it lets it pass where the account demands that, and somebody who publishes plans it
//! ([`actions::drafts`]). At its time [`work::publish`] makes posts of it, a thread as a unit, in one transaction with
//! the draft's own change of state: whoever kills the process makes nothing go out twice.
//!
//! # Somebody logs in
//!
//! By password and second factor, a one-time link, a passkey, or through the institution's identity provider
//! ([`app::oidc`]): each ends in [`actions::sessions`], which keeps the hash of a cookie. What a session may do is asked of
//! its user's rank and roles at each request ([`model::power`]), so that whoever loses a role loses it at once. What
//! people do is noted in one log whose entries hold each other fast ([`actions::audit`]).
//!
//! # A reply comes in
//!
//! `POST /ap/inbox` comes to [`federation`]: what costs nothing is asked first (size, shape, farewells, date, digest,
//! whose key), then whether it is for us, then the signature, whose key may have to be fetched ([`net::actors`], within
//! the budgets of [`net::gate`]). Only when it verifies does it have its effect ([`actions::receive::apply`]), in one
//! commit with all that came at the same moment, and only then is the answer 202: the reply is kept because it answers a
//! post of ours, and waits until somebody releases it ([`actions::replies`]). What has to be fetched before it makes
//! sense is first a row, and [`work::receive`] goes on with it.
//!
//! # A file is kept
//!
//! What is uploaded is written down as it arrives, looked at and stripped by [`media`], and called by what is in it
//! ([`media::files`]): the same bytes are one file. One index leads from a name to the records that name it
//! ([`store::names`]), so that an address is answered to those who may see one of them, and the file goes after the commit
//! that takes the last one away, on the disk and, by a row that [`work::storage`] carries out, in the object storage.
//!
//! # A page is read
//!
//! `GET /@press/1` is looked for among the kept answers ([`web::cache`], [`app::kept`]) before it is taken apart. What is
//! not there [`pages`] or [`federation`] make from one state of the store, which notes each row that they look at. A
//! commit tells which rows it changed before its verbs are answered, and nothing that was made from one of them holds
//! any longer ([`store::Seen`]). Nobody has to know what is shown where.
//!
//! # Where to start reading
//!
//! [`model::post`], then [`store::schema`](store), then [`actions::publish`], then [`work::deliver`].
//!
//! # Why
//!
//! **Why redb?** One file inside the process: nothing to install, tune or upgrade, and a commit survives power loss. All
//! its tables are bytes to bytes behind [`store`], so that its next version changes one room.
//!
//! **Why no framework over hyper?** Routes are a `match` or a table on one page for each door; the compiler checks them.
//!
//! **Why is an activity rendered once?** What was sent stays as it was sent: every retry, the outbox and the activity's
//! own address give the same bytes.
//!
//! **Why are writes synchronous closures on one thread?** A closure cannot wait for a stranger's server while it holds the
//! database, and verbs that come together share one fsync.

pub mod actions;
pub mod activitypub;
pub mod api;
pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod control;
pub mod crypto;
pub mod demo;
pub mod desk;
pub mod error;
pub mod federation;
pub mod limits;
pub mod media;
pub mod model;
pub mod net;
pub mod pages;
pub mod serve;
pub mod store;
pub mod views;
pub mod web;
pub mod work;
