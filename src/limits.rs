//! Every timeout, size, depth, count, rate and cache of the house, in one place, each with its unit and its reason.
//!
//! A number that a format or a protocol fixes (a tag of DER, the signature of a PNG) is no choice of ours and stays
//! where it is read. Everything else that says "so much and no more" stands here, by what it holds back;
//! `tests/it/house.rs` keeps it so. Sizes are bytes unless something else is said, lengths of texts are characters.
//!
//! | module | bounds |
//! |---|---|
//! | [`inbound`] | connections, requests and their bodies |
//! | [`text`] | what any text, address, HTML or JSON may be, whoever wrote it |
//! | [`post`], [`poll`], [`account`], [`podcast`], [`advice`] | what the institution publishes, and when advice is given |
//! | [`draft`] | what waits to be published |
//! | [`stranger`] | what is read and kept of other servers' objects |
//! | [`signature`] | headers and keys that prove a sender |
//! | [`media`], [`clip`], [`captions`] | pictures; sound and video; what is said in them |
//! | [`storage`] | media files in an object storage |
//! | [`store`], [`keep`] | commits and how long things are remembered |
//! | [`inbox`], [`outbound`], [`delivery`] | work for, requests to and deliveries to other servers |
//! | [`pages`], [`desk`] | what is shown at once |
//! | [`audit`] | what is written down of who did what |
//! | [`login`], [`passkey`], [`provider`] | passwords and codes, and how often they are tried; other ways to log in |
//! | [`settings`] | what the institution chooses for itself |
//! | [`control`], [`process`] | the command line, threads |

pub mod account;
pub mod advice;
pub mod audit;
pub mod captions;
pub mod clip;
pub mod control;
pub mod copies;
pub mod delivery;
pub mod desk;
pub mod draft;
pub mod inbound;
pub mod inbox;
pub mod keep;
pub mod login;
pub mod media;
pub mod outbound;
pub mod pages;
pub mod passkey;
pub mod podcast;
pub mod poll;
pub mod post;
pub mod process;
pub mod provider;
pub mod settings;
pub mod signature;
pub mod storage;
pub mod store;
pub mod stranger;
pub mod text;

/// So much at once, and so much as time passes: what [`crate::base::rate`] counts by.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Tokens of a full bucket.
    pub burst: f64,
    /// Tokens that come back each second.
    pub per_second: f64,
    /// Buckets kept, those used last.
    pub keys: usize,
}
