//! A change of a published post that brings files: nobody outside is shown them before it is let pass, and then everybody.

use instance::base::time::Clock;
use instance::media::draw;
use instance::model::draft::{Approval, Content, Rule};
use instance::model::ids::PostId;
use instance::model::media::Weight;
use instance::model::post::Post;
use instance::store::check::check;
use instance::store::schema::MEDIA;
use instance::store::{Rows, activities, material, media, posts};
use instance::{limits, work};
use serde_json::Value;

use super::Office;
use crate::support::http::get;
use crate::support::seat::{Seat, led_to};
use crate::support::{Instance, START, at_once, between, drain};

const FILM: &[u8] = include_bytes!("../../vectors/clips/first.mp4");
const VTT: &[u8] = b"WEBVTT\n\n00:00.100 --> 00:00.900\nGood morning\n";
const BETTER: &[u8] = b"WEBVTT\n\n00:00.100 --> 00:00.900\nGood evening\n";

type Fields<'a> = &'a [(&'a str, &'a str)];

/// A film that was published, in an office where others let changes pass.
struct Cinema<'a> {
    office: &'a Office,
    ben: Seat<'a>,
    cem: Seat<'a>,
    post: PostId,
}

impl<'a> Cinema<'a> {
    async fn open(office: &'a Office) -> Self {
        at_once(&office.server).await;
        let ben = Seat::of(&office.server, office.ben.id).await;
        let cem = Seat::of(&office.server, office.cem.id).await;
        let account = office.server.account.id.to_string();
        let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge"), ("alt1", "A film")];
        let fields = [&fields[..], &[("reason1", "other"), ("why1", "A song")]].concat();
        let sent = ben.post_files("/desk/posts", &fields, &[("picture1", FILM)]).await;
        assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
        let post = sent.header("location").strip_prefix("/desk?done=").unwrap().parse().unwrap();
        office.rule(Approval { rule: Rule::Approver, ..Approval::default() }).await;
        Self { office, ben, cem, post }
    }

    fn post(&self) -> Post {
        self.office.server.app.store.read(|rows| posts::need(rows, self.post)).unwrap()
    }

    /// Asks for a change; answers the page of the draft, and what it says.
    async fn ask(&self, fields: Fields<'_>, files: &[(&str, &[u8])]) -> (String, Content) {
        let form = format!("/desk/posts/{}/edit", self.post);
        let page = self.ben.get(&form).await.text();
        let revision = between(&page, "name=\"revision\" value=\"", "\"");
        let kept = between(&page, "name=\"kept1\" value=\"", "\"");
        let own = [("revision", revision), ("lang", "en"), ("text", "The bridge"), ("kept1", kept), ("keep", "ask")];
        let path = led_to(&self.ben.post_files(&form, &[&own[..], fields].concat(), files).await);
        let id = path.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
        (path, self.office.now_is(id).content)
    }

    async fn pass(&self, path: &str) {
        led_to(&self.cem.post(&format!("{path}/approve"), &[("revision", "1")]).await);
    }

    async fn publish(&self, path: &str) {
        led_to(&self.ben.post(&format!("{path}/publish"), &[("revision", "1")]).await);
        drain(&[&self.office.server]).await;
    }

    /// How the public, and who works on it, are answered.
    async fn answers(&self, name: &str) -> (u16, u16) {
        let path = format!("/media/{name}");
        let public = get(&self.office.server.url(&path), "*/*").await.status.as_u16();
        (public, self.cem.get(&path).await.status.as_u16())
    }

    async fn page(&self) -> String {
        get(&self.office.server.url(&format!("/@press/{}", self.post)), "text/html").await.text()
    }

    async fn note(&self) -> Value {
        get(&self.office.server.post_uri(self.post), "application/activity+json").await.json()
    }

