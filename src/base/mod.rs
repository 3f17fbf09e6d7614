//! Words without opinions: what every other room may use and what knows none of them.

pub mod bytes64;
pub mod cache;
pub mod csv;
pub mod diff;
pub mod html;
pub mod id;
pub mod json;
pub mod lang;
pub mod markup;
pub mod rate;
pub mod scan;
pub mod text;
pub mod time;
pub mod uri;
pub mod zone;
