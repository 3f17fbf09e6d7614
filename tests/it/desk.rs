//! The desk as a browser without script uses it: forms sent, redirects followed by hand.

mod bringing;
mod describing;
mod keeping;
mod podcasts;
mod uploads;
mod writing;

use std::io::Cursor;

use instance::actions::{desk_login, users};
use instance::app::lookup;
use instance::base::time::Clock;
use instance::crypto::token;
use instance::model::ids::{NoteId, PostId};
use instance::model::media::Media;
use instance::model::note::Shown;
use instance::model::post::{NewPost, Post, Visibility};
use instance::store::schema::MEDIA;
use instance::store::{Rows, Span, Write, material, notes, posts};

use crate::support::http::{Answer, PARTS, parts, send};
use crate::support::seat::first_button;
use crate::support::{Instance, START, at_once, between, drain, owner};

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser that is logged in where nothing waits before it is published.
pub struct Desk<'a> {
    pub server: &'a Instance,
    cookie: String,
    csrf: String,
}

async fn make_link(server: &Instance) -> String {
    let code = token::code();
    let hash = token::hash(&code);
    let link = move |tx: &mut Write<'_>| {
        let user = users::first(tx, owner())?;
        desk_login::link(tx, owner(), user.id, hash)
    };
    server.app.store.write(link).await.unwrap();
    format!("/desk/start/{code}")
}

impl<'a> Desk<'a> {
    pub async fn open(server: &'a Instance) -> Self {
        let link = make_link(server).await;
        let origin = server.app.site.origin.clone();
        let answer = send("POST", &server.url(&link), &[("origin", &origin)], "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk"), "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        at_once(server).await;
        let desk = Self { server, cookie, csrf: String::new() };
        let page = desk.get("/desk").await.text();
        Self { csrf: between(&page, "name=\"csrf\" value=\"", "\"").to_owned(), ..desk }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send("GET", &self.server.url(path), &[("cookie", &self.cookie)], "").await
    }

    pub async fn post_as(&self, path: &str, kind: &str, origin: &str, body: Vec<u8>) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", kind), ("origin", origin)];
        send("POST", &self.server.url(path), &headers, body).await
    }

    /// A form without files, with the token of the session.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        self.post_as(path, FORM, &self.server.app.site.origin, form.finish().into_bytes()).await
    }

    pub fn composed(&self, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
        let account = self.server.account.id.to_string();
        let own = [("csrf", self.csrf.as_str()), ("account", account.as_str()), ("lang", "en")];
        parts(own.iter().chain(fields), file.as_slice())
    }

    pub async fn compose(&self, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        self.send_to("/desk/posts", fields, file).await
    }

    /// A form that may bring a file, with its first button where none is named.
    pub async fn send_to(&self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        let body = self.composed(&[fields, first_button(path, fields)].concat(), file);
        self.post_as(path, PARTS, &self.server.app.site.origin, body).await
    }

    /// Changes a published post, from the state that its form shows now.
    pub async fn change(&self, post: PostId, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        let path = format!("/desk/posts/{post}/edit");
        let page = self.get(&path).await.text();
        let revision = between(&page, "name=\"revision\" value=\"", "\"").to_owned();
        self.send_to(&path, &[fields, &[("revision", revision.as_str())]].concat(), file).await
    }

    fn posts(&self) -> Vec<Post> {
        let account = self.server.account.id;
        self.server.app.store.read(|rows| posts::of_account(rows, account, None, 100)).unwrap()
    }

    fn pictures(&self, post: &Post) -> Vec<Media> {
        self.server.app.store.read(|rows| material::media(rows, &post.media)).unwrap()
    }
}

fn shown(server: &Instance, id: NoteId) -> Shown {
    server.app.store.read(|rows| notes::get(rows, id)).unwrap().unwrap().shown
}

fn png() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(8, 8, |x, y| {
        image::Rgb([u8::try_from(x * 30).unwrap(), u8::try_from(y * 30).unwrap(), 90])
    });
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

/// The one post, published by an answer that goes on to it.
pub fn published(desk: &Desk<'_>, answer: &Answer) -> Post {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let id: PostId = answer.header("location").strip_prefix("/desk?done=").unwrap().parse().unwrap();
    desk.posts().into_iter().find(|post| post.id == id).unwrap()
}

