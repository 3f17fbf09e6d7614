//! A small alphabet of strokes, for initials and labels: Latin capitals, digits, a few signs.

use super::shape::{Point, Shape, curve};

/// Height of a capital in the units of the table.
const CAPITAL: f32 = 14.0;
/// Between two letters, in units, without the width of the stroke.
const GAP: f32 = 2.2;

/// Letter, width, strokes: M moves, L draws a line, C a cubic curve.
const GLYPHS: &[(char, f32, &str)] = &[
    ('A', 11.0, "M0 14 L5.5 0 L11 14 M2.1 9.2 L8.9 9.2"),
    ('B', 9.0, "M0 0 L0 14 L5 14 C10.3 14 10.3 6.6 5 6.6 L0 6.6 M0 0 L4.6 0 C9.2 0 9.2 6.6 4.6 6.6"),
    ('C', 10.2, "M10.2 2.6 C7.5 -1.2 0 -1 0 7 C0 15 7.5 15.2 10.2 11.4"),
    ('D', 10.4, "M0 0 L0 14 L3.6 14 C12.7 14 12.7 0 3.6 0 L0 0"),
    ('E', 8.0, "M8 0 L0 0 L0 14 L8 14 M0 6.8 L7 6.8"),
    ('F', 8.0, "M8 0 L0 0 L0 14 M0 6.8 L7 6.8"),
    ('G', 10.6, "M10.2 2.6 C7.5 -1.2 0 -1 0 7 C0 15.2 8.8 15 10.6 11.4 L10.6 7.4 L6.4 7.4"),
    ('H', 10.0, "M0 0 L0 14 M10 0 L10 14 M0 6.8 L10 6.8"),
    ('I', 0.0, "M0 0 L0 14"),
    ('J', 6.0, "M6 0 L6 9.6 C6 15.4 0.4 15 0 11"),
    ('K', 9.4, "M0 0 L0 14 M9 0 L0 8.6 M3.3 5.5 L9.4 14"),
    ('L', 7.6, "M0 0 L0 14 L7.6 14"),
    ('M', 12.0, "M0 14 L0 0 L6 9 L12 0 L12 14"),
    ('N', 10.0, "M0 14 L0 0 L10 14 L10 0"),
    ('O', 11.2, "M5.6 0 C-1.9 0 -1.9 14 5.6 14 C13.1 14 13.1 0 5.6 0"),
    ('P', 9.0, "M0 14 L0 0 L5 0 C10.3 0 10.3 8 5 8 L0 8"),
    ('Q', 11.2, "M5.6 0 C-1.9 0 -1.9 14 5.6 14 C13.1 14 13.1 0 5.6 0 M7 10 L11 14.6"),
    ('R', 9.4, "M0 14 L0 0 L5 0 C10.3 0 10.3 8 5 8 L0 8 M4.8 8 L9.4 14"),
    ('S', 9.4, "M8.8 2.4 C7 -0.9 0.6 -0.8 0.6 3.6 C0.6 8.2 9.4 5.8 9.4 10.4 C9.4 14.9 2 15 0 11.4"),
    ('T', 10.0, "M0 0 L10 0 M5 0 L5 14"),
    ('U', 10.0, "M0 0 L0 9 C0 15.7 10 15.7 10 9 L10 0"),
    ('V', 11.0, "M0 0 L5.5 14 L11 0"),
    ('W', 15.0, "M0 0 L3.8 14 L7.5 2 L11.2 14 L15 0"),
    ('X', 9.6, "M0 0 L9.6 14 M9.6 0 L0 14"),
    ('Y', 10.0, "M0 0 L5 7.2 L10 0 M5 7.2 L5 14"),
    ('Z', 9.4, "M0.4 0 L9 0 L0 14 L9.4 14"),
    ('0', 9.0, "M4.5 0 C-1.5 0 -1.5 14 4.5 14 C10.5 14 10.5 0 4.5 0"),
    ('1', 4.4, "M0 3 L4.4 0 L4.4 14"),
    ('2', 9.0, "M0.2 3.6 C0.6 -1.2 9 -1.2 8.6 3.8 C8.4 7 3 9.6 0 14 L9 14"),
    (
        '3',
        9.0,
        "M0.4 2.4 C2.4 -0.9 8.4 -0.8 8.4 3.4 C8.4 6.2 6 6.6 3.6 6.6 C6.4 6.6 9 7.4 9 10.2 C9 15 1.8 14.9 0 11.4",
    ),
    ('4', 9.4, "M7 14 L7 0 L0 10 L9.4 10"),
    ('5', 9.0, "M8 0 L1.4 0 L0.8 6 C4 4.2 9 5.2 9 9.4 C9 15 1.6 15 0 11.6"),
    ('6', 9.0, "M7 0 C3 2 0 6 0 9.4 C0 15.6 9 15.6 9 9.4 C9 4.2 1.6 4 0.2 8.4"),
    ('7', 9.0, "M0 0 L9 0 L3.4 14"),
    (
        '8',
        9.0,
        "M4.5 6.6 C-0.6 6.6 -0.6 0 4.5 0 C9.6 0 9.6 6.6 4.5 6.6 C-1.5 6.6 -1.5 14 4.5 14 C10.5 14 10.5 6.6 4.5 6.6",
    ),
    ('9', 9.0, "M2 14 C6 12 9 8 9 4.6 C9 -1.6 0 -1.6 0 4.6 C0 9.8 7.4 10 8.8 5.6"),
    (
        '%',
        12.0,
        "M10.4 0 L1.6 14 M2.4 0 C-0.8 0 -0.8 5.4 2.4 5.4 C5.6 5.4 5.6 0 2.4 0 M9.6 8.6 C6.4 8.6 6.4 14 9.6 14 C12.8 14 12.8 8.6 9.6 8.6",
    ),
    ('-', 5.0, "M0 7.4 L5 7.4"),
    (' ', 3.0, ""),
];

