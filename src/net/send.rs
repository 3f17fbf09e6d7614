//! What the answer to a delivery means: done, later or never.

use super::client::Posted;
use crate::error::{Again, Error, Result};
use crate::model::delivery::{Outcome, answered};

/// Judges a try as Mastodon's `delivery_worker.rb` does: 2xx is done; 401, 408, 429 and 5xx except 501 may pass; other
/// answers are final. Redirects are not followed with an activity in hand, and are final too.
pub fn judge(result: &Result<Posted>) -> Outcome {
    match result {
        Ok(posted) if (200..300).contains(&posted.status) => Outcome::Done,
        Ok(posted) if may_pass(posted.status) => Outcome::Later { said: said(posted), retry_after: posted.retry_after },
        Ok(posted) => Outcome::Never { said: said(posted), status: Some(posted.status) },
        Err(Error::Peer { host: _, what, again: Again::Never }) => Outcome::Never { said: what.clone(), status: None },
        Err(Error::Peer { host: _, what, again: Again::Later }) => {
            Outcome::Later { said: what.clone(), retry_after: None }
        }
        Err(
            e @ (Error::NotFound
            | Error::SignIn
            | Error::Forbidden(_)
            | Error::Invalid(_)
            | Error::Conflict(_)
            | Error::Busy { .. }
            | Error::Gone
            | Error::Broken(_)),
        ) => Outcome::Ours { said: e.to_string() },
    }
}

/// Whether a status tells of a state that may pass. 401 is among them: the peer may have failed to fetch our key.
pub(super) fn may_pass(status: u16) -> bool {
    matches!(status, 401 | 408 | 429) || (500..600).contains(&status) && status != 501
}

fn said(posted: &Posted) -> String {
    answered(posted.status, &posted.line)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn verdict(status: u16) -> Outcome {
        judge(&Ok(Posted { status, line: String::new(), retry_after: None }))
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 100..=599 {
            let verdict = verdict(status);
            match status {
                200..=299 => assert_eq!(verdict, Outcome::Done),
                401 | 408 | 429 | 500 | 502..=599 => assert!(matches!(verdict, Outcome::Later { .. }), "{status}"),
                _ => {
                    assert!(matches!(verdict, Outcome::Never { status: Some(said), .. } if said == status), "{status}");
                }
            }
        }
    }

    #[test]
    fn words_and_patience_of_the_peer_are_kept() {
        let wait = Some(Duration::from_secs(90));
        let posted = Posted { status: 429, line: "slow down".into(), retry_after: wait };
        assert_eq!(judge(&Ok(posted)), Outcome::Later { said: "answered 429: slow down".into(), retry_after: wait });
    }

    #[test]
    fn failures_without_an_answer() {
        let later = judge(&Err(Error::peer_later("peer.test", "no answer in time")));
        assert_eq!(later, Outcome::Later { said: "no answer in time".into(), retry_after: None });
        let never = judge(&Err(Error::peer_never("peer.test", "no address that we connect to")));
        assert_eq!(never, Outcome::Never { said: "no address that we connect to".into(), status: None });
        let ours = judge(&Err(Error::bug("secret")));
        assert!(matches!(ours, Outcome::Ours { said } if !said.contains("secret")));
    }
}
