//! What `init` wants to know: from flags, from a file, from a person, or by default, in this order.

use std::io::{BufRead as _, IsTerminal as _};

use serde::Deserialize;
use serde_json::Value;

use super::args::Init;
use super::{out, words};
use crate::base::lang::Lang;
use crate::base::text;
use crate::config;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::account::check_name;

const NAME: &str = "Example Agency";
const ACCOUNT: &str = "news";
const LANGUAGE: &str = "en";
const UTC: &str = "UTC";

/// What was said beforehand; the fields of the answers file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub name: Option<String>,
    pub account: Option<String>,
    pub languages: Option<Vec<Lang>>,
    pub url: Option<String>,
    pub handle_domain: Option<String>,
    pub time_zone: Option<String>,
    pub demo: Option<bool>,
}

/// Every question answered and every answer checked.
#[derive(Debug)]
pub struct Plan {
    pub name: String,
    pub account: String,
    pub languages: Vec<Lang>,
    pub url: Option<String>,
    pub handle_domain: Option<String>,
    pub time_zone: String,
    pub demo: bool,
}

impl Given {
    /// Flags go over the answers file.
    pub fn new(args: Init) -> Result<Self> {
        let file = match &args.from {
            Some(path) => read(&words::text(path)?)?,
            None => Self::default(),
        };
        let demo = match (args.demo, args.no_demo) {
            (_, true) => Some(false),
            (true, false) => Some(true),
            (false, false) => file.demo,
        };
        let given = Self {
            name: args.name.or(file.name),
            account: args.account.or(file.account),
            languages: args.language.or(file.languages),
            url: args.url.or(file.url).filter(|url| !url.is_empty()),
            handle_domain: args.handle_domain.or(file.handle_domain).filter(|domain| !domain.is_empty()),
            time_zone: args.time_zone.or(file.time_zone),
            demo,
        };
        given.checked()
    }

    /// Each answer in its normal form.
    fn checked(self) -> Result<Self> {
        Ok(Self {
            name: self.name.map(|text| name(&text).map_err(|what| refused("name", &what))).transpose()?,
            account: self.account.map(|text| account(&text).map_err(|what| refused("account", &what))).transpose()?,
            languages: self
                .languages
                .map(|list| languages(list).map_err(|what| refused("language", &what)))
                .transpose()?,
            url: self.url.map(|text| setting("url", &text).map_err(|what| refused("url", &what))).transpose()?,
            handle_domain: self
                .handle_domain
                .map(|text| setting("handle_domain", &text).map_err(|what| refused("handle-domain", &what)))
                .transpose()?,
            time_zone: self
                .time_zone
                .map(|text| zone(&text).map_err(|what| refused("time-zone", &what)))
                .transpose()?,
            demo: self.demo,
        })
    }

    /// The default for every question that is open.
    pub fn with_defaults(self) -> Result<Plan> {
        let lang = || LANGUAGE.parse().map(|lang| vec![lang]);
        Ok(Plan {
            name: self.name.unwrap_or_else(|| NAME.to_owned()),
            account: self.account.unwrap_or_else(|| ACCOUNT.to_owned()),
            languages: self.languages.map_or_else(lang, Ok)?,
            url: self.url,
            handle_domain: self.handle_domain,
            time_zone: self.time_zone.unwrap_or_else(system_zone),
            demo: self.demo.unwrap_or(true),
        })
    }

    /// The first answer that is not what was set up, as it was set up. Questions left open are not compared.
    pub fn differs(&self, there: &Value) -> Option<String> {
        let text = |field: &str| there.get(field).and_then(Value::as_str).unwrap_or_default();
        let has = |field: &str, entry: &str| {
            there.get(field).and_then(Value::as_array).is_some_and(|list| list.iter().any(|v| v == entry))
        };
        if self.name.as_ref().is_some_and(|name| name != text("name")) {
            return Some(format!("the name '{}'", text("name")));
        }
        if self.account.as_ref().is_some_and(|account| !has("accounts", account)) {
            return Some(format!("other accounts: {}", joined(there, "accounts")));
        }
        let list = |langs: &Vec<Lang>| langs.iter().map(Lang::to_string).collect::<Vec<_>>().join(", ");
        if self.languages.as_ref().is_some_and(|langs| list(langs) != joined(there, "languages")) {
            return Some(format!("the languages {}", joined(there, "languages")));
        }
        if self.url.as_ref().is_some_and(|url| url != text("origin")) {
            return Some(format!("the address {}", text("origin")));
        }
        if self.handle_domain.as_ref().is_some_and(|domain| domain != text("handle_domain")) {
            return Some(format!("the domain {} in handles", text("handle_domain")));
        }
        if self.time_zone.as_ref().is_some_and(|zone| zone != text("time_zone")) {
            return Some(format!("the time zone {}", text("time_zone")));
        }
        None
    }
}

