//! From `@user@domain` to the actor, by RFC 7033 as Mastodon uses it.

use serde_json::Value;
use url::Url;

use super::client::{Client, label};
use super::fetch;
use crate::base::json;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits;

const ACCEPT: &str = "application/jrd+json, application/json";
const PATH: &str = "/.well-known/webfinger";
/// The only two types of a self link that Mastodon takes, letter by letter.
const TYPES: [&str; 2] =
    ["application/activity+json", r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#];

/// Who `@user@domain` is, asked over https (over http only where the configuration names the network of `domain`). An
/// answer about another handle is asked for once more at that one's domain, and must then be about itself and the same
/// actor. `Error::NotFound` when nobody of that name can exist or does, `Error::Gone` when they left.
///
/// It is the domain's word only: that the actor goes by this name is for the actor's own server to say.
pub async fn lookup(client: &Client, user: &str, domain: &str, now: Timestamp) -> Result<Found> {
    let domain = canonical(domain).ok_or(Error::NotFound)?;
    let first = ask(client, user, &domain, now).await?;
    if first.is(user, &domain) {
        return Ok(first);
    }
    let second = ask(client, &first.user, &first.domain, now).await?;
    if second.is(&first.user, &first.domain) && second.actor == first.actor {
        return Ok(second);
    }
    Err(Error::peer_never(domain, "names a handle that does not lead back to the same actor"))
}

/// What an answer says: whom it is about, and where their actor is.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub user: String,
    /// Canonical.
    pub domain: String,
    pub actor: Url,
}

impl Found {
    /// Names are the same in whatever case.
    pub fn is(&self, user: &str, domain: &str) -> bool {
        self.user.eq_ignore_ascii_case(user) && self.domain == domain
    }
}

async fn ask(client: &Client, user: &str, domain: &str, now: Timestamp) -> Result<Found> {
    let url = address("https", user, domain).ok_or(Error::NotFound)?;
    let mut answer = client.get(&url, ACCEPT, None, limits::outbound::WEBFINGER, now).await;
    // In public the connector refuses this at once, and the first error stands.
    if answer.is_err()
        && let Some(plain) = address("http", user, domain)
        && let Ok(found) = client.get(&plain, ACCEPT, None, limits::outbound::WEBFINGER, now).await
    {
        answer = Ok(found);
    }
    let answer = answer?;
    fetch::ok(&answer)?;
    let wrong = |what: &str| Error::peer_never(label(&answer.url), what);
    let document = json::parse(&answer.body).map_err(|e| wrong(&e.to_string()))?;
    found(&document).ok_or_else(|| wrong("the WebFinger answer names no actor"))
}

/// The address to ask, if there can be such a handle at this (canonical) domain.
fn address(scheme: &str, user: &str, domain: &str) -> Option<Url> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if user.is_empty() || user.len() > limits::outbound::WEBFINGER_USER || !user.chars().all(fine) {
        return None;
    }
    let mut url = Url::parse(&format!("{scheme}://{domain}{PATH}")).ok()?;
    url.query_pairs_mut().append_pair("resource", &format!("acct:{user}@{domain}"));
    Some(url)
}

/// A domain as the URL standard writes it: lower case, Punycode, no usual port; nothing but host and port.
fn canonical(domain: &str) -> Option<String> {
    if domain.contains(['/', '\\', '?', '#', '@', '%']) || domain.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(&format!("https://{domain}{PATH}")).ok()?;
    (url.path() == PATH).then(|| label(&url))
}

/// Reads an answer: a subject, and a link of the right type to an address that we would accept anywhere.
pub fn found(document: &Value) -> Option<Found> {
    let subject = document.get("subject")?.as_str()?;
    let (user, domain) = subject.strip_prefix("acct:").unwrap_or(subject).split_once('@')?;
    let links = document.get("links")?.as_array()?;
    let text = |link: &Value, key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fits = |link: &&Value| text(link, "rel") == "self" && TYPES.contains(&text(link, "type").as_str());
    let actor = uri::http(&text(links.iter().find(fits)?, "href"))?;
    Some(Found { user: user.to_owned(), domain: canonical(domain)?, actor })
}

