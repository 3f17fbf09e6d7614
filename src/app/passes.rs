//! Addresses of files that are not published yet, for whoever can show neither session nor token: client programs put
//! what they just uploaded into an `<img>`. Good for a day, and for this run of the server; asked anew, it gives new ones.

use crate::base::time::Timestamp;
use crate::crypto::{random, token};
use crate::limits::media::PASS;
use crate::model::ids::MediaId;

/// What makes and checks them.
pub struct Passes([u8; 32]);

impl Default for Passes {
    fn default() -> Self {
        Self(random::bytes())
    }
}

impl Passes {
    /// The pass for a file of an upload: until when it is good, in milliseconds, and what only we can have made of that.
    pub fn of(&self, file: &str, id: MediaId, now: Timestamp) -> String {
        self.until(file, id, now.plus(PASS).0)
    }

    /// Whether it was given for this file of this upload. Another of the same bytes has another pass: nobody learns by one
    /// of their own what somebody else has.
    pub fn fits(&self, pass: &str, file: &str, id: MediaId, now: Timestamp) -> bool {
        let until = pass.split_once('-').and_then(|(until, _)| until.parse().ok());
        let made = |until| self.until(file, id, until);
        until.is_some_and(|until| now.0 < until && token::equal(made(until).as_bytes(), pass.as_bytes()))
    }

    fn until(&self, file: &str, id: MediaId, until: u64) -> String {
        format!("{until}-{}", token::derived(&self.0, "file", &format!("{until} {id} {file}")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ID: MediaId = MediaId(7);

    #[test]
    fn a_pass_is_for_one_file_and_one_day() {
        let (passes, now) = (Passes::default(), Timestamp(1_795_614_306_000));
        let pass = passes.of("a.png", ID, now);
        assert!(passes.fits(&pass, "a.png", ID, now));
        assert!(passes.fits(&pass, "a.png", ID, now.plus(PASS).minus(Duration::from_millis(1))));
        assert!(!passes.fits(&pass, "a.png", ID, now.plus(PASS)) && !passes.fits(&pass, "b.png", ID, now));
        assert!(!passes.fits(&pass, "a.png", MediaId(8), now), "another upload of the same file");
        assert!(!Passes::default().fits(&pass, "a.png", ID, now), "another run of the server");
        let later = pass.replacen('1', "9", 1);
        for wrong in ["", "-", &pass[1..], &pass[..pass.len() - 1], &format!("+{pass}"), &format!("0{pass}"), &later] {
            assert!(!passes.fits(wrong, "a.png", ID, now), "{wrong}");
        }
    }
}
