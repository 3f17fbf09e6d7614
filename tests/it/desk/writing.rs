//! The composer: several languages in one form, threads, and what is shown before anything goes out.

use instance::base::time::Clock;
use instance::model::post::{Post, ReplyTo};

use super::{Desk, png, published};
use crate::support::seat::led_to;
use crate::support::{Instance, START, drain, follow};

/// The texts of the posts, oldest first, with their languages.
fn said(posts: &[Post]) -> Vec<Vec<(String, String)>> {
    let version = |v: &instance::model::post::Version| (v.lang.to_string(), v.text.clone());
    posts.iter().rev().map(|post| post.versions.iter().map(version).collect()).collect()
}

fn pair(lang: &str, text: &str) -> (String, String) {
    (lang.to_owned(), text.to_owned())
}

#[tokio::test]
async fn languages_come_and_go_without_losing_a_word() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let first = [("text", "Bridge closed"), ("alt1", "A bridge"), ("do", "add")];
    let page = desk.compose(&first, Some(("picture1", &png()))).await;
    assert_eq!(page.status.as_u16(), 200);
    let page = page.text();
    assert!(page.contains("\nBridge closed</textarea>") && page.contains("\nA bridge</textarea>"), "{page}");
    // The institution's other language is offered, and the picture is described in it too.
    assert!(page.contains("name=\"alt1-2\"") && page.contains("value=\"de\" lang=\"de\" selected"), "{page}");
    let kept = super::between(&page, "name=\"kept1\" value=\"", "\"").to_owned();

    // Another language is chosen than the page had: the description goes with its text.
    let both = [
        ("text", "Bridge closed"),
        ("kept1", &kept),
        ("alt1", "A bridge"),
        ("lang2", "fr"),
        ("text2", "Pont fermé"),
        ("alt1-2", "Un pont"),
    ];
    let third = [&both[..], &[("lang3", "de"), ("text3", "Brücke zu"), ("leave", "3")]].concat();
    let page = desk.compose(&third, None).await.text();
    assert!(page.contains("\nPont fermé</textarea>") && !page.contains("name=\"text3\""), "{page}");
    assert!(page.contains("The same in français (fr)") && page.contains("\nUn pont</textarea>"), "{page}");
    assert!(desk.posts().is_empty());

    let post = published(&desk, &desk.compose(&both, None).await);
    assert_eq!(said(std::slice::from_ref(&post)), [[pair("en", "Bridge closed"), pair("fr", "Pont fermé")]]);
    assert_eq!(desk.pictures(&post)[0].alts, [("fr".parse().unwrap(), "Un pont".to_owned())]);
    let wrong = [("text", "One"), ("lang2", "en"), ("text2", ""), ("lang3", "klingon"), ("text3", "x")];
    let wrong = desk.compose(&wrong, None).await;
    let page = wrong.text();
    assert_eq!(wrong.status.as_u16(), 422);
    for field in ["#lang2", "#text2", "#lang3"] {
        assert!(page.contains(&format!("<a href=\"{field}\">")), "{field} {page}");
    }
}

