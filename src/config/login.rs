//! The institution's identity provider, who we are there, and what its groups mean here.

use std::path::PathBuf;

use url::{Host, Url};

use crate::error::{Error, Problem, Result};
use crate::limits::provider::SECRET;
use crate::limits::text::URI;
use crate::model::oidc::Grant;

/// The section of the file.
#[derive(Debug, Clone)]
pub struct Login {
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    /// Absolute once loaded. None for a client without a secret, which PKCE alone protects.
    pub client_secret_file: Option<PathBuf>,
    pub scopes: Vec<String>,
    pub groups_claim: String,
    pub groups: Vec<Grant>,
    pub create: bool,
    pub match_email: bool,
    pub passwords: bool,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret_file: None,
            scopes: vec!["email".to_owned(), "profile".to_owned()],
            groups_claim: "groups".to_owned(),
            groups: Vec::new(),
            create: false,
            match_email: false,
            passwords: true,
        }
    }
}

impl Login {
    /// Issuer and client, where a provider is set up.
    pub fn as_set(&self) -> Option<(&str, &str)> {
        self.issuer.as_deref().zip(self.client_id.as_deref())
    }

    /// The first key that is missing where others make no sense without it.
    pub fn missing(&self) -> Option<&'static str> {
        let some = self.issuer.is_some()
            || self.client_id.is_some()
            || self.client_secret_file.is_some()
            || !self.groups.is_empty()
            || self.create
            || self.match_email;
        let keys = [("login.issuer", self.issuer.is_some()), ("login.client_id", self.client_id.is_some())];
        keys.into_iter().find(|(_, set)| some && !set).map(|(key, _)| key)
    }

    pub fn secret(&self) -> Result<Option<String>> {
        let read = |path: &PathBuf| {
            super::secret::read(path, SECRET).map_err(|what| {
                let problem = Problem::new("E328", format!("The client secret for the identity provider: {what}."));
                Error::from(problem.remedy("Put the secret alone into the file named by login.client_secret_file, readable by this user only (chmod 600)."))
            })
        };
        self.client_secret_file.as_ref().map(read).transpose()
    }
}

/// An issuer as OpenID Connect has them, kept byte for byte: https, or http on this machine, and nothing behind the
/// path.
pub(super) fn issuer(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|e| format!("'{text}' is no address ({e}); it begins with https://"))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(format!("'{text}' does not begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("'{text}' has a user name, a query or a fragment; no issuer has"));
    }
    if text.len() > URI || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("an address has no spaces and is not that long".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn client(text: &str) -> Result<String, String> {
    let right = text.len() <= 255 && text.bytes().all(|b| (0x20..0x7f).contains(&b));
    right.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' is no client id"))
}

/// RFC 6749 §3.3.
pub(super) fn scope(text: &str) -> Result<String, String> {
    let right = !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b','));
    right.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' is no scope: one word"))
}

pub(super) fn claim(text: &str) -> Result<String, String> {
    let right = !text.is_empty() && text.len() <= 255 && !text.contains(char::is_control);
    right.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' names no claim"))
}
