//! Whether a form was sent from a page of ours (CWE-352): by where the browser says it comes from, and by a token
//! that only our own pages of that session carry.

use crate::app::App;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::login::Session;
use crate::model::site::Site;
use crate::web::request::{Form, Request};
use crate::web::who::Browser;

/// What a browser says about where a request comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sent<'a> {
    /// `Origin`; one that comes twice or is no text counts as a wrong one, not as absent.
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'a str>,
    pub host: Option<&'a str>,
}

impl<'a> Sent<'a> {
    pub fn of(request: &'a Request) -> Self {
        let origin = request.headers().contains_key("origin").then(|| request.header("origin").unwrap_or_default());
        Self { origin, fetch_site: request.header("sec-fetch-site"), host: request.host() }
    }
}

/// Whether it comes from a page of ours. A trial is also reached as 127.0.0.1 or localhost, perhaps through a tunnel
/// with another port; the host must be one of the two, or a stranger's name that points at this machine would do.
pub fn is_ours(sent: Sent<'_>, site: &Site) -> bool {
    match sent.origin {
        Some(origin) if origin == site.origin => true,
        Some(origin) => {
            !site.live && sent.host.is_some_and(|host| is_loopback(host) && origin == format!("http://{host}"))
        }
        // Every browser since 2021 says one of the two with a POST.
        None => matches!(sent.fetch_site, Some("same-origin" | "none")),
    }
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    matches!(name, "127.0.0.1" | "localhost") && port.parse::<u16>().is_ok()
}

/// Refuses what another site's page sent. Before the body is read.
pub fn check_origin(request: &Request, site: &Site) -> Result<()> {
    if is_ours(Sent::of(request), site) {
        return Ok(());
    }
    Err(Error::Forbidden("This form was sent from another site. Open the desk itself and send it there."))
}

/// Said of a form of an earlier log-in. The desk gives back what was typed into one.
pub const STALE: &str = "This form belongs to an earlier log-in. Open the page again and send it once more.";

/// Refuses a form that has arrived and is not of the log-in that began to send it, or whose log-in has ended meanwhile.
pub fn check_form(app: &App, browser: &Browser, form: &Form) -> Result<()> {
    app.store.read(|rows| browser.check_open(rows, app.now()))?;
    check_token(&browser.session, form.find("csrf").unwrap_or_default())
}

/// Refuses what does not carry the session's token.
pub fn check_token(session: &Session, given: &str) -> Result<()> {
    if token::equal(session.csrf.as_bytes(), given.as_bytes()) {
        return Ok(());
    }
    Err(Error::Forbidden(STALE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::ids::UserId;

    fn site(origin: &str, live: bool) -> Site {
        Site { origin: origin.into(), handle_domain: "city.example".into(), live }
    }

    fn ours(site: &Site, origin: Option<&str>, fetch_site: Option<&str>, host: Option<&str>) -> bool {
        is_ours(Sent { origin, fetch_site, host }, site)
    }

    #[test]
    fn a_live_site_takes_forms_of_its_own_origin_only() {
        let site = site("https://s.example", true);
        let host = Some("s.example");
        for (origin, fetch_site, expected) in [
            (Some("https://s.example"), None, true),
            (Some("https://s.example"), Some("cross-site"), true),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, Some("same-site"), false),
            (None, Some("cross-site"), false),
            (None, None, false),
            (Some(""), Some("same-origin"), false),
            (Some("null"), Some("same-origin"), false),
            (Some("http://s.example"), None, false),
            (Some("https://s.example.evil"), None, false),
            (Some("https://evil.s.example"), None, false),
            (Some("https://s.example:8443"), None, false),
            (Some("https://s.example/"), None, false),
        ] {
            assert_eq!(ours(&site, origin, fetch_site, host), expected, "{origin:?} {fetch_site:?}");
        }
        assert!(!ours(&site, Some("http://127.0.0.1:8080"), None, Some("127.0.0.1:8080")));
    }

    #[test]
    fn a_trial_is_also_reached_by_its_loopback_names() {
        let site = site("http://localhost:8080", false);
        for (origin, host, expected) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("http://127.0.0.1:9000", "127.0.0.1:9000", true),
            ("http://localhost", "localhost", true),
            ("http://127.0.0.1:8081", "127.0.0.1:8080", false),
            ("https://127.0.0.1:8080", "127.0.0.1:8080", false),
            ("http://evil.example:8080", "evil.example:8080", false),
            ("http://localhost.evil:8080", "localhost.evil:8080", false),
            ("http://localhost:80:80", "localhost:80:80", false),
            ("http://evil.example", "127.0.0.1:8080", false),
        ] {
            assert_eq!(ours(&site, Some(origin), None, Some(host)), expected, "{origin} {host}");
        }
    }

    #[test]
    fn the_token_must_be_the_sessions() {
        let session = Session {
            user: UserId(1),
            created: Timestamp(0),
            expires: Timestamp(1),
            csrf: "abc".into(),
            browser: String::new(),
            how: crate::model::login::How::default(),
        };
        assert!(check_token(&session, "abc").is_ok());
        for wrong in ["", "ab", "abcd", "ABC"] {
            assert!(matches!(check_token(&session, wrong), Err(Error::Forbidden(STALE))), "{wrong}");
        }
    }
}
