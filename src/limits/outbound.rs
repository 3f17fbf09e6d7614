//! Going out to other servers.

use std::time::Duration;

/// All look-ups of the mentions of one text together; who is not found by then stays plain text.
pub const MENTIONS: Duration = Duration::from_secs(10);