#[tokio::test]
async fn a_thread_goes_out_as_a_unit_and_in_order() {
    let clock = Clock::by_hand(START);
    let (server, other) = (Instance::start(&clock).await, Instance::start(&clock).await);
    follow(&other, &server).await;
    drain(&[&server, &other]).await;
    let desk = Desk::open(&server).await;
    let uneven = [("text", "One\n---\nTwo"), ("lang2", "de"), ("text2", "Eins")];
    let refused = desk.compose(&uneven, None).await;
    assert!(refused.text().contains("has 1 post, and the main one 2"), "{}", refused.text());
    let long = format!("One\n---\n{}", "a".repeat(5_001));
    assert_eq!(desk.compose(&[("text", &long)], None).await.status.as_u16(), 422);
    assert!(desk.posts().is_empty(), "all of it or nothing");

    let even = [("text", "One\n\n---\n\nTwo\n---\nThree"), ("lang2", "de"), ("text2", "Eins\n---\nZwei\n---\nDrei")];
    let first = published(
        &desk,
        &desk
            .compose(&[&even[..], &[("alt1", "A map"), ("alt1-2", "Eine Karte")]].concat(), Some(("picture1", &png())))
            .await,
    );
    drain(&[&server, &other]).await;
    let posts = desk.posts();
    let both = |en: &str, de: &str| vec![pair("en", en), pair("de", de)];
    assert_eq!(said(&posts), [both("One", "Eins"), both("Two", "Zwei"), both("Three", "Drei")]);
    let [third, second, _] = posts.as_slice() else { panic!("{posts:?}") };
    assert_eq!((first.reply_to, second.reply_to), (None, Some(ReplyTo::Own(first.id))));
    assert_eq!(third.reply_to, Some(ReplyTo::Own(second.id)));
    assert_eq!((first.media.len(), second.media.len()), (1, 0), "files stand in the first");
    assert_eq!(server.deliveries(instance::model::delivery::State::Done), 3, "each post");
}

#[tokio::test]
async fn what_will_be_seen_is_shown_before_it_goes_out() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let long = format!("Look: https://city.example/plan #repairlabel {}", "word ".repeat(120));
    let fields = [
        ("text", long.as_str()),
        ("lang2", "de"),
        ("text2", "Plan von morgen"),
        ("warning2", "Unfall"),
        ("do", "preview"),
    ];
    let answer = desk.compose(&fields, None).await;
    let page = answer.text();
    assert_eq!(answer.status.as_u16(), 200);
    let preview = super::between(&page, "<section id=\"preview\"", "<form class=\"desk\"");
    for expected in [
        "On our page: English (en)",
        "On our page: Deutsch (de)",
        "On Mastodon: English (en), and no other language",
        "it is folded after 500 characters",
        "<code dir=\"ltr\">https://city.example/plan</code>",
        "In feed readers: English (en)",
        "As a screen reader says it: Deutsch (de)",
        "Inhaltswarnung: Unfall",
        "/@press/…/de</a>",
    ] {
        assert!(preview.contains(expected), "{expected}: {preview}");
    }
    assert!(!preview.contains("/@press/1"), "no link to what is not there: {preview}");
    assert!(page.contains("#repairlabel: when it is several words") && page.contains("\nPlan von morgen</textarea>"));
    assert!(desk.posts().is_empty());
    let quiet = desk.compose(&[("text", "Hush"), ("quiet", "1"), ("do", "preview")], None).await.text();
    assert!(!quiet.contains("In feed readers") && quiet.contains("on no home page, in no feed"), "{quiet}");
}