#[tokio::test]
async fn a_link_opens_the_desk_once_and_looking_at_it_uses_nothing_up() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let nobody = send("GET", &server.url("/desk"), &[], "").await;
    assert_eq!(nobody.status.as_u16(), 401);
    assert!(nobody.text().contains("instance user login-link"));
    let origin = server.app.site.origin.clone();
    let link = make_link(&server).await.to_lowercase();
    for _ in 0..2 {
        let page = send("GET", &server.url(&link), &[], "").await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
        assert!(page.text().contains("<button>Open the desk</button>"));
    }
    let foreign = send("POST", &server.url(&link), &[("origin", "https://evil.example")], "").await;
    assert_eq!(foreign.status.as_u16(), 403);
    let planted = [("origin", origin.as_str()), ("cookie", "session=planted")];
    let opened = send("POST", &server.url(&link), &planted, "").await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (303, "/desk"));
    let cookie = opened.header("set-cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Lax") && !cookie.contains("planted"), "{cookie}");
    let again = send("POST", &server.url(&link), &[("origin", &origin)], "").await;
    assert_eq!(again.status.as_u16(), 410);
    assert!(again.text().contains("does not work any more") && again.header("set-cookie").is_empty());
    assert_eq!(send("GET", &server.url("/desk/start/ABCD-EFGH-JKMN"), &[], "").await.status.as_u16(), 410);
}

#[tokio::test]
async fn logging_out_ends_the_session_on_the_server() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let page = desk.get("/desk").await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    let out = desk.post("/desk/logout", &[]).await;
    assert_eq!(out.status.as_u16(), 303);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(desk.get("/desk").await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let desk = Desk::open(&server).await;
    clock.advance(instance::limits::desk::SESSION);
    assert_eq!(desk.get("/desk").await.status.as_u16(), 401);
}

#[tokio::test]
async fn forms_of_others_change_nothing() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let mut desk = Desk::open(&server).await;
    let body = desk.composed(&[("text", "Forged")], None);
    for origin in ["https://evil.example", "null", ""] {
        assert_eq!(desk.post_as("/desk/posts", PARTS, origin, body.clone()).await.status.as_u16(), 403, "{origin}");
    }
    let post = published(&desk, &desk.compose(&[("text", "Ours")], None).await);
    let right = std::mem::replace(&mut desk.csrf, "wrong".to_owned());
    assert_eq!(desk.compose(&[("text", "Forged")], None).await.status.as_u16(), 403);
    let edit = format!("/desk/posts/{}/edit", post.id);
    assert_eq!(desk.send_to(&edit, &[("text", "Forged")], None).await.status.as_u16(), 403);
    for path in [format!("/desk/posts/{}/delete", post.id), "/desk/logout".into()] {
        assert_eq!(desk.post(&path, &[("text", "Forged")]).await.status.as_u16(), 403, "{path}");
        assert_ne!(desk.get(&path).await.status.as_u16(), 303, "{path}");
    }
    desk.csrf = right;
    assert_eq!(desk.posts().iter().map(|p| p.versions[0].text.as_str()).collect::<Vec<_>>(), ["Ours"]);
    assert_eq!(desk.get("/desk").await.status.as_u16(), 200, "still logged in");
}

#[tokio::test]
async fn a_post_with_a_picture_goes_out_once() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields =
        [("once", "abc"), ("text", "A new <bridge>"), ("warning", "Heights"), ("quiet", "1"), ("alt1", "Squares")];
    let answer = desk.compose(&fields, Some(("picture1", &png()))).await;
    let post = published(&desk, &answer);
    assert_eq!((post.versions[0].text.as_str(), post.versions[0].warning.as_str()), ("A new <bridge>", "Heights"));
    assert_eq!((post.visibility, post.sensitive), (Visibility::Quiet, true));
    assert_eq!(desk.pictures(&post).iter().map(|m| (m.alt.as_str(), m.used)).collect::<Vec<_>>(), [("Squares", true)]);
    let twice = desk.compose(&fields, Some(("picture1", &png()))).await;
    assert_eq!(twice.header("location"), answer.header("location"));
    assert_eq!(desk.posts().len(), 1);
    let page = desk.get(answer.header("location")).await.text();
    assert!(page.contains("Published.") && page.contains(&format!("/@press/{}", post.id)), "{page}");
    assert!(page.contains("A new &#60;bridge&#62;") && page.contains("23 November 2026, 09:00 (UTC)"), "{page}");
}

#[tokio::test]
async fn nothing_is_typed_or_uploaded_twice() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let text = "Long words\nthat nobody types again </textarea>";
    let wrong = desk.compose(&[("text", text), ("warning", "W"), ("alt2", " ")], Some(("picture2", &png()))).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let page = wrong.text();
    for part in [
        "<title>Error: ",
        "role=\"alert\"",
        "<a href=\"#alt2\">File 2: The file has no description.",
        "aria-invalid=\"true\" aria-describedby=\"alt2-e\"",
        "Long words\nthat nobody types again &#60;/textarea&#62;",
        "value=\"W\"",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(desk.posts().is_empty());
    let kept = between(&page, "name=\"kept2\" value=\"", "\"").to_owned();
    assert!(page.contains("<img src=\"/media/"), "the picture is shown");
    let answer = desk.compose(&[("text", text), ("kept2", &kept), ("alt2", "Squares")], None).await;
    let post = published(&desk, &answer);
    assert_eq!(post.media.iter().map(ToString::to_string).collect::<Vec<_>>(), std::slice::from_ref(&kept));
    assert_eq!(desk.pictures(&post)[0].alt, "Squares");
    let stolen = desk.compose(&[("text", "Again"), ("kept1", &kept), ("alt1", "Mine")], None).await;
    assert_eq!(stolen.status.as_u16(), 422, "a picture belongs to one post");
}

