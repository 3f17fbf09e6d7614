//! Questions: what a visitor may see. Each is answered from one read transaction and free of any form, so that
//! pages, feeds and the client API show the same. Nowhere else is asked what is public.

pub mod account;
pub mod audit;
pub mod delivery;
pub mod inbox;
pub mod people;
pub mod plans;
pub mod podcast;
pub mod post;
pub mod reach;
pub mod statistics;
pub mod thread;
pub mod timeline;

#[cfg(test)]
pub(crate) mod samples;
