//! Files that a form brought are there when it comes back, in whatever form: nothing is chosen twice.

use instance::base::time::Clock;
use instance::limits;
use instance::media::draw;
use instance::model::ids::{DraftId, MediaId};
use instance::model::media::Media;
use instance::model::user::User;
use instance::store::check::check;
use instance::store::schema::MEDIA;
use instance::store::{Rows, drafts, names};
use instance::work;

use super::{Desk, between, published};
use crate::podcast::cover;
use crate::support::http::get;
use crate::support::seat::{Seat, led_to, with_ana};
use crate::support::{Instance, START, at_once};

const FILM: &[u8] = include_bytes!("../../vectors/clips/first.mp4");
const EN: &[u8] = b"WEBVTT\n\n00:00.100 --> 00:00.900\nGood morning\n";
const DE: &[u8] = b"WEBVTT\n\n00:00.100 --> 00:00.900\nGuten Morgen\n";

type Fields<'a> = &'a [(&'a str, &'a str)];
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// A form with a film, as a browser without script has it: what it carries goes along.
struct Paper<'a> {
    seat: Seat<'a>,
    path: String,
    page: String,
}

/// Where a draft is that somebody kept with a film, and its form.
async fn filmed<'a>(server: &'a Instance, who: &User) -> (String, Paper<'a>) {
    let seat = Seat::of(server, who.id).await;
    let account = server.account.id.to_string();
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge"), ("keep", "draft")];
    let draft = led_to(&seat.post_files("/desk/posts", &fields, &[("picture1", FILM)]).await);
    let paper = Paper::open(seat, &format!("{draft}/edit")).await;
    (draft, paper)
}

impl<'a> Paper<'a> {
    async fn open(seat: Seat<'a>, path: &str) -> Self {
        let page = seat.get(path).await.text();
        Self { seat, path: path.to_owned(), page }
    }

    /// What the form carries.
    fn carried(&self) -> Vec<(&'static str, String)> {
        let all = ["kept1", "kept2", "fresh1", "fresh2", "revision", "once", "account"].into_iter();
        let values = |name: &'static str| {
            let head = format!("type=\"hidden\" name=\"{name}\" value=\"");
            let parts = self.page.split(&head).skip(1);
            let values = parts.map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>();
            values.into_iter().map(move |value| (name, value))
        };
        all.flat_map(values).collect()
    }

    /// The files that wait.
    fn fresh(&self) -> Vec<String> {
        let file = |key: &str| key.rsplit(' ').next().unwrap().to_owned();
        self.carried().iter().filter(|(name, _)| *name == "fresh1").map(|(_, key)| file(key)).collect()
    }

    fn film(&self) -> Media {
        let id: MediaId = between(&self.page, "name=\"kept1\" value=\"", "\"").parse().unwrap();
        self.seat.server.app.store.read(|rows| rows.need(&MEDIA, &id)).unwrap()
    }

    async fn send(&self, fields: Fields<'_>, files: Files<'_>) -> crate::support::http::Answer {
        let carried = self.carried();
        let own: Vec<_> = carried.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let words = [("lang", "en"), ("text", "The bridge"), ("alt1", "A film")];
        self.seat.post_files(&self.path, &[&own[..], &words, fields].concat(), files).await
    }

    async fn look(&mut self, fields: Fields<'_>, files: Files<'_>) {
        let answer = self.send(&[fields, &[("do", "preview")]].concat(), files).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        self.page = answer.text();
    }

    /// Whether the public gets a file.
    async fn is_public(&self, name: &str) -> bool {
        get(&self.seat.server.url(&format!("/media/{name}")), "*/*").await.status.as_u16() == 200
    }

    /// A look at captions, at more, and at a poster, one after the other, each of which stays.
    async fn bring(&mut self) {
        let poster = draw::sample(draw::Sample::Label);
        self.look(&[], &[("captions-file1", EN)]).await;
        assert!(self.page.contains("There are captions in English"), "{}", self.page);
        self.look(&[("captions-lang1", "de")], &[("captions-file1", DE), ("poster1", &poster)]).await;
        assert!(
            self.page.contains("name=\"captions-lang1\" value=\"\""),
            "the next ones are in another: {}",
            self.page
        );
        self.look(&[], &[]).await;
        for there in
            ["captions in English", "captions in Deutsch", "Another poster", "srclang=\"de\"", " poster=\"/media/"]
        {
            assert!(self.page.contains(there), "{there}: {}", self.page);
        }
    }
}