#[cfg(test)]
mod tests {
    use super::super::peer::{self, Act, NOW, Peer};
    use super::*;
    use crate::error::Again;
    use serde_json::json;

    fn jrd(subject: &str, actor: &str) -> Act {
        let links = json!([{"rel": "self", "type": TYPES[0], "href": actor}]);
        peer::answer(200, "", &json!({"subject": subject, "links": links}).to_string())
    }

    /// One peer that goes by two names, and what it says of whom.
    async fn two_names() -> (Client, Peer) {
        let peer = Peer::start("127.0.0.11", |request| {
            let path = request.split(' ').nth(1).unwrap();
            let asked = path.strip_prefix("/.well-known/webfinger?resource=acct%3A").unwrap();
            let asked = asked.replace("%40", "@").replace("%3A", ":");
            let (name, port) = asked.split_once(':').unwrap();
            let of = |who: &str| format!("http://one.test:{port}/users/{who}");
            let says = |subject: &str, actor: &str| jrd(&format!("acct:{subject}:{port}"), &of(actor));
            match name.to_ascii_lowercase().as_str() {
                "press@one.test" => says("Press@ONE.test", "press"),
                "press@two.test" => says("press@one.test", "press"),
                "evil@two.test" => says("press@one.test", "evil"),
                "hop@two.test" => says("hop@one.test", "hop"),
                "hop@one.test" => says("press@one.test", "hop"),
                "moved@one.test" => {
                    peer::redirect(&format!("http://two.test:{port}{}", path.replace("moved", "press")))
                }
                "bare@one.test" => jrd("acct:bare", &of("bare")),
                "bent@one.test" => jrd("acct:bent@one.test/?x=", &of("bent")),
                "gone@one.test" => peer::answer(410, "", ""),
                "text@one.test" => peer::answer(200, "", "subject: acct:text@one.test"),
                _ => peer::answer(404, "", ""),
            }
        })
        .await;
        (peer::client(&["127.0.0.11"], &[("one.test", "127.0.0.11"), ("two.test", "127.0.0.11")]), peer)
    }

    #[tokio::test]
    async fn handles_are_found_at_their_own_domain() {
        let (client, peer) = two_names().await;
        let port = peer.at.port();
        for (user, domain, requests) in
            [("press", "one.test", 1), ("pReSs", "One.Test", 1), ("press", "two.test", 2), ("moved", "one.test", 3)]
        {
            let before = peer.requests().len();
            let actor = lookup(&client, user, &format!("{domain}:{port}"), NOW).await.unwrap().actor;
            assert_eq!(actor.as_str(), format!("http://one.test:{port}/users/press"));
            assert_eq!(peer.requests().len() - before, requests, "{user}@{domain}");
        }
        assert!(peer.requests()[0].contains(&format!("\r\naccept: {ACCEPT}\r\n")));
        assert!(!peer.requests()[0].contains("\r\nsignature: "));
    }

    #[tokio::test]
    async fn nobody_speaks_for_another() {
        let (client, peer) = two_names().await;
        for (user, domain, requests) in [
            ("evil", "two.test", 2),
            ("hop", "two.test", 2),
            ("bare", "one.test", 1),
            ("bent", "one.test", 1),
            ("text", "one.test", 1),
        ] {
            let before = peer.requests().len();
            let result = lookup(&client, user, &format!("{domain}:{}", peer.at.port()), NOW).await;
            assert!(matches!(result, Err(Error::Peer { again: Again::Never, .. })), "{user}: {result:?}");
            assert_eq!(peer.requests().len() - before, requests, "{user}");
        }
    }

    #[tokio::test]
    async fn absent_and_gone_are_told_apart() {
        let (client, peer) = two_names().await;
        let domain = format!("one.test:{}", peer.at.port());
        assert!(matches!(lookup(&client, "nobody", &domain, NOW).await, Err(Error::NotFound)));
        assert!(matches!(lookup(&client, "gone", &domain, NOW).await, Err(Error::Gone)));
        assert!(matches!(lookup(&client, "a/b", &domain, NOW).await, Err(Error::NotFound)));
    }

