//! What a file shows is said in every language of its post before it goes out, and whoever looks at a draft sees what lacks.

use instance::actions::drafts::{self as verbs, Seen};
use instance::base::time::Clock;
use instance::media::draw;
use instance::model::draft::{Approval, Content, Draft, Rule, Stage, State, When};
use instance::model::media::Media;
use instance::model::user::{Asker, Rank, Role};
use instance::store::schema::MEDIA;
use instance::store::{Rows, drafts, posts};
use instance::work;
use serde_json::json;

use super::{Desk, between, png, published};
use crate::client::Program;
use crate::support::seat::{Seat, author_and_approver, led_to, user};
use crate::support::{Instance, START, rule};

type Fields<'a> = &'a [(&'a str, &'a str)];

const FILM: &[u8] = include_bytes!("../../vectors/clips/first.mp4");
const THREE: Fields<'static> = &[
    ("text", "The bridge"),
    ("alt1", "A bridge"),
    ("lang2", "de"),
    ("text2", "Die Brücke"),
    ("alt1-2", "Eine Brücke"),
    ("lang3", "fr"),
    ("text3", "Le pont"),
];
const MISSING: &str = "<a href=\"#alt1-3\">File 1 has no description in français (fr).";

/// The only draft.
fn draft(server: &Instance) -> Draft {
    let mut found = None;
    let look = |_, draft| {
        found = Some(draft);
        Ok(true)
    };
    server.app.store.read(|rows| drafts::each(rows, look)).unwrap();
    found.unwrap()
}

#[tokio::test]
async fn what_goes_out_is_described_in_every_language() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let refused = desk.compose(THREE, Some(("picture1", &png()))).await.text();
    let kept = between(&refused, "name=\"kept1\" value=\"", "\"").to_owned();
    let form = [THREE, &[("kept1", kept.as_str())]].concat();
    let presses: [Fields<'_>; 4] = [
        &[("do", "publish")],
        &[("do", "publish"), ("urgent", "1")],
        &[("do", "publish"), ("at", "2027-03-01T10:00")],
        &[("keep", "ask")],
    ];
    for press in presses {
        let back = desk.compose(&[&form[..], press].concat(), None).await;
        let page = back.text();
        assert!(back.status == 422 && page.contains(MISSING), "{press:?} {page}");
        let field = between(&page, "<textarea id=\"alt1-3\"", "</textarea>");
        assert!(field.contains("aria-invalid=\"true\" aria-describedby=\"alt1-3-e\""), "{field}");
        assert!(page.contains("\nEine Brücke</textarea>") && page.contains("(required)"), "{page}");
    }
    // Of a language that is not chosen yet, that is what is wrong.
    let unchosen: Vec<_> = form.iter().map(|(n, v)| (*n, if *n == "lang3" { "" } else { v })).collect();
    let page = desk.compose(&unchosen, None).await.text();
    assert!(page.contains("<a href=\"#lang3\">") && !page.contains("#alt1-3\""), "{page}");
    assert!(desk.posts().is_empty());

    // A look and a draft may lack it, and tell.
    let told = "File 1 has no description in français (fr). Say in that language what it shows";
    let look = desk.compose(&[&form[..], &[("do", "preview")]].concat(), None).await;
    assert!(look.status == 200 && look.text().contains(told), "{}", look.text());
    let path = led_to(&desk.compose(&[&form[..], &[("keep", "on")]].concat(), None).await);
    let path = path.strip_suffix("/edit").unwrap();
    assert!(desk.get(path).await.text().contains(told));
    for step in ["ask", "publish", "plan"] {
        let fields = [("revision", "1"), ("at", "2027-03-01T10:00")];
        let refused = desk.post(&format!("{path}/{step}"), &fields).await;
        assert!(refused.status == 422 && refused.text().contains("File 1 has no description in français"), "{step}");
    }
    let whole = [&form[..], &[("alt1-3", "Un pont"), ("revision", "1"), ("do", "publish")]].concat();
    let post = published(&desk, &desk.send_to(&format!("{path}/edit"), &whole, None).await);
    let alts: Vec<_> = desk.pictures(&post)[0].alts.iter().map(|(lang, alt)| format!("{lang} {alt}")).collect();
    assert_eq!(alts, ["de Eine Brücke", "fr Un pont"]);

    // One language more, and none that is there already.
    let kept = post.media[0].to_string();
    let more = [&whole[..8], &[("kept1", kept.as_str()), ("alt1-3", "Un pont"), ("lang4", "nl"), ("text4", "De brug")]];
    let back = desk.change(post.id, &more.concat(), None).await;
    assert!(back.status == 422 && back.text().contains("<a href=\"#alt1-4\">File 1 has no description in"));
    let described = [&more.concat()[..], &[("alt1-4", "Een brug")]].concat();
    assert_eq!(desk.change(post.id, &described, None).await.status, 303);
    assert_eq!(desk.posts()[0].versions.len(), 4);
}

