//! Verbs. One function, one write transaction: facts, indexes, the activity as it is sent, and a delivery row
//! for each inbox. None can wait for the network; what has to be fetched is handed in.

pub mod accounts;
mod address;
pub mod audit;
pub mod calendar;
pub mod cases;
pub mod clock;
pub mod copies;
pub mod days;
pub mod delete;
pub mod deliver;
pub mod desk_login;
pub mod drafts;
pub mod edit;
pub mod emblem;
pub mod follow;
pub mod go_live;
pub mod identity;
pub mod lookup;
pub mod media;
pub mod passkeys;
pub mod pin;
pub mod podcasts;
pub mod polls;
pub mod prune;
pub mod publish;
pub mod queue;
pub mod react;
pub mod receive;
pub mod replies;
pub mod secrets;
pub mod settings;
pub mod setup;
pub mod storage;
pub mod tokens;
pub mod users;