fn joined(there: &Value, field: &str) -> String {
    let entries = there.get(field).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn read(text: &str) -> Result<Given> {
    toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        Problem::new("E017", format!("The answers cannot be read: line {line}: {}", ended(e.message())))
            .remedy("Known are: name, account, languages, url, handle_domain, time_zone, demo.")
            .into()
    })
}

/// What is wrong, and what to do.
fn told(e: &Error) -> String {
    if let Error::Invalid(problem) = e { format!("{} {}", problem.what, problem.remedy) } else { e.to_string() }
}

fn refused(flag: &str, what: &str) -> Error {
    Problem::new("E018", format!("The answer for --{flag} cannot be used: {}", ended(what))).into()
}

/// With one mark at its end: sentences of ours bring theirs, words of others none.
fn ended(what: &str) -> String {
    let end = if what.ends_with(['.', '?']) { "" } else { "." };
    format!("{what}{end}")
}

fn name(typed: &str) -> Result<String, String> {
    let name = text::one_line(typed);
    check_name(&name).map(|()| name).map_err(|e| e.to_string().trim_end_matches('.').to_owned())
}

fn account(typed: &str) -> Result<String, String> {
    let handle = typed.trim().trim_start_matches('@').to_lowercase();
    if text::valid_handle(&handle) {
        return Ok(handle);
    }
    Err(format!("'{handle}' is not 1 to 30 letters a to z, digits and underscores, or is a reserved word"))
}

fn languages(list: Vec<Lang>) -> Result<Vec<Lang>, String> {
    let twice = list.iter().enumerate().find(|(n, lang)| list.iter().take(*n).any(|other| other == *lang));
    match twice {
        Some((_, lang)) => Err(format!("{lang} is there twice")),
        None if list.is_empty() => Err("at least one is needed".to_owned()),
        None => Ok(list),
    }
}

fn setting(key: &str, typed: &str) -> Result<String, String> {
    let key = config::key(key).map_err(|e| e.to_string())?;
    Ok(key.check(typed)?.to_string())
}

fn zone(typed: &str) -> Result<String, String> {
    jiff::tz::TimeZone::get(typed)
        .map(|_| typed.to_owned())
        .map_err(|_| format!("there is no time zone '{typed}'; for example Europe/Berlin"))
}

/// The zone of this machine, as far as it says.
fn system_zone() -> String {
    let link = std::fs::read_link("/etc/localtime").ok();
    let linked = link.as_deref().and_then(std::path::Path::to_str).and_then(|path| path.split_once("/zoneinfo/"));
    let file = || std::fs::read_to_string("/etc/timezone").unwrap_or_default().trim().to_owned();
    let named = linked.map_or_else(file, |(_, name)| name.to_owned());
    let named = zone(&named).unwrap_or_else(|_| UTC.to_owned());
    if named == "Etc/UTC" { UTC.to_owned() } else { named }
}

/// Whether somebody is there to answer.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks what is still open.
pub fn ask(given: Given) -> Result<Plan> {
    out::say(
        "\n  Set up the official accounts of your institution.\n  \
         Press Enter to accept the value in [brackets]. Ctrl-C stops; nothing is written until the end.\n\n",
    );
    let open = Given { ..given };
    let name = open.name.map_or_else(|| question("Name of the institution", NAME, NAME, name), Ok)?;
    let account = open.account.map_or_else(|| question("First account, without @", ACCOUNT, ACCOUNT, account), Ok)?;
    let spoken = |typed: &str| {
        let codes = typed.split([' ', ',']).filter(|code| !code.is_empty());
        let list = codes.map(|code| code.parse().map_err(|e: Error| told(&e)));
        languages(list.collect::<Result<_, String>>()?)
    };
    let languages =
        open.languages.map_or_else(|| question("Languages you publish in", LANGUAGE, LANGUAGE, spoken), Ok)?;
    let url = if open.url.is_none() {
        question("Domain for your addresses", "none yet: try it on this machine", "", address)?
    } else {
        open.url
    };
    if url.is_none() {
        out::say(
            "\n  Trial: nothing leaves this machine. You choose the domain later with 'instance config set url';\n  \
             all posts and settings come with you.\n",
        );
    }
    // A rented machine keeps UTC, which is no office's time.
    let system = system_zone();
    let asked = open.time_zone.is_none() && system == UTC;
    let time_zone =
        if asked { Some(question("Time zone, as Europe/Berlin", &system, &system, zone)?) } else { open.time_zone };
    let demo = match open.demo {
        Some(demo) => demo,
        None => question("\n  Fill it with sample posts to look around?", "Y/n", "y", yes)?,
    };
    Given {
        name: Some(name),
        account: Some(account),
        languages: Some(languages),
        url,
        demo: Some(demo),
        time_zone,
        ..Given { handle_domain: open.handle_domain, ..Given::default() }
    }
    .with_defaults()
}