#[tokio::test]
async fn a_draft_comes_back_into_the_form_and_nobody_overwrites_another() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields = [
        ("text", "One\n---\nTwo"),
        ("alt1", "A map"),
        ("lang2", "de"),
        ("text2", "Eins"),
        ("warning2", "Unfall"),
        ("answer1", "Yes"),
        ("answer2", "No"),
        ("quiet", "1"),
        ("keep", "draft"),
    ];
    let path = led_to(&desk.compose(&fields, Some(("picture1", &png()))).await);
    assert!(desk.posts().is_empty());
    let edit = format!("{path}/edit");
    let form = desk.get(&edit).await.text();
    for expected in [
        "One\n\n---\n\nTwo</textarea>",
        "\nEins</textarea>",
        "value=\"Unfall\"",
        "\nA map</textarea>",
        "value=\"Yes\"",
        "id=\"quiet\" name=\"quiet\" value=\"1\" checked",
    ] {
        assert!(form.contains(expected), "{expected}: {form}");
    }
    assert!(form.contains("name=\"revision\" value=\"1\"") && form.contains("value=\"publish\""), "{form}");
    let kept = super::between(&form, "name=\"kept1\" value=\"", "\"").to_owned();

    let mine = [("text", "Mine"), ("kept1", kept.as_str()), ("alt1", "A map"), ("revision", "1"), ("keep", "draft")];
    let theirs =
        [("text", "Theirs"), ("kept1", kept.as_str()), ("alt1", "A map"), ("revision", "1"), ("keep", "draft")];
    led_to(&desk.send_to(&edit, &theirs, None).await);
    let conflict = desk.send_to(&edit, &mine, None).await;
    let page = conflict.text();
    assert_eq!(conflict.status.as_u16(), 422);
    assert!(page.contains("\nMine</textarea>") && page.contains("You saved this draft meanwhile"), "{page}");
    let beside = super::between(&page, "<h2 id=\"theirs\">", "</section>");
    assert!(beside.contains("Theirs") && page.contains("name=\"revision\" value=\"2\""), "{page}");
    // Whoever saw both may save over it.
    let again: Vec<_> =
        mine.iter().map(|(name, value)| (*name, if *name == "revision" { "2" } else { value })).collect();
    led_to(&desk.send_to(&edit, &again, None).await);
    let last = desk.get(&edit).await.text();
    assert!(last.contains("\nMine</textarea>") && !last.contains("name=\"text2\""), "{last}");

    // A look changes nothing; and approval is asked only for what could be published.
    let look = [("text", ""), ("revision", "3"), ("do", "preview")];
    assert_eq!(desk.send_to(&edit, &look, None).await.status.as_u16(), 200);
    let ask = [("text", ""), ("revision", "3"), ("keep", "ask")];
    let refused = desk.send_to(&edit, &ask, None).await;
    assert!(refused.status == 422 && refused.text().contains("<a href=\"#text\">"), "{}", refused.text());
    assert!(desk.get(&edit).await.text().contains("\nMine</textarea>"));
}

#[tokio::test]
async fn a_language_that_is_there_is_not_offered_again_and_one_chosen_twice_loses_nothing() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let page = desk.compose(&[("text", "Bridge closed"), ("do", "add")], None).await.text();
    let second = super::between(&page, "<select id=\"lang2\"", "</select>");
    assert!(second.contains("value=\"de\" lang=\"de\" selected") && !second.contains("value=\"en\""), "{second}");
    let first = super::between(&page, "<select id=\"lang\"", "</select>");
    assert!(first.contains("value=\"en\"") && !first.contains("value=\"de\""), "{first}");
    // Both fields offered it, so it can be chosen in both.
    let fields = [
        ("text", "Bridge closed"),
        ("alt1", "A bridge"),
        ("lang2", "fr"),
        ("text2", "Pont fermé"),
        ("alt1-2", "Un pont"),
        ("lang3", "fr"),
        ("text3", "Pont barré"),
        ("alt1-3", "Le pont"),
        ("answer1", "Yes"),
        ("answer2", "No"),
        ("answer1-2", "Oui"),
        ("answer1-3", "Si"),
    ];
    // A third is to be chosen: none stands there that nobody meant.
    let more = [("text", "Bridge closed"), ("lang2", "de"), ("text2", "Zu"), ("do", "add")];
    let page = desk.compose(&more, None).await.text();
    assert!(super::between(&page, "<select id=\"lang3\"", "</select>").contains("value=\"\" lang=\"\" selected"));
    assert!(page.contains("The same in another language") && !page.contains("role=\"alert\""), "{page}");
    let unchosen = desk.compose(&[("text", "Bridge closed"), ("lang2", ""), ("text2", "Fermé")], None).await;
    assert!(unchosen.status == 422 && unchosen.text().contains("<a href=\"#lang2\">It is not said"));
    for press in [("do", "add"), ("do", "preview"), ("do", "publish"), ("keep", "draft")] {
        let back = desk.compose(&[&fields[..], &[press]].concat(), None).await;
        let page = back.text();
        assert_eq!(back.status.as_u16(), 422, "{press:?}");
        assert!(page.contains("<a href=\"#lang3\">There are two versions in français (fr)."), "{press:?} {page}");
        for words in ["\nPont fermé<", "\nPont barré<", "\nUn pont<", "\nLe pont<", "\"Oui\"", "\"Si\""] {
            assert!(page.contains(words), "{press:?} lost {words}");
        }
    }
    assert!(desk.posts().is_empty());
}