/// One line of text as a shape, and how wide it is.
pub(super) struct Text {
    shape: Shape,
    pub width: f32,
}

impl Text {
    /// `size` is the height of a capital, `weight` the width of the stroke, both in pixels.
    /// Letters that the alphabet does not have are left out, accents too; `None` if none is left.
    pub fn new(text: &str, size: f32, weight: f32) -> Option<Self> {
        let scale = (size - weight) / CAPITAL;
        let mut shape = Shape::default();
        let mut right = None;
        let mut before = ' ';
        for (letter, width, strokes) in text.chars().filter_map(glyph) {
            let gap = if leans(before, letter) { GAP * 0.25 } else { GAP };
            before = letter;
            let left = right.map_or(0.0, |right| right + gap * scale);
            for points in polylines(strokes) {
                let place = |(x, y)| (left + weight / 2.0 + x * scale, weight / 2.0 + y * scale);
                let points: Vec<Point> = points.into_iter().map(place).collect();
                shape = shape.and(Shape::stroke(&points, weight));
            }
            right = Some(left + width * scale + weight);
        }
        right.map(|width| Self { shape, width })
    }

    /// With its upper left corner there.
    pub fn at(self, x: f32, y: f32) -> Shape {
        self.shape.map(|point| (point.0 + x, point.1 + y))
    }

    /// With the middle of its upper edge there.
    pub fn centred(self, x: f32, y: f32) -> Shape {
        let left = x - self.width / 2.0;
        self.at(left, y)
    }
}

/// Whether the alphabet has this letter, be it without its accent.
pub(super) fn known(letter: char) -> bool {
    glyph(letter).is_some()
}

/// Pairs that stand too far apart, since both leave room on the same side.
fn leans(before: char, after: char) -> bool {
    matches!(
        (before, after),
        ('F' | 'P' | 'T' | 'V' | 'W' | 'Y', 'A') | ('A', 'T' | 'V' | 'W' | 'Y') | ('L', 'T' | 'V' | 'Y')
    )
}