    fn said_last(&self) -> Value {
        let last = *self.post().activities.last().unwrap();
        let activity = self.office.server.app.store.read(|rows| activities::get(rows, last)).unwrap().unwrap();
        serde_json::from_str(activity.json.get()).unwrap()
    }
}

async fn live() -> Office {
    let clock = Clock::by_hand(START);
    Office::on(Instance::start(&clock).await, clock, Rule::None).await
}

#[tokio::test]
async fn files_of_a_change_are_public_with_it_and_not_before() {
    let office = live().await;
    let cinema = Cinema::open(&office).await;
    let site = &office.server.app.site;
    let picture = draw::sample(draw::Sample::Label);
    let fields = [("alt1", "A film of the bridge"), ("alt2", "A label")];
    let (path, content) = cinema.ask(&fields, &[("captions-file1", VTT), ("picture2", &picture)]).await;
    let [film, label] = content.parts[0].media.as_slice() else { panic!("{content:?}") };
    let captions = film.about.spoken.captions[0].file.clone();
    let label = office.server.app.store.read(|rows| rows.need(&MEDIA, &label.id)).unwrap();
    let names = [&captions, &label.file, &label.small.as_ref().unwrap().file];
    let none_of_it = async |when: &str| {
        for name in names {
            assert_eq!(cinema.answers(name).await, (404, 200), "{when}: {name}");
        }
        let (page, note) = (cinema.page().await, cinema.note().await);
        assert!(page.contains("A song") && !page.contains("A label") && !page.contains(&captions), "{when}: {page}");
        assert_eq!(note["attachment"].as_array().unwrap().len(), 1, "{when}");
        assert_eq!(note["attachment"][0]["name"], "A film", "{when}");
        assert_eq!(cinema.said_last()["type"], "Create", "{when}: nobody else was told");
    };
    none_of_it("asked").await;
    // Whoever lets it pass sees it.
    let looked = cinema.cem.get(&path).await.text();
    assert!(
        looked.contains(&label.small.as_ref().unwrap().file) && looked.contains("A film of the bridge"),
        "{looked}"
    );
    cinema.pass(&path).await;
    none_of_it("approved").await;
    cinema.publish(&path).await;

    for name in names {
        assert_eq!(cinema.answers(name).await, (200, 200), "{name}");
    }
    let page = cinema.page().await;
    assert!(page.contains(&format!("<track kind=\"captions\" src=\"/media/{captions}\"")), "{page}");
    assert!(page.contains("alt=\"A label\"") && !page.contains("A song"), "{page}");
    let update = cinema.said_last();
    let attached = update["object"]["attachment"].as_array().unwrap();
    assert_eq!((&update["type"], attached.len()), (&Value::from("Update"), 2), "{update}");
    assert_eq!(attached[0]["name"], "A film of the bridge");
    assert_eq!(attached[0]["subtitleLanguage"][0]["url"][0]["href"], site.media(&captions));
    assert_eq!((&attached[1]["name"], &attached[1]["url"]), (&"A label".into(), &site.media(&label.file).into()));
    assert_eq!(
        (cinema.note().await["attachment"].clone(), cinema.post().revisions.len()),
        (attached.clone().into(), 1)
    );

    // Other captions: those of before until then, and no longer.
    let kept = label.id.to_string();
    let (path, content) = cinema.ask(&[&fields[..], &[("kept2", &kept)]].concat(), &[("captions-file1", BETTER)]).await;
    let better = content.parts[0].media[0].about.spoken.captions[0].file.clone();
    assert_eq!((cinema.answers(&captions).await, cinema.answers(&better).await), ((200, 200), (404, 200)));
    assert!(cinema.page().await.contains("Good morning"));
    cinema.pass(&path).await;
    cinema.publish(&path).await;
    assert_eq!((cinema.answers(&captions).await, cinema.answers(&better).await), ((404, 404), (200, 200)));
    let attached = &cinema.said_last()["object"]["attachment"][0];
    assert_eq!(attached["subtitleLanguage"][0]["url"][0]["href"], site.media(&better));
    assert!(cinema.page().await.contains("Good evening"));
    let media = office.server.app.store.read(|rows| material::media(rows, &cinema.post().media)).unwrap();
    assert!(media.iter().all(|media| media.used && media.draft.is_none() && media.fresh.is_empty()));
    assert!(check(&office.server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn a_change_whose_form_stays_open_for_days_misses_nothing() {
    let office = live().await;
    let cinema = Cinema::open(&office).await;
    let account = office.server.account.id;
    let weight = || office.server.app.store.read(|rows| media::weight(rows, account)).unwrap();
    let before = weight();
    let (path, content) = cinema.ask(&[("alt1", "A film")], &[("captions-file1", VTT)]).await;
    let film = &content.parts[0].media[0];
    let captions = film.about.spoken.captions[0].file.clone();
    office.clock.advance(limits::keep::UNUSED_UPLOAD * 3);
    work::prune::turn(&office.server.app, true).await.unwrap();
    let row = office.server.app.store.read(|rows| rows.need(&MEDIA, &film.id)).unwrap();
    assert!(row.fresh.is_empty(), "only the change names them by now");
    let brought = Weight { bytes: before.bytes + film.about.spoken.captions[0].bytes, ..before };
    assert_eq!(weight(), brought, "and they weigh");
    let (ben, kept) = (Seat::of(&office.server, office.ben.id).await, film.id.to_string());
    let fresh = format!("en {captions}");
    let words = [("lang", "en"), ("text", "The bridge"), ("kept1", kept.as_str()), ("alt1", "A film of it")];
    let carried = [("fresh1", fresh.as_str()), ("revision", "1"), ("keep", "on")];
    led_to(&ben.post_parts(&format!("{path}/edit"), &[&words[..], &carried].concat()).await);
    let id = path.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
    let about = office.now_is(id).content.parts[0].media[0].about.clone();
    assert_eq!((about.alt.as_str(), about.spoken.captions[0].file.as_str()), ("A film of it", captions.as_str()));
    assert!(weight() == brought && check(&office.server.app.store).unwrap().is_sound());
    led_to(&ben.post(&format!("{path}/drop"), &[]).await);
    assert!(weight() == before && check(&office.server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn files_of_a_change_wait_as_long_as_it_does_and_go_with_it() {
    let office = live().await;
    let cinema = Cinema::open(&office).await;
    let picture = draw::sample(draw::Sample::Label);
    let files = [("captions-file1", VTT), ("poster1", &picture[..]), ("picture2", &picture)];
    let (path, content) = cinema.ask(&[("alt1", "A film"), ("alt2", "A label")], &files).await;
    let [film, label] = content.parts[0].media.as_slice() else { panic!("{content:?}") };
    let label = office.server.app.store.read(|rows| rows.need(&MEDIA, &label.id)).unwrap();
    let about = &film.about;
    let names = [&about.spoken.captions[0].file, &about.poster.as_ref().unwrap().small.file, &label.file];
    let there = || names.map(|name| office.server.app.files.path(name).unwrap().exists());
    office.clock.advance(limits::keep::UNUSED_UPLOAD * 3);
    work::prune::turn(&office.server.app, true).await.unwrap();
    assert_eq!(there(), [true; 3], "the change keeps them");
    let ben = Seat::of(&office.server, office.ben.id).await;
    let form = ben.get(&format!("{path}/edit")).await.text();
    assert!(form.contains("There are captions in English") && form.contains("Another poster"), "{form}");
    led_to(&ben.post(&format!("{path}/drop"), &[]).await);
    work::prune::turn(&office.server.app, true).await.unwrap();
    drain(&[&office.server]).await;
    assert_eq!(there(), [false; 3], "nothing names them any more");
    assert!(cinema.page().await.contains("A song"));
    assert!(check(&office.server.app.store).unwrap().is_sound());
}
