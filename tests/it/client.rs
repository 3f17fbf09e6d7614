//! A client program: a token, a picture, a post, an edit, an end.

use std::time::Duration;

use instance::base::time::Clock;
use instance::media::draw;
use instance::store::drafts;
use serde_json::{Value, json};

use crate::support::http::{Answer, get, send};
use crate::support::{Instance, START};

pub struct Program<'a> {
    instance: &'a Instance,
    pub bearer: String,
}

impl<'a> Program<'a> {
    pub async fn new(instance: &'a Instance, scopes: &str) -> Self {
        Self { instance, bearer: instance.bearer(scopes).await }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(method, &self.instance.url(path), &headers, body).await
    }

    pub async fn upload(&self, picture: &[u8], description: &str) -> Answer {
        let mut body = Vec::new();
        if !description.is_empty() {
            body.extend_from_slice(
                format!("--x\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{description}\r\n")
                    .as_bytes(),
            );
        }
        body.extend_from_slice(
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"/tmp/a.png\"\r\n\r\n",
        );
        body.extend_from_slice(picture);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "multipart/form-data; boundary=x")];
        send("POST", &self.instance.url("/api/v2/media"), &headers, body).await
    }
}

#[tokio::test]
async fn a_program_publishes_with_a_picture_edits_and_deletes() {
    let instance = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&instance, "read,write").await;
    let me = program.call("GET", "/api/v1/accounts/verify_credentials/", Value::Null).await.json();
    assert_eq!((me["username"].as_str(), me["source"]["language"].as_str()), (Some("press"), Some("en")));

    let picture = draw::avatar("press", "P");
    let bare = program.upload(&picture, "").await.json();
    let refused = program.call("POST", "/api/v1/statuses", json!({ "status": "x", "media_ids": [bare["id"]] })).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("no description"), "{}", refused.text());

    let described = json!({ "description": "The emblem of the press office" });
    let path = format!("/api/v1/media/{}", bare["id"].as_str().unwrap());
    assert_eq!(program.call("PUT", &path, described).await.status, 200);
    let wanted = json!({ "status": "Hello #World", "media_ids": [bare["id"]], "language": "de", "sensitive": "0" });
    let made = program.call("POST", "/api/v1/statuses", wanted).await.json();
    assert_eq!(made["language"], "de");
    assert_eq!(made["sensitive"], false);
    assert_eq!(made["tags"][0]["name"], "world");
    assert_eq!(made["media_attachments"][0]["description"], "The emblem of the press office");
    let file = get(made["media_attachments"][0]["url"].as_str().unwrap(), "*/*").await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "image/png"));

    let path = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    let edited = program.call("PUT", &path, json!({ "status": "Hello again" })).await.json();
    assert!(edited["content"].as_str().unwrap().contains("Hello again") && edited["edited_at"].is_string());
    let deleted = program.call("DELETE", &path, Value::Null).await.json();
    assert_eq!(deleted["text"], "Hello again");
    assert_eq!(program.call("GET", &path, Value::Null).await.status, 404);
    assert_eq!(
        get(made["media_attachments"][0]["url"].as_str().unwrap(), "*/*").await.status,
        404,
        "its file is gone too"
    );
}

#[tokio::test]
async fn the_same_attempt_publishes_once() {
    let instance = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&instance, "write").await;
    let headers =
        [("authorization", program.bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k1")];
    let body = json!({ "status": "Once" }).to_string();
    let first = send("POST", &instance.url("/api/v1/statuses"), &headers, body.clone()).await.json();
    let second = send("POST", &instance.url("/api/v1/statuses"), &headers, body).await.json();
    assert_eq!(first["id"], second["id"]);
}

#[tokio::test]
async fn the_same_attempt_plans_once() {
    let clock = Clock::by_hand(START);
    let instance = Instance::start(&clock).await;
    let program = Program::new(&instance, "write").await;
    let mut headers = vec![
        ("authorization", program.bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "k1"),
    ];
    let at = START.plus(Duration::from_secs(400)).rfc3339();
    let body = json!({ "status": "Once", "scheduled_at": at }).to_string();
    let url = instance.url("/api/v1/statuses");
    let (first, other) =
        tokio::join!(send("POST", &url, &headers, body.clone()), send("POST", &url, &headers, body.clone()));
    assert_eq!((first.status.as_u16(), first.json()), (200, other.json()));
    assert_eq!(first.json()["params"]["text"], "Once");
    clock.advance(Duration::from_secs(200));
    let late = send("POST", &url, &headers, body).await;
    assert_eq!((late.status.as_u16(), late.json()), (200, first.json()), "also when it is too late for a new one");
    headers[2].1 = "k2";
    let another = json!({ "status": "Twice", "scheduled_at": START.plus(Duration::from_secs(900)).rfc3339() });
    assert_ne!(send("POST", &url, &headers, another.to_string()).await.json()["id"], first.json()["id"]);
    let hour = START.plus(Duration::from_secs(3600));
    let planned = instance.app.store.read(|rows| drafts::due(rows, hour)).unwrap();
    assert_eq!(planned.len(), 2);
}

#[tokio::test]
async fn a_token_does_only_what_it_is_for() {
    let instance = Instance::start(&Clock::by_hand(START)).await;
    let reader = Program::new(&instance, "read").await;
    assert_eq!(reader.call("POST", "/api/v1/statuses", json!({ "status": "x" })).await.status, 403);
    let stranger = Program { instance: &instance, bearer: "Bearer nonsense".into() };
    let refused = stranger.call("GET", "/api/v1/accounts/verify_credentials", Value::Null).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (401, Some("The access token is invalid")));
    let writer = Program::new(&instance, "write").await;
    let private = writer.call("POST", "/api/v1/statuses", json!({ "status": "x", "visibility": "direct" })).await;
    assert_eq!(private.status, 422);
    let unknown = writer.call("GET", "/api/v1/timelines/home", Value::Null).await;
    assert_eq!((unknown.status.as_u16(), unknown.header("content-type")), (404, "application/json; charset=utf-8"));
}

#[tokio::test]
async fn anybody_may_read_what_the_server_is() {
    let instance = Instance::start(&Clock::by_hand(START)).await;
    for path in ["/api/v1/instance", "/api/v1/instance/", "/api/v2/instance"] {
        let answer = get(&instance.url(path), "*/*").await;
        assert!(answer.json()["version"].as_str().unwrap().starts_with("4."), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    let preflight = send("OPTIONS", &instance.url("/api/v1/statuses"), &[], "").await;
    assert_eq!(preflight.status, 204);
    for version in ["2.0", "2.1"] {
        let info = get(&instance.url(&format!("/nodeinfo/{version}")), "*/*").await.json();
        assert_eq!((info["version"].as_str(), info["protocols"][0].as_str()), (Some(version), Some("activitypub")));
    }
}
