//! Podcasts at the desk, without script: what is wrong comes back with all that was typed and uploaded.

use instance::actions::drafts::set_rule;
use instance::app::upload;
use instance::base::time::Clock;
use instance::limits::inbound::UPLOAD;
use instance::model::draft::{Approval, Rule};
use instance::model::episode::Kind;
use instance::model::media::About;
use instance::model::user::{Asker, Rank, Role};
use instance::store::podcasts;

use super::{Answer, Desk, PARTS, between, published};
use crate::podcast::cover;
use crate::support::http::{get, raw};
use crate::support::seat::{Seat, led_to, user};
use crate::support::{Instance, START};

const MP3: &[u8] = include_bytes!("../../vectors/clips/sound.mp3");

const WORDS: [(&str, &str); 7] = [
    ("slug", "city-talk"),
    ("lang-0", "en"),
    ("title-0", "City <Talk>"),
    ("description-0", "What the council decides."),
    ("category", "News > Politics"),
    ("mail", "podcast@city.example"),
    ("alt", "A blue square"),
];

async fn send(desk: &Desk<'_>, path: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    let body = desk.composed(fields, file.map(|bytes| ("file", bytes)));
    desk.post_as(path, PARTS, &desk.server.app.site.origin, body).await
}

async fn begun(desk: &Desk<'_>) -> String {
    let answer = send(desk, "/desk/podcasts", &WORDS, Some(&cover(1_400))).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk/podcasts"), "{}", answer.text());
    format!("/desk/podcasts/{}/city-talk", desk.server.account.id)
}

#[tokio::test]
async fn a_cover_is_no_heavier_than_a_picture() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let (origin, length) = (&server.app.site.origin, UPLOAD + 1);
    let head = format!(
        "POST /desk/podcasts HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\ncookie: {}\r\ncontent-type: {PARTS}\r\n\
         content-length: {length}\r\n\r\n",
        desk.cookie
    );
    let said = raw(server.address, head.as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
}

#[tokio::test]
async fn a_podcast_is_begun_changed_and_given_up() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    assert!(desk.get("/desk/podcasts/new").await.text().contains("News &#62; Politics"));
    let path = begun(&desk).await;
    let list = desk.get("/desk/podcasts").await.text();
    assert!(list.contains("City &#60;Talk&#62;") && list.contains("There is no episode yet"), "{list}");
    let form = desk.get(&path).await.text();
    let kept = between(&form, "name=\"kept\" value=\"", "\"").to_owned();
    assert!(form.contains("value=\"podcast@city.example\"") && !form.contains("name=\"slug\""), "{form}");

    let mut fields = WORDS.to_vec();
    fields[2].1 = "City Talk";
    fields.extend([
        ("kept", kept.as_str()),
        ("lang-1", "de"),
        ("title-1", "Stadtgespräch"),
        ("description-1", "Der Rat."),
    ]);
    fields.extend([("serial", "1"), ("complete", "1")]);
    assert_eq!(send(&desk, &path, &fields, None).await.status.as_u16(), 303);
    let account = server.account.id;
    let row = server.app.store.read(|rows| podcasts::shown(rows, account, "city-talk")).unwrap();
    assert_eq!((row.versions.len(), row.complete, row.locked, row.cover.to_string()), (2, true, false, kept));

    assert!(desk.get(&format!("{path}/delete")).await.text().contains("City Talk"));
    assert_eq!(desk.post(&format!("{path}/delete"), &[]).await.status.as_u16(), 303);
    assert_eq!(get(&server.url("/@press/podcast/city-talk.rss"), "*/*").await.status.as_u16(), 410);
    assert_eq!(
        send(&desk, "/desk/podcasts", &WORDS, Some(&cover(1_400))).await.status.as_u16(),
        422,
        "a name is given once"
    );
}