fn glyph(letter: char) -> Option<(char, f32, &'static str)> {
    let letter = match letter {
        'À'..='Å' | 'à'..='å' | 'Ā' | 'ā' | 'Ă' | 'ă' | 'Ą' | 'ą' => 'A',
        'Ç' | 'ç' | 'Ć' | 'ć' | 'Č' | 'č' => 'C',
        'Ď' | 'ď' | 'Đ' | 'đ' => 'D',
        'È'..='Ë' | 'è'..='ë' | 'Ē' | 'ē' | 'Ė' | 'ė' | 'Ę' | 'ę' | 'Ě' | 'ě' => 'E',
        'Ì'..='Ï' | 'ì'..='ï' | 'Ī' | 'ī' | 'Į' | 'į' | 'İ' | 'ı' => 'I',
        'Ł' | 'ł' | 'Ľ' | 'ľ' => 'L',
        'Ñ' | 'ñ' | 'Ń' | 'ń' | 'Ň' | 'ň' => 'N',
        'Ò'..='Ö' | 'ò'..='ö' | 'Ø' | 'ø' | 'Ő' | 'ő' => 'O',
        'Ř' | 'ř' => 'R',
        'Ś' | 'ś' | 'Š' | 'š' | 'Ş' | 'ş' | 'Ș' | 'ș' => 'S',
        'Ť' | 'ť' | 'Ţ' | 'ţ' | 'Ț' | 'ț' => 'T',
        'Ù'..='Ü' | 'ù'..='ü' | 'Ū' | 'ū' | 'Ů' | 'ů' | 'Ű' | 'ű' | 'Ų' | 'ų' => 'U',
        'Ý' | 'ý' | 'Ÿ' | 'ÿ' => 'Y',
        'Ź' | 'ź' | 'Ż' | 'ż' | 'Ž' | 'ž' => 'Z',
        other => other.to_ascii_uppercase(),
    };
    GLYPHS.iter().find(|(known, ..)| *known == letter).copied()
}

fn polylines(strokes: &str) -> Vec<Vec<Point>> {
    let starts = strokes.match_indices(['M', 'L', 'C']).map(|(at, _)| at);
    let ends = starts.clone().skip(1).chain([strokes.len()]);
    let mut lines: Vec<Vec<Point>> = Vec::new();
    for command in starts.zip(ends).filter_map(|(start, end)| strokes.get(start..end)) {
        let (kind, numbers) = command.split_at(1);
        let numbers: Vec<f32> = numbers.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        match (kind, numbers.as_slice(), lines.last_mut()) {
            ("M", &[x, y], _) => lines.push(vec![(x, y)]),
            ("L", &[x, y], Some(line)) => line.push((x, y)),
            ("C", &[ax, ay, bx, by, x, y], Some(line)) => {
                let from = line.last().copied().unwrap_or_default();
                line.extend(curve(from, (ax, ay), (bx, by), (x, y)).into_iter().skip(1));
            }
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_within_its_box() {
        for (letter, width, strokes) in GLYPHS {
            let points: Vec<Point> = polylines(strokes).into_iter().flatten().collect();
            let commands = strokes.matches(['M', 'L', 'C']).count();
            assert!(points.len() >= commands, "{letter}");
            for (x, y) in points {
                assert!((-0.3..=width + 0.3).contains(&x) && (-0.3..=CAPITAL + 0.8).contains(&y), "{letter} {x} {y}");
            }
            assert_eq!(GLYPHS.iter().filter(|(other, ..)| other == letter).count(), 1);
        }
    }

    #[test]
    fn strange_letters_are_left_out() {
        let width = |text| Text::new(text, 20.0, 2.0).map(|text| text.width);
        assert_eq!(width("é"), width("E"));
        assert_eq!(width("A日B"), width("AB"));
        assert_eq!(width("日本"), None);
        assert_eq!(width(""), None);
        assert!(width("IIII") > width("I"));
    }
}
