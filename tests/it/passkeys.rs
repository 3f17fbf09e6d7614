//! Passkeys at the door and under My account, with an authenticator of a few lines. A real browser does the same in
//! `tests/browser/passkeys.mjs`.

use std::time::Duration;

use instance::actions::{self, break_glass};
use instance::base::time::Clock;
use instance::crypto::digest;
use instance::crypto::keys::{Ed25519Key, PublicKey};
use instance::error::Error;
use instance::limits::passkey::TIME;
use instance::store::schema::{GONE, PASSKEYS};
use instance::store::{Rows, Span, Write};

use crate::support::http::{Answer, send};
use crate::support::seat::{FORM, Seat, with_ana};
use crate::support::{Instance, START, encode, owner};

/// What stands in an attribute of the page.
fn attribute(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// An authenticator with one passkey.
struct Device {
    id: Vec<u8>,
    key: Ed25519Key,
    counter: u32,
    origin: String,
    host: String,
}

impl Device {
    fn new(server: &Instance, id: &[u8]) -> Self {
        let origin = server.app.site.origin.clone();
        let host = origin.trim_start_matches("http://").split(':').next().unwrap().to_owned();
        Self { id: id.to_vec(), key: Ed25519Key::generate(), counter: 0, origin, host }
    }

    fn client(&self, kind: &str, challenge: &str) -> String {
        format!(
            r#"{{"type":"webauthn.{kind}","challenge":"{}","origin":"{}","crossOrigin":false}}"#,
            encode(challenge),
            self.origin
        )
    }

    fn data(&self, flags: u8, rest: &[u8]) -> Vec<u8> {
        let of = digest::sha256(self.host.as_bytes());
        [of.as_slice(), &[flags], &self.counter.to_be_bytes(), rest].concat()
    }

    /// The fields of a form that brings a new passkey.
    fn made(&self, challenge: &str) -> [(&'static str, String); 2] {
        let PublicKey::Ed25519(x) = self.key.public() else { panic!("no Ed25519 key") };
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let cose = [[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32].as_slice(), &x].concat();
        let rest = [[0; 16].as_slice(), &length, &self.id, &cose].concat();
        [("client", encode(self.client("create", challenge))), ("data", encode(self.data(1 | 4 | 64, &rest)))]
    }

    /// The fields of a form that answers the page's question.
    fn touched(&mut self, challenge: &str) -> Vec<(&'static str, String)> {
        self.counter += 1;
        let (client, data) = (self.client("get", challenge), self.data(1 | 4, &[]));
        let signature = self.key.sign(&[data.as_slice(), &digest::sha256(client.as_bytes())].concat());
        vec![
            ("id", encode(&self.id)),
            ("client", encode(client)),
            ("data", encode(data)),
            ("signature", encode(signature)),
            ("to", "/desk/replies".to_owned()),
        ]
    }
}

async fn post(seat: &Seat<'_>, path: &str, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    seat.post(path, &fields).await
}

/// Keeps a passkey for somebody, as its page asks for it.
async fn keep(seat: &Seat<'_>, device: &Device) -> Answer {
    let page = seat.get("/desk/account").await.text();
    let fields = device.made(&attribute(&page, "data-challenge"));
    post(seat, "/desk/account/passkeys", &[fields.as_slice(), &[("passkey", "Phone".to_owned())]].concat()).await
}

async fn question(server: &Instance) -> String {
    attribute(&Seat::empty(server).get("/desk/login").await.text(), "data-challenge")
}

/// A touch at the door, by a browser with no cookie.
async fn enter(server: &Instance, fields: &[(&'static str, String)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("content-type", FORM), ("origin", server.app.site.origin.as_str())];
    send("POST", &server.url("/desk/login/passkey"), &headers, form).await
}

/// The writer runs a verb again when another one of the same commit fails after it has written.
#[tokio::test]
async fn a_neighbour_that_fails_keeps_nobody_out() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let mut device = Device::new(&server, b"phone");
    assert_eq!(keep(&Seat::of(&server, ana.id).await, &device).await.status, 303);
    let fields = device.touched(&question(&server).await);
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let store = &server.app.store;
    store.write_behind(move |_| gate.recv().map_err(|e| Error::broken("the gate", e))).unwrap();
    let neighbour = async {
        // Until the touch waits for the writer.
        for _ in 0..10_000 {
            tokio::task::yield_now().await;
        }
        let fails = |tx: &mut Write<'_>| tx.put(&GONE, &[1; 16], &START).and(Err(Error::Conflict("after")));
        store.write_behind(fails).unwrap();
        go.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(enter(&server, &fields), neighbour);
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk/replies"), "{}", answer.text());
    assert_eq!(enter(&server, &fields).await.status, 422, "once all the same");
}

#[tokio::test]
async fn a_touch_opens_the_desk_once_for_each_page() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    assert!(!Seat::empty(&server).get("/desk/login").await.text().contains("data-passkey"), "nobody has one");
    let seat = Seat::of(&server, ana.id).await;
    let mut device = Device::new(&server, b"phone");
    assert_eq!(keep(&seat, &device).await.header("location"), "/desk/account?done=passkey");
    assert_eq!(keep(&seat, &device).await.status, 422, "it is known");
    assert!(seat.get("/desk/account").await.text().contains("<b dir=\"auto\">Phone</b>"));

    let asked = question(&server).await;
    let fields = device.touched(&asked);
    let answer = enter(&server, &fields).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk/replies"));
    assert!(answer.header("set-cookie").contains("HttpOnly"));
    assert_eq!(enter(&server, &fields).await.status, 422, "the same answer again");
    let again = device.touched(&asked);
    assert_eq!(enter(&server, &again).await.status, 422, "another answer to the same question");
    device.counter = 0;
    let copy = device.touched(&question(&server).await);
    assert_eq!(enter(&server, &copy).await.status, 422, "a copy that has counted less");
    device.counter = 9;
    let old = question(&server).await;
    clock.advance(TIME);
    assert_eq!(enter(&server, &device.touched(&old)).await.status, 422, "a page that was open for too long");
    assert_eq!(enter(&server, &device.touched(&question(&server).await)).await.status, 303);
    let kept = server.app.store.read(|rows| rows.rows(&PASSKEYS, Span::all())).unwrap();
    assert_eq!((kept.len(), kept[0].1.counter, kept[0].1.last), (1, 11, Some(server.app.now())));
}

#[tokio::test]
async fn what_is_not_whole_or_not_ours_opens_nothing() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let seat = Seat::of(&server, ana.id).await;
    let mut device = Device::new(&server, b"phone");
    keep(&seat, &device).await;
    let mut said = Vec::new();
    for (name, value) in [
        ("id", encode("another")),
        ("id", String::new()),
        ("client", String::new()),
        ("client", encode("{}")),
        ("data", encode([0; 37])),
        ("data", "!".to_owned()),
        ("signature", encode([0; 64])),
        ("signature", encode(vec![0; 5_000])),
    ] {
        let mut fields = device.touched(&question(&server).await);
        fields.iter_mut().filter(|(field, _)| *field == name).for_each(|(_, old)| old.clone_from(&value));
        let answer = enter(&server, &fields).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""), "{name}");
        let text = answer.text();
        said.push(text.replace(&attribute(&text, "data-challenge"), ""));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "all of them hear the same");
    let mut foreign = Device { origin: "https://evil.example".into(), ..device };
    assert_eq!(enter(&server, &foreign.touched(&question(&server).await)).await.status, 422);
    // A question of one session is not answered in another, nor at the door.
    let page = seat.get("/desk/account").await.text();
    let other = Seat::of(&server, ana.id).await;
    let second = Device::new(&server, b"second");
    let fields = second.made(&attribute(&page, "data-challenge"));
    assert_eq!(post(&other, "/desk/account/passkeys", &fields).await.status, 422);
    assert_eq!(post(&seat, "/desk/account/passkeys", &second.made(&question(&server).await)).await.status, 422);
    assert_eq!(post(&seat, "/desk/account/passkeys", &second.made("invented")).await.status, 422);
    let headers = [("content-type", FORM), ("origin", "https://evil.example")];
    let login = send("POST", &server.url("/desk/login/passkey"), &headers, "id=a").await;
    assert_eq!(login.status, 403, "a form of another site");
}

