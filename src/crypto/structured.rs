//! The part of Structured Fields (RFC 9651) that RFC 9421 and RFC 9530 use, read strictly and in one pass.
//! No decimals, dates or display strings: nothing here carries one. A name given twice is an error, not the last value.

use crate::limits;

/// What stands behind `=`. Texts are as they stand between the quotes or colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    Integer(i64),
    /// May hold `\"` and `\\`, not undone.
    String(&'a str),
    /// Base64, not yet decoded.
    Bytes(&'a str),
    /// A token or truth value.
    Other,
}

/// The unread rest of a header.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a str);

impl<'a> Reader<'a> {
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self, symbol: char) -> bool {
        match self.0.strip_prefix(symbol) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Skips blanks; says whether there was one.
    pub fn spaces(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_start_matches(' ');
        self.0.len() < before
    }

    /// The comma between two members of a dictionary, with a member behind it.
    pub fn comma(&mut self) -> bool {
        let blank = [' ', '\t'];
        let Some(rest) = self.0.trim_start_matches(blank).strip_prefix(',') else { return false };
        self.0 = rest.trim_start_matches(blank);
        true
    }

    /// The name of a member or parameter.
    pub fn key(&mut self) -> Option<&'a str> {
        let starts = self.0.starts_with(|c: char| c.is_ascii_lowercase() || c == '*');
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.*".contains(c);
        if starts { self.run(inside) } else { None }
    }

    /// A string: what stands between the quotes.
    pub fn string(&mut self) -> Option<&'a str> {
        let body = self.0.strip_prefix('"')?;
        let mut bytes = body.bytes().enumerate();
        loop {
            match bytes.next()? {
                (end, b'"') => {
                    let (text, rest) = body.split_at_checked(end)?;
                    self.0 = rest.strip_prefix('"')?;
                    return Some(text);
                }
                (_, b'\\') => matches!(bytes.next()?, (_, b'"' | b'\\')).then_some(())?,
                (_, b' '..=b'~') => {}
                (_, _) => return None,
            }
        }
    }

    /// `;name=value` as often as it comes.
    pub fn parameters(&mut self) -> Option<Vec<(&'a str, Item<'a>)>> {
        let mut parameters: Vec<(&str, Item<'_>)> = Vec::new();
        while self.take(';') {
            self.spaces();
            let name = self.key()?;
            let item = if self.take('=') { self.item()? } else { Item::Other };
            if parameters.len() == limits::signature::LISTED || parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            parameters.push((name, item));
        }
        Some(parameters)
    }

    pub fn item(&mut self) -> Option<Item<'a>> {
        match self.0.bytes().next()? {
            b'"' => self.string().map(Item::String),
            b':' => {
                let (base64, rest) = self.0.strip_prefix(':')?.split_once(':')?;
                self.0 = rest;
                Some(Item::Bytes(base64))
            }
            b'?' => {
                self.0 = self.0.strip_prefix("?0").or_else(|| self.0.strip_prefix("?1"))?;
                Some(Item::Other)
            }
            b'-' | b'0'..=b'9' => self.integer().map(Item::Integer),
            b'*' | b'A'..=b'Z' | b'a'..=b'z' => {
                let inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c);
                self.run(inside).map(|_| Item::Other)
            }
            _ => None,
        }
    }

    /// At most 15 digits.
    fn integer(&mut self) -> Option<i64> {
        let minus = self.take('-');
        let digits = self.run(|c| c.is_ascii_digit()).filter(|digits| digits.len() <= 15)?;
        let number: i64 = digits.parse().ok()?;
        (!self.0.starts_with('.')).then_some(if minus { -number } else { number })
    }

    fn run(&mut self, inside: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.0.find(|c| !inside(c)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!run.is_empty()).then_some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_their_edges() {
        for (text, item) in [
            ("42", Item::Integer(42)),
            ("-7", Item::Integer(-7)),
            ("999999999999999", Item::Integer(999_999_999_999_999)),
            (r#""a \"quoted\" word""#, Item::String(r#"a \"quoted\" word"#)),
            (":aGk=:", Item::Bytes("aGk=")),
            ("?1", Item::Other),
            ("*token/with:all", Item::Other),
        ] {
            let mut reader = Reader(text);
            assert_eq!(reader.item(), Some(item), "{text}");
            assert!(reader.is_done(), "{text}");
        }
        for wrong in
            ["", "1000000000000000", "-", "1.5", r#""open"#, r#""a\b""#, "\"tab\t\"", ":open", "?2", "é", "(", ";"]
        {
            assert_eq!(Reader(wrong).item(), None, "{wrong}");
        }
    }

    #[test]
    fn parameters_come_once() {
        assert_eq!(
            Reader(";a=1; b=\"x\";c").parameters().unwrap(),
            [("a", Item::Integer(1)), ("b", Item::String("x")), ("c", Item::Other)]
        );
        for wrong in [";a;a", ";", ";A=1", ";a=", ";1=1"] {
            assert_eq!(Reader(wrong).parameters(), None, "{wrong}");
        }
        let many: Vec<String> = (0..=limits::signature::LISTED).map(|n| format!(";p{n}")).collect();
        assert!(Reader(&many.concat()[3..]).parameters().is_some());
        assert_eq!(Reader(&many.concat()).parameters(), None);
    }
}
