//! Exit codes: one table for the program, `instance help exit-codes`, and its test.

use crate::control::{Fault, Kind};

/// Code, meaning, and what systemd is told to do (`RestartPreventExitStatus=2 4 8`).
pub const CODES: [(&str, &str, &str); 10] = [
    ("0", "done; also \"nothing to do\"", ""),
    ("1", "failed, see the message", "restart"),
    ("2", "wrong use of the command line", "no restart"),
    ("3", "a check found something wrong", ""),
    ("4", "not set up, or settings invalid", "no restart"),
    ("5", "another process holds the data directory", "restart"),
    ("6", "may not: permission, port", "restart"),
    ("7", "network or another server failed; trying again may help", "restart"),
    ("8", "data is of another version than this program", "no restart"),
    ("130, 143", "Ctrl-C, SIGTERM before ready", ""),
];

/// What was checked is not sound.
pub const UNSOUND: u8 = 3;

pub fn code(fault: &Fault) -> u8 {
    match fault.kind {
        Kind::Peer => 7,
        Kind::Invalid => of_problem(&fault.id),
        Kind::NotFound | Kind::SignIn | Kind::Forbidden | Kind::Conflict | Kind::Busy | Kind::Gone | Kind::Broken => 1,
    }
}

fn of_problem(id: &str) -> u8 {
    match id.strip_prefix('E').and_then(|digits| digits.parse().ok()) {
        Some(0..=9 | 20) => 2,
        // E070: a domain that is already known to others was changed; E083, E085: settings of the object storage; E328, E332:
        // of the identity provider.
        Some(10..=19 | 70 | 83 | 85 | 328 | 332) => 4,
        Some(21..=29) => 6,
        Some(47) => 5,
        Some(61 | 62) => 8,
        Some(_) | None => 1,
    }
}

/// The table as it is printed.
pub fn table() -> String {
    let row = |(code, meaning, systemd): &(&str, &str, &str)| {
        format!("  {code:<9}{meaning:<58}{systemd}").trim_end().to_owned()
    };
    let rows: Vec<String> = CODES.iter().map(row).collect();
    format!("Exit codes, and what the systemd unit does about them:\n\n{}\n", rows.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Problem};

    #[test]
    fn every_error_has_its_documented_code() {
        let code_of = |e: Error| code(&Fault::from(e));
        let problem = |id| code_of(Problem::new(id, "").into());
        for (id, expected) in [
            ("E001", 2),
            ("E002", 2),
            ("E010", 4),
            ("E013", 4),
            ("E015", 4),
            ("E020", 2),
            ("E021", 6),
            ("E022", 6),
            ("E023", 6),
            ("E041", 1),
            ("E047", 5),
            ("E061", 8),
            ("E062", 8),
            ("E070", 4),
            ("E071", 1),
            ("E083", 4),
            ("E085", 4),
            ("E120", 1),
            ("E180", 1),
        ] {
            assert_eq!(problem(id), expected, "{id}");
        }
        assert_eq!(code_of(Error::peer_later("x.example", "down")), 7);
        assert_eq!(code_of(Error::NotFound), 1);
        assert_eq!(code_of(Error::bug("?")), 1);
        for code in [0, 1, 2, 3, 4, 5, 6, 7, 8_u8] {
            assert!(CODES.iter().any(|(listed, ..)| *listed == code.to_string()), "{code} is not in the table");
        }
    }
}
