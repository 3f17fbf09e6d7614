//! Passwords that everybody tries first: words of the lists of stolen passwords, rows of keys, years and numbers, put
//! together. NIST SP 800-63B-4 §3.1.1.2 asks that such be refused. With twelve characters at least, a rule finds
//! more of them than a list that fits into the program.

use crate::limits::login::PASSWORD_OWN;

/// In lower case and without the signs that stand for letters, longest first where one begins another. From the most
/// frequent passwords of published leaks (`SecLists`, "10k most common"), and the words of our languages among them.
const PIECES: &[&str] = &[
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijkl",
    "abcdefgh",
    "abcdef",
    "abcd",
    "abc",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfghjkl",
    "asdfgh",
    "asdf",
    "zxcvbnm",
    "yxcvbnm",
    "wxcvbn",
    "zxcvbn",
    "qazwsxedc",
    "qazwsx",
    "passwords",
    "password",
    "passwort",
    "passphrase",
    "passwd",
    "pass",
    "motdepasse",
    "contrasena",
    "wachtwoord",
    "kennwort",
    "secret",
    "geheim",
    "letmein",
    "welcome",
    "willkommen",
    "bienvenue",
    "hello",
    "hallo",
    "bonjour",
    "login",
    "logmein",
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "master",
    "changeme",
    "change",
    "default",
    "test",
    "testing",
    "demo",
    "temp",
    "iloveyou",
    "ilove",
    "love",
    "you",
    "princess",
    "sunshine",
    "dragon",
    "monkey",
    "football",
    "fussball",
    "baseball",
    "superman",
    "batman",
    "starwars",
    "pokemon",
    "shadow",
    "michael",
    "jessica",
    "charlie",
    "jordan",
    "ashley",
    "daniel",
    "thomas",
    "andrea",
    "nicole",
    "trustno",
    "whatever",
    "freedom",
    "computer",
    "internet",
    "google",
    "facebook",
    "mastodon",
    "instance",
    "fediverse",
    "activitypub",
    "server",
    "office",
    "press",
    "presse",
    "media",
    "social",
    "city",
    "stadt",
    "ville",
    "government",
    "ministry",
    "summer",
    "sommer",
    "winter",
    "spring",
    "autumn",
    "herbst",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "my",
    "the",
    "is",
    "new",
    "your",
];

/// Whether hardly anything is left of it without such words, without what is known of whoever chose it, and without
/// digits and marks.
pub(super) fn is_common(typed: &str, known: &[&str]) -> bool {
    let letters: String = typed.to_lowercase().chars().map(plain).collect();
    let own = known.iter().map(|word| word.to_lowercase()).filter(|word| word.chars().count() > 2);
    let mut pieces: Vec<String> = own.chain(PIECES.iter().map(|piece| (*piece).to_owned())).collect();
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    // A sign may be itself or stand for a letter: what is left either way has to be enough.
    [letters, typed.to_lowercase()].iter().any(|text| left(text, &pieces) < PASSWORD_OWN)
}

/// How many different letters of its own it has.
fn left(text: &str, pieces: &[String]) -> usize {
    let mut rest = text.to_owned();
    for piece in pieces {
        // A mark keeps what stood on both sides apart.
        rest = rest.replace(piece.as_str(), " ");
    }
    let mut own: Vec<char> = rest.chars().filter(|sign| sign.is_alphabetic()).collect();
    own.sort_unstable();
    own.dedup();
    own.len()
}

/// The letter that a sign stands for.
fn plain(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_is_found_and_words_of_ones_own_are_not() {
        for wrong in [
            "password1234",
            "P@ssw0rd2026!",
            "qwertyuiop123",
            "123456789012",
            "iloveyou12345",
            "Summer2026!!",
            "letmeinletmein",
            "Welcome-2026-11",
            "admin!admin!1",
            "abcdefghijkl",
            "1qaz2wsx3edc",
            "motdepasse2026",
            "Rathaus2026!!",
            "ana.meier-2026",
        ] {
            assert!(is_common(wrong, &["Rathaus", "ana", "meier"]), "{wrong}");
        }
        for right in
            ["a few words here", "Zwölf Zeichen!", "correct horse battery", "the bridge is blue", "kvT9-mmPq-2xLw"]
        {
            assert!(!is_common(right, &["Rathaus", "ana"]), "{right}");
        }
    }
}
