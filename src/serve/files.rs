//! File descriptors: as many as the system lets us have, and so many connections as that leaves room for.

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::limits::inbound;

/// Asks for as many descriptors as a full house needs; how many connections there may be with what it gets. The soft
/// limit is 1,024 on most systems for the sake of programs that use `select`; the hard one lies far above.
pub fn connections() -> usize {
    let wanted = (inbound::CONNECTIONS + inbound::REFUSALS + inbound::OTHER_FILES) as u64;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
        if let Err(e) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(what = %e, "the limit of open files could not be raised");
        }
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let connections = fitting(files);
    if connections < inbound::CONNECTIONS {
        tracing::warn!(files, connections, "few files may be open (ulimit -n), and so few connections");
    }
    connections
}

/// Connections that fit when so many files may be open.
fn fitting(files: u64) -> usize {
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    let left = files.saturating_sub(inbound::OTHER_FILES + inbound::REFUSALS);
    // With very few files half of them go to connections.
    left.max(files / 2).clamp(1, inbound::CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_other_files() {
        for (files, connections) in [(0, 1), (256, 128), (1_024, 512), (2_000, 1_232), (2_816, 2_048), (1 << 20, 2_048)]
        {
            assert_eq!(fitting(files), connections);
        }
    }
}
