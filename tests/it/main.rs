//! The one integration-test binary: what is checked from outside a single file.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected should fail"
)]

mod audit;
mod cli;
mod client;
mod clips;
mod control;
mod crash;
mod crates;
mod delivery;
mod desk;
mod door;
mod drafts;
mod federation;
mod files;
mod fuzz;
mod history;
mod hostile;
mod house;
mod inbox;
mod languages;
mod later;
mod outage;
mod pages;
mod passkeys;
mod people;
mod pictures;
mod podcast;
mod polls;
mod powers;
mod profiles;
mod quotes;
mod reach;
mod reading;
mod settings;
mod storage;
mod support;
