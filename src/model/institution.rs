//! The institution: what is true of the whole server and chosen by its people.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::ids::MediaId;
use super::settings::Settings;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Institution {
    pub name: String,
    /// Official languages, the main one first; never empty.
    pub languages: Vec<Lang>,
    /// IANA name of the zone in which pages show times.
    #[serde(default = "utc")]
    pub time_zone: String,
    pub created: Timestamp,
    /// Where other servers know us, once they do: set by the first start with a public `url`, and final from the
    /// first delivery on, since ids contain it.
    #[serde(default)]
    pub origin: Option<String>,
    /// When something first left this server.
    #[serde(default)]
    pub first_delivery: Option<Timestamp>,
    /// Whether everybody who logs in needs a second factor.
    #[serde(default)]
    pub second_factor: bool,
    /// How many seconds "publish now" waits at the desk, for whoever thinks again; at most `limits::draft::HOLD`.
    #[serde(default = "hold")]
    pub hold: u16,
    #[serde(default)]
    pub settings: Settings,
    /// Its arms or mark; a neutral one stands in where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emblem: Option<Emblem>,
}

fn hold() -> u16 {
    crate::limits::draft::HOLD_DEFAULT
}

/// A picture of the institution's own, with what pages need of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emblem {
    pub media: MediaId,
    /// File name under `/media/`.
    pub file: String,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Institution {
    /// One that has just been set up.
    pub fn new(
        name: impl Into<String>,
        languages: Vec<Lang>,
        time_zone: impl Into<String>,
        created: Timestamp,
    ) -> Self {
        Self {
            name: name.into(),
            languages,
            time_zone: time_zone.into(),
            created,
            origin: None,
            first_delivery: None,
            second_factor: false,
            hold: hold(),
            emblem: None,
            settings: Settings::default(),
        }
    }

    /// The zone in which its days begin.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    pub fn main_language(&self) -> Lang {
        self.languages.first().cloned().unwrap_or_default()
    }
}
