//! As much of JSON Schema (draft 4) as the schemas of NodeInfo use.

use serde_json::Value;

/// What is wrong with `value`; a rule that this does not know is a complaint, too.
pub(super) fn complaint(rules: &Value, value: &Value) -> Option<String> {
    rules.as_object().expect("a schema is an object").iter().find_map(|(rule, wanted)| {
        let fine = match rule.as_str() {
            "$schema" | "id" | "description" => true,
            "type" => match wanted.as_str() {
                Some("object") => value.is_object(),
                Some("array") => value.is_array(),
                Some("string") => value.is_string(),
                Some("boolean") => value.is_boolean(),
                Some("integer") => value.is_u64() || value.is_i64(),
                _ => false,
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "required" => wanted.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "minimum" => value.as_i64() >= wanted.as_i64(),
            "minItems" => value.as_array().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "minProperties" => value.as_object().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "additionalProperties" => {
                let known = |name: &String| rules["properties"].get(name).is_some();
                wanted == true || value.as_object().unwrap().keys().all(known)
            }
            "pattern" => {
                assert_eq!(wanted, "^[a-z0-9-]+$");
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(plain))
            }
            "properties" => {
                let inside = |(name, rules): (&String, &Value)| complaint(rules, value.get(name)?);
                return wanted.as_object().unwrap().iter().find_map(inside);
            }
            "items" => return value.as_array().unwrap().iter().find_map(|item| complaint(wanted, item)),
            _ => false,
        };
        (!fine).then(|| format!("{rule} {wanted}: {value}"))
    })
}
