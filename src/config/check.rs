//! What each setting may say. Every function answers the value in its one normal form, or what is wrong with it, as
//! the end of a sentence.

use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use url::Url;

use super::{Config, KEYS, Overrides};

/// Scheme and authority: `HTTPS://Social.City.Example:443/` is `https://social.city.example`.
pub fn url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|e| format!("'{text}' is no address ({e}); it begins with https://"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(format!("'{text}' does not begin with https://"));
    }
    if url.host_str().is_none_or(|host| host.ends_with('.')) {
        return Err(format!("'{text}' names no host, or one that ends with a dot"));
    }
    if url.domain().is_some_and(|name| !name.split('.').all(is_label)) {
        return Err(format!("'{text}' names no host: its parts are letters, digits and hyphens"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with a user name is not public".into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("'{text}' has a path; the server needs a host of its own"));
    }
    Ok(url.origin().ascii_serialization())
}

/// A part of a host's name (RFC 1123 §2.1), after it was made ASCII.
fn is_label(label: &str) -> bool {
    let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

/// A host, with a port where that is unusual, in lower-case ASCII.
pub fn domain(text: &str) -> Result<String, String> {
    if text.contains(['/', '@', '?', '#', '\\']) {
        return Err(format!("'{text}' is not a bare domain"));
    }
    let origin = url(&format!("https://{text}")).map_err(|_| format!("'{text}' is no domain"))?;
    Ok(origin.trim_start_matches("https://").to_owned())
}

pub fn listen(text: &str) -> Result<String, String> {
    let local = text.strip_prefix("localhost:").is_some_and(|port| port.parse::<u16>().is_ok());
    if local || text.parse::<SocketAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' is no address with a port"))
}

/// The address of a DNS server, on port 53 unless another is named.
pub fn resolver(text: &str) -> Result<SocketAddr, String> {
    let usual = || text.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53));
    text.parse().or_else(|_| usual()).map_err(|_| format!("'{text}' is no address of a DNS server"))
}

/// A mail address or a page.
pub fn contact(text: &str) -> Result<String, String> {
    let mail = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && domain(host).is_ok());
    let page = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control()) && text.len() <= 254;
    if (mail || page) && clean {
        Ok(text.to_owned())
    } else {
        Err(format!("'{text}' is neither a mail address nor a page"))
    }
}

/// An address, or a range of them such as `10.0.0.0/8`; never larger than the largest private one.
pub fn range(text: &str) -> Result<String, String> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().map_err(|_| format!("'{text}' is no address or range of addresses"))?;
    let (least, most) = if address.is_ipv4() { (8, 32) } else { (7, 128) };
    let fits = |bits: &str| bits.parse::<u8>().is_ok_and(|bits| (least..=most).contains(&bits));
    if bits.is_some_and(|bits| !fits(bits)) {
        return Err(format!("the range '{text}' does not end with a number from {least} to {most}"));
    }
    Ok(text.to_owned())
}

pub fn cache(number: u64) -> Result<usize, String> {
    usize::try_from(number)
        .ok()
        .filter(|n| (1..=65_536).contains(n))
        .ok_or_else(|| format!("{number} is not between 1 and 65536"))
}

/// A number of mebibytes, up to as many as make sense.
pub fn weight(number: u64, most: u64) -> Result<u64, String> {
    let most = most >> 20;
    Some(number).filter(|n| (1..=most).contains(n)).ok_or_else(|| format!("{number} is not between 1 and {most}"))
}

/// Up to what a file system can hold.
pub fn quota(number: u64) -> Result<u64, String> {
    Some(number).filter(|n| (1..=1 << 30).contains(n)).ok_or_else(|| format!("{number} is not between 1 and 2^30"))
}

impl Config {
    /// What is allowed but deserves a second look, as sentences.
    pub fn remarks(&self, overrides: &Overrides) -> Vec<String> {
        let mut remarks = Vec::new();
        let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        if let Some(key) = self.s3.missing() {
            remarks.push(format!("{key} is not set: the other settings under [s3] have no effect without it."));
        }
        if let Some(key) = self.login.missing() {
            remarks.push(format!("{key} is not set: the other settings under [login] have no effect without it."));
        }
        match &self.url {
            None => {
                remarks.push("url is not set: this is a trial, nothing leaves this machine.".into());
                if self.handle_domain.is_some() {
                    remarks.push("handle_domain has no effect as long as url is not set.".into());
                }
            }
            Some(url) => {
                if url.starts_with("http:") {
                    remarks.push("url begins with http: this is for rehearsals on a private network; servers on the internet refuse it.".into());
                }
                if let Some(domain) = self.handle_domain.as_ref().filter(|domain| host(url).as_ref() != Some(*domain)) {
                    remarks.push(format!(
                        "https://{domain}/.well-known/webfinger has to redirect to {url}/.well-known/webfinger."
                    ));
                }
                if self.contact.is_none() {
                    remarks.push("contact is not set: other administrators have nobody to write to.".into());
                }
            }
        }
        if !self.is_local() {
            remarks.push(format!(
                "listen = {} answers to the network without encryption: put a web server with a certificate in front.",
                self.listen
            ));
        }
        if !self.network.allow_private.is_empty() {
            remarks.push("network.allow_private lets this server call private addresses: for rehearsals only.".into());
        }
        remarks.extend(misspelt(&overrides.env));
        remarks
    }
}

impl Config {
    /// What is wrong with the files that the settings name, as sentences.
    pub fn remarks_on_files(&self) -> Vec<String> {
        let named =
            [("s3.secret_file", &self.s3.secret_file), ("login.client_secret_file", &self.login.client_secret_file)];
        named.iter().filter_map(|(key, path)| path.as_deref().and_then(|path| unsafe_secret(key, path))).collect()
    }
}

/// A secret is there, and nobody else's to read.
fn unsafe_secret(key: &str, path: &Path) -> Option<String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(e) => Some(format!("{key}: {shown} cannot be read: {e}.")),
        Ok(file) if file.permissions().mode() & 0o077 != 0 => {
            Some(format!("{key}: {shown} can be read by others on this machine: chmod 600 {shown}"))
        }
        Ok(_) => None,
    }
}

/// Variables that nobody reads but that look as if somebody should. Others may set `INSTANCE_…` too, so that an
/// unknown one is no error.
fn misspelt(env: &[(String, String)]) -> Vec<String> {
    let known: Vec<String> = KEYS.iter().map(super::Key::variable).chain(["INSTANCE_DATA".to_owned()]).collect();
    let unread = env.iter().map(|(name, _)| name).filter(|name| name.starts_with("INSTANCE_") && !known.contains(name));
    let near = |name: &String| known.iter().find(|known| strsim::damerau_levenshtein(known, name) <= 2);
    unread
        .filter_map(|name| near(name).map(|near| format!("The variable {name} is not read. Is {near} meant?")))
        .collect()
}