#[tokio::test]
async fn everything_wrong_is_said_at_once() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields = [("text", ""), ("alt1", "A file"), ("alt2", "No file")];
    let wrong = desk.compose(&fields, Some(("picture1", b"no picture at all"))).await;
    assert_eq!(wrong.status.as_u16(), 422);
    for link in ["href=\"#text\"", "href=\"#picture1\"", "href=\"#picture2\""] {
        assert!(wrong.text().contains(link), "{link}");
    }
    let left_out = desk.compose(&[("text", "Words"), ("kept1", "77"), ("alt1", "A"), ("remove1", "1")], None).await;
    assert!(published(&desk, &left_out).media.is_empty());
    let media = server.app.store.read(|rows| rows.keys(&MEDIA, Span::all())).unwrap();
    assert!(media.is_empty());
}

#[tokio::test]
async fn posts_are_edited_and_deleted() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let answer = desk.compose(&[("text", "Firts"), ("alt1", "Squares")], Some(("picture1", &png()))).await;
    let post = published(&desk, &answer);
    let (edit, delete) = (format!("/desk/posts/{}/edit", post.id), format!("/desk/posts/{}/delete", post.id));
    let kept = post.media[0].to_string();
    let page = desk.get(&edit).await.text();
    assert!(page.contains("Firts") && page.contains(&format!("name=\"kept1\" value=\"{kept}\"")), "{page}");
    let wrong = desk.change(post.id, &[("text", "First"), ("kept1", &kept), ("alt1", " ")], None).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("href=\"#alt1\"") && wrong.text().contains(">\nFirst</textarea>"));
    let fields = [("text", "First"), ("warning", "W"), ("kept1", &kept), ("alt1", "Coloured squares")];
    let right = desk.change(post.id, &fields, None).await;
    assert_eq!(right.header("location"), format!("/desk?changed={}", post.id));
    let edited = desk.posts().remove(0);
    assert_eq!((edited.versions[0].text.as_str(), edited.revisions.len()), ("First", 1));
    assert_eq!(desk.pictures(&edited)[0].alt, "Coloured squares");
    assert!(desk.get(&delete).await.text().contains("Delete this post?"));
    assert_eq!(desk.posts().len(), 1, "looking deletes nothing");
    assert_eq!(desk.post(&delete, &[]).await.status.as_u16(), 303);
    assert!(desk.posts().is_empty());
    assert_eq!(desk.get(&edit).await.status.as_u16(), 410);
}

#[tokio::test]
async fn files_are_looked_at_first_and_shown_where_they_are_cut() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let first = desk.compose(&[("text", "Soon"), ("do", "preview")], Some(("picture1", &png()))).await;
    assert_eq!(first.status.as_u16(), 200);
    let page = first.text();
    let kept = between(&page, "name=\"kept1\" value=\"", "\"").to_owned();
    assert_eq!(page.matches("name=\"focus1\"").count(), 9, "{page}");
    assert!(page.contains("name=\"focus1\" value=\"4\" checked") && page.contains("\nSoon</textarea>"), "{page}");
    assert!(desk.posts().is_empty());
    let fields = [("text", "Now"), ("kept1", &kept), ("alt1", "Squares"), ("focus1", "2")];
    let post = published(&desk, &desk.compose(&fields, None).await);
    assert_eq!(desk.pictures(&post)[0].focus, Some((0.66, 0.66)));
    let edit = format!("/desk/posts/{}/edit", post.id);
    assert!(desk.get(&edit).await.text().contains("name=\"focus1\" value=\"2\" checked"));
    // One more, and the first is decoration now.
    let fields = [("text", "Now"), ("kept1", &kept), ("decorative1", "1"), ("alt2", "More squares")];
    let both = [&fields[..], &[("alt1", "Squares")]].concat();
    let wrong = desk.change(post.id, &both, Some(("picture2", &png()))).await;
    assert!(wrong.status.as_u16() == 422 && wrong.text().contains("is marked as decorative"), "{}", wrong.text());
    let added = between(&wrong.text(), "name=\"kept2\" value=\"", "\"").to_owned();
    let right = desk.change(post.id, &[&fields[..], &[("kept2", &added)]].concat(), None).await;
    assert_eq!(right.status.as_u16(), 303, "{}", right.text());
    let pictures = desk.pictures(&desk.posts()[0]);
    let said: Vec<_> = pictures.iter().map(|m| (m.alt.as_str(), m.decorative, m.focus.is_some(), m.used)).collect();
    assert_eq!(said, [("", true, true, true), ("More squares", false, false, true)]);
    let right = desk.change(post.id, &[&fields[..], &[("kept2", &added), ("remove1", "1")]].concat(), None).await;
    assert_eq!(right.status.as_u16(), 303, "{}", right.text());
    assert_eq!(desk.pictures(&desk.posts()[0]).len(), 1);
    let there = server.app.store.read(|rows| rows.keys(&MEDIA, Span::all())).unwrap();
    assert!(!there.iter().any(|id| id.to_string() == kept), "what left a post is gone");
}

