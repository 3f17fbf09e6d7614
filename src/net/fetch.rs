//! Fetches actors, posts and whatever else has an `id`. What comes back was served, as a document of the federation,
//! from the place its `id` names; nothing more is known of it, neither its type nor who wrote it.

use serde_json::Value;
use url::Url;

use super::client::{Answer, Client, Leads, Signer, label};
use super::send::may_pass;
use crate::base::json;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};

const ACCEPT: &str =
    r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Fetches the object at `url` with a signed GET. Its `id` equals the address it came from; a document that
/// names another `id` is left aside and fetched from there, once, if that is no further than it may lead. `Error::Gone`
/// for 410, `Error::NotFound` for 404, `Error::Peer` for everything else that fails. The caller bounds the time.
pub async fn object(client: &Client, url: &Url, signer: &Signer<'_>, leads: Leads, now: Timestamp) -> Result<Value> {
    let (first, from) = document(client, url, signer, leads, now).await?;
    let named = id(&first, &from)?;
    if named == from {
        return Ok(first);
    }
    leads.from(&from, &named)?;
    let (second, from) = document(client, &named, signer, leads, now).await?;
    if id(&second, &from)? == from {
        return Ok(second);
    }
    Err(Error::peer_never(label(url), "the document is not found under its own id"))
}

async fn document(
    client: &Client,
    url: &Url,
    signer: &Signer<'_>,
    leads: Leads,
    now: Timestamp,
) -> Result<(Value, Url)> {
    let answer = client.follow(url, ACCEPT, Some(signer), crate::limits::text::JSON, leads, now).await?;
    let wrong = |what: String| Error::peer_never(label(&answer.url), what);
    ok(&answer)?;
    if !is_activity(&answer.content_type) {
        return Err(wrong("the answer is not an ActivityPub document".to_owned()));
    }
    let value = json::parse(&answer.body).map_err(|e| wrong(e.to_string()))?;
    Ok((value, answer.url))
}

/// Status 200, and nothing else, is an answer (federation practice: Mastodon ignores 2xx others).
pub(super) fn ok(answer: &Answer) -> Result<()> {
    match answer.status {
        200 => Ok(()),
        404 => Err(Error::NotFound),
        410 => Err(Error::Gone),
        status if may_pass(status) => Err(Error::peer_later(label(&answer.url), format!("answered {status}"))),
        status => Err(Error::peer_never(label(&answer.url), format!("answered {status}"))),
    }
}

fn id(document: &Value, from: &Url) -> Result<Url> {
    let text = document.get("id").and_then(Value::as_str);
    text.and_then(|text| Url::parse(text).ok()).ok_or_else(|| Error::peer_never(label(from), "the document has no id"))
}

/// Whether a media type is one of the two of the federation (§3.2 of the standard): anything else may be a file that
/// somebody uploaded to a server which does not look into it (CVE-2024-25623).
fn is_activity(content_type: &str) -> bool {
    let mut parts = parts(content_type).into_iter();
    let essence = parts.next().unwrap_or_default();
    match essence.to_ascii_lowercase().as_str() {
        "application/activity+json" => true,
        "application/ld+json" => parts.any(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let profiles = value.trim().trim_matches('"');
            // RFC 6906: a profile is a list of addresses, separated by spaces.
            name.trim().eq_ignore_ascii_case("profile") && profiles.split(' ').any(|profile| profile == PROFILE)
        }),
        _ => false,
    }
}