#[tokio::test]
async fn nothing_typed_or_uploaded_is_lost() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields =
        [("slug", "City Talk"), ("lang-0", "xx-"), ("title-0", "Kept"), ("description-0", ""), ("mail", "no mail")];
    let wrong = send(&desk, "/desk/podcasts", &fields, Some(&cover(600))).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let page = wrong.text();
    for at in ["slug", "lang-0", "description-0", "category", "mail", "file", "alt"] {
        assert!(page.contains(&format!("<a href=\"#{at}\">")), "{at}: {page}");
        assert!(page.contains(&format!("id=\"{at}-e\">Error: ")), "{at}: {page}");
    }
    assert!(page.contains("value=\"Kept\"") && page.contains("value=\"City Talk\"") && page.contains("600 × 600"));
    // A cover that is right stays, whatever else is wrong.
    let page = send(&desk, "/desk/podcasts", &fields, Some(&cover(1_400))).await.text();
    let kept = between(&page, "name=\"kept\" value=\"", "\"").to_owned();
    let mut right = WORDS.to_vec();
    right.push(("kept", &kept));
    assert_eq!(send(&desk, "/desk/podcasts", &right, None).await.status.as_u16(), 303);
    let forged = desk.composed(&WORDS, None);
    assert_eq!(desk.post_as("/desk/podcasts", PARTS, "https://evil.example", forged).await.status.as_u16(), 403);
}

#[tokio::test]
async fn a_recording_that_came_before_its_form_is_published_with_it() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let path = format!("{}/episodes", begun(&desk).await);
    let form = desk.get(&path).await;
    let account = server.account.id;
    assert!(form.text().contains(&format!("data-account=\"{account}\"")) && form.text().contains("data-kept=\"kept\""));
    assert!(
        form.header("content-security-policy").contains("script-src"),
        "{}",
        form.header("content-security-policy")
    );
    let sent = async |bytes: &[u8]| {
        let by = server.by();
        let media = upload::take_bytes(&server.app, by, bytes, About::default()).await.unwrap();
        media.id.to_string()
    };
    let (sound, film) = (sent(MP3).await, sent(include_bytes!("../../vectors/clips/first.mp4")).await);
    let words = [("lang-0", "en"), ("title-0", "The budget"), ("text", "What it costs"), ("reason1", "in-text")];
    for keep in [&[][..], &[("keep", "draft")]] {
        let wrong = send(&desk, &path, &[&words[..], &[("kept", &film)], keep].concat(), None).await;
        let page = wrong.text();
        assert!(wrong.status.as_u16() == 422 && page.contains("<a href=\"#file\">The file is no recording"), "{page}");
    }
    let post = published(&desk, &send(&desk, &path, &[&words[..], &[("kept", &sound)]].concat(), None).await);
    assert_eq!(post.media[0].to_string(), sound);
    let twice = send(&desk, &path, &[&words[..], &[("kept", &sound)]].concat(), None).await;
    assert!(twice.text().contains("<a href=\"#file\">The file is not there"), "{}", twice.text());
}

