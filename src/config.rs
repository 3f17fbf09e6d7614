//! The settings: one file, `instance.toml` in the data directory, few keys, each documented and checked when it is
//! read. Variables `INSTANCE_…` go over the file, and the command line over both.

mod check;
mod file;
mod keys;
pub mod login;
pub mod s3;
mod secret;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::error::{Error, Problem, Result};
use crate::limits::clip;
use crate::model::site::Site;

pub use file::{change, nearest, template};
pub use keys::{KEYS, Key, Value};

/// The file's name in the data directory.
pub const FILE: &str = "instance.toml";
/// Where a trial listens when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// The public address: scheme and authority, no slash at the end. None in a trial.
    pub url: Option<String>,
    /// The domain in handles, where it is not the host of `url`.
    pub handle_domain: Option<String>,
    /// Address and port to listen on.
    pub listen: String,
    /// Whom other administrators may write to.
    pub contact: Option<String>,
    pub network: Network,
    pub store: StoreOptions,
    pub s3: s3::S3,
    pub login: login::Login,
    pub media: MediaOptions,
    pub log: Log,
    origins: BTreeMap<&'static str, Origin>,
}

#[derive(Debug, Clone)]
pub struct Network {
    /// Addresses and ranges of proxies that are believed when they say who asks.
    pub trusted_proxies: Vec<String>,
    /// Addresses, ranges and names on private networks that we may call all the same: for rehearsals.
    pub allow_private: Vec<String>,
    /// PEM file of further certificate authorities; absolute once loaded.
    pub extra_ca: Option<PathBuf>,
    /// A DNS server to ask instead of the machine's.
    pub resolver: Option<SocketAddr>,
}

#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Page cache of the database in mebibytes.
    pub cache_mb: usize,
}

#[derive(Debug, Clone)]
pub struct MediaOptions {
    /// What the files of one account may take together, in gibibytes.
    pub quota_gb: u64,
    /// The largest sound or video that is taken, in mebibytes.
    pub recording_mb: u64,
    /// The largest that other servers get as a file, in mebibytes.
    pub federated_mb: u64,
    /// Whether replies that are shown have small copies of their pictures beside them.
    pub copies: bool,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// A line of the file, counted from 1.
    File(usize),
    Variable(String),
    Flag,
}

/// What goes over the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The environment; only names that begin with `INSTANCE_` are looked at.
    pub env: Vec<(String, String)>,
    /// Keys of the file as given on the command line.
    pub flags: Vec<(&'static str, String)>,
}

