//! An error on its way to the command line: the same over the socket and in one process.

use serde::{Deserialize, Serialize};

use crate::error::{Again, Error};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: Kind,
    /// Stable, as in `E047`.
    pub id: String,
    pub what: String,
    /// What to do; may be empty.
    #[serde(default)]
    pub remedy: String,
}

/// What the receiver should do, as in `Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NotFound,
    SignIn,
    Forbidden,
    Invalid,
    Conflict,
    Busy,
    Gone,
    Peer,
    Broken,
}

impl Fault {
    fn new(kind: Kind, id: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, id: id.to_owned(), what: what.into(), remedy: remedy.into() }
    }
}

impl From<&Error> for Fault {
    /// The operator may see the cause of our own faults: it is in the log anyway.
    fn from(error: &Error) -> Self {
        match error {
            Error::NotFound => Self::new(Kind::NotFound, "E040", "There is nothing of that name here.", ""),
            Error::SignIn => Self::new(Kind::SignIn, "E042", "Log in first.", ""),
            Error::Forbidden(power) => Self::new(Kind::Forbidden, "E043", format!("That is not allowed: {power}."), ""),
            Error::Invalid(problem) => Self::new(Kind::Invalid, problem.id, &problem.what, &problem.remedy),
            Error::Conflict(what) => Self::new(Kind::Conflict, "E044", *what, "Look again, then decide."),
            Error::Busy { retry_after } => Self::new(
                Kind::Busy,
                "E045",
                "There is too much to do at once, or the disk is full; then the log of the server says so.",
                format!("Try again in {retry_after} s."),
            ),
            Error::Gone => Self::new(Kind::Gone, "E046", "That was deleted and will not come back.", ""),
            Error::Peer { host, what, again } => {
                let remedy = match again {
                    Again::Later => "Try again later.",
                    Again::Never => "Trying again will not help.",
                };
                Self::new(Kind::Peer, "E048", format!("{host}: {what}."), remedy)
            }
            Error::Broken(cause) => {
                let remedy = "This should not happen. If it happens again, report it with this message.";
                Self::new(Kind::Broken, "E900", format!("{cause}."), remedy)
            }
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;

    #[test]
    fn a_fault_survives_the_socket() {
        for error in [
            Error::NotFound,
            Error::from(Problem::new("E120", "too many").remedy("fewer")),
            Error::peer_later("x.example", "answers 503"),
            Error::broken("read the file", std::io::Error::other("disk on fire")),
        ] {
            let fault = Fault::from(&error);
            let text = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
        }
        let broken = Fault::from(Error::broken("read the file", std::io::Error::other("disk on fire")));
        assert!(broken.id == "E900" && broken.what.contains("disk on fire"));
    }
}