/// The parts of a media type: split at `;`, but not within quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let split = text.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    split.map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::super::peer::{self, NOW, Peer};
    use super::*;
    use crate::error::Again;

    const ACTIVITY: &str = "content-type: application/activity+json\r\n";

    /// A peer whose documents name, as their `id`, what stands after `?` in the address, under this peer.
    async fn naming() -> Peer {
        Peer::start("127.0.0.11", |request| {
            let path = request.split(' ').nth(1).unwrap();
            let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            match path.split_once('?') {
                Some(("/redirect", to)) => peer::redirect(&format!("http://{host}{to}")),
                Some((_, named)) => peer::answer(200, ACTIVITY, &format!(r#"{{"id":"http://{host}{named}"}}"#)),
                None => peer::answer(200, ACTIVITY, &format!(r#"{{"id":"http://{host}{path}"}}"#)),
            }
        })
        .await
    }

    async fn fetch(url: &Url) -> Result<Value> {
        object(&peer::client(&["127.0.0.11", "127.0.0.12"], &[]), url, &peer::signer(), Leads::Anywhere, NOW).await
    }

    #[tokio::test]
    async fn an_object_is_what_its_own_id_leads_to() {
        let peer = naming().await;
        for (path, id, requests) in [
            ("/users/press", "/users/press", 1),
            ("/users/press#main-key", "/users/press", 1),
            ("/@press?/users/press", "/users/press", 2),
            ("/redirect?/users/press", "/users/press", 2),
        ] {
            let before = peer.requests().len();
            let value = fetch(&peer.url(path)).await.unwrap();
            assert_eq!(value["id"], peer.url(id).as_str(), "{path}");
            assert_eq!(peer.requests().len() - before, requests, "{path}");
        }
        let accept = peer.requests()[0].lines().find(|line| line.starts_with("accept: ")).unwrap().to_owned();
        assert_eq!(accept, format!("accept: {ACCEPT}"));
    }

    #[tokio::test]
    async fn an_id_that_leads_on_is_refused() {
        let peer = naming().await;
        // `/a` names `/b?/c`, which names `/c`.
        let result = fetch(&peer.url("/a?/b?/c")).await;
        assert!(matches!(result, Err(Error::Peer { again: Again::Never, .. })), "{result:?}");
        assert_eq!(peer.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_victims_id_is_answered_by_the_victim() {
        let victim = Peer::start("127.0.0.12", |_| peer::answer(404, "", "")).await;
        let id = victim.url("/users/press").to_string();
        let body = format!(r#"{{"id":"{id}","inbox":"https://evil.test/"}}"#);
        let evil = Peer::start("127.0.0.11", move |_| peer::answer(200, ACTIVITY, &body)).await;
        assert!(matches!(fetch(&evil.url("/users/press")).await, Err(Error::NotFound)));
        assert_eq!(victim.requests().len(), 1);
    }

    #[tokio::test]
    async fn only_a_sound_document_of_the_right_type_is_taken() {
        let peer = Peer::start("127.0.0.11", |request| {
            let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            let path = request.split(' ').nth(1).unwrap();
            let good = format!(r#"{{"id":"http://{host}{path}"}}"#);
            match path {
                "/text" => peer::answer(200, "content-type: text/plain\r\n", &good),
                "/json" => peer::answer(200, "content-type: application/json\r\n", &good),
                "/html" => peer::answer(200, "content-type: text/html\r\n", &good),
                "/untyped" => peer::answer(200, "", &good),
                "/accepted" => peer::answer(202, ACTIVITY, &good),
                "/no-id" => peer::answer(200, ACTIVITY, r#"{"type":"Note"}"#),
                "/odd-id" => peer::answer(200, ACTIVITY, r#"{"id":["http://127.0.0.11/"]}"#),
                "/array" => peer::answer(200, ACTIVITY, "[]"),
                "/twice" => peer::answer(200, ACTIVITY, &good.replace('}', r#","id":"http://127.0.0.11/"}"#)),
                "/large" => peer::answer(200, ACTIVITY, &format!("{good}{}", " ".repeat(crate::limits::text::JSON))),
                _ => peer::answer(200, ACTIVITY, &good),
            }
        })
        .await;
        assert!(fetch(&peer.url("/good")).await.is_ok());
        for path in
            ["/text", "/json", "/html", "/untyped", "/accepted", "/no-id", "/odd-id", "/array", "/twice", "/large"]
        {
            let result = fetch(&peer.url(path)).await;
            assert!(matches!(result, Err(Error::Peer { again: Again::Never, .. })), "{path}: {result:?}");
        }
    }

    #[tokio::test]
    async fn absent_gone_and_troubled_are_told_apart() {
        let peer = Peer::start("127.0.0.11", |request| {
            peer::answer(request.split(['/', ' ']).nth(2).unwrap().parse().unwrap(), ACTIVITY, "{}")
        })
        .await;
        let answered = async |status: u16| fetch(&peer.url(&format!("/{status}"))).await.unwrap_err();
        assert!(matches!(answered(404).await, Error::NotFound));
        assert!(matches!(answered(410).await, Error::Gone));
        for status in [401, 429, 500, 503] {
            assert!(matches!(answered(status).await, Error::Peer { again: Again::Later, .. }), "{status}");
        }
        for status in [400, 403, 406, 501] {
            assert!(matches!(answered(status).await, Error::Peer { again: Again::Never, .. }), "{status}");
        }
    }

    #[test]
    fn only_two_media_types_are_activities() {
        for yes in [
            "application/activity+json",
            "application/activity+json; charset=utf-8",
            "Application/Activity+JSON;charset=utf-8",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
            r#"application/ld+json;profile="https://www.w3.org/ns/activitystreams"; charset=utf-8"#,
            r#"application/ld+json; charset=utf-8; PROFILE="https://w3id.org/security/v1 https://www.w3.org/ns/activitystreams""#,
            "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
        ] {
            assert!(is_activity(yes), "{yes}");
        }
        for no in [
            "",
            "application/json",
            "application/ld+json",
            "text/plain",
            "text/html; charset=utf-8",
            "application/activity+json2",
            "text/plain; application/activity+json",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams2""#,
            r#"application/ld+json; x="; profile=https://www.w3.org/ns/activitystreams""#,
            r#"application/json; profile="https://www.w3.org/ns/activitystreams""#,
            "application/jrd+json",
        ] {
            assert!(!is_activity(no), "{no}");
        }
    }
}
