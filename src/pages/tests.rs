//! Pages as readers get them: hostile names stay text, every page keeps its budget, feeds can be parsed.

use super::feeds::{self, Kind, Of};
use super::shell::Scene;
use super::*;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::model::account::Account;
use crate::model::ids::PostId;
use crate::model::media::Media;
use crate::model::note::{Attachment, Shown};
use crate::model::post::{Post, ReplyTo};
use crate::views::samples::{House, lang, site};

const HOSTILE: &str = "</title><script>alert(1)</script> \"q\" 'a' \u{202e}gnp.exe <b>&amp;";

fn show(house: &House, render: impl Fn(&Read, &Scene<'_>) -> Result<String>) -> String {
    show_in(house, None, render)
}

fn show_in(house: &House, tag: Option<&str>, render: impl Fn(&Read, &Scene<'_>) -> Result<String>) -> String {
    let site = site();
    let lang: Option<Lang> = tag.map(lang);
    house.store.read(|r| render(r, &Scene::new(&site, meta::institution(r)?, lang.clone()))).unwrap()
}

fn post_page(house: &House, account: &Account, id: PostId, lang: Option<&str>) -> String {
    let found = house.store.read(|r| post::render(r, &site(), meta::institution(r)?, &account.handle, id, lang));
    match found.unwrap() {
        post::Found::Page(page) => page,
        post::Found::Elsewhere(path) => panic!("sent to {path}"),
    }
}

fn sent_to(house: &House, handle: &str, id: PostId, lang: Option<&str>) -> String {
    let found = house.store.read(|r| post::render(r, &site(), meta::institution(r)?, handle, id, lang));
    match found.unwrap() {
        post::Found::Page(_) => panic!("a page"),
        post::Found::Elsewhere(path) => path,
    }
}

/// An institution whose every word was written by an attacker.
fn hostile() -> (House, Account, Post, Media) {
    let house = House::new();
    let mut press = house.account("press");
    press.name = HOSTILE.into();
    press.summary = HOSTILE.into();
    press.fields = vec![crate::model::account::Field { name: HOSTILE.into(), value: HOSTILE.into() }];
    house.put_account(press.clone());
    let picture = house.picture(&press, "pic", HOSTILE);
    let mut first = house.post(&press, &format!("{HOSTILE} #water"));
    first.media = vec![picture.id];
    first.versions[0].warning = HOSTILE.into();
    first.tags[0].shown = HOSTILE.into();
    house.put_post(first.clone());
    let mut mallory = house.stranger("mallory", HOSTILE);
    mallory.profile.url = "javascript:alert(1)".into();
    house.store.write_blocking(move |tx| crate::store::actors::put(tx, &mallory)).unwrap();
    let mallory = house.store.read(|r| crate::store::actors::by_uri(r, "https://other.example/users/mallory")).unwrap();
    let mut note = house.note(&mallory.unwrap(), &first, None, Shown::Released, "<p>hello</p>");
    note.content.warning = HOSTILE.into();
    note.content.url = "javascript:alert(2)".into();
    let file = |url: &str| Attachment { url: url.into(), name: HOSTILE.into(), picture: false };
    note.content.attachments = vec![file("javascript:alert(3)"), file("https://other.example/\"><script>")];
    house.put_note(note.clone());
    house.reply(&press, "answer", ReplyTo::Note(note.id));
    (house, press, first, picture)
}

#[test]
fn hostile_words_stay_words() {
    let (house, press, first, _) = hostile();
    let pages = [
        show(&house, |r, s| home::render(r, s, None)),
        show(&house, |r, s| profile::render(r, s, "press", profile::Part { before: None, all: true })),
        show(&house, |r, s| tag::render(r, s, "water", None)),
        show(&house, |r, s| about::render(r, s, Some(HOSTILE))),
        post_page(&house, &press, first.id, None),
    ];
    for page in pages {
        assert!(page.contains("alert(1)"), "the name is not shown at all");
        assert!(!page.contains("<script") && !page.contains("javascript:"), "{page}");
        assert!(!page.contains("<b>"), "{page}");
        assert_eq!(page.matches("</title>").count(), 1, "{page}");
        for attribute in page.split("content=\"").skip(1).chain(page.split("alt=\"").skip(1)) {
            let value = attribute.split('"').next().unwrap_or_default();
            assert!(!value.contains(['<', '>', '\u{202e}']), "{value}");
        }
        let head = page.split("</head>").next().unwrap();
        assert!(!head.contains('\u{202e}'), "{head}");
    }
}

#[test]
fn strangers_are_linked_with_care_and_bring_no_pictures() {
    let house = House::new();
    let press = house.account("press");
    let first = house.post(&press, "first");
    house.note(&house.stranger("ann", "Ann"), &first, None, Shown::Released, "<p>hello</p>");
    let page = post_page(&house, &press, first.id, None);
    let reply = page.split("h-cite").nth(1).unwrap();
    assert_eq!(reply.matches("<a ").count() - 3, reply.matches("rel=\"nofollow ugc noopener\"").count(), "{reply}");
    assert!(!reply.contains("<img"));
    assert!(page.contains("not statements of City of Example."));
    assert!(
        !page.contains("<script") && !page.contains("style=") && !page.contains(" on"),
        "no script, no inline style"
    );
}

#[test]
fn each_version_has_its_own_page_and_names_the_others() {
    let house = House::new();
    let press = house.account("press");
    let both = house.post_in(&press, &[("en", "Hello"), ("ar", "مرحبا"), ("de", "Hallo")], None);
    let main = post_page(&house, &press, both.id, None);
    let base = format!("https://social.city.example/@press/{}", both.id);
    assert!(main.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"));
    assert!(main.contains(&format!("<link rel=\"canonical\" href=\"{base}\">")));
    for tag in ["ar", "de"] {
        assert!(main.contains(&format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{base}/{tag}\">")), "{tag}");
    }
    let arabic = post_page(&house, &press, both.id, Some("ar"));
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(arabic.contains("<a href=\"/about\" lang=\"en\" dir=\"ltr\">About</a>"), "English words are marked");
    assert!(arabic.contains(&format!("<link rel=\"canonical\" href=\"{base}/ar\">")));
    assert!(arabic.contains("og:locale\" content=\"ar_AR\""));
    assert!(arabic.contains(&format!("type=\"application/activity+json\" href=\"{}\"", site().post(both.id))));
    let german = post_page(&house, &press, both.id, Some("de"));
    assert!(german.contains(">Antworten, teilen oder favorisieren<"));

    assert_eq!(sent_to(&house, "press", both.id, Some("en")), format!("/@press/{}", both.id));
    assert_eq!(sent_to(&house, "old", both.id, Some("de")), format!("/@press/{}/de", both.id));
    let ask = |tag| house.store.read(|r| post::render(r, &site(), meta::institution(r)?, "press", both.id, Some(tag)));
    assert!(matches!(ask("fr"), Err(Error::NotFound)) && matches!(ask("<b>"), Err(Error::NotFound)));
}

#[test]
fn nobody_makes_this_server_say_a_tag() {
    let house = House::new();
    let press = house.account("press");
    house.post(&press, "#Wasser");
    let ask =
        |tag: &str| house.store.read(|r| tag::render(r, &Scene::new(&site(), meta::institution(r)?, None), tag, None));
    assert!(ask("wasser").unwrap().contains("#Wasser"));
    assert!(matches!(ask("mayor_resigns"), Err(Error::NotFound)));
}

#[test]
fn a_trial_and_its_samples_say_so() {
    let house = House::new();
    let press = house.account("press");
    let mut sample = house.post(&press, "first");
    sample.demo = true;
    house.put_post(sample);
    let trial = crate::model::site::Site { live: false, ..site() };
    let page = house.store.read(|r| home::render(r, &Scene::new(&trial, meta::institution(r)?, None), None)).unwrap();
    for said in ["Nothing here is official", ">Sample<", "<meta name=\"robots\" content=\"noindex\">"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!show(&house, |r, s| home::render(r, s, None)).contains("Nothing here is official"));
}

/// Size as it is sent, and what a browser that knows gzip loads.
fn within(what: &str, page: &str, most: usize) {
    assert!(page.len() <= most, "{what} has {} bytes", page.len());
}

#[test]
fn pages_keep_their_budgets() {
    let house = House::new();
    let press = house.account("press");
    let text = "The new rules on repairable goods start on 1 January. What changes for you: a two-year right to \
                repair, spare parts at fair prices, and a label in every shop. https://city.example/repair #consumer";
    let mut last = None;
    for n in 0..22 {
        let mut post = house.post_in(&press, &[("en", text), ("de", text), ("fr", text)], None);
        if n % 3 == 0 {
            post.media = vec![house.picture(&press, &format!("{n:032x}"), &text[..150]).id];
            house.put_post(post.clone());
        }
        last = Some(post);
    }
    let last = last.unwrap();
    for n in 0..20 {
        let author = house.stranger(&format!("reader{n}"), &format!("Reader number {n}"));
        let html = "<p>When does this apply to phones, and does it apply to what I bought last year?</p>";
        house.note(&author, &last, None, Shown::Released, html);
    }
    within("a profile", &show(&house, |r, s| profile::render(r, s, "press", profile::Part::default())), 40 << 10);
    within("the first page", &show(&house, |r, s| home::render(r, s, None)), 40 << 10);
    within("a post", &post_page(&house, &press, last.id, None), 40 << 10);
    within("a post", &show_in(&house, Some("ar"), |r, s| home::render(r, s, None)), 44 << 10);
    within("public.css", include_str!("../../static/public.css"), 12 << 10);
    within("desk.css", include_str!("../../static/desk.css"), 6 << 10);
}

#[test]
fn error_pages_are_small_and_say_what_to_do() {
    let now = Timestamp(1_795_424_400_000);
    let busy = Error::Busy { retry_after: 20 };
    let broken = Error::bug("secret path /var/lib");
    for (tag, error, status, said) in [
        ("en", &Error::NotFound, 404, "check you copied the whole of it"),
        ("de", &busy, 503, "in 20 Sekunden"),
        ("fr", &broken, 500, "20261123-090000"),
        ("ar", &Error::Gone, 410, "will not come back"),
    ] {
        let voice = errors::Voice { lang: lang(tag), ..errors::Voice::bare(HOSTILE) };
        let response = errors::page(&voice, error, now);
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().contains_key("retry-after"), status == 503);
        let crate::web::response::Body::Full(Some(body)) = response.into_body() else { panic!("no body") };
        let page = String::from_utf8(body.to_vec()).unwrap();
        within("an error page", &page, 2 << 10);
        assert!(page.contains(said), "{page}");
        assert!(!page.contains("secret") && !page.contains("<script"), "{page}");
    }
}

#[test]
fn feeds_survive_hostile_words() {
    let (house, ..) = hostile();
    let press = house.store.read(|r| accounts::named(r, "press")).unwrap();
    house.post(&press, "\u{0}\u{b}\u{fffe}]]><item><entry> &undefined; #water");
    house.post_in(&press, &[("de", "Hallo"), ("ar", "مرحبا")], None);
    for (of, kind) in [(Of::All, Kind::Atom), (Of::Account("press"), Kind::Rss), (Of::Tag("water"), Kind::Atom)] {
        let xml = show(&house, |r, s| feeds::render(r, s, of, kind));
        let feed = feed_rs::parser::parse(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}: {xml}"));
        assert_eq!(feed.entries.len(), if matches!(of, Of::Tag(_)) { 2 } else { 3 });
        assert!(xml.chars().all(crate::base::text::printable));
        for entry in &feed.entries {
            assert!(entry.id.starts_with("https://social.city.example/ap/posts/"), "{}", entry.id);
            assert!(entry.links[0].href.starts_with("https://social.city.example/@press/"));
        }
    }
}

#[test]
fn feeds_carry_whole_posts() {
    let house = House::new();
    let press = house.account("press");
    let picture = house.picture(&press, "pic", "A label");
    let mut post = house.post_in(&press, &[("de", "Erster Absatz\n\nZweiter #Absatz"), ("fr", "Bonjour")], None);
    post.media = vec![picture.id];
    post.updated = Some(post.published.plus(std::time::Duration::from_secs(60)));
    house.put_post(post.clone());
    let deleted = house.post(&press, "gone");
    house.delete(&deleted);

    let xml = show(&house, |r, s| feeds::render(r, s, Of::Account("press"), Kind::Atom));
    let feed = feed_rs::parser::parse(xml.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), 1);
    let entry = &feed.entries[0];
    let body = entry.content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("<p>Erster Absatz</p>") && body.contains("alt=\"A label\""), "{body}");
    assert_eq!(entry.categories[0].term, "absatz");
    assert!(xml.contains("<entry xml:lang=\"de\">") && xml.contains("hreflang=\"fr\""));
    assert!(entry.updated > entry.published);
    let enclosure = entry.links.iter().find(|l| l.rel.as_deref() == Some("enclosure")).unwrap();
    assert_eq!((enclosure.media_type.as_deref(), enclosure.length), (Some("image/jpeg"), Some(100_000)));

    let rss = show(&house, |r, s| feeds::render(r, s, Of::Account("press"), Kind::Rss));
    let feed = feed_rs::parser::parse(rss.as_bytes()).unwrap();
    assert_eq!(feed.entries[0].id, site().post(post.id));
    assert!(rss.contains("<pubDate>Mon, 23 Nov 2026"));
}