#[tokio::test]
async fn a_passkey_goes_with_its_owner_and_with_the_second_factor() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let seat = Seat::of(&server, ana.id).await;
    let mut device = Device::new(&server, b"phone");
    keep(&seat, &device).await;
    server.app.store.write(move |tx| actions::users::require_second(tx, owner(), true)).await.unwrap();
    let answer = enter(&server, &device.touched(&question(&server).await)).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let by_touch = Seat { server: &server, cookie, csrf: String::new() };
    assert_eq!(by_touch.get("/desk").await.status, 200, "a touch is a second factor");
    assert_eq!(seat.get("/desk").await.status, 303, "a password alone is none");

    server.app.store.write(move |tx| actions::users::switch_off(tx, owner(), ana.id).map(|_| ())).await.unwrap();
    clock.advance(Duration::from_secs(120));
    assert_eq!(enter(&server, &device.touched(&question(&server).await)).await.status, 422, "switched off");
    server.app.store.write(move |tx| actions::users::switch_on(tx, owner(), ana.id).map(|_| ())).await.unwrap();
    assert_eq!(enter(&server, &device.touched(&question(&server).await)).await.status, 303);
    let all = server.app.store.read(|rows| break_glass::may_enter(rows, ana.id, false)).unwrap();
    assert!(!all, "nor where people come through the identity provider only");

    server.app.store.write(move |tx| actions::secrets::take_second(tx, owner(), ana.id)).await.unwrap();
    assert!(server.app.store.read(|rows| rows.rows(&PASSKEYS, Span::all())).unwrap().is_empty());
}
