//! `instance`: official fediverse accounts for an institution, from one static binary.
//!
//! The map of the house. A room names only rooms on lower floors, and neighbours on one floor do not see each
//! other; `tests/it/house.rs` keeps it so and holds the few exceptions.
//!
//! | floor | room | owns |
//! |---|---|---|
//! | 0 | `error` | the one error, named for what the receiver should do |
//! | 0 | `base` | words without opinions: ids, time, addresses, text, languages, HTML |
//! | 1 | `crypto` | keys, digests, signatures, tokens, passwords: pure, in one place to audit |
//! | 1 | `model` | nouns and their rules as plain data |
//! | 2 | `activitypub` | the wire language between servers: lenient in, strict out |
//! | 2 | `store` | the database: tables, transactions, the one writer, checks, backup |
//! | 3 | `actions` | verbs: one function is one write transaction |
//! | 3 | `views` | questions: one read transaction, one answer for all doors |
//! | 4 | `config` | the settings file |
//! | 4 | `net` | going out: resolving, fetching, sending, under limits |
//! | 4 | `media` | pictures, sound, video: probe, strip, resize |
//! | 5 | `app` | what is running: store, network, clock, tasks |
//! | 6 | `demo` | sample content for a trial |
//! | 6 | `web` | what all doors share |
//! | 7 | `federation` | doors for other servers |
//! | 7 | `pages` | doors for the public |
//! | 7 | `desk` | doors for the institution's users |
//! | 7 | `api` | doors for client apps |
//! | 7 | `control` | door for the command line |
//! | 7 | `work` | what runs without being asked |
//! | 8 | `serve` | listeners, connections, which door, stopping |
//! | 9 | `cli` | commands |

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
pub mod media;
pub mod model;
pub mod net;
pub mod pages;
pub mod serve;
pub mod store;
pub mod views;
pub mod web;
pub mod work;
