//! What is wrong with a form, said twice: in a summary at its head that links to the fields, and at each field.

use std::fmt::Write as _;

use hyper::StatusCode;

use crate::error::Problem;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The id of the field, made by us.
    pub at: String,
    /// That of the problem.
    pub id: &'static str,
    pub text: String,
}

#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// One thing that is wrong, and nothing else.
    pub(super) fn of(at: impl Into<String>, problem: &Problem) -> Self {
        let mut faults = Self::default();
        faults.push(at, problem);
        faults
    }

    pub(super) fn push(&mut self, at: impl Into<String>, problem: &Problem) {
        let text = format!("{} {}", problem.what, problem.remedy).trim_end().to_owned();
        self.0.push(Fault { at: at.into(), id: problem.id, text });
    }

    pub(super) fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Leaves only those at these fields.
    pub(super) fn keep(&mut self, fields: impl Fn(&str) -> bool) {
        self.0.retain(|fault| fields(&fault.at));
    }

    /// In the order of the form: groups of fields by how their ids begin. A group may come several times, with a number
    /// in its ids.
    pub(super) fn order(&mut self, form: &[&[&str]]) {
        let place = |at: &str| {
            let begins = |field: &&str| at.starts_with(field);
            let group = form.iter().position(|group| group.iter().any(begins)).unwrap_or(form.len());
            (group, number(at), form.get(group).and_then(|group| group.iter().position(begins)))
        };
        self.0.sort_by_key(|fault| place(&fault.at));
    }

    /// Says in words which of several groups is meant, from the second on: in the summary nothing else does.
    pub(super) fn tell_apart(&mut self, group: &[&str], name: impl Fn(usize) -> Option<String>) {
        for fault in &mut self.0 {
            let n = number(&fault.at);
            if n > 1
                && group.iter().any(|field| fault.at.starts_with(field))
                && let Some(name) = name(n).filter(|name| !fault.text.starts_with(name.as_str()))
            {
                fault.text = format!("{name}: {}", fault.text);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of the page with the form, be it blank or back.
    pub(super) fn status(&self) -> StatusCode {
        if self.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    pub(super) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Whether a problem is among them.
    pub(super) fn has(&self, problem: &str) -> bool {
        self.0.iter().any(|fault| fault.id == problem)
    }

    /// What is wrong with a field.
    pub(super) fn at(&self, field: impl AsRef<str>) -> Option<&str> {
        self.0.iter().find(|fault| fault.at == field.as_ref()).map(|fault| fault.text.as_str())
    }

    /// The attributes of a field that is wrong; nothing for one that is right.
    pub(super) fn marks(&self, field: impl AsRef<str>) -> String {
        self.marks_with(field, "")
    }

    /// As `marks`, for a field that is always described by a hint.
    pub(super) fn marks_with(&self, field: impl AsRef<str>, hint: impl AsRef<str>) -> String {
        let (field, hint) = (field.as_ref(), hint.as_ref());
        let wrong = self.at(field).is_some();
        let mut marks = String::new();
        if wrong {
            marks.push_str(" aria-invalid=\"true\"");
        }
        let error = if wrong { format!("{field}-e") } else { String::new() };
        let described = format!("{hint} {error}");
        if !described.trim().is_empty() {
            // Writing into a string cannot fail.
            let _ = write!(marks, " aria-describedby=\"{}\"", described.trim());
        }
        marks
    }
}

/// The first number in the id of a field; 0 where there is none.
fn number(at: &str) -> usize {
    let digits = at.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or_default()
}

/// Guesses come too fast; `otherwise` is what helps besides waiting, as the end of a sentence.
pub(super) fn too_many(wait: u32, otherwise: &str) -> Problem {
    Problem::new("E311", "There were too many tries.").remedy(format!("Try again in {wait} s{otherwise}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stand_in_the_order_of_the_form() {
        let mut faults = Faults::default();
        for at in ["alt2", "somewhere", "captions-file1", "text2", "picture2", "text", "lang2", "account"] {
            faults.push(at, &Problem::new("E121", at));
        }
        faults.order(&[&["account"], &["lang", "text"], &["picture", "alt", "captions"]]);
        let order: Vec<String> = faults.all().iter().map(|fault| fault.at.clone()).collect();
        faults.tell_apart(&["picture", "alt"], |n| Some(format!("File {n}")));
        assert_eq!(faults.at("alt2"), Some("File 2: alt2"));
        assert_eq!((faults.at("captions-file1"), faults.at("text2")), (Some("captions-file1"), Some("text2")));
        assert_eq!(order, ["account", "text", "lang2", "text2", "captions-file1", "picture2", "alt2", "somewhere"]);
    }

    #[test]
    fn a_field_is_marked_only_when_it_is_wrong() {
        assert_eq!(Faults::default().status(), StatusCode::OK);
        let problem = Problem::new("E121", "The post has no text.").remedy("Write something.");
        let faults = Faults::of("text", &problem);
        assert_eq!(faults.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faults.has("E121") && !faults.has("E122"));
        assert_eq!(faults.at("text"), Some("The post has no text. Write something."));
        assert_eq!(faults.marks("text"), " aria-invalid=\"true\" aria-describedby=\"text-e\"");
        assert_eq!(faults.marks_with("text", "h"), " aria-invalid=\"true\" aria-describedby=\"h text-e\"");
        assert_eq!(
            (faults.marks("alt1"), faults.marks_with("alt1", "h")),
            (String::new(), " aria-describedby=\"h\"".into())
        );
    }
}
