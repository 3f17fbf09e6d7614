//! E900 to E999: faults of this server.

pub(super) const TEXTS: &[(&str, &str)] = &[(
    "E900",
    "This is a fault of the program or of the machine under it (disk, memory), not of yours. What was answered before is safe on \
              the disk. The log has the cause; please report it if it comes again.",
)];
