//! Large files of a form in pieces, as the desk's script sends them.

use hyper::StatusCode;
use instance::base::time::Clock;
use instance::crypto::token;
use instance::model::user::{Rank, Role};
use serde_json::json;

use crate::support::http::send;
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START, second_account};

fn film() -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/clips/first.mp4");
    std::fs::read(path).unwrap()
}

#[tokio::test]
async fn a_large_file_of_a_form_goes_on_where_it_stopped() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let (film, press) = (film(), server.account.id);
    let ana = user(&server, "ana@city.example", Rank::Member, press, &[Role::Editor]).await;
    let ana = Seat::of(&server, ana.id).await;
    let kind = ("content-type", "application/offset+octet-stream");
    let begin = async |bytes: &[u8]| {
        let all = server.url(&format!("/desk/uploads/{press}"));
        let begun = ana.script(&all, &[("upload-length", &bytes.len().to_string())], b"").await;
        assert_eq!(begun.status, 201);
        server.url(&begun.header("location")[server.app.site.origin.len()..])
    };
    let url = begin(&film).await;
    assert_eq!(ana.script(&url, &[kind, ("upload-offset", "0")], &film[..999]).await.status, 204);
    let path = &url[server.url("").len()..];
    let far = ana.get(path).await;
    assert_eq!(
        (far.status.as_u16(), far.header("upload-offset"), far.header("cache-control")),
        (200, "999", "no-store")
    );
    assert_eq!(ana.script(&url, &[kind, ("upload-offset", "998")], &film[998..]).await.status, 409);
    let early = ana.script(&format!("{url}/finish"), &[], b"").await;
    assert!(early.status == 422 && early.json()["error"].as_str().unwrap().contains("999 of"), "{}", early.text());

    // Neither another session's token, nor another page, nor another account.
    let blind = Seat { server: &server, cookie: ana.cookie.clone(), csrf: token::new() };
    let rest = [kind, ("upload-offset", "999")];
    assert_eq!(blind.script(&url, &rest, &film[999..]).await.status, 403);
    assert_eq!(blind.script(&format!("{url}/finish"), &[], b"").await.status, 403);
    let foreign = [("cookie", ana.cookie.as_str()), ("origin", "https://evil.example"), ("x-csrf", ana.csrf.as_str())];
    assert_eq!(send("POST", &url, &foreign, film.clone()).await.status, 403);
    let another = second_account(&server).await;
    let ben = user(&server, "ben@city.example", Rank::Member, another.id, &[Role::Editor]).await;
    let ben = Seat::of(&server, ben.id).await;
    assert_eq!(
        (ben.get(path).await.status, ben.script(&url, &rest, b"x").await.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );

    assert_eq!(ana.script(&url, &rest, &film[999..]).await.status, 204);
    let done = ana.script(&format!("{url}/finish"), &[], b"").await.json();
    assert_eq!(ana.script(&format!("{url}/finish"), &[], b"").await.json(), done, "once, and said again");
    let id = done["id"].as_str().unwrap();
    let account = press.to_string();
    let form = [("account", account.as_str()), ("lang", "en"), ("text", "Look"), ("kept1", id), ("alt1", "A film")];
    let form = [&form[..], &[("reason1", "in-text"), ("do", "publish")]].concat();
    assert_eq!(ana.post_parts("/desk/posts", &form).await.status, 303);

    let wrong = begin(b"no film").await;
    assert_eq!(ana.script(&wrong, &[kind, ("upload-offset", "0")], b"no film").await.status, 204);
    let said = ana.script(&format!("{wrong}/finish"), &[], b"").await;
    assert!(
        said.status == 422 && said.json()["id"] == json!(null) && said.json()["error"].is_string(),
        "{}",
        said.text()
    );
    assert_eq!(ana.script(&format!("{wrong}/finish"), &[], b"").await.json(), said.json());
}
