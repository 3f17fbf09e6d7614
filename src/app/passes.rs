//! Addresses of files that are not published yet, for whoever can show neither session nor token: client programs put
//! what they just uploaded into an `<img>`. Good for a day, and for this run of the server; asked anew, it gives new ones.

use crate::base::time::Timestamp;
use crate::crypto::{random, token};
use crate::limits::media::PASS;

/// What makes and checks them.
pub struct Passes([u8; 32]);

impl Default for Passes {
    fn default() -> Self {
        Self(random::bytes())
    }
}

impl Passes {
    /// The pass for a file: until when it is good, in milliseconds, and what only we can have made of that.
    pub fn of(&self, file: &str, now: Timestamp) -> String {
        self.until(file, now.plus(PASS).0)
    }

    pub fn fits(&self, pass: &str, file: &str, now: Timestamp) -> bool {
        let until = pass.split_once('-').and_then(|(until, _)| until.parse().ok());
        until.is_some_and(|until| now.0 < until && token::equal(self.until(file, until).as_bytes(), pass.as_bytes()))
    }

    fn until(&self, file: &str, until: u64) -> String {
        format!("{until}-{}", token::derived(&self.0, "file", &format!("{until} {file}")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_pass_is_for_one_file_and_one_day() {
        let (passes, now) = (Passes::default(), Timestamp(1_795_614_306_000));
        let pass = passes.of("a.png", now);
        assert!(passes.fits(&pass, "a.png", now));
        assert!(passes.fits(&pass, "a.png", now.plus(PASS).minus(Duration::from_millis(1))));
        assert!(!passes.fits(&pass, "a.png", now.plus(PASS)) && !passes.fits(&pass, "b.png", now));
        assert!(!Passes::default().fits(&pass, "a.png", now), "another run of the server");
        let later = pass.replacen('1', "9", 1);
        for wrong in ["", "-", &pass[1..], &pass[..pass.len() - 1], &format!("+{pass}"), &format!("0{pass}"), &later] {
            assert!(!passes.fits(wrong, "a.png", now), "{wrong}");
        }
    }
}