#[tokio::test]
async fn answers_of_a_poll_keep_their_translations_on_every_way() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let fields = [
        ("text", "Shall we?"),
        ("lang2", "de"),
        ("text2", "Sollen wir?"),
        ("answer1", "Yes"),
        ("answer1-2", "Ja"),
        ("answer2", "No"),
        ("answer2-2", "Nein"),
    ];
    let seen = desk.compose(&[&fields[..], &[("do", "preview")]].concat(), None).await.text();
    let preview = super::between(&seen, "<section id=\"preview\"", "<form class=\"desk\"");
    assert!(preview.contains("Nein") && seen.contains("name=\"answer2-2\""), "{seen}");
    let path = led_to(&desk.compose(&[&fields[..], &[("keep", "draft")]].concat(), None).await);
    let page = desk.get(&path).await.text();
    assert!(page.contains("Yes · <span lang=\"de\" dir=\"ltr\">Ja</span>"), "{page}");
    let form = desk.get(&format!("{path}/edit")).await.text();
    assert!(form.contains("name=\"answer1-2\"") && form.contains("value=\"Nein\""), "{form}");
    let again = [&fields[..], &[("revision", "1"), ("keep", "draft")]].concat();
    led_to(&desk.send_to(&format!("{path}/edit"), &again, None).await);
    // A half of a poll is kept, and refused when it is to go out.
    let half =
        [("text", "Shall we?"), ("lang2", "de"), ("text2", "Sollen wir?"), ("answer1", "Yes"), ("answer3-2", "Na")];
    let half_kept = led_to(&desk.compose(&[&half[..], &[("keep", "draft")]].concat(), None).await);
    assert!(desk.get(&format!("{half_kept}/edit")).await.text().contains("value=\"Na\""));
    let refused = desk.compose(&half, None).await;
    assert!(refused.status == 422 && refused.text().contains("href=\"#answer3\""), "{}", refused.text());
    let publish = [&fields[..], &[("revision", "1"), ("do", "publish")]].concat();
    let post = published(&desk, &desk.send_to(&format!("{path}/edit"), &publish, None).await);
    let answers = post.poll.unwrap().answers;
    let texts: Vec<_> = answers.iter().map(|answer| (answer.text.as_str(), answer.texts.clone())).collect();
    let de = |text: &str| vec![("de".parse().unwrap(), text.to_owned())];
    assert_eq!(texts, [("Yes", de("Ja")), ("No", de("Nein"))]);
}

