//! Podcasts as apps, directories and readers meet them.

use super::*;
use crate::limits::podcast::FEED;
use crate::model::episode::{Chapter, Episode, Kind, Person, Titled};
use crate::model::ids::MediaId;
use crate::model::media::Clip;
use crate::model::podcast::tests::podcast as sample;
use crate::model::post::Post;
use crate::store::{meta, podcasts, posts};
use crate::views::samples::{House, lang, site};

const HOSTILE: &str = "</title><script>alert(1)</script> ]]> \"q\" 'a' \u{202e}gnp.exe \u{0}\u{b} <b>&amp;";

struct Studio {
    house: House,
    press: Account,
    podcast: Podcast,
}

impl Studio {
    fn new() -> Self {
        let house = House::new();
        let press = house.account("press");
        let mut cover = house.picture(&press, "cover", "The town hall with headphones");
        (cover.width, cover.height) = (1_500, 1_500);
        put(&house, &cover);
        let podcast = Podcast { account: press.id, cover: cover.id, ..sample() };
        let studio = Self { house, press, podcast };
        studio.put(&studio.podcast);
        studio
    }

    fn put(&self, podcast: &Podcast) {
        let row = podcast.clone();
        self.house.store.write_blocking(move |tx| podcasts::put(tx, &row)).unwrap();
    }

    fn sound(&self, n: usize) -> Media {
        let mut media = self.house.picture(&self.press, &format!("{n:032x}"), "A recording");
        media.file = format!("{n:032x}.mp3");
        media.mime = "audio/mpeg".into();
        (media.width, media.height, media.small) = (0, 0, None);
        media.clip = Some(Clip { millis: 61_500, sound: true, chapters: Vec::new(), local: false });
        put(&self.house, &media);
        media
    }

    fn episode(&self, n: usize, versions: &[(&str, &str)]) -> Post {
        let mut post = self.house.post_in(&self.press, versions, None);
        let titled = |(tag, _): &(&str, &str)| Titled { lang: lang(tag), title: format!("{tag} {n}"), sound: None };
        post.media = vec![self.sound(n).id];
        post.episode = Some(Episode {
            series: self.podcast.slug.clone(),
            titles: versions.iter().map(titled).collect(),
            season: Some(1),
            number: Some(u32::try_from(n).unwrap()),
            kind: Kind::Full,
            explicit: false,
            chapters: Vec::new(),
            persons: Vec::new(),
        });
        self.house.put_post(post.clone());
        post
    }

    fn ask(&self, lang: Option<&str>, before: Option<PostId>, feed: bool) -> Result<Found> {
        let part = Part { handle: "press", slug: "city-talk", lang, before };
        self.house.store.read(|rows| {
            let institution = meta::institution(rows)?;
            if feed { feed::render(rows, &site(), institution, part) } else { render(rows, &site(), institution, part) }
        })
    }

    fn feed(&self, lang: Option<&str>, before: Option<PostId>) -> String {
        match self.ask(lang, before, true).unwrap() {
            Found::Here(text) => text,
            Found::Elsewhere(path) => panic!("sent to {path}"),
        }
    }

    fn page(&self, lang: Option<&str>) -> String {
        match self.ask(lang, None, false).unwrap() {
            Found::Here(text) => text,
            Found::Elsewhere(path) => panic!("sent to {path}"),
        }
    }

    fn post_page(&self, post: &Post, lang: Option<&str>) -> String {
        let found = self
            .house
            .store
            .read(|r| super::super::post::render(r, &site(), meta::institution(r)?, "press", post.id, lang));
        match found.unwrap() {
            super::super::post::Found::Page(page) => page,
            super::super::post::Found::Elsewhere(path) => panic!("sent to {path}"),
        }
    }
}

fn put(house: &House, media: &Media) {
    let row = media.clone();
    house.store.write_blocking(move |tx| crate::store::media::put(tx, &row)).unwrap();
}

/// What stands in each element of a name, as it is written.
fn all<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let end = format!("</{name}>");
    let opened = |rest: &&str| rest.starts_with(['>', ' ']);
    let inside = |rest: &'a str| rest.split_once('>').and_then(|(_, rest)| Some(rest.split_once(&end)?.0));
    xml.split(&format!("<{name}")).skip(1).filter(opened).filter_map(inside).collect()
}

