//! What the institution chooses while the server runs, besides its name and languages.

use serde::{Deserialize, Serialize};

use crate::limits;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Years for which the audit log keeps its entries.
    #[serde(default = "audit_years")]
    pub audit_years: u64,
}

fn audit_years() -> u64 {
    limits::audit::YEARS
}

impl Default for Settings {
    fn default() -> Self {
        Self { audit_years: audit_years() }
    }
}