    #[tokio::test]
    async fn plain_http_only_where_the_configuration_says_so() {
        let (_, peer) = two_names().await;
        let wary = peer::client(&[], &[("one.test", "127.0.0.11")]);
        let result = lookup(&wary, "press", &format!("one.test:{}", peer.at.port()), NOW).await;
        assert!(matches!(result, Err(Error::Peer { .. })), "{result:?}");
        assert_eq!(peer.connections(), 0);
    }

    #[tokio::test]
    async fn https_is_tried_first() {
        let peer = Peer::secure("127.0.0.11", |request| {
            let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            jrd(&format!("acct:press@{host}"), &format!("https://{host}/users/press"))
        })
        .await;
        let client = peer::client(&["127.0.0.11"], &[("peer.test", "127.0.0.11")]);
        let domain = format!("peer.test:{}", peer.at.port());
        let actor = lookup(&client, "press", &domain, NOW).await.unwrap().actor;
        assert_eq!(actor.as_str(), format!("https://{domain}/users/press"));
        assert_eq!(peer.connections(), 1);
    }

    #[test]
    fn a_handle_cannot_bend_the_question() {
        let asked = |user, domain| address("https", user, &canonical(domain)?).map(|url| url.to_string());
        let plain = "https://peer.test/.well-known/webfinger?resource=acct%3Apress%40peer.test";
        assert_eq!(asked("press", "peer.test").as_deref(), Some(plain));
        assert_eq!(asked("press", "PEER.test").as_deref(), Some(plain));
        assert_eq!(
            asked("press", "peer.test:8443").as_deref(),
            Some("https://peer.test:8443/.well-known/webfinger?resource=acct%3Apress%40peer.test%3A8443")
        );
        assert_eq!(
            asked("press", "städte.test").as_deref(),
            Some("https://xn--stdte-hra.test/.well-known/webfinger?resource=acct%3Apress%40xn--stdte-hra.test")
        );
        for (user, domain) in [
            ("", "peer.test"),
            ("a@b", "peer.test"),
            ("a b", "peer.test"),
            ("a\u{202e}b", "peer.test"),
            ("press", ""),
            ("press", "peer.test/path"),
            ("press", "peer.test?x"),
            ("press", "peer.test#x"),
            ("press", "other@peer.test"),
            ("press", "peer.test\\x"),
            ("press", "peer%2etest"),
            ("press", "peer.test\n"),
            ("press", "peer.test:99999"),
        ] {
            assert_eq!(asked(user, domain), None, "{user} {domain}");
        }
        assert_eq!(asked(&"a".repeat(limits::outbound::WEBFINGER_USER + 1), "peer.test"), None);
    }

    #[test]
    fn only_a_self_link_of_the_right_type_counts() {
        let jrd = |links: Value| json!({"subject": "acct:press@peer.test", "links": links});
        let actor = "https://peer.test/users/press";
        for kind in TYPES {
            let links = json!([
                {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://peer.test/@press"},
                {"rel": "self", "type": "text/html", "href": "https://peer.test/@press"},
                {"rel": "self", "type": kind, "href": actor},
            ]);
            let found = found(&jrd(links)).unwrap();
            assert_eq!(
                (found.actor.as_str(), found.user.as_str(), found.domain.as_str()),
                (actor, "press", "peer.test")
            );
        }
        for links in [
            json!([]),
            json!({}),
            json!([{"rel": "self", "href": actor}]),
            json!([{"rel": "self", "type": "application/json", "href": actor}]),
            json!([{"rel": "alternate", "type": TYPES[0], "href": actor}]),
            json!([{"rel": "self", "type": TYPES[0], "href": "data:application/activity+json,{}"}]),
            json!([{"rel": "self", "type": TYPES[0], "href": "/users/press"}]),
            json!([{"rel": "self", "type": TYPES[0], "href": "https://good.test@peer.test/users/press"}]),
            json!([{"rel": "self", "type": TYPES[0], "href": "https:\\\\peer.test\n/users/press"}]),
            json!([{"rel": "self", "type": TYPES[0]}]),
            json!(["self"]),
        ] {
            assert_eq!(found(&jrd(links.clone())), None, "{links}");
        }
        assert_eq!(found(&json!({"links": [{"rel": "self", "type": TYPES[0], "href": actor}]})), None, "no subject");
    }
}
