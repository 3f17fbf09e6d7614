//! The one error of the house, named for what the receiver should do. Safe words and private
//! cause are apart: `Display` of `Broken` says nothing that a stranger may not read.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as the receiver has to act on it.
#[derive(Debug)]
pub enum Error {
    /// Absent, or not for this asker to know of.
    NotFound,
    /// Log in first (401).
    SignIn,
    /// Known, and may not (403). The words say what power is missing.
    Forbidden(&'static str),
    /// The input is wrong: what, where, and what to do about it.
    Invalid(Box<Problem>),
    /// The state has moved on; look again before trying again.
    Conflict(&'static str),
    /// Not now, because of too much at once or a disk that is full: come back after so many seconds.
    Busy { retry_after: u32 },
    /// Was here and will not come back (410).
    Gone,
    /// Somebody else's machine failed us.
    Peer { host: String, what: String, again: Again },
    /// Our own fault. Logged once where it ends, shown with a reference only.
    Broken(Cause),
}

/// Whether trying the same again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Later,
    Never,
}

/// Wrong input, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable id, e.g. `E012`; the first digits decide the exit code (see `cli::exit`).
    pub id: &'static str,
    /// The form field or setting at fault, where there is one.
    pub field: Option<&'static str>,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to do, as a sentence; may be empty.
    pub remedy: String,
}

/// A private cause: for the log, never for a stranger.
#[derive(Debug)]
pub struct Cause {
    pub what: String,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    pub fn new(id: &'static str, what: impl Into<String>) -> Self {
        Self { id, field: None, what: what.into(), remedy: String::new() }
    }

    #[must_use]
    pub fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Invalid(Box::new(problem))
    }
}

impl Error {
    /// Our own fault, with what was being done and the error it met.
    pub fn broken(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(Cause { what: what.into(), source: Some(source.into()) })
    }

    /// Our own fault: an invariant that does not hold.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::Broken(Cause { what: what.into(), source: None })
    }

    /// What the log says of it, never to be shown to a stranger.
    pub fn cause(&self) -> &dyn fmt::Display {
        if let Self::Broken(cause) = self { cause } else { self }
    }

    /// Whether the same can go better later. A fault of our own may be mended by then, too.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Broken(_) => true,
            Self::Peer { again, .. } => *again == Again::Later,
            Self::NotFound | Self::SignIn | Self::Forbidden(_) | Self::Invalid(_) | Self::Conflict(_) | Self::Gone => {
                false
            }
        }
    }

    /// A peer's failure that may pass.
    pub fn peer_later(host: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Peer { host: host.into(), what: what.into(), again: Again::Later }
    }

    /// A peer's answer that will not change.
    pub fn peer_never(host: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Peer { host: host.into(), what: what.into(), again: Again::Never }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::SignIn => f.write_str("log in first"),
            Self::Forbidden(power) => write!(f, "not allowed: {power}"),
            Self::Invalid(problem) => f.write_str(&problem.what),
            Self::Conflict(what) => f.write_str(what),
            Self::Busy { retry_after } => write!(f, "not able to take this in now, try again in {retry_after} s"),
            Self::Gone => f.write_str("gone"),
            Self::Peer { host, what, .. } => write!(f, "{host}: {what}"),
            Self::Broken(_) => f.write_str("something went wrong on this server"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        let mut source = self.source.as_deref().map(|e| e as &dyn std::error::Error);
        while let Some(e) = source {
            write!(f, ": {e}")?;
            source = e.source();
        }
        Ok(())
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self::broken("input or output", e)
    }
}