#[tokio::test]
async fn an_episode_is_published_once_and_changed() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let path = format!("{}/episodes", begun(&desk).await);
    let once = between(&desk.get(&path).await.text(), "name=\"once\" value=\"", "\"").to_owned();
    let mut fields = vec![
        ("once", once.as_str()),
        ("lang-0", "en"),
        ("title-0", ""),
        ("text", "What it costs </textarea>"),
        ("season", "one"),
        ("number", "2"),
        ("kind", "bonus"),
        ("chapters", "Welcome"),
        ("persons", "Ann; guest\nBen; host; ben.example"),
    ];
    let wrong = send(&desk, &path, &fields, Some(MP3)).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let page = wrong.text();
    for at in ["title-0", "season", "chapters", "persons"] {
        assert!(page.contains(&format!("id=\"{at}-e\">Error: ")), "{at}: {page}");
    }
    assert!(page.contains("What it costs &#60;/textarea&#62;") && page.contains("<option value=\"bonus\" selected>"));
    let kept = between(&page, "name=\"kept\" value=\"", "\"").to_owned();

    fields[2].1 = "The budget";
    fields[4].1 = "1";
    fields[7].1 = "00:00 Welcome\n00:00.5 Numbers";
    fields[8].1 = "Ann; guest";
    fields.push(("kept", &kept));
    let unread = send(&desk, &path, &fields, None).await;
    assert!(
        unread.status.as_u16() == 422 && unread.text().contains("The recording has no transcript."),
        "{}",
        unread.text()
    );
    fields.push(("transcript1", "Welcome. Here are the numbers."));
    let answer = send(&desk, &path, &fields, None).await;
    let post = published(&desk, &answer);
    let episode = post.episode.clone().unwrap();
    assert_eq!(
        (episode.season, episode.number, episode.kind, episode.chapters.len()),
        (Some(1), Some(2), Kind::Bonus, 2)
    );
    assert_eq!(send(&desk, &path, &fields, None).await.header("location"), answer.header("location"));
    assert_eq!(desk.posts().len(), 1);

    let edit = format!("/desk/posts/{}/episode", post.id);
    let form = desk.get(&edit).await.text();
    assert!(form.contains("0:00 Welcome\n0:00.500 Numbers") && form.contains("Ann; guest"), "{form}");
    assert!(desk.get("/desk/posts").await.text().contains(&edit));
    let fields = [
        ("title-0", "The whole budget"),
        ("season", ""),
        ("number", "3"),
        ("kind", "full"),
        ("chapters", ""),
        ("persons", ""),
    ];
    assert_eq!(desk.post(&edit, &fields).await.status.as_u16(), 303);
    let xml = get(&server.url("/@press/podcast/city-talk.rss"), "*/*").await.text();
    assert!(
        xml.contains("<title>The whole budget</title>") && xml.contains("<itunes:episode>3</itunes:episode>"),
        "{xml}"
    );
    assert!(!xml.contains("podcast:chapters") && !xml.contains("podcast:season"));
    assert_eq!(desk.post(&edit, &[("title-0", " ")]).await.status.as_u16(), 422);
    let none = desk.get(&format!("/desk/posts/{}/episode", post.id.0 + 1)).await;
    assert_eq!(none.status.as_u16(), 404);
}

#[tokio::test]
async fn an_episode_goes_through_other_hands_and_stays_one() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let path = format!("{}/episodes", begun(&desk).await);
    let by = Asker::Operator.may(server.account.id).unwrap();
    let rule = Approval { rule: Rule::Other, ..Approval::default() };
    server.app.store.write(move |tx| set_rule(tx, by, rule).map(|_| ())).await.unwrap();
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Author]).await;
    let ana = Seat::of(&server, ana.id).await;
    let list = ana.get("/desk/podcasts").await.text();
    assert!(
        list.contains("Write an episode<") && !list.contains("Begin a podcast") && !list.contains("Give up"),
        "{list}"
    );
    let form = ana.get(&path).await.text();
    assert!(form.contains("Ask for approval</button>") && !form.contains(">Publish</button>"), "{form}");

    // Unfinished it is kept; what cannot be read is not.
    let mut fields = vec![
        ("lang-0", "en"),
        ("title-0", "The budgte"),
        ("text", "What it costs"),
        ("number", "x"),
        ("kind", "full"),
        ("chapters", "00:00 Welcome"),
        ("keep", "draft"),
    ];
    assert_eq!(ana.post_files(&path, &fields, &[("file", MP3)]).await.status.as_u16(), 422);
    fields[3].1 = "2";
    let draft = led_to(&ana.post_files(&path, &fields, &[("file", MP3)]).await);

    // The composer changes its text and its recording, and leaves the rest.
    let edit = format!("{draft}/edit");
    let page = ana.get(&edit).await.text();
    assert!(page.contains(&format!("href=\"{draft}/episode\"")), "{page}");
    let (kept, revision) =
        (between(&page, "name=\"kept1\" value=\"", "\""), between(&page, "name=\"revision\" value=\"", "\""));
    let words = [
        ("revision", revision),
        ("lang", "en"),
        ("text", "What it really costs"),
        ("kept1", kept),
        ("alt1", "The budget"),
        ("transcript1", "Welcome. Here are the numbers."),
        ("keep", "draft"),
    ];
    led_to(&ana.post_parts(&edit, &words).await);
    let form = ana.get(&format!("{draft}/episode")).await.text();
    assert!(form.contains("value=\"The budgte\"") && form.contains("0:00 Welcome"), "{form}");
    let revision = between(&form, "name=\"revision\" value=\"", "\"").to_owned();
    let better = [("title-0", "The budget"), ("number", "3"), ("kind", "full"), ("chapters", "00:00 Welcome")];
    let stale = [&better[..], &[("revision", "1")]].concat();
    let stale = ana.post(&format!("{draft}/episode"), &stale).await;
    assert!(stale.status == 422 && stale.text().contains("value=\"The budget\""), "{}", stale.text());
    // Another fault does not make it look as if what somebody saved meanwhile had been seen.
    let wrong = [("title-0", "The budget"), ("number", "x"), ("kind", "full"), ("revision", "1")];
    let wrong = ana.post(&format!("{draft}/episode"), &wrong).await.text();
    assert_eq!(between(&wrong, "name=\"revision\" value=\"", "\""), "1");
    led_to(&ana.post(&format!("{draft}/episode"), &[&better[..], &[("revision", &revision)]].concat()).await);

    passes(&desk, &ana, &draft).await;
    a_number_that_is_taken_is_asked_about_once(&ana, &path).await;
}