impl Overrides {
    /// The environment of this process, under the given flags.
    pub fn from_env(flags: Vec<(&'static str, String)>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { env: std::env::vars_os().filter_map(text).collect(), flags }
    }
}

impl Config {
    /// Every key at its default.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            url: None,
            handle_domain: None,
            listen: DEFAULT_LISTEN.to_owned(),
            contact: None,
            network: Network {
                trusted_proxies: vec!["127.0.0.0/8".to_owned(), "::1".to_owned()],
                allow_private: Vec::new(),
                extra_ca: None,
                resolver: None,
            },
            store: StoreOptions { cache_mb: 16 },
            s3: s3::S3::default(),
            login: login::Login::default(),
            media: MediaOptions {
                quota_gb: 50,
                recording_mb: clip::BYTES >> 20,
                federated_mb: clip::FEDERATED >> 20,
                copies: false,
            },
            log: Log { format: LogFormat::Text },
            origins: BTreeMap::new(),
        }
    }

    /// Reads the file of a data directory that was set up (else `E010`), and what goes over it.
    pub fn load(data: impl Into<PathBuf>, overrides: &Overrides) -> Result<Self> {
        let data = data.into();
        let text = text(&data)?;
        Self::read(data, &text, overrides)
    }

    /// The settings that a file's text and what goes over it amount to.
    pub fn read(data: impl Into<PathBuf>, text: &str, overrides: &Overrides) -> Result<Self> {
        let mut config = Self::new(data);
        for (key, value, line) in file::entries(text)? {
            config.put(key, value, Origin::File(line))?;
        }
        for key in KEYS {
            let variable = key.variable();
            if let Some((_, text)) = overrides.env.iter().find(|(name, _)| *name == variable) {
                let origin = Origin::Variable(variable);
                let value = key.value_of(text).map_err(|what| wrong(key, &what, &origin))?;
                config.put(key, value, origin)?;
            }
        }
        for (name, text) in &overrides.flags {
            let key = key(name)?;
            let value = key.value_of(text).map_err(|what| wrong(key, &what, &Origin::Flag))?;
            config.put(key, value, Origin::Flag)?;
        }
        config.settle()
    }

    fn put(&mut self, key: &'static Key, value: Value, origin: Origin) -> Result<()> {
        key.put(self, value).map_err(|what| wrong(key, &what, &origin))?;
        self.origins.insert(key.name, origin);
        Ok(())
    }

    /// What can only be checked when all is read.
    fn settle(mut self) -> Result<Self> {
        if let Some(path) = self.network.extra_ca.take() {
            let path = self.data.join(path);
            if !path.is_file() {
                let what = format!("there is no file {}", path.display());
                return Err(wrong(key("network.extra_ca")?, &what, &self.origin_of("network.extra_ca")));
            }
            self.network.extra_ca = Some(path);
        }
        self.s3.secret_file = self.s3.secret_file.take().map(|path| self.data.join(path));
        self.login.client_secret_file = self.login.client_secret_file.take().map(|path| self.data.join(path));
        if !self.login.passwords && self.login.as_set().is_none() {
            let what = "nobody could log in, since login.issuer and login.client_id are not both set";
            return Err(wrong(key("login.passwords")?, what, &self.origin_of("login.passwords")));
        }
        Ok(self)
    }

    /// Where the value of a key comes from.
    pub fn origin_of(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// The public face that these settings give the server.
    pub fn site(&self) -> Site {
        let origin = self.url.clone().unwrap_or_else(|| format!("http://localhost:{}", self.port()));
        let authority = origin.split_once("://").map_or(origin.as_str(), |(_, rest)| rest).to_owned();
        // A trial has no domain to promise.
        let handle_domain = self.handle_domain.clone().filter(|_| self.url.is_some()).unwrap_or(authority);
        Site { origin, handle_domain, live: self.url.is_some() }
    }

    /// The port of `listen`.
    pub fn port(&self) -> u16 {
        self.listen.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or_default()
    }

    /// True when the server answers to this machine alone.
    pub fn is_local(&self) -> bool {
        let ip = self.listen.parse().map(|address: SocketAddr| address.ip());
        ip.map_or_else(|_| self.listen.starts_with("localhost:"), |ip| ip.is_loopback())
    }
}

/// The file of a data directory as it stands.
pub fn text(data: &Path) -> Result<String> {
    let path = data.join(FILE);
    std::fs::read_to_string(&path).map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            return not_set_up(data);
        }
        Problem::new("E015", format!("The settings cannot be read: {}: {e}.", path.display()))
            .remedy("Run the command as the user the data belongs to.")
            .into()
    })
}

/// A key by its dotted name; the problem names the nearest right one.
pub fn key(name: &str) -> Result<&'static Key> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| unknown(name, ""))
}

fn unknown(name: &str, place: &str) -> Error {
    let problem = Problem::new("E012", format!("There is no setting '{name}'{place}."));
    let remedy = match nearest(name) {
        Some(near) => format!("Did you mean '{near}'?  All settings: instance config show"),
        None => "All settings: instance config show".to_owned(),
    };
    problem.remedy(remedy).into()
}

fn wrong(key: &'static Key, what: &str, origin: &Origin) -> Error {
    Problem::new("E013", format!("The setting {} ({origin}) is wrong: {what}.", key.name))
        .field(key.name)
        .remedy(format!("For example: {} = {}", key.last_name(), key.example))
        .into()
}

/// Nothing was set up in this directory.
pub fn not_set_up(data: &Path) -> Error {
    let default = data == Path::new(DEFAULT_DATA);
    let option = if default { String::new() } else { format!(" --data {}", data.display()) };
    Problem::new("E010", format!("There is no set-up in {} yet.", data.display()))
        .remedy(format!("Run: instance init{option}"))
        .into()
}

/// The data directory when nobody names one.
pub const DEFAULT_DATA: &str = "./instance-data";

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(line) => write!(f, "{FILE}, line {line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag => f.write_str("command line"),
        }
    }
}

#[cfg(test)]
mod tests;
