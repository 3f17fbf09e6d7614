//! Tables as comma-separated values (RFC 4180), safe to open in a spreadsheet.

/// Lines with a head. A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
/// injection"); numbers below zero stay numbers.
pub fn table<'a, R: IntoIterator<Item = C>, C: AsRef<str>>(
    heads: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = R>,
) -> String {
    let mut out = String::new();
    line(&mut out, heads.into_iter());
    for row in rows {
        line(&mut out, row.into_iter());
    }
    out
}

fn line<C: AsRef<str>>(out: &mut String, cells: impl Iterator<Item = C>) {
    for (n, one) in cells.enumerate() {
        if n > 0 {
            out.push(',');
        }
        cell(out, one.as_ref());
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, text: &str) {
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with('+');
    // Full-width forms are folded by some spreadsheets.
    let leads = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) && !is_number;
    let quoted = leads || text.contains([',', '"', '\r', '\n', ';']) || text.starts_with(' ') || text.ends_with(' ');
    if !quoted {
        return out.push_str(text);
    }
    out.push('"');
    if leads {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_a_formula() {
        let rows =
            [["=1+1", "+x", "-x"], ["@sum", "\ta", "-12.5"], ["a,\"b\"", "two\nlines", " 3"], ["-inf", "+1", "0"]];
        let csv = table(["a", "b", "c"], rows);
        let expected = "a,b,c\r\n\"'=1+1\",\"'+x\",\"'-x\"\r\n\"'@sum\",\"'\ta\",-12.5\r\n\
                        \"a,\"\"b\"\"\",\"two\nlines\",\" 3\"\r\n\"'-inf\",\"'+1\",0\r\n";
        assert_eq!(csv, expected);
    }
}