#[tokio::test]
async fn an_episode_s_form_that_is_gone_back_to_is_about_the_draft_that_it_began() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let path = format!("{}/episodes", begun(&desk).await);
    let seat = Seat { server: &server, cookie: desk.cookie.clone(), csrf: desk.csrf.clone() };
    let words = |text: &'static str| {
        [
            ("once", "k1"),
            ("lang-0", "en"),
            ("title-0", "The budget"),
            ("text", text),
            ("kind", "full"),
            ("keep", "draft"),
        ]
    };
    let draft = led_to(&seat.post_parts(&path, &words("What it costs")).await);
    assert_eq!(led_to(&seat.post_parts(&path, &words("What it really costs")).await), draft);
    assert!(seat.get(&draft).await.text().contains("What it really costs"));
    // What was saved since is not overwritten unseen.
    let late = seat.post_parts(&path, &words("Something else")).await;
    assert!(late.status == 409 && !seat.get(&draft).await.text().contains("Something else"), "{}", late.text());
    let drafts = seat.get("/desk/drafts").await.text();
    assert_eq!(drafts.matches("href=\"/desk/drafts/1").count(), 1, "{drafts}");
}

/// Asked, let pass, published: an episode all the way.
async fn passes(desk: &Desk<'_>, ana: &Seat<'_>, draft: &str) {
    let edit = format!("{draft}/edit");
    let revision = between(&ana.get(&edit).await.text(), "name=\"revision\" value=\"", "\"").to_owned();
    let seen = [("revision", revision.as_str())];
    led_to(&ana.post(&format!("{draft}/ask"), &seen).await);
    assert_eq!(desk.post(&format!("{draft}/approve"), &seen).await.status.as_u16(), 303);
    assert_eq!(desk.post(&format!("{draft}/publish"), &seen).await.status.as_u16(), 303);
    let episode = desk.posts()[0].episode.clone().unwrap();
    assert_eq!((episode.titles[0].title.as_str(), episode.number, episode.chapters.len()), ("The budget", Some(3), 1));
}

async fn a_number_that_is_taken_is_asked_about_once(ana: &Seat<'_>, path: &str) {
    let mut again = vec![("lang-0", "en"), ("title-0", "More"), ("text", "More"), ("number", "3"), ("kind", "full")];
    again.extend([("transcript1", "Welcome."), ("keep", "ask")]);
    let page = ana.post_files(path, &again, &[("file", MP3)]).await.text();
    assert!(page.contains("“The budget” is episode 3 already"), "{page}");
    again.extend([
        ("kept", between(&page, "name=\"kept\" value=\"", "\"")),
        ("same", between(&page, "name=\"same\" value=\"", "\"")),
    ]);
    let asked = ana.post_parts(path, &again).await;
    assert!(asked.header("location").ends_with("?done=ask"), "{}", asked.text());
}
