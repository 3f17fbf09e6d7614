//! The keys of the file on one page: name, meaning, example, and how each is checked and stored.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Config, LogFormat, check, login, s3};
use crate::limits::clip;

/// A key of the file.
pub struct Key {
    /// Dotted, as in `network.extra_ca`.
    pub name: &'static str,
    /// What it is for: the comment in the file, lines of at most 90 characters.
    pub about: &'static str,
    /// A right value, as it is written in the file.
    pub example: &'static str,
    set: Set,
    get: fn(&Config) -> Value,
}

/// A value on its way between the file, the environment and `Config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Empty when not set.
    Text(String),
    Number(u64),
    /// Yes or no.
    Flag(bool),
    List(Vec<String>),
}

enum Set {
    Text(fn(&mut Config, &str) -> Result<(), String>),
    Number(fn(&mut Config, u64) -> Result<(), String>),
    Flag(fn(&mut Config) -> &mut bool),
    List(fn(&mut Config, Vec<String>) -> Result<(), String>),
}

/// Every key there is, in the order of the file.
pub const KEYS: &[Key] = &[
    Key {
        name: "url",
        about: "The public address of this server, once it has one. Without it the server is a trial:\n\
                nothing leaves this machine. Final after the first delivery, since other servers know\n\
                your accounts by it.",
        example: "\"https://social.city.example\"",
        set: Set::Text(|config, text| optional(&mut config.url, text, check::url)),
        get: |config| text(config.url.as_deref()),
    },
    Key {
        name: "handle_domain",
        about: "The domain in your handles, where it is shorter than the host of url: @press@city.example.\n\
                https://city.example/.well-known/webfinger has to lead to this server then.",
        example: "\"city.example\"",
        set: Set::Text(|config, text| optional(&mut config.handle_domain, text, check::domain)),
        get: |config| text(config.handle_domain.as_deref()),
    },
    Key {
        name: "listen",
        about: "Address and port to listen on. A web server with a certificate stands in front of it\n\
                and hands on the Host header.",
        example: "\"127.0.0.1:8080\"",
        set: Set::Text(|config, text| {
            config.listen = check::listen(text)?;
            Ok(())
        }),
        get: |config| text(Some(&config.listen)),
    },
    Key {
        name: "contact",
        about: "Whom administrators of other servers and client apps may write to: a mail address or a page.",
        example: "\"press@city.example\"",
        set: Set::Text(|config, text| optional(&mut config.contact, text, check::contact)),
        get: |config| text(config.contact.as_deref()),
    },
    Key {
        name: "network.trusted_proxies",
        about: "Web servers in front that say in X-Forwarded-For who asks: addresses or ranges of them.\n\
                Limits for each visitor's network go by it; nobody else is believed.",
        example: "[\"127.0.0.0/8\", \"::1\"]",
        set: Set::List(|config, list| {
            config.network.trusted_proxies = list.iter().map(|entry| check::range(entry)).collect::<Result<_, _>>()?;
            Ok(())
        }),
        get: |config| Value::List(config.network.trusted_proxies.clone()),
    },
    Key {
        name: "network.allow_private",
        about: "For rehearsals only: private addresses or ranges of addresses this server may call all\n\
                the same.",
        example: "[\"127.0.0.0/8\"]",
        set: Set::List(|config, list| {
            config.network.allow_private = list.iter().map(|entry| check::range(entry)).collect::<Result<_, _>>()?;
            Ok(())
        }),
        get: |config| Value::List(config.network.allow_private.clone()),
    },
    Key {
        name: "network.extra_ca",
        about: "A PEM file of further certificate authorities to trust, e.g. those of an intranet.\n\
                Counted from the folder of this file.",
        example: "\"extra-ca.pem\"",
        set: Set::Text(|config, text| {
            config.network.extra_ca = file(text);
            Ok(())
        }),
        get: |config| shown(config.network.extra_ca.as_deref()),
    },
    Key {
        name: "network.resolver",
        about: "A DNS server to ask for the addresses of other servers, instead of those of this machine;\n\
                /etc/hosts is not looked at then.",
        example: "\"127.0.0.1:53\"",
        set: Set::Text(|config, text| {
            config.network.resolver = if text.is_empty() { None } else { Some(check::resolver(text)?) };
            Ok(())
        }),
        get: |config| Value::Text(config.network.resolver.map_or(String::new(), |server| server.to_string())),
    },
    Key {
        name: "store.cache_mb",
        about: "Memory for the pages of the database, in mebibytes.",
        example: "16",
        set: Set::Number(|config, number| {
            config.store.cache_mb = check::cache(number)?;
            Ok(())
        }),
        get: |config| Value::Number(u64::try_from(config.store.cache_mb).unwrap_or(u64::MAX)),
    },
    Key {
        name: "s3.endpoint",
        about: "An object storage for media files that speaks S3, where they are not to stay on this disk. It may be\n\
                an internal address. 'instance media move --to s3' brings them there.",
        example: "\"https://s3.eu-central-1.example\"",
        set: Set::Text(|config, text| optional(&mut config.s3.endpoint, text, check::url)),
        get: |config| text(config.s3.endpoint.as_deref()),
    },
    Key {
        name: "s3.bucket",
        about: "The bucket for them. Nobody else needs to read it: readers get files through this server.",
        example: "\"city-media\"",
        set: Set::Text(|config, text| optional(&mut config.s3.bucket, text, s3::bucket)),
        get: |config| text(config.s3.bucket.as_deref()),
    },
    Key {
        name: "s3.region",
        about: "The region that goes into signatures. Many storages know only us-east-1.",
        example: "\"us-east-1\"",
        set: Set::Text(|config, text| {
            config.s3.region = s3::word(text)?;
            Ok(())
        }),
        get: |config| text(Some(&config.s3.region)),
    },
    Key {
        name: "s3.style",
        about: "How the bucket stands in addresses: path (endpoint/bucket) or host (bucket.endpoint).",
        example: "\"path\"",
        set: Set::Text(|config, text| {
            config.s3.path_style = match text {
                "path" => true,
                "host" => false,
                _ => return Err(format!("'{text}' is neither path nor host")),
            };
            Ok(())
        }),
        get: |config| text(Some(if config.s3.path_style { "path" } else { "host" })),
    },
    Key {
        name: "s3.key_id",
        about: "The id of the access key, which may put, get and delete objects in the bucket.",
        example: "\"AKIAIOSFODNN7EXAMPLE\"",
        set: Set::Text(|config, text| optional(&mut config.s3.key_id, text, s3::word)),
        get: |config| text(config.s3.key_id.as_deref()),
    },
    Key {
        name: "s3.secret_file",
        about: "A file that holds the secret access key and nothing else, readable by this user only. Counted\n\
                from the folder of this file.",
        example: "\"s3.secret\"",
        set: Set::Text(|config, text| {
            config.s3.secret_file = file(text);
            Ok(())
        }),
        get: |config| shown(config.s3.secret_file.as_deref()),
    },
    Key {
        name: "login.issuer",
        about: "The identity provider of your institution (OpenID Connect), by which people log in to the desk: its\n\
                issuer, byte for byte. It may be an internal address.",
        example: "\"https://id.city.example/realms/city\"",
        set: Set::Text(|config, text| optional(&mut config.login.issuer, text, login::issuer)),
        get: |config| text(config.login.issuer.as_deref()),
    },
    Key {
        name: "login.client_id",
        about: "What this server is called there. The address to come back to is URL/desk/login/provider/back.",
        example: "\"social-desk\"",
        set: Set::Text(|config, text| optional(&mut config.login.client_id, text, login::client)),
        get: |config| text(config.login.client_id.as_deref()),
    },
    Key {
        name: "login.client_secret_file",
        about: "A file that holds the client secret and nothing else, readable by this user only. Counted from the\n\
                folder of this file. A credential of systemd is /run/credentials/instance.service/NAME.",
        example: "\"oidc.secret\"",
        set: Set::Text(|config, text| {
            config.login.client_secret_file = file(text);
            Ok(())
        }),
        get: |config| shown(config.login.client_secret_file.as_deref()),
    },
    Key {
        name: "login.scopes",
        about: "What to ask the provider for, besides openid. Some tell of groups only with \"groups\" here.",
        example: "[\"email\", \"profile\"]",
        set: Set::List(|config, list| {
            config.login.scopes = list.iter().map(|scope| login::scope(scope)).collect::<Result<_, _>>()?;
            Ok(())
        }),
        get: |config| Value::List(config.login.scopes.clone()),
    },
    Key {
        name: "login.groups_claim",
        about: "The claim that lists somebody's groups; one within another by a path: realm_access.roles.",
        example: "\"groups\"",
        set: Set::Text(|config, text| {
            config.login.groups_claim = login::claim(text)?;
            Ok(())
        }),
        get: |config| text(Some(&config.login.groups_claim)),
    },
    Key {
        name: "login.groups",
        about: "What people of a group may do: GROUP = ACCOUNT:ROLE+ROLE, GROUP = owner, GROUP = auditor. It is\n\
                given at each log-in, and taken from whoever has left the group.",
        example: "[\"press-office = press:editor\", \"it-operations = owner\"]",
        set: Set::List(|config, list| {
            config.login.groups = list.iter().map(|grant| grant.parse()).collect::<Result<_, _>>()?;
            Ok(())
        }),
        get: |config| Value::List(config.login.groups.iter().map(ToString::to_string).collect()),
    },
    Key {
        name: "login.create",
        about: "Whether somebody unknown who is in one of these groups becomes a user at their first log-in. The\n\
                provider has to say that their e-mail address is verified.",
        example: "false",
        set: Set::Flag(|config| &mut config.login.create),
        get: |config| Value::Flag(config.login.create),
    },
    Key {
        name: "login.match_email",
        about: "Whether somebody who comes through the provider for the first time is the user with their verified\n\
                e-mail address. That user's password and second factor are forgotten then.",
        example: "false",
        set: Set::Flag(|config| &mut config.login.match_email),
        get: |config| Value::Flag(config.login.match_email),
    },
    Key {
        name: "login.passwords",
        about: "Whether people may log in without the provider: by password, link or passkey. With false one owner\n\
                still may: 'instance user break-glass EMAIL' says who.",
        example: "true",
        set: Set::Flag(|config| &mut config.login.passwords),
        get: |config| Value::Flag(config.login.passwords),
    },
    Key {
        name: "media.quota_gb",
        about: "What the pictures, videos and sounds of one account may take together, in gibibytes.",
        example: "50",
        set: Set::Number(|config, number| {
            config.media.quota_gb = check::quota(number)?;
            Ok(())
        }),
        get: |config| Value::Number(config.media.quota_gb),
    },
    Key {
        name: "media.recording_mb",
        about: "The largest sound or video that is taken, in mebibytes, up to 4095. A proxy in front has to let as\n\
                much through.",
        example: "2048",
        set: Set::Number(|config, number| {
            config.media.recording_mb = check::weight(number, clip::ADDRESSED)?;
            Ok(())
        }),
        get: |config| Value::Number(config.media.recording_mb),
    },
    Key {
        name: "media.federated_mb",
        about: "The largest sound or video that other servers get as a file, in mebibytes, up to 99: of larger\n\
                ones they get the poster and a link. Each server fetches it, so less suits a small line.",
        example: "99",
        set: Set::Number(|config, number| {
            config.media.federated_mb = check::weight(number, clip::FEDERATED)?;
            Ok(())
        }),
        get: |config| Value::Number(config.media.federated_mb),
    },
    Key {
        name: "media.copies",
        about: "Whether replies that are shown have the faces of their writers and their pictures beside them:\n\
                true or false. Your server fetches them once and keeps small copies; readers ask nobody but you.\n\
                Where it is false, there are letters and links.",
        example: "false",
        set: Set::Flag(|config| &mut config.media.copies),
        get: |config| Value::Flag(config.media.copies),
    },
    Key {
        name: "log.format",
        about: "How log lines look: text, or json for machines.",
        example: "\"text\"",
        set: Set::Text(|config, text| {
            config.log.format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(format!("'{text}' is neither text nor json")),
            };
            Ok(())
        }),
        get: |config| {
            Value::Text(match config.log.format {
                LogFormat::Text => "text".to_owned(),
                LogFormat::Json => "json".to_owned(),
            })
        },
    },
];

