//! The one reader for JSON of strangers, at the inbox and in what we fetch. It refuses what two readers
//! could understand differently, and everything whose size the sender could choose without end.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Problem, Result};
use crate::limits;

/// Reads one JSON document: UTF-8 without byte order mark, no key twice in an object, no NUL characters, no lone
/// surrogates, nothing after it. Keys keep their order. Anything else is `Error::Invalid`, in words that
/// quote nothing of the document.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    if bytes.len() > limits::text::JSON {
        return Err(refusal(format!("The JSON is larger than {} bytes.", limits::text::JSON)).into());
    }
    let left = Cell::new(limits::text::JSON_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { depth: limits::text::JSON_DEPTH, left: &left }.deserialize(&mut reader);
    let whole = read.and_then(|value| reader.end().map(|()| value));
    whole.map_err(|e| refusal(format!("The JSON cannot be read: {e}.")).into())
}

fn refusal(what: String) -> Problem {
    Problem::new("E180", what).remedy("Send one JSON document in UTF-8, without repeated keys.")
}

/// Reads one value of which at most `depth` containers may lie within each other.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        self.left.set(left);
        Ok(())
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        without_nul(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut all = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if all.insert(without_nul(key)?, value).is_some() {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Value::Object(all))
    }
}

fn without_nul<E: serde::de::Error>(text: String) -> Result<String, E> {
    if text.contains('\0') { Err(E::custom("a NUL character")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What others read and we do not: which of two values counts, and where a text ends, is not agreed.
    const OUR_REFUSALS: [&str; 4] = [
        "y_object_duplicated_key.json",
        "y_object_duplicated_key_and_value.json",
        "y_object_escaped_null_in_key.json",
        "y_string_null_escape.json",
    ];

    /// Of what is left to the reader, only numbers without exact value are read.
    const OUR_LENIENCE: [&str; 5] = [
        "i_number_double_huge_neg_exp.json",
        "i_number_real_underflow.json",
        "i_number_too_big_neg_int.json",
        "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    ];

    #[test]
    fn json_test_suite() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/jsontestsuite/test_parsing");
        let (mut files, mut wrong) = (0, Vec::new());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let read = parse(&std::fs::read(&path).unwrap());
            let wanted = match name.as_bytes()[0] {
                b'y' => !OUR_REFUSALS.contains(&name.as_str()),
                b'n' => false,
                _ => OUR_LENIENCE.contains(&name.as_str()),
            };
            files += 1;
            if read.is_ok() != wanted {
                wrong.push(format!("{name}: {read:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(files, 318);
    }

    #[test]
    fn reads_what_it_accepts_as_everyone_does() {
        let text =
            r#"{"id":"https://a.example/1","to":["x",null,true,-1,18446744073709551615,1.5,"\ud83d\ude00"],"a":{}}"#;
        let value = parse(text.as_bytes()).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(value.to_string().find("\"to\""), Some(28), "keys keep their order");
    }

    #[test]
    fn no_key_twice_anywhere() {
        for text in
            [r#"{"actor":1,"actor":1}"#, r#"{"a":1,"b":[{"id":1,"x":{"y":2},"id":3}]}"#, r#"{"id":1,"i\u0064":2}"#]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(br#"[{"id":1},{"id":2},{"ID":1,"id":2}]"#).is_ok());
    }

    #[test]
    fn bounds_hold_and_are_not_too_narrow() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(nested(limits::text::JSON_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(limits::text::JSON_DEPTH + 1).as_bytes()).is_err());
        assert!(parse("{\"a\":".repeat(1_000).as_bytes()).is_err());

        let wide = |n: usize| format!("[{}0]", "0,".repeat(n));
        assert!(parse(wide(limits::text::JSON_VALUES - 2).as_bytes()).is_ok());
        assert!(parse(wide(limits::text::JSON_VALUES - 1).as_bytes()).is_err());

        let long = |n: usize| format!("\"{}\"", "a".repeat(n));
        assert!(parse(long(limits::text::JSON - 2).as_bytes()).is_ok());
        assert!(parse(long(limits::text::JSON - 1).as_bytes()).is_err());
    }

    #[test]
    fn refusals_quote_nothing() {
        let error = parse(br#"{"secret":1,"secret":2}"#).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_agrees_with_serde_json(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Ok(value) = parse(&bytes) {
                proptest::prop_assert_eq!(value, serde_json::from_slice::<Value>(&bytes).unwrap());
            }
        }

        #[test]
        fn json_like_bytes_do_not_panic(text in r#"[\[\]{}",:0-9eE.\\u\-a-f]{0,120}"#) {
            if let Ok(value) = parse(text.as_bytes()) {
                proptest::prop_assert_eq!(value, serde_json::from_str::<Value>(&text).unwrap());
            }
        }
    }
}