#[tokio::test]
async fn a_look_keeps_film_captions_and_poster_of_a_new_post() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    at_once(&server).await;
    let mut paper = Paper::open(Seat::of(&server, ana.id).await, "/desk").await;
    paper.path = "/desk/posts".into();
    let poster = draw::sample(draw::Sample::Label);
    paper.look(&[], &[("picture1", FILM), ("captions-file1", EN), ("poster1", &poster)]).await;
    assert!(paper.page.contains("captions in English") && paper.page.contains("Another poster"), "{}", paper.page);
    let film = paper.film();
    assert!(!film.used && film.fresh.is_empty() && film.small.is_some(), "on its own row at once: {film:?}");
    let sent = paper.send(&[("do", "publish")], &[]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    assert_eq!(paper.film().spoken.captions[0].said, "Good morning");
}

#[tokio::test]
async fn a_look_keeps_captions_and_poster_of_what_lies_in_a_draft() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (draft, mut paper) = filmed(&server, &ana).await;
    paper.bring().await;
    let waiting = paper.fresh();
    assert_eq!((waiting.len(), paper.film().spoken.captions.len()), (3, 0), "nothing is saved yet");
    for name in &waiting {
        assert!(!paper.is_public(name).await, "{name}");
        assert_eq!(paper.seat.get(&format!("/media/{name}")).await.status.as_u16(), 200);
    }
    // One in its place, and one that was not meant.
    paper.look(&[("drop1", "de")], &[("captions-file1", EN)]).await;
    assert!(!paper.page.contains("captions in Deutsch") && paper.page.contains("captions in English"));
    let waiting = paper.fresh();
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    let stay = paper.send(&[("keep", "on")], &[]).await;
    assert_eq!(led_to(&stay), format!("{draft}/edit"));
    let said = paper.film();
    assert_eq!(
        (said.spoken.captions.len(), said.small.map(|small| small.file)),
        (1, waiting.into_iter().find(|name| !name.contains(".vtt")))
    );
    // A form that saves by itself carries them still, and changes nothing by that.
    let id: DraftId = draft.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
    let is = || server.app.store.read(|rows| drafts::need(rows, id)).unwrap();
    let before = is();
    paper.page = paper
        .page
        .replace("name=\"revision\" value=\"1\"", &format!("name=\"revision\" value=\"{}\"", before.revision));
    led_to(&paper.send(&[("keep", "on")], &[]).await);
    assert_eq!((is().content, is().revision), (before.content, before.revision));
    assert!(check(&server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn a_look_keeps_captions_and_poster_of_what_is_published_and_shows_nobody() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    at_once(&server).await;
    let seat = Seat::of(&server, ana.id).await;
    let account = server.account.id.to_string();
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge"), ("alt1", "A film")];
    let fields = [&fields[..], &[("reason1", "in-text")]].concat();
    let sent = seat.post_files("/desk/posts", &fields, &[("picture1", FILM)]).await;
    let id = sent.header("location").strip_prefix("/desk?done=").unwrap().to_owned();
    let mut paper = Paper::open(seat, &format!("/desk/posts/{id}/edit")).await;
    paper.bring().await;
    let waiting = paper.fresh();
    assert_eq!(waiting.len(), 3);
    let page = async || get(&server.url(&format!("/@press/{id}")), "text/html").await.text();
    for name in &waiting {
        assert!(!paper.is_public(name).await && !page().await.contains(name.as_str()), "{name}");
    }
    let saved = paper.send(&[("do", "publish")], &[]).await;
    assert_eq!(saved.header("location"), format!("/desk?changed={id}"), "{}", saved.text());
    for name in &waiting {
        assert!(paper.is_public(name).await && page().await.contains(name.as_str()), "{name}");
    }
    assert!(paper.film().fresh.is_empty() && check(&server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn what_nobody_saved_goes_after_a_day_and_that_is_said() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let (_, mut paper) = filmed(&server, &ana).await;
    let poster = draw::sample(draw::Sample::Label);
    paper.look(&[], &[("captions-file1", EN), ("poster1", &poster)]).await;
    let waiting = paper.fresh();
    clock.advance(limits::keep::UNUSED_UPLOAD * 2);
    work::prune::turn(&server.app, false).await.unwrap();
    assert!(waiting.iter().all(|name| !server.app.files.path(name).unwrap().exists()) && paper.film().fresh.is_empty());
    paper.seat = Seat::of(&server, ana.id).await;
    let lost = paper.send(&[("keep", "draft")], &[]).await;
    let page = lost.text();
    assert_eq!(lost.status.as_u16(), 422, "{page}");
    for field in ["captions-file1", "poster1"] {
        assert!(page.contains(&format!("<a href=\"#{field}\">Captions or a poster that you chose before")), "{page}");
    }
    // Names that nobody was given are none of a recording's.
    paper.page = page;
    let foreign = paper.send(&[("fresh1", &format!("en {:032x}.vtt", 7)), ("keep", "draft")], &[]).await;
    assert_eq!(foreign.status.as_u16(), 422);
}

#[tokio::test]
async fn a_recording_holds_so_much_that_waits_and_no_more() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (_, mut paper) = filmed(&server, &ana).await;
    paper.look(&[], &[("captions-file1", EN)]).await;
    let first = paper.fresh().remove(0);
    for n in 0..limits::captions::FRESH {
        let more = format!("WEBVTT\n\n00:00.100 --> 00:00.900\nTry {n}\n");
        paper.look(&[], &[("captions-file1", more.as_bytes())]).await;
        assert_eq!(paper.fresh().len(), 1, "the last one counts");
    }
    assert_eq!(paper.film().fresh.len(), limits::captions::FRESH);
    assert!(!server.app.files.path(&first).unwrap().exists(), "the oldest made room");
    led_to(&paper.send(&[("keep", "draft")], &[]).await);
    let last = format!("Try {}", limits::captions::FRESH - 1);
    assert_eq!(paper.film().spoken.captions[0].said, last);
}

#[tokio::test]
async fn captions_without_their_film_are_not_lost_in_silence() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let account = server.account.id.to_string();
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge"), ("do", "preview")];
    let seat = Seat::of(&server, ana.id).await;
    for film in [&[][..], &[("picture1", &b"no film"[..])]] {
        let page = seat.post_files("/desk/posts", &fields, &[film, &[("captions-file1", EN)]].concat()).await.text();
        assert!(page.contains("<a href=\"#captions-file1\">It was not kept"), "{page}");
    }
}

#[tokio::test]
async fn captions_are_not_said_of_the_film_before_when_theirs_was_refused() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let mut paper = Paper::open(Seat::of(&server, ana.id).await, "/desk").await;
    paper.path = "/desk/posts".into();
    paper.look(&[], &[("picture1", FILM)]).await;
    let film = paper.film();
    let other = [("picture1", &b"no film"[..]), ("captions-file1", EN)];
    let page = paper.send(&[("do", "preview")], &other).await.text();
    assert!(
        page.contains("<a href=\"#picture1\">") && page.contains("<a href=\"#captions-file1\">It was not"),
        "{page}"
    );
    paper.page = page;
    let now = paper.film();
    assert_eq!((now.spoken, now.id), (film.spoken, film.id));
}

