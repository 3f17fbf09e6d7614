//! Threads and ports of the process.

use std::time::Duration;

/// Pictures are decoded and keys are made on these; each may hold 100 MB for a moment, so there are few.
pub const BLOCKING_THREADS: usize = 8;
/// Threads that carry requests: more would only share the memory among more stacks.
pub const WORKERS: usize = 4;
/// Stack of a thread: tokio's own choice, written down because nesting of what strangers send is bounded for it.
pub const STACK: usize = 2 << 20;
/// Ports tried after the usual one, in a trial that names none.
pub const MORE_PORTS: u16 = 20;
/// How long threads may take to end after everything was stopped.
pub const END: Duration = Duration::from_secs(1);
