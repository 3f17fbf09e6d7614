//! What the answer to a delivery means: done, later or never.

use std::time::Duration;

use super::client::Posted;
use crate::error::{Again, Error, Result};

/// What to do with a delivery after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Done,
    /// Try again; not before `retry_after`, if the peer named a time (at most a day).
    Later {
        what: String,
        retry_after: Option<Duration>,
    },
    /// Trying again cannot help. `gone`: 410, the inbox will not come back and whoever it stood for can be forgotten.
    Never {
        what: String,
        gone: bool,
    },
}

/// Judges a try as Mastodon's `delivery_worker.rb` does: 2xx is done; 401, 408, 429 and 5xx except 501 may pass; other
/// answers are final. Redirects are not followed with an activity in hand, and are final too.
pub fn judge(result: &Result<Posted>) -> Verdict {
    match result {
        Ok(posted) if (200..300).contains(&posted.status) => Verdict::Done,
        Ok(posted) if may_pass(posted.status) => Verdict::Later { what: said(posted), retry_after: posted.retry_after },
        Ok(posted) => Verdict::Never { what: said(posted), gone: posted.status == 410 },
        Err(Error::Peer { host: _, what, again: Again::Never }) => Verdict::Never { what: what.clone(), gone: false },
        Err(Error::Peer { host: _, what, again: Again::Later }) => {
            Verdict::Later { what: what.clone(), retry_after: None }
        }
        // Ours, not the peer's: the delivery is not lost for it.
        Err(
            e @ (Error::NotFound
            | Error::SignIn
            | Error::Forbidden(_)
            | Error::Invalid(_)
            | Error::Conflict(_)
            | Error::Busy { .. }
            | Error::Gone
            | Error::Broken(_)),
        ) => Verdict::Later { what: e.to_string(), retry_after: None },
    }
}

/// Whether a status tells of a state that may pass. 401 is among them: the peer may have failed to fetch our key.
pub(super) fn may_pass(status: u16) -> bool {
    matches!(status, 401 | 408 | 429) || (500..600).contains(&status) && status != 501
}

fn said(posted: &Posted) -> String {
    let Posted { status, line, retry_after: _ } = posted;
    if line.is_empty() { format!("answered {status}") } else { format!("answered {status}: {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Verdict {
        judge(&Ok(Posted { status, line: String::new(), retry_after: None }))
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 100..=599 {
            let verdict = answered(status);
            match status {
                200..=299 => assert_eq!(verdict, Verdict::Done),
                401 | 408 | 429 | 500 | 502..=599 => assert!(matches!(verdict, Verdict::Later { .. }), "{status}"),
                410 => assert!(matches!(verdict, Verdict::Never { gone: true, .. })),
                _ => assert!(matches!(verdict, Verdict::Never { gone: false, .. }), "{status}"),
            }
        }
    }

    #[test]
    fn words_and_patience_of_the_peer_are_kept() {
        let wait = Some(Duration::from_secs(90));
        let posted = Posted { status: 429, line: "slow down".into(), retry_after: wait };
        assert_eq!(judge(&Ok(posted)), Verdict::Later { what: "answered 429: slow down".into(), retry_after: wait });
    }

    #[test]
    fn failures_without_an_answer() {
        let later = judge(&Err(Error::peer_later("peer.test", "no answer in time")));
        assert_eq!(later, Verdict::Later { what: "no answer in time".into(), retry_after: None });
        let never = judge(&Err(Error::peer_never("peer.test", "not an address we connect to")));
        assert_eq!(never, Verdict::Never { what: "not an address we connect to".into(), gone: false });
        let ours = judge(&Err(Error::bug("secret")));
        assert!(matches!(ours, Verdict::Later { what, .. } if !what.contains("secret")));
    }
}
