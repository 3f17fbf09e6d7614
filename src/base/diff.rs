//! What changed between two texts, word by word: the longest common run of words stays, the rest went or came.

use crate::limits::text::DIFF_CELLS;

/// A stretch of the two texts read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// In both.
    Same(&'a str),
    /// In the older one only.
    Gone(&'a str),
    /// In the newer one only.
    New(&'a str),
}

/// The older and the newer text as pieces, in order: without what is new they are the older, without what is gone the
/// newer. Texts that differ in so many words that comparing them costs too much are one piece gone and one new.
pub fn words<'a>(old: &'a str, new: &'a str) -> Vec<Piece<'a>> {
    let (older, newer) = (split(old), split(new));
    let head = older.iter().zip(&newer).take_while(|(a, b)| a == b).count();
    let rest = |all: &[&'a str]| all.get(head..).unwrap_or_default().to_vec();
    let (mut a, mut b) = (rest(&older), rest(&newer));
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    a.truncate(a.len() - tail);
    b.truncate(b.len() - tail);
    let start = bytes(older.get(..head).unwrap_or_default());
    let mut walk = Walk { old, new, a: start, b: start, pieces: Vec::new() };
    walk.same(0, start);
    for step in steps(&a, &b) {
        match step {
            Step::Both(len) => walk.both(len),
            Step::Old(len) => walk.gone(len),
            Step::New(len) => walk.came(len),
        }
    }
    walk.same(walk.a, old.len());
    walk.pieces
}

/// Words, and between them each white space and each mark by itself.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

fn bytes(words: &[&str]) -> usize {
    words.iter().map(|word| word.len()).sum()
}

/// So many bytes of both texts, or of one of them.
enum Step {
    Both(usize),
    Old(usize),
    New(usize),
}

/// The classic table of longest common subsequences, read from its beginning.
fn steps(a: &[&str], b: &[&str]) -> Vec<Step> {
    let width = b.len() + 1;
    if (a.len() + 1).saturating_mul(width) > DIFF_CELLS {
        return vec![Step::Old(bytes(a)), Step::New(bytes(b))];
    }
    // Row `i`, column `j`: how many words the rests of both from `i` and `j` on have in common.
    let mut table = vec![0_u16; (a.len() + 1) * width];
    let at = |table: &[u16], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let best =
                if x == y { at(&table, i + 1, j + 1) + 1 } else { at(&table, i + 1, j).max(at(&table, i, j + 1)) };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            steps.push(Step::Both(x.len()));
            (i, j) = (i + 1, j + 1);
        } else if at(&table, i + 1, j) >= at(&table, i, j + 1) {
            steps.push(Step::Old(x.len()));
            i += 1;
        } else {
            steps.push(Step::New(y.len()));
            j += 1;
        }
    }
    steps.push(Step::Old(bytes(a.get(i..).unwrap_or_default())));
    steps.push(Step::New(bytes(b.get(j..).unwrap_or_default())));
    steps
}

/// Where both texts are read, and the pieces so far; neighbours of a kind are one.
struct Walk<'a> {
    old: &'a str,
    new: &'a str,
    a: usize,
    b: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Walk<'a> {
    fn both(&mut self, len: usize) {
        self.same(self.a, self.a + len);
        self.a += len;
        self.b += len;
    }

    fn same(&mut self, from: usize, to: usize) {
        let text = self.old;
        let before = match self.pieces.last() {
            Some(Piece::Same(before)) => before.len(),
            Some(Piece::Gone(_) | Piece::New(_)) | None => 0,
        };
        self.push(text.get(from - before..to), before, Piece::Same);
    }

    fn gone(&mut self, len: usize) {
        let (text, from) = (self.old, self.a);
        let before = match self.pieces.last() {
            Some(Piece::Gone(before)) => before.len(),
            Some(Piece::Same(_) | Piece::New(_)) | None => 0,
        };
        self.a += len;
        self.push(text.get(from - before..self.a), before, Piece::Gone);
    }

    fn came(&mut self, len: usize) {
        let (text, from) = (self.new, self.b);
        let before = match self.pieces.last() {
            Some(Piece::New(before)) => before.len(),
            Some(Piece::Same(_) | Piece::Gone(_)) | None => 0,
        };
        self.b += len;
        self.push(text.get(from - before..self.b), before, Piece::New);
    }

    /// Puts a stretch down, in place of the last piece where it grew from it.
    fn push(&mut self, text: Option<&'a str>, before: usize, make: fn(&'a str) -> Piece<'a>) {
        let Some(text) = text.filter(|text| text.len() > before) else { return };
        if before > 0 {
            self.pieces.pop();
        }
        self.pieces.push(make(text));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_that_changed_is_named_and_the_rest_stays() {
        assert_eq!(
            words("The bridge opens on Monday.", "The old bridge opens on Tuesday."),
            [
                Piece::Same("The "),
                Piece::New("old "),
                Piece::Same("bridge opens on "),
                Piece::Gone("Monday"),
                Piece::New("Tuesday"),
                Piece::Same("."),
            ]
        );
        assert_eq!(words("a", "a"), [Piece::Same("a")]);
        assert_eq!(words("", "a"), [Piece::New("a")]);
        assert!(words("", "").is_empty());
    }

    #[test]
    fn what_costs_too_much_is_not_compared() {
        let (old, new) = ("a b ".repeat(2_000), "c d ".repeat(2_000));
        assert_eq!(words(&old, &new).len(), 3, "one gone, one new, and the space at both ends");
        // What both begin and end with is still seen.
        let (old, new) = (format!("x {old}y"), format!("x {new}y"));
        assert_eq!(words(&old, &new).first(), Some(&Piece::Same("x ")));
        assert_eq!(words(&old, &new).last(), Some(&Piece::Same(" y")));
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_pieces(old in "[ab éß.\n]{0,40}", new in "[ab éß.\n]{0,40}") {
            let (mut older, mut newer) = (String::new(), String::new());
            let pieces = words(&old, &new);
            for piece in &pieces {
                match piece {
                    Piece::Same(text) => { older.push_str(text); newer.push_str(text); }
                    Piece::Gone(text) => older.push_str(text),
                    Piece::New(text) => newer.push_str(text),
                }
            }
            prop_assert_eq!(older, old);
            prop_assert_eq!(newer, new);
        }
    }
}