#[tokio::test]
async fn a_published_post_is_changed_in_the_form_in_which_it_was_written() {
    let clock = Clock::by_hand(START);
    let (server, other) = (Instance::start(&clock).await, Instance::start(&clock).await);
    follow(&other, &server).await;
    drain(&[&server, &other]).await;
    let desk = Desk::open(&server).await;
    let written = [
        ("text", "Bridge closed"),
        ("alt1", "A bridge"),
        ("answer1", "Yes"),
        ("answer2", "No"),
        ("quiet", "1"),
        ("lang2", "de"),
        ("text2", "Brücke zu"),
        ("warning2", "Unfall"),
        ("alt1-2", "Eine Brücke"),
    ];
    let post = published(&desk, &desk.compose(&written, Some(("picture1", &png()))).await);
    drain(&[&server, &other]).await;
    let page = desk.get(&format!("/desk/posts/{}/edit", post.id)).await.text();
    for part in [
        "1 other server will be told of the change.",
        "Its poll: Yes · No.",
        "quiet: not on the home page",
        "\nBridge closed</textarea>",
        "\nEine Brücke</textarea>",
        "value=\"Unfall\"",
        ">Save the changes</button>",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    for part in ["name=\"answer1\"", "name=\"quiet\"", "name=\"at\"", "name=\"account\"", "Save draft"] {
        assert!(!page.contains(part), "{part} cannot be changed any more");
    }
    let kept = post.media[0].to_string();
    // One more language, one less warning; a line of --- parts nothing, since it stays one post.
    let fields = [
        ("text", "Bridge\n---\nclosed"),
        ("kept1", kept.as_str()),
        ("alt1", "A bridge"),
        ("lang2", "de"),
        ("text2", "Brücke zu"),
        ("alt1-2", "Eine Brücke"),
        ("lang3", "fr"),
        ("text3", "Pont fermé"),
        ("alt1-3", "Un pont"),
    ];
    let look = desk.change(post.id, &[&fields[..], &[("do", "preview")]].concat(), None).await.text();
    let preview = super::between(&look, "<section id=\"preview\"", "<form class=\"desk\"");
    assert!(preview.contains("Pont fermé") && !preview.contains("Post 1 of 2"), "{preview}");
    assert_eq!(desk.posts()[0].revisions.len(), 0, "a look changes nothing");
    let done = desk.change(post.id, &fields, None).await;
    assert_eq!(done.header("location"), format!("/desk?changed={}", post.id), "{}", done.text());
    drain(&[&server, &other]).await;
    let changed = desk.posts().remove(0);
    let all = vec![pair("en", "Bridge\n---\nclosed"), pair("de", "Brücke zu"), pair("fr", "Pont fermé")];
    assert_eq!(said(std::slice::from_ref(&changed)), [all]);
    assert!(!changed.sensitive && changed.poll.is_some() && changed.versions[1].warning.is_empty());
    nothing_is_changed_unseen(&desk, &post).await;
}

/// Without its text, and from an older state, a form changes nothing.
async fn nothing_is_changed_unseen(desk: &Desk<'_>, post: &Post) {
    let kept = post.media[0].to_string();
    let (path, stale) = (format!("/desk/posts/{}/edit", post.id), post.since().0.to_string());
    let cut = desk.change(post.id, &[("kept1", &kept)], None).await;
    assert!(cut.status == 422 && cut.text().contains("came without its text"), "{}", cut.text());
    let late = [("text", "Mine"), ("warning", "W"), ("kept1", &kept), ("alt1", "A bridge"), ("revision", &stale)];
    let late = desk.send_to(&path, &late, None).await;
    let page = late.text();
    assert!(late.status == 422 && page.contains("\nMine</textarea>") && page.contains("value=\"W\""), "{page}");
    let theirs = super::between(&page, "<h2 id=\"theirs\">", "</section>");
    assert!(theirs.contains("Pont fermé") && theirs.contains("Saved meanwhile"), "{theirs}");
}

#[tokio::test]
async fn the_script_is_ours_alone_and_only_where_something_is_written() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let page = desk.get("/desk").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    let text = page.text();
    let script = super::between(&text, "<script src=\"", "\" defer></script>");
    let file = crate::support::http::get(&server.url(script), "*/*").await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let other = desk.get("/desk/posts").await;
    assert!(!other.header("content-security-policy").contains("script-src") && !other.text().contains("<script"));
}

#[tokio::test]
async fn a_post_is_quoted_by_its_address() {
    let clock = Clock::by_hand(START);
    let (server, other) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let theirs = other.publish("Said elsewhere").await;
    let desk = Desk::open(&server).await;
    let wrong =
        desk.compose(&[("text", "Look"), ("quote", &other.post_uri(instance::model::ids::PostId(7)))], None).await;
    assert!(wrong.status == 422 && wrong.text().contains("<a href=\"#quote\">"), "{}", wrong.text());
    let post = published(&desk, &desk.compose(&[("text", "Look"), ("quote", &other.post_uri(theirs.id))], None).await);
    drain(&[&server, &other]).await;
    assert!(post.quoted.is_some());
}