#[tokio::test]
async fn what_waits_for_two_forms_is_each_its_own() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (draft, mut mine) = filmed(&server, &ana).await;
    let mut theirs = Paper::open(Seat::of(&server, ana.id).await, &format!("{draft}/edit")).await;
    // The same words, in two languages: saved in one, they wait in the other still.
    mine.look(&[("captions-lang1", "de")], &[("captions-file1", EN)]).await;
    theirs.look(&[("captions-lang1", "fr")], &[("captions-file1", EN)]).await;
    led_to(&mine.send(&[("keep", "draft")], &[]).await);
    let said = |paper: &Paper<'_>| {
        let captions = paper.film().spoken.captions;
        captions.iter().map(|captions| captions.lang.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((said(&mine), theirs.film().fresh.len()), (vec!["de".to_owned()], 1));
    theirs.look(&[], &[]).await;
    assert!(theirs.page.contains("captions in français"), "{}", theirs.page);
    let behind = theirs.send(&[("keep", "draft")], &[]).await.text();
    theirs.page = behind;
    led_to(&theirs.send(&[("keep", "draft")], &[]).await);
    assert_eq!(said(&mine), ["de", "fr"]);
    // What one brings may push out what waits for the other: who waits is told.
    let mut late = Paper::open(Seat::of(&server, ana.id).await, &format!("{draft}/edit")).await;
    late.look(&[("captions-lang1", "it")], &[("captions-file1", DE)]).await;
    for n in 0..limits::captions::FRESH {
        let more = format!("WEBVTT\n\n00:00.100 --> 00:00.900\nTry {n}\n");
        theirs.look(&[], &[("captions-file1", more.as_bytes())]).await;
    }
    let page = late.send(&[("keep", "draft")], &[]).await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.text().contains("<a href=\"#captions-file1\">Captions or a poster that you chose before"));
    assert!(check(&server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn a_file_has_one_place_whichever_form_names_it() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields = [("text", "Look"), ("alt1", "A blue square")];
    let post = published(&desk, &desk.compose(&fields, Some(("picture1", &cover(1_400)))).await);
    let draft = [("text", "Later"), ("keep", "draft")];
    led_to(&desk.compose(&draft, Some(("picture1", &cover(1_400)))).await);
    let all = server.app.store.read(|rows| rows.keys(&MEDIA, instance::store::Span::all())).unwrap();
    assert_eq!(all.len(), 2);
    let account = server.account.id;
    for id in all {
        let kept = id.to_string();
        let words =
            [("slug", "talk"), ("lang-0", "en"), ("title-0", "Talk"), ("description-0", "Of it."), ("alt", "A")];
        let words = [&words[..], &[("category", "News"), ("mail", "a@city.example"), ("kept", &kept)]].concat();
        let named = desk.send_to("/desk/podcasts", &words, None).await;
        assert!(
            named.status == 422 && named.text().contains("<a href=\"#file\">The file is not there"),
            "{}",
            named.text()
        );
        let words = [("name", "Press"), ("kept-avatar", kept.as_str()), ("about-avatar", "A square")];
        let named = desk.send_to(&format!("/desk/accounts/{account}"), &words, None).await;
        assert!(
            named.status == 422 && named.text().contains("<a href=\"#picture-avatar\">The file is"),
            "{}",
            named.text()
        );
        let again = desk.compose(&[("text", "Again"), ("kept1", &kept), ("alt1", "Mine")], None).await;
        assert!(
            again.status == 422 && again.text().contains("<a href=\"#picture1\">The file is not"),
            "{}",
            again.text()
        );
    }
    assert_eq!(desk.posts()[0].media, post.media);
}

#[tokio::test]
async fn captions_and_a_poster_for_a_picture_are_refused_each_at_its_own_field() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let account = server.account.id.to_string();
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge"), ("do", "preview")];
    let (seat, picture) = (Seat::of(&server, ana.id).await, draw::sample(draw::Sample::Label));
    let before = server.app.files.list().count();
    // Nothing of them is read: what they are makes no difference.
    for sent in [EN, &picture[..], b"neither"] {
        for field in ["captions-file1", "poster1"] {
            let files: Files<'_> = &[("picture1", &picture), (field, sent)];
            let page = seat.post_files("/desk/posts", &fields, files).await.text();
            assert!(page.contains(&format!("<a href=\"#{field}\">Captions and posters are for video")), "{page}");
            assert_eq!(page.matches("are for video and sound").count(), 2, "in the summary and at the field: {page}");
        }
    }
    let all = server.app.files.list().count() - before;
    assert_eq!(all, server.app.store.read(names::all).unwrap().len(), "nothing else stays");
}

#[tokio::test]
async fn captions_that_are_sent_twice_go_with_their_draft() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (draft, mut paper) = filmed(&server, &ana).await;
    for _ in 0..2 {
        paper.look(&[], &[("captions-file1", EN)]).await;
        assert_eq!(paper.fresh().len(), 1);
    }
    led_to(&paper.send(&[("keep", "draft")], &[("captions-file1", EN)]).await);
    assert_eq!(paper.film().spoken.captions.len(), 1);
    led_to(&paper.seat.post(&format!("{draft}/drop"), &[]).await);
    work::prune::turn(&server.app, true).await.unwrap();
    assert!(server.app.store.read(names::all).unwrap().iter().all(|name| !name.contains(".vtt")));
    assert!(server.app.files.list().all(|name| !name.unwrap().contains(".vtt")), "at once");
}
