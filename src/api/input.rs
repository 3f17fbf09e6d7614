//! What client programs send: JSON, urlencoded or multipart, with booleans as they please (`true`, `1`, `"0"`, `on`).

use serde_json::Value;

use crate::app::App;
use crate::base::json;
use crate::error::{Problem, Result};
use crate::limits::{captions, inbound as limits};
use crate::media::files::{Files, Unfinished};
use crate::web::multipart;
use crate::web::request::{Form, Request};

/// The fields of a request of any of the three kinds. Files are passed over.
pub(super) async fn form(request: &mut Request, files: &Files) -> Result<Form> {
    if request.boundary().is_some() {
        return Ok(multipart::read(request, files, &["file"], 0, limits::FORM as u64).await?.form);
    }
    let kind = request.header("content-type").unwrap_or_default().to_owned();
    let body = request.bytes(limits::FORM).await?;
    let pairs = if kind.starts_with("application/json") {
        flat(&json::parse(&body)?)?
    } else {
        form_urlencoded::parse(&body).take(limits::FIELDS + 1).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
    };
    Form::new(pairs)
}

/// The fields of a request, and its files by the names of their parts: `file`, `thumbnail`, `captions[en]`.
pub(super) async fn with_files(app: &App, request: &mut Request) -> Result<(Form, Vec<(String, Unfinished)>)> {
    if request.boundary().is_none() {
        return Ok((form(request, &app.files).await?, Vec::new()));
    }
    let most = 2 + captions::LANGUAGES;
    let parts =
        multipart::read(request, &app.files, &["file", "thumbnail", "captions["], most, app.form_with_files()).await?;
    Ok((parts.form, parts.files))
}

/// JSON as the pairs of a form: nested keys as `poll[options][]`.
fn flat(value: &Value) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    if let Some(object) = value.as_object() {
        object.iter().try_for_each(|(key, value)| flatten(key, value, &mut pairs))?;
    }
    Ok(pairs)
}

/// Each value is written out with its whole name: both are bounded here, or a long name times many values would be more
/// than the machine holds.
fn flatten(key: &str, value: &Value, pairs: &mut Vec<(String, String)>) -> Result<()> {
    if key.len() > limits::NAME || pairs.len() > limits::FIELDS {
        return Err(Problem::new("E153", "The form has too many fields, or one with too long a name.").into());
    }
    match value {
        Value::Null => {}
        Value::Bool(b) => pairs.push((key.to_owned(), b.to_string())),
        Value::Number(n) => pairs.push((key.to_owned(), n.to_string())),
        Value::String(s) => pairs.push((key.to_owned(), s.clone())),
        Value::Array(list) => list.iter().try_for_each(|item| flatten(&format!("{key}[]"), item, pairs))?,
        Value::Object(object) => {
            object.iter().try_for_each(|(inner, item)| flatten(&format!("{key}[{inner}]"), item, pairs))?;
        }
    }
    Ok(())
}

/// A boolean in any of its spellings; absent is `false`.
pub(super) fn truth(form: &Form, name: &str) -> bool {
    form.find(name).is_some_and(|text| !matches!(text, "" | "0" | "false" | "off" | "f" | "F" | "FALSE" | "OFF"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn json_and_forms_say_the_same() {
        let value = json::parse(
            br#"{"status":"Hi","sensitive":"0","media_ids":["7","8"],"poll":{"options":["a","b"]},"x":null}"#,
        );
        let form = Form::new(flat(&value.unwrap()).unwrap()).unwrap();
        assert_eq!(form.text("status"), "Hi");
        assert_eq!(form.all("media_ids").collect::<Vec<_>>(), ["7", "8"]);
        assert_eq!(form.find("poll[options][]"), Some("a"));
        assert_eq!(form.find("x"), None);
        assert!(!truth(&form, "sensitive") && !truth(&form, "absent"));
    }

    #[test]
    fn a_long_name_is_not_written_out_for_every_value() {
        let refused = |value: &Value| matches!(flat(value), Err(Error::Invalid(problem)) if problem.id == "E153");
        let named = |name: &str, many: usize| serde_json::json!({ name: vec![1; many] });
        assert!(flat(&named(&"k".repeat(198), 1)).is_ok());
        assert!(refused(&named(&"k".repeat(199), 1)) && refused(&named(&"k".repeat(100_000), 100)));
        assert!(flat(&named("k", limits::FIELDS)).is_ok() && refused(&named("k", limits::FIELDS + 2)));
    }

    #[test]
    fn truth_has_many_spellings() {
        for (text, is) in [("1", true), ("true", true), ("on", true), ("0", false), ("false", false), ("", false)] {
            let form = Form::new(vec![("b".into(), text.into())]).unwrap();
            assert_eq!(truth(&form, "b"), is, "{text}");
        }
    }
}
