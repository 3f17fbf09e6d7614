//! What strangers' bytes are thrown at: one function for each parser, which panics when a promise of the house is
//! broken. `make fuzz` runs them on what libFuzzer makes up, `tests/it/fuzz.rs` on all that `tests/fuzz/corpus` holds.

mod activities;
mod captions;
mod chapters;
mod clip;
mod fields;
mod growth;
mod html;
mod keys;
mod multipart;
mod pictures;
mod signatures;
mod text;
mod urls;

use instance::base::time::Timestamp;

pub type Target = fn(&[u8]);

/// Name of a target, which is also its folder in the corpus, and the function.
pub const TARGETS: [(&str, Target); 13] = [
    ("activities", activities::activities),
    ("captions", captions::captions),
    ("chapters", chapters::chapters),
    ("clip", clip::clip),
    ("fields", fields::fields),
    ("growth", growth::growth),
    ("html", html::html),
    ("keys", keys::keys),
    ("multipart", multipart::multipart),
    ("pictures", pictures::pictures),
    ("signatures", signatures::signatures),
    ("text", text::text),
    ("urls", urls::urls),
];

/// 2026-11-23T09:00:00Z, the moment at which all of it arrives.
const NOW: Timestamp = Timestamp(1_795_424_400_000);

/// Ourselves.
const ORIGIN: &str = "https://s.example";