/// A domain or a whole address; nothing for none.
fn address(typed: &str) -> Result<Option<String>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let url = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    setting("url", &url).map(Some)
}

fn yes(typed: &str) -> Result<bool, String> {
    match typed.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err("type y or n".into()),
    }
}

/// Asks until the answer will do. Enter alone stands for `default`, shown as `hint`.
fn question<T>(words: &str, hint: &str, default: &str, check: impl Fn(&str) -> Result<T, String>) -> Result<T> {
    for _ in 0..limits::control::ANSWERS {
        let label = if words.starts_with('\n') { words.to_owned() } else { format!("  {words:<28}") };
        out::say(&format!("{label} [{hint}]: "));
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 {
            break;
        }
        let typed = line.trim();
        match check(if typed.is_empty() { default } else { typed }) {
            Ok(answer) => return Ok(answer),
            Err(what) => out::say(&format!("      That will not do: {}\n", ended(&out::clean(&what)))),
        }
    }
    Err(Problem::new("E019", "The questions were not answered; nothing was written.")
        .remedy("Every question has a flag: instance help init")
        .into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flags(text: &str) -> Result<Given> {
        read(text)?.checked()
    }

    #[test]
    fn answers_are_read_checked_and_completed() {
        let plan = flags("name = ' City  of Example '\naccount = '@Press'\nlanguages = ['EN', 'de']\nurl = 'https://Social.Example/'\ndemo = false")
            .unwrap()
            .with_defaults()
            .unwrap();
        assert_eq!(
            (plan.name.as_str(), plan.account.as_str(), plan.url.as_deref()),
            ("City of Example", "press", Some("https://social.example"))
        );
        assert_eq!(plan.languages.iter().map(Lang::to_string).collect::<Vec<_>>(), ["en", "de"]);
        assert!(!plan.demo && jiff::tz::TimeZone::get(&plan.time_zone).is_ok());
        let plan = flags("").unwrap().with_defaults().unwrap();
        assert_eq!((plan.name.as_str(), plan.account.as_str(), plan.url, plan.demo), (NAME, ACCOUNT, None, true));
    }

    #[test]
    fn wrong_answers_are_refused() {
        for wrong in [
            "nmae = 'x'",
            "name = ''",
            "account = 'admin'",
            "account = 'a b'",
            "languages = ['xx-']",
            "languages = []",
            "languages = ['en', 'EN']",
            "url = 'ftp://x'",
            "url = 'x'",
            "handle_domain = 'a/b'",
            "time_zone = 'Mars/Base'",
            "demo = 'no'",
            "x",
        ] {
            assert!(flags(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_was_said_is_compared() {
        let there = json!({ "name": "A", "accounts": ["press", "b"], "languages": ["en", "de"], "origin": "http://localhost:8080", "handle_domain": "localhost:8080", "time_zone": "UTC" });
        for same in [
            "",
            "name = 'A'",
            "account = 'press'",
            "account = 'b'\nlanguages = ['en', 'de']",
            "demo = true",
            "time_zone = 'UTC'",
        ] {
            assert_eq!(flags(same).unwrap().differs(&there), None, "{same}");
        }
        for other in [
            "name = 'B'",
            "account = 'c'",
            "languages = ['de', 'en']",
            "languages = ['en']",
            "url = 'https://a.example'",
            "handle_domain = 'a.example'",
            "time_zone = 'Europe/Rome'",
        ] {
            assert!(flags(other).unwrap().differs(&there).is_some(), "{other}");
        }
    }

    #[test]
    fn a_bare_domain_is_an_address() {
        assert_eq!(address("social.example").unwrap().as_deref(), Some("https://social.example"));
        assert_eq!(address("http://127.0.0.1:9/").unwrap().as_deref(), Some("http://127.0.0.1:9"));
        assert_eq!(address("  ").unwrap(), None);
        assert!(address("social.example/fedi").is_err());
    }
}
