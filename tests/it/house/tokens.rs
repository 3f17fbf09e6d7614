//! Rust source as a flat list of tokens: enough to read paths and attributes, without being misled
//! by comments, texts, lifetimes or raw identifiers.

/// One token, borrowed from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Identifier or keyword; a raw identifier without its `r#`.
    Word(&'a str),
    /// The inside of a string literal, escapes as written.
    Text(&'a str),
    /// Any other sign, one at a time. Numbers, character literals and lifetimes are left out.
    Mark(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub line: usize,
    pub kind: Kind<'a>,
}

impl<'a> Token<'a> {
    pub fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(_) | Kind::Mark(_) => None,
        }
    }

    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// All tokens of `source`. Never fails: what is not closed ends with the file, as the compiler will say.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { rest: source, line: 1 };
    std::iter::from_fn(|| reader.next()).collect()
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = self.rest.chars().next()?;
            let line = self.line;
            let kind = if first.is_whitespace() {
                self.take(first.len_utf8());
                None
            } else if self.rest.starts_with("//") {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
                None
            } else if self.rest.starts_with("/*") {
                self.block_comment();
                None
            } else if let Some(text) = self.string() {
                Some(Kind::Text(text))
            } else if first == '\'' {
                self.character_or_lifetime();
                None
            } else if first.is_ascii_digit() {
                self.take_while(is_word);
                None
            } else if is_word(first) {
                if self.rest.starts_with("r#") {
                    self.take(2);
                }
                Some(Kind::Word(self.take_while(is_word)))
            } else {
                self.take(first.len_utf8());
                Some(Kind::Mark(first))
            };
            if let Some(kind) = kind {
                return Some(Token { line, kind });
            }
        }
    }

    /// Moves past `length` bytes, which end on a character boundary, and returns them.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        self.take(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()))
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
            } else {
                self.take(first.len_utf8());
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The inside of a string literal of any kind (`""`, `b""`, `c""`, `r#""#`, `br""`), if one starts here.
    fn string(&mut self) -> Option<&'a str> {
        let bare = self.rest.trim_start_matches(['b', 'c', 'r']);
        let prefix = &self.rest[..self.rest.len() - bare.len()];
        let raw = match prefix {
            "" | "b" | "c" => false,
            "r" | "br" | "cr" => true,
            _ => return None,
        };
        let hashes = if raw { bare.len() - bare.trim_start_matches('#').len() } else { 0 };
        if !bare[hashes..].starts_with('"') {
            return None;
        }
        self.take(prefix.len() + hashes + 1);
        let end = if raw {
            self.rest.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            let mut escaped = false;
            self.rest.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
        };
        let inside = self.take(end.unwrap_or(self.rest.len()));
        self.take(self.rest.len().min(1 + hashes));
        Some(inside)
    }

    /// `'a'` and `'\n'` are characters, `'a` is a lifetime.
    fn character_or_lifetime(&mut self) {
        self.take(1);
        let mut chars = self.rest.chars();
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') {
            self.take(1);
            let escaped = self.rest.chars().next().map_or(0, char::len_utf8);
            self.take(escaped);
            self.take(self.rest.find('\'').map_or(self.rest.len(), |end| end + 1));
        } else if second == Some('\'') {
            self.take(first.map_or(0, char::len_utf8) + 1);
        } else {
            self.take_while(is_word);
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[test]
fn only_code_makes_words() {
    let source = r###"
        // crate::comment
        /* crate::outer /* crate::inner */ crate::still */
        fn r#match<'a>(x: &'a str) -> char { '"' } // "
        const A: &str = "crate::\"text\"";
        const B: &[u8] = br##"raw "# text"##;
        const C: char = '\''; const D: char = '\u{41}'; const E: u32 = 0xff_u32;
    "###;
    let words: Vec<_> = tokens(source).iter().filter_map(Token::word).collect();
    assert_eq!(words.join(" "), "fn match x str char const A str const B u8 const C char const D char const E u32");
    let texts: Vec<_> = tokens(source)
        .iter()
        .filter_map(|token| if let Kind::Text(text) = token.kind { Some(text) } else { None })
        .collect();
    assert_eq!(texts, [r#"crate::\"text\""#, r##"raw "# text"##]);
}

#[test]
fn tokens_know_their_line() {
    let lines: Vec<_> = tokens("a /*\n\n*/ b \"\n\" c").iter().map(|token| token.line).collect();
    assert_eq!(lines, [1, 3, 3, 4]);
}

#[test]
fn unclosed_source_ends() {
    for source in ["\"never", "/* never", "r##\"never\"#", "'", "'\\", "b", "'\\u{41"] {
        tokens(source);
    }
}
