//! Public pages over a real socket: what a browser, a cache, a crawler and another server get at the same addresses.

use instance::actions;
use instance::app::{lookup, upload};
use instance::base::time::Clock;
use instance::model::media::About;
use instance::model::note::Shown;
use instance::model::post::{NewPost, Version};
use instance::store::notes;

use crate::support::http::{activity, get, send};
use crate::support::{Instance, START, drain};

const HTML: &str = "text/html";

#[tokio::test(flavor = "multi_thread")]
async fn caches_and_crawlers_get_what_they_ask_for() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("Water is safe to drink again. #water").await;
    let page = format!("/@press/{}", post.id);
    for path in ["/", "/about", "/@press", "/@press?replies", page.as_str(), "/tags/water", "/feed.atom", "/robots.txt"]
    {
        let whole = get(&server.url(path), HTML).await;
        assert_eq!(whole.status, 200, "{path}");
        assert_eq!(whole.header("cache-control"), "public, no-cache", "{path}");
        assert!(!whole.headers.contains_key("set-cookie"), "{path}");
        let same = send("GET", &server.url(path), &[("if-none-match", whole.header("etag"))], "").await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0), "{path}");
        let head = send("HEAD", &server.url(path), &[], "").await;
        assert_eq!(head.header("content-length"), whole.body.len().to_string(), "{path}");
        assert!(head.body.is_empty(), "{path}");
    }
    let html = get(&server.url(&page), HTML).await;
    assert!(html.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(html.text().contains("Water is safe to drink again."));

    server.publish("More news").await;
    let old = get(&server.url("/"), HTML).await;
    assert!(old.text().contains("More news"));
    for path in ["/nope", "/@nobody", "/@press/1", "/tags/nothing", "/media/none.jpg", "/@press/x", "/assets/1/../x"] {
        assert_eq!(get(&server.url(path), HTML).await.status, 404, "{path}");
    }
    assert_eq!(send("POST", &server.url("/"), &[], "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_a_page_for_people_and_an_id_for_servers() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("Hello").await;
    let page = server.url(&format!("/@press/{}", post.id));
    for (url, id) in [(server.url("/@press"), server.actor()), (page.clone(), server.post_uri(post.id))] {
        let sent = activity(&url).await;
        assert_eq!((sent.status.as_u16(), sent.header("location"), sent.header("vary")), (302, id.as_str(), "Accept"));
        let html = get(&url, HTML).await;
        assert_eq!((html.status.as_u16(), html.header("vary")), (200, "Accept, Accept-Encoding"));
        assert!(
            html.text().contains(&format!("<link rel=\"alternate\" type=\"application/activity+json\" href=\"{id}\">"))
        );
    }
    let domain = &server.app.site.handle_domain;
    for wrong in ["/@Press".to_owned(), format!("/@press@{domain}")] {
        let sent = get(&server.url(&wrong), HTML).await;
        assert_eq!((sent.status.as_u16(), sent.header("location")), (302, "/@press"), "{wrong}");
    }
    let sent = get(&server.url(&format!("/@PRESS/{}", post.id)), HTML).await;
    assert_eq!(sent.header("location"), format!("/@press/{}", post.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_deletion() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let version =
        |lang: &str, text: &str| Version { lang: lang.parse().unwrap(), text: text.into(), warning: String::new() };
    let versions = vec![version("en", "Hello"), version("ar", "مرحبا")];
    let post = server.publish_new(NewPost { versions, ..NewPost::plain("en".parse().unwrap(), "") }).await;
    let page = server.url(&format!("/@press/{}", post.id));
    assert!(get(&format!("{page}/ar"), HTML).await.text().contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert_eq!(get(&format!("{page}/en"), HTML).await.header("location"), format!("/@press/{}", post.id));
    assert_eq!(get(&format!("{page}/fr"), HTML).await.status, 404);

    let (site, by, id) = (server.app.site.clone(), server.by(), post.id);
    server.app.store.write(move |tx| actions::delete::delete(tx, &site, by, id)).await.unwrap();
    let gone = get(&page, HTML).await;
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("It was deleted on 23 November 2026"), "{}", gone.text());
    assert!(!gone.text().contains("Hello") && gone.body.len() <= 2048);
    assert_eq!(activity(&page).await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_stand_on_their_page() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(90, 60).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let media =
        upload::take_bytes(&server.app, server.by(), bytes.get_ref(), About::words("A black field")).await.unwrap();
    let post = NewPost { media: vec![media.id], ..NewPost::plain("en".parse().unwrap(), "Look") };
    let post = server.publish_new(post).await;
    let page = get(&server.url(&format!("/@press/{}", post.id)), HTML).await.text();
    assert!(
        page.contains(&format!("src=\"/media/{}\"", media.still().unwrap().file))
            && page.contains("alt=\"A black field\"")
    );
    let whole = send("GET", &server.url(&format!("/media/{}", media.file)), &[], "").await;
    assert_eq!((whole.header("content-type"), whole.body.len() as u64), ("image/png", media.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_from_elsewhere_is_counted_then_shown() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let post = alpha.publish("Is the water safe?").await;
    let page = alpha.url(&format!("/@press/{}", post.id));
    let target = lookup::reply_target(&beta.app, beta.account.id, &alpha.post_uri(post.id)).await.unwrap();
    let answer = NewPost { reply_to: Some(target), ..NewPost::plain("de".parse().unwrap(), "Seit wann?") };
    let answer = beta.publish_new(answer).await;
    drain(&[&alpha, &beta]).await;

    let before = get(&page, HTML).await.text();
    assert!(before.contains("1 reply has not been looked at yet.") && !before.contains("Seit wann?"), "{before}");
    let uri = beta.post_uri(answer.id);
    let note = alpha.app.store.read(|rows| notes::by_uri(rows, &uri)).unwrap().unwrap();
    let by = alpha.by();
    alpha.app.store.write(move |tx| actions::replies::show(tx, by, note.id, Shown::Released, None)).await.unwrap();
    let after = get(&page, HTML).await.text();
    assert!(after.contains("Seit wann?") && after.contains("not statements of City of Example."), "{after}");
    assert!(after.contains(&format!("@press@{}", beta.app.site.handle_domain)));
    assert!(after.contains("lang=\"de\" dir=\"ltr\"><p>Seit wann?"));
}