/// What a directory asks for: Apple's guide, feedvalidator's complaints, the page of the podcast namespace on each tag.
fn complaints(xml: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut want = |right: bool, what: &str| {
        if !right {
            found.push(what.to_owned());
        }
    };
    let (channel, items) = xml.split_once("<item>").unwrap_or((xml, ""));
    for once in [
        "title",
        "link",
        "description",
        "language",
        "itunes:author",
        "itunes:explicit",
        "itunes:type",
        "itunes:email",
        "itunes:name",
        "podcast:guid",
        "podcast:locked",
        "podcast:medium",
        "lastBuildDate",
    ] {
        let head = channel
            .replace("<image>", "")
            .split("<url>")
            .map(|part| part.split("</image>").last().unwrap_or_default().to_owned())
            .collect::<String>();
        want(all(&head, once).len() == 1, &format!("{once} stands once in the channel"));
    }
    want(channel.contains("<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"https://"), "rel=self");
    want(channel.contains("<itunes:image href=\"https://"), "itunes:image");
    want(channel.contains("<itunes:category text=\""), "itunes:category");
    want(channel.len() > 500 && all(channel, "description").iter().all(|text| text.len() <= 4_000), "description");
    let mut guids: Vec<&str> = all(xml, "guid");
    let count = guids.len();
    guids.sort_unstable();
    guids.dedup();
    want(guids.len() == count && count == xml.matches("<item>").count(), "a guid of its own for each");
    for item in items.split("<item>").filter(|_| count > 0) {
        for once in [
            "title",
            "guid",
            "link",
            "pubDate",
            "description",
            "itunes:duration",
            "itunes:explicit",
            "itunes:episodeType",
        ] {
            want(all(item, once).len() == 1, &format!("{once} stands once in an item"));
        }
        want(item.matches("<enclosure url=\"https://").count() == 1, "one enclosure");
        want(!item.contains("length=\"0\"") && item.contains("type=\"audio/"), "length and type");
        want(all(item, "description").iter().all(|text| text.len() <= 4_000), "description of an item");
        want(all(item, "itunes:explicit").iter().all(|text| matches!(*text, "true" | "false")), "explicit");
    }
    found
}

#[test]
fn a_feed_has_what_directories_ask_for() {
    let studio = Studio::new();
    let mut first = studio.episode(1, &[("en", "What the budget costs. #budget"), ("de", "Was der Haushalt kostet.")]);
    let episode = first.episode.as_mut().unwrap();
    episode.chapters = vec![
        Chapter { millis: 0, title: "Welcome".into(), url: None },
        Chapter { millis: 30_500, title: "Numbers & more".into(), url: Some("https://city.example/budget".into()) },
    ];
    episode.persons =
        vec![Person { name: "Ann Example".into(), role: "guest".into(), url: Some("https://ann.example/".into()) }];
    studio.house.put_post(first.clone());
    let mut second = studio.episode(2, &[("en", &"Long words. ".repeat(400))]);
    second.episode.as_mut().unwrap().kind = Kind::Bonus;
    studio.house.put_post(second);
    let xml = studio.feed(None, None);
    assert_eq!(complaints(&xml), Vec::<String>::new(), "{xml}");
    assert_eq!(complaints(&studio.feed(Some("de"), None)), Vec::<String>::new());

    let read = feed_rs::parser::parse(xml.as_bytes()).unwrap();
    assert_eq!((read.entries.len(), read.language.as_deref()), (2, Some("en")));
    let entry = &read.entries[1];
    assert_eq!(
        (entry.id.as_str(), entry.title.as_ref().unwrap().content.as_str()),
        (site().post(first.id).as_str(), "en 1")
    );
    let content = entry.media.iter().flat_map(|media| &media.content).find(|content| content.url.is_some()).unwrap();
    assert_eq!(
        (content.size, content.content_type.as_ref().map(ToString::to_string)),
        (Some(100_000), Some("audio/mpeg".into()))
    );
    assert_eq!(entry.media.iter().find_map(|media| media.duration), Some(std::time::Duration::from_secs(62)));
    let chapters = format!(
        "<podcast:chapters url=\"https://social.city.example/@press/{}/chapters.json\" type=\"application/json+chapters\"/>",
        first.id
    );
    for part in [
        chapters.as_str(),
        "<podcast:person role=\"guest\" href=\"https://ann.example/\">Ann Example</podcast:person>",
        "<podcast:season name=\"Season 1\">1</podcast:season>",
        "<podcast:episode>1</podcast:episode>",
        "<itunes:episodeType>bonus</itunes:episodeType>",
        "<itunes:category text=\"News\"><itunes:category text=\"Politics\"/></itunes:category>",
        "<podcast:locked owner=\"podcast@city.example\">yes</podcast:locked>",
        "hreflang=\"de\" href=\"https://social.city.example/@press/podcast/city-talk/de.rss\"/>",
        "<podcast:guid>",
        "<content:encoded>",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    // A document that lacks something is noticed.
    for part in ["<itunes:email>podcast@city.example</itunes:email>", "<guid", "<enclosure", "<itunes:image"] {
        assert!(!complaints(&xml.replace(part, "<x")).is_empty(), "{part}");
    }
}

#[test]
fn each_language_has_its_feed_and_its_recording() {
    let studio = Studio::new();
    studio.episode(1, &[("en", "One")]);
    let mut both = studio.episode(2, &[("en", "Two"), ("de", "Zwei")]);
    let german = studio.sound(7);
    both.media.push(german.id);
    both.episode.as_mut().unwrap().titles[1].sound = Some(german.id);
    studio.house.put_post(both.clone());
    let (main, other) = (studio.feed(None, None), studio.feed(Some("de"), None));
    assert_eq!((main.matches("<item>").count(), other.matches("<item>").count()), (2, 1));
    assert!(main.contains("<language>en</language>") && other.contains("<language>de</language>"));
    assert!(other.contains("<title>Stadtgespräch</title>") && other.contains("<title>de 2</title>"));
    assert!(other.contains(&german.file) && !main.contains(&german.file));
    assert!(all(&main, "podcast:guid") != all(&other, "podcast:guid"));
    let page = studio.post_page(&both, Some("de"));
    assert!(page.contains(&german.file) && page.matches("<audio").count() == 1, "{page}");
    for (asked, leads) in [("en", "/@press/podcast/city-talk"), ("DE", "/@press/podcast/city-talk/de")] {
        let found = studio.ask(Some(asked), None, false).unwrap();
        assert!(matches!(found, Found::Elsewhere(path) if path == leads), "{asked}");
    }
    assert!(matches!(studio.ask(Some("fr"), None, true), Err(Error::NotFound)));
    let page = studio.page(Some("de"));
    assert!(
        page.contains("<html lang=\"de\"") && page.contains("city-talk/de.rss") && page.contains("Podcast abonnieren")
    );
}

#[test]
fn a_long_feed_goes_on_in_pages() {
    let studio = Studio::new();
    let count = FEED + 5;
    for n in 1..=count {
        studio.episode(n, &[("en", "Words")]);
    }
    let (mut seen, mut before, mut documents) = (Vec::new(), None, 0);
    loop {
        let xml = studio.feed(None, before);
        assert_eq!(complaints(&xml), Vec::<String>::new());
        seen.extend(all(&xml, "itunes:episode").into_iter().map(|n| n.parse::<usize>().unwrap()));
        documents += 1;
        assert!(xml.contains("rel=\"first\""));
        let Some((_, rest)) = xml.split_once("rel=\"next\" type=\"application/rss+xml\" href=\"") else { break };
        let next = rest.split_once('"').unwrap().0;
        before = Some(next.split_once("?before=").unwrap().1.parse().unwrap());
    }
    assert_eq!((seen, documents), ((1..=count).rev().collect::<Vec<_>>(), 2));
    assert!(!Studio::new().feed(None, None).contains("rel=\"first\""), "a short one is whole");
}

#[test]
fn hostile_words_stay_words() {
    let studio = Studio::new();
    let mut podcast = studio.podcast.clone();
    podcast.versions[0].title = HOSTILE.into();
    podcast.versions[0].description = HOSTILE.into();
    podcast.author = HOSTILE.into();
    studio.put(&podcast);
    let mut post = studio.episode(1, &[("en", HOSTILE)]);
    let episode = post.episode.as_mut().unwrap();
    episode.titles[0].title = HOSTILE.into();
    episode.chapters = vec![Chapter { millis: 0, title: HOSTILE.into(), url: Some("javascript:alert(2)".into()) }];
    episode.persons =
        vec![Person { name: HOSTILE.into(), role: HOSTILE.into(), url: Some("javascript:alert(3)".into()) }];
    post.versions[0].warning = HOSTILE.into();
    studio.house.put_post(post.clone());
    let xml = studio.feed(None, None);
    let read = feed_rs::parser::parse(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}: {xml}"));
    assert_eq!(read.entries.len(), 1);
    assert!(xml.chars().all(crate::base::text::printable) && !xml.contains("<script"));
    for page in [studio.page(None), studio.post_page(&post, None)] {
        assert!(page.contains("alert(1)") && !page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(!page.contains("javascript:"), "{page}");
    }
    let json = studio.house.store.read(|rows| episode::chapters(rows, "press", post.id)).unwrap();
    assert!(!json.contains('\u{202e}') && serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
}

#[test]
fn an_episode_can_be_heard_from_its_chapters_on() {
    let studio = Studio::new();
    let mut post = studio.episode(3, &[("en", "Words")]);
    let episode = post.episode.as_mut().unwrap();
    let chapter = |millis, title: &str| Chapter { millis, title: title.into(), url: None };
    episode.chapters = vec![chapter(0, "Welcome"), chapter(30_500, "Numbers")];
    episode.persons = vec![Person { name: "Ann".into(), role: "host".into(), url: None }];
    studio.house.put_post(post.clone());
    let page = studio.post_page(&post, None);
    for part in [
        "<h1><bdi>en 3</bdi></h1>",
        "Season 1 · Episode 3",
        "<audio class=\"u-audio\" controls preload=\"metadata\"",
        ".mp3#t=0\"",
        ".mp3#t=30.500\"",
        "<a href=\"/@press/podcast/city-talk\"",
        "https://social.city.example/@press/podcast/city-talk.rss</code>",
        "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/@press/podcast/city-talk.rss\"",
        "og:image\" content=\"https://social.city.example/media/cover-small.webp\"",
        "(host)",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let read = |id| studio.house.store.read(|rows| episode::chapters(rows, "press", id));
    let document: serde_json::Value = serde_json::from_str(&read(post.id).unwrap()).unwrap();
    assert_eq!(document["chapters"][1], serde_json::json!({ "startTime": 30.5, "title": "Numbers" }));
    assert_eq!((&document["version"], &document["podcastName"]), (&"1.2.0".into(), &"City Talk".into()));
    let plain = studio.house.post(&studio.press, "No episode");
    assert!(matches!(read(plain.id), Err(Error::NotFound)));
}

#[test]
fn a_podcast_that_was_given_up_is_gone_and_its_episodes_are_posts() {
    let studio = Studio::new();
    let post = studio.episode(1, &[("en", "Words")]);
    studio.put(&Podcast { deleted: Some(post.published), ..studio.podcast.clone() });
    assert!(matches!(studio.ask(None, None, true), Err(Error::Gone)));
    assert!(matches!(studio.ask(None, None, false), Err(Error::Gone)));
    let page = studio.post_page(&post, None);
    assert!(page.contains("<h1><bdi>en 1</bdi></h1>") && !page.contains("city-talk"), "{page}");
    assert!(crate::store::check::check(&studio.house.store).unwrap().is_sound());
}

#[test]
fn deleted_episodes_and_lost_files_leave_the_feed() {
    let studio = Studio::new();
    let (first, second) = (studio.episode(1, &[("en", "A")]), studio.episode(2, &[("en", "B")]));
    studio.episode(3, &[("en", "C")]);
    let mut gone = second.clone();
    gone.media = vec![MediaId(999)];
    studio.house.put_post(gone);
    studio.house.delete(&first);
    assert_eq!(all(&studio.feed(None, None), "itunes:episode"), ["3"]);
    assert_eq!(
        studio.house.store.read(|r| posts::episodes(r, studio.press.id, "city-talk", None, 9)).unwrap().len(),
        2
    );
}
