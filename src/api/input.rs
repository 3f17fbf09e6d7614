//! What client programs send: JSON, urlencoded or multipart, with booleans as they please (`true`, `1`, `"0"`, `on`).

use bytes::Bytes;
use http_body_util::Full;
use serde_json::Value;

use crate::base::json;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::web::request::{Form, Request};

/// The fields of a request, and its one file.
pub(super) struct Input {
    pub form: Form,
    pub file: Option<Vec<u8>>,
}

/// Reads a body of any of the three kinds, up to `cap` bytes.
pub(super) async fn read(request: &mut Request, cap: usize) -> Result<Input> {
    let kind = request.header("content-type").unwrap_or_default().to_owned();
    let boundary = request.boundary();
    let body = request.bytes(cap).await?;
    if let Some(boundary) = boundary {
        return multipart(body, &boundary).await;
    }
    let pairs = if kind.starts_with("application/json") {
        flat(&json::parse(&body)?)?
    } else {
        form_urlencoded::parse(&body)
            .take(limits::inbound::FIELDS + 1)
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect()
    };
    Ok(Input { form: Form::new(pairs)?, file: None })
}

async fn multipart(body: Bytes, boundary: &str) -> Result<Input> {
    let broken = |e: multer::Error| -> Error { Problem::new("E154", format!("The form cannot be read: {e}.")).into() };
    // `multer` asks for a stream; the body is at hand already, and bounded.
    let stream = http_body_util::BodyDataStream::new(Full::new(body));
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut pairs, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if file.is_some() && part.name() == Some("file") {
            return Err(Problem::new("E154", "The form cannot be read: it has two files.").into());
        }
        let name = part.name().unwrap_or_default().to_owned();
        // The file's own name is ignored: some programs send their whole path.
        if name == "file" {
            file = Some(part.bytes().await.map_err(broken)?.to_vec());
        } else {
            pairs.push((name, part.text().await.map_err(broken)?));
        }
        if pairs.len() > limits::inbound::FIELDS {
            break;
        }
    }
    Ok(Input { form: Form::new(pairs)?, file })
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
    if key.len() > limits::inbound::NAME || pairs.len() > limits::inbound::FIELDS {
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
        assert!(
            flat(&named("k", limits::inbound::FIELDS)).is_ok() && refused(&named("k", limits::inbound::FIELDS + 2))
        );
    }

    #[test]
    fn truth_has_many_spellings() {
        for (text, is) in [("1", true), ("true", true), ("on", true), ("0", false), ("false", false), ("", false)] {
            let form = Form::new(vec![("b".into(), text.into())]).unwrap();
            assert_eq!(truth(&form, "b"), is, "{text}");
        }
    }

    #[tokio::test]
    async fn a_file_may_come_without_a_type_and_with_a_path() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nA map\r\n--x\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"/tmp/a.png\"\r\n\r\nbytes\r\n--x--\r\n";
        let input = multipart(Bytes::from(body), "x").await.unwrap();
        assert_eq!(input.file.as_deref(), Some(b"bytes".as_slice()));
        assert_eq!(input.form.text("description"), "A map");
        assert!(multipart(Bytes::from("no parts at all"), "x").await.is_err());
        let twice = body.replace("\"description\"", "\"file\"");
        assert!(multipart(Bytes::from(twice), "x").await.is_err());
    }
}
