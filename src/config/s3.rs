//! Where an object storage is, and who we are there. Its secret is in a file of its own: neither in the settings, which
//! are shown and copied, nor in the environment, which every child inherits.

use std::path::{Path, PathBuf};

use crate::error::{Problem, Result};
use crate::limits::storage::SECRET;

/// The section of the file.
#[derive(Debug, Clone)]
pub struct S3 {
    pub endpoint: Option<String>,
    pub bucket: Option<String>,
    pub region: String,
    pub path_style: bool,
    pub key_id: Option<String>,
    /// Absolute once loaded.
    pub secret_file: Option<PathBuf>,
}

impl Default for S3 {
    fn default() -> Self {
        Self {
            endpoint: None,
            bucket: None,
            region: "us-east-1".to_owned(),
            path_style: true,
            key_id: None,
            secret_file: None,
        }
    }
}

/// A storage that is set up.
pub struct Set<'a> {
    pub endpoint: &'a str,
    pub bucket: &'a str,
    pub region: &'a str,
    pub path_style: bool,
    pub key_id: &'a str,
    secret_file: &'a Path,
}

impl S3 {
    /// All of it, or nothing.
    pub fn as_set(&self) -> Option<Set<'_>> {
        Some(Set {
            endpoint: self.endpoint.as_deref()?,
            bucket: self.bucket.as_deref()?,
            region: &self.region,
            path_style: self.path_style,
            key_id: self.key_id.as_deref()?,
            secret_file: self.secret_file.as_deref()?,
        })
    }

    /// The first key that is missing where another is set.
    pub fn missing(&self) -> Option<&'static str> {
        let keys = [
            ("s3.endpoint", self.endpoint.is_some()),
            ("s3.bucket", self.bucket.is_some()),
            ("s3.key_id", self.key_id.is_some()),
            ("s3.secret_file", self.secret_file.is_some()),
        ];
        let some = keys.iter().any(|(_, set)| *set);
        keys.into_iter().find(|(_, set)| some && !set).map(|(key, _)| key)
    }
}

impl Set<'_> {
    pub fn secret(&self) -> Result<String> {
        super::secret::read(self.secret_file, SECRET).map_err(|what| {
            Problem::new("E085", format!("The secret of the object storage: {what}."))
                .remedy("Put the secret key alone into the file named by s3.secret_file, readable by this user only (chmod 600).")
                .into()
        })
    }
}

/// A bucket as S3 names them.
pub(super) fn bucket(text: &str) -> Result<String, String> {
    let right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    if (3..=63).contains(&text.len()) && text.bytes().all(right) && !text.starts_with(['-', '.']) {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' is no name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots"))
}

/// A region or the id of a key: what has a place in a signature.
pub(super) fn word(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic() && b != b'/') {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' is not one word"))
}