#[tokio::test]
async fn replies_wait_are_released_and_answered() {
    let clock = Clock::by_hand(START);
    let (city, citizen) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let desk = Desk::open(&city).await;
    let post = published(&desk, &desk.compose(&[("text", "The bridge is closed.")], None).await);
    let target = lookup::reply_target(&citizen.app, citizen.account.id, &city.post_uri(post.id)).await.unwrap();
    let plain = NewPost::plain("de".parse().unwrap(), "Wie lange?");
    let reply = citizen.publish_new(NewPost { reply_to: Some(target), ..plain }).await;
    drain(&[&city, &citizen]).await;
    let note = city.app.store.read(|rows| notes::by_uri(rows, &citizen.post_uri(reply.id))).unwrap().unwrap();

    let page = desk.get("/desk/inbox").await.text();
    for part in ["Wie lange?", "lang=\"de\"", "The bridge is closed.", "/release\"", "1<span class=\"vh\"> waiting"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let stamp = between(&page, "name=\"seen\" value=\"", "\"");
    let released = desk.post(&format!("/desk/inbox/{}/release", note.id), &[("seen", stamp)]).await;
    assert_eq!((released.status.as_u16(), released.header("location")), (303, "/desk/inbox"));
    assert_eq!(shown(&city, note.id), Shown::Released);
    assert!(desk.get("/desk/inbox?shown=waiting").await.text().contains("Nothing on this list fits the filter."));
    let all = desk.get("/desk/inbox").await.text();
    assert!(all.contains("Wie lange?") && !all.contains("/release\""));

    let form = desk.get(&format!("/desk?reply={}", note.id)).await.text();
    let handle = citizen.app.site.handle("press");
    assert!(form.contains(&handle) && form.contains("You answer"), "{form}");
    let id = note.id.to_string();
    let answer = published(&desk, &desk.compose(&[("text", "One week."), ("reply", &id)], None).await);
    assert_eq!(answer.reply_to, Some(instance::model::post::ReplyTo::Note(note.id)));
    drain(&[&city, &citizen]).await;
    assert!(desk.get("/desk/posts").await.text().contains("Servers: 1 delivered, 0 waiting, 0 refused"));
    let delete = desk.get(&format!("/desk/posts/{}/delete", answer.id)).await.text();
    assert!(delete.contains("1 other server will be told"), "{delete}");
    let hidden = desk.post(&format!("/desk/inbox/{}/hide", note.id), &[("back", "/desk/inbox?shown=released")]).await;
    assert_eq!(hidden.header("location"), "/desk/inbox?shown=released");
    assert_eq!(shown(&city, note.id), Shown::Hidden);
}

#[tokio::test]
async fn a_private_reply_is_never_released() {
    let clock = Clock::by_hand(START);
    let (city, citizen) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let desk = Desk::open(&city).await;
    let post = city.publish("Hello").await;
    let target = lookup::reply_target(&citizen.app, citizen.account.id, &city.post_uri(post.id)).await.unwrap();
    let reply = NewPost { reply_to: Some(target), ..NewPost::plain("en".parse().unwrap(), "Between us") };
    let reply = citizen.publish_new(reply).await;
    drain(&[&city, &citizen]).await;
    let mut note = city.app.store.read(|rows| notes::by_uri(rows, &citizen.post_uri(reply.id))).unwrap().unwrap();
    note.content.public = false;
    let id = note.id;
    city.app.store.write(move |tx| notes::put(tx, &note)).await.unwrap();
    let page = desk.get("/desk/inbox").await.text();
    assert!(page.contains("Only you and they can see this") && !page.contains("/release\""), "{page}");
    assert_eq!(desk.post(&format!("/desk/inbox/{id}/release"), &[]).await.status.as_u16(), 409);
    assert_eq!(shown(&city, id), Shown::Waiting);
    assert!(desk.get(&format!("/desk?reply={id}")).await.text().contains("Your answer is public."));
}