#[tokio::test]
async fn decoration_and_posts_of_a_thread_too() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let thread = [("text", "One\n---\nTwo"), ("lang2", "de"), ("text2", "Eins\n---\nZwei")];
    let page = desk.compose(&[&thread[..], &[("alt1", "A map")]].concat(), Some(("picture1", &png()))).await.text();
    assert!(page.contains("<a href=\"#alt1-2\">File 1 has no description in Deutsch (de)."), "{page}");
    let decoration = [&thread[..], &[("decorative1", "1")]].concat();
    published(&desk, &desk.compose(&decoration, Some(("picture1", &png()))).await);
    assert_eq!(desk.posts().len(), 2);
}

#[tokio::test]
async fn all_that_a_film_lacks_is_named_at_once() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let both = [("text", "The bridge"), ("lang2", "de"), ("text2", "Die Brücke")];
    let page = desk.compose(&both, Some(("picture1", FILM))).await.text();
    for fault in [
        "<a href=\"#alt1\">The file has no description.",
        "<a href=\"#alt1-2\">File 1 has no description in Deutsch (de).",
        "<a href=\"#captions-file1\">The video has no captions.",
    ] {
        assert!(page.contains(fault), "{fault}: {page}");
    }
}

#[tokio::test]
async fn whoever_lets_pass_is_told_what_lacks_and_lets_nothing_pass_that_lacks_it() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let (ana, cem) = author_and_approver(&server).await;
    let account = server.account.id.to_string();
    let form = [&[("account", account.as_str()), ("lang", "en")], THREE].concat();
    let picture = draw::sample(draw::Sample::Bridge);
    let kept = [&form[..], &[("keep", "draft")]].concat();
    let path = led_to(&ana.post_files("/desk/posts", &kept, &[("picture1", &picture)]).await);
    let lacks = |page: &str| {
        between(page, "<h2 id=\"advice\">", "</section>").contains("File 1 has no description in français")
    };
    assert!(lacks(&cem.get(&path).await.text()), "a draft tells what it lacks");
    let file = draft(&server).content.media().next().unwrap().id.to_string();
    let edit = async |alt: &str, keep: &str, revision: &str| {
        let said = [("kept1", file.as_str()), ("alt1-3", alt), ("keep", keep), ("revision", revision)];
        led_to(&ana.post_parts(&format!("{path}/edit"), &[&form[..], &said].concat()).await);
    };
    edit("Un pont", "ask", "1").await;
    assert!(!cem.get(&path).await.text().contains("<h2 id=\"advice\">"));
    // It is taken out again while they wait: a save refuses nothing.
    edit("", "draft", "2").await;
    assert_eq!(draft(&server).stage(), Stage::Asked);
    assert!(lacks(&cem.get(&path).await.text()));
    let refused = cem.post(&format!("{path}/approve"), &[("revision", "3")]).await;
    assert!(refused.status == 422 && refused.text().contains("File 1 has no description in français"));
    edit("Un pont", "draft", "3").await;
    led_to(&cem.post(&format!("{path}/approve"), &[("revision", "4")]).await);
}

/// Takes a description away, as if nobody had asked for it.
fn forget_french(content: &mut Content) {
    content.parts[0].media[0].about.alts.retain(|(lang, _)| lang.as_str() != "fr");
}

#[tokio::test]
async fn what_was_planned_or_let_pass_before_goes_its_way() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let desk = Desk::open(&server).await;
    let planned = [THREE, &[("alt1-3", "Un pont"), ("at", "2027-03-01T10:00"), ("do", "publish")]].concat();
    led_to(&desk.compose(&planned, Some(("picture1", &png()))).await);
    let old = draft(&server);
    let (State::Planned { due, .. }, id) = (old.state.clone(), old.id) else { panic!("{old:?}") };
    let stored = server.app.store.write(move |tx| {
        let mut draft = drafts::need(tx, id)?;
        forget_french(&mut draft.content);
        drafts::put(tx, &draft)?;
        Ok(draft)
    });
    let stored = stored.await.unwrap();
    // Another time is no other text. What is saved goes out, and so is whole.
    let by = Asker::Operator.may(server.account.id).unwrap();
    let later = due.plus(std::time::Duration::from_hours(1));
    let again = server.app.store.write(move |tx| verbs::plan(tx, by, Seen::of(&stored), &When::exactly(later)));
    again.await.unwrap();
    let kept = old.content.media().next().unwrap().id.to_string();
    let revision = draft(&server).revision.to_string();
    let said = [("kept1", kept.as_str()), ("revision", &revision), ("text", "The bridge."), ("keep", "draft")];
    let refused = desk.send_to(&format!("/desk/drafts/{id}/edit"), &[&THREE[1..], &said].concat(), None).await;
    assert!(refused.status == 422 && refused.text().contains(MISSING), "{}", refused.text());
    clock.advance(later.since(server.app.now()));
    work::publish::turn(&server.app).await.unwrap();
    assert_eq!((desk.posts().len(), draft(&server).stage()), (1, Stage::Published));
}

