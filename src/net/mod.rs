//! Going out: everything this server asks of, or sends to, others. One client with one door (`connect`), behind
//! which only the public internet and the networks named in the configuration lie.

pub mod actors;
pub mod address;
pub mod bucket;
pub mod client;
mod clock;
pub mod connect;
pub mod fetch;
pub mod gate;
pub mod provider;
pub mod resolve;
pub mod send;
mod tls;
pub mod webfinger;

#[cfg(test)]
mod peer;
