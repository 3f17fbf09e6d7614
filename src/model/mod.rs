//! Nouns and their rules as plain data. Nothing here reads or writes anything; what a record may
//! become, and who may do what, is decided here and nowhere else.

pub mod account;
pub mod activity;
pub mod actor;
pub mod advice;
pub mod audit;
pub mod case;
pub mod client;
pub mod colour;
pub mod copied;
pub mod day;
pub mod delivery;
pub mod draft;
pub mod episode;
pub mod follow;
pub mod ids;
pub mod institution;
pub mod login;
pub mod media;
pub mod moderation;
pub mod note;
pub mod oidc;
pub mod passkey;
pub mod podcast;
pub mod poll;
pub mod post;
pub mod power;
pub mod quoted;
pub mod reach;
pub mod server;
pub mod settings;
pub mod site;
pub mod spoken;
pub mod stored;
pub mod thread;
pub mod user;