#[tokio::test]
async fn what_was_let_pass_before_can_still_be_planned() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_as(&clock, false).await;
    let of = server.account.id;
    let ana = user(&server, "ana@city.example", Rank::Member, of, &[Role::Author]).await;
    let cem = user(&server, "cem@city.example", Rank::Member, of, &[Role::Approver, Role::Editor]).await;
    rule(&server, Approval { rule: Rule::Other, ..Approval::default() }).await;
    let (ana, cem) = (Seat::of(&server, ana.id).await, Seat::of(&server, cem.id).await);
    let account = of.to_string();
    let form =
        [&[("account", account.as_str()), ("lang", "en"), ("alt1-3", "Un pont"), ("keep", "ask")], THREE].concat();
    let path = led_to(&ana.post_files("/desk/posts", &form, &[("picture1", &png())]).await);
    led_to(&cem.post(&format!("{path}/approve"), &[("revision", "1")]).await);
    let id = draft(&server).id;
    let stored = server.app.store.write(move |tx| {
        let mut draft = drafts::need(tx, id)?;
        forget_french(&mut draft.content);
        drafts::put(tx, &draft)
    });
    stored.await.unwrap();
    led_to(&cem.post(&format!("{path}/plan"), &[("revision", "1"), ("at", "2027-03-01T10:00")]).await);
    clock.advance(draft(&server).due().unwrap().since(server.app.now()));
    work::publish::turn(&server.app).await.unwrap();
    assert_eq!(draft(&server).stage(), Stage::Published);
}

#[tokio::test]
async fn a_program_that_knows_one_language_can_still_correct_a_word() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let whole = [THREE, &[("alt1-3", "Un pont")]].concat();
    let post = published(&desk, &desk.compose(&whole, Some(("picture1", &png()))).await);
    let program = Program::new(&server, "read write").await;
    let path = format!("/api/v1/statuses/{}", post.id);
    let corrected = async |text: &str| program.call("PUT", &path, json!({ "status": text })).await.status.as_u16();
    assert_eq!(corrected("The bridges").await, 200);
    // As it was published before that was asked for.
    let file = post.media[0];
    let old = server.app.store.write(move |tx| {
        let media = tx.need(&MEDIA, &file)?;
        instance::store::media::put(tx, &Media { alts: Vec::new(), ..media })
    });
    old.await.unwrap();
    assert_eq!(corrected("The old bridges").await, 200);
    // A new file has no such past.
    let uploaded = program.upload(&png(), "A map").await.json();
    let ids = json!([file.to_string(), uploaded["id"]]);
    let add = async || program.call("PUT", &path, json!({ "status": "x", "media_ids": ids })).await;
    let refused = add().await;
    assert!(
        refused.status == 422 && refused.text().contains("File 2 has no description in Deutsch"),
        "{}",
        refused.text()
    );
    let at = format!("/api/v1/media/{}", uploaded["id"].as_str().unwrap());
    let empty = json!({ "description[de]": "\u{200b}\u{2800}", "description[fr]": "Une carte" });
    assert_eq!(program.call("PUT", &at, empty).await.status, 200);
    assert_eq!(add().await.status, 422, "what nobody sees says nothing");
    let more =
        json!({ "description[en]": "A map of it", "description[de]": "Eine Karte", "description[fr]": "Une carte" });
    let described = program.call("PUT", &at, more).await;
    assert_eq!(described.status, 200, "{}", described.text());
    assert_eq!(add().await.status, 200);
    let post = server.app.store.read(|rows| posts::need(rows, post.id)).unwrap();
    let picture = &desk.pictures(&post)[1];
    assert_eq!(picture.alt, "A map of it");
    let alts = &picture.alts;
    assert_eq!(alts.iter().map(|(_, alt)| alt.as_str()).collect::<Vec<_>>(), ["Eine Karte", "Une carte"]);
}