fn text(value: Option<&str>) -> Value {
    Value::Text(value.unwrap_or_default().to_owned())
}

/// Keeps a checked value; nothing for an empty text.
fn optional(slot: &mut Option<String>, text: &str, check: fn(&str) -> Result<String, String>) -> Result<(), String> {
    *slot = if text.is_empty() { None } else { Some(check(text)?) };
    Ok(())
}

/// A file by its path; none for an empty text.
fn file(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text)).filter(|_| !text.is_empty())
}

fn shown(path: Option<&Path>) -> Value {
    Value::Text(path.map_or_else(String::new, |path| path.display().to_string()))
}

impl Key {
    /// The variable that goes over the file: `INSTANCE_NETWORK_EXTRA_CA`.
    pub fn variable(&self) -> String {
        format!("INSTANCE_{}", self.name.to_uppercase().replace('.', "_"))
    }

    /// The section, empty at the top of the file.
    pub fn section(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The name within its section.
    pub fn last_name(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, last)| last)
    }

    /// The value that a config holds.
    pub fn get(&self, config: &Config) -> Value {
        (self.get)(config)
    }

    /// What a text amounts to as a value of this key, in its normal form; or what is wrong with it.
    pub fn check(&self, text: &str) -> Result<Value, String> {
        let mut scratch = Config::new("");
        self.put(&mut scratch, self.value_of(text)?)?;
        Ok(self.get(&scratch))
    }

    pub(super) fn put(&self, config: &mut Config, value: Value) -> Result<(), String> {
        match (&self.set, value) {
            (Set::Text(set), Value::Text(text)) => set(config, text.trim()),
            (Set::Number(set), Value::Number(number)) => set(config, number),
            (Set::Flag(flag), Value::Flag(yes)) => {
                *flag(config) = yes;
                Ok(())
            }
            (Set::List(set), Value::List(list)) => set(config, list),
            (Set::Text(_), _) => Err("it has to be a text in quotation marks".into()),
            (Set::Number(_), _) => Err("it has to be a whole number".into()),
            (Set::Flag(_), _) => Err("it has to be true or false, without quotation marks".into()),
            (Set::List(_), _) => Err("it has to be a list of texts".into()),
        }
    }

    /// Reads a value from a variable or the command line: lists are parted by commas.
    pub fn value_of(&self, text: &str) -> Result<Value, String> {
        match self.set {
            Set::Text(_) => Ok(Value::Text(text.to_owned())),
            Set::Number(_) => {
                text.trim().parse().map(Value::Number).map_err(|_| format!("'{text}' is no whole number"))
            }
            Set::Flag(_) => {
                text.trim().parse().map(Value::Flag).map_err(|_| format!("'{text}' is neither true nor false"))
            }
            Set::List(_) => {
                let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                Ok(Value::List(entries.map(str::to_owned).collect()))
            }
        }
    }
}

impl fmt::Display for Value {
    /// For people and scripts: bare text, lists parted by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(yes) => yes.fmt(f),
            Self::List(list) => f.write_str(&list.join(",")),
        }
    }
}
