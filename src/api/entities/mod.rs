//! The JSON shapes of the Mastodon client API. Every field that some client's parser demands is there, also where
//! this server has nothing to say in it.

pub(super) mod account;
pub(super) mod instance;
pub(super) mod media;
pub(super) mod poll;
pub(super) mod status;
