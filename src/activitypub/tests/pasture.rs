//! The 262 odd notes of the fediverse pasture (tests/vectors/pasture), each by itself and inside a Create: every one is
//! read, or refused for a reason written here.

use serde_json::{Value, json};

use super::{ANA, NOW, PUBLIC, with};
use crate::activitypub::read::{self, Intent, note::NoteIn};
use crate::activitypub::vocab;
use crate::error::Error;
use crate::model::note::Content;

/// Family, number, and why it is refused.
const REFUSED: [(&str, usize, &str); 13] = [
    ("attributed_to", 1, "author is not one actor"),
    ("attributed_to", 2, "author is not one actor"),
    ("attributed_to", 3, "author is not one actor"),
    ("attributed_to", 4, "author is not one actor"),
    ("necessary_properties", 1, "has no id"),
    ("necessary_properties", 3, "author is not one actor"),
    ("necessary_properties", 4, "is no note"),
    ("object_types", 2, "is no note"),
    ("object_types", 7, "is no note"),
    ("object_types", 8, "is no note"),
    ("object_types", 9, "is no note"),
    ("object_types", 10, "is no note"),
    ("object_types", 13, "is no note"),
];

struct Sample {
    family: String,
    number: usize,
    note: Value,
}

fn samples() -> Vec<Sample> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/pasture");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut samples = Vec::new();
    for path in paths {
        let family = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for (number, example) in whole["examples"].as_array().unwrap().iter().enumerate() {
            let base = json!({
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": format!("http://pasture-one-actor/objects/{family}-{number}"),
                "type": "Note",
                "attributedTo": "http://pasture-one-actor/actor",
                "to": [PUBLIC, ANA],
                "published": "2024-01-06T13:11:45Z",
            });
            samples.push(Sample { family: family.clone(), number, note: with(&base, example) });
        }
    }
    samples
}

/// Reads a note as it comes in: inside a Create that passed through the inbox.
fn inside_create(note: &Value) -> Result<NoteIn, Error> {
    let create = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "http://pasture-one-actor/activities/1",
        "type": "Create",
        "actor": "http://pasture-one-actor/actor",
        "to": note["to"],
        "object": note,
    });
    let Intent::Create { object } = read::activity(&create)?.intent else {
        panic!("a Create is read as something else")
    };
    read::note::note(&object, NOW)
}

#[test]
fn every_sample_is_read_or_cleanly_refused() {
    let samples = samples();
    assert_eq!(samples.len(), 262);
    let mut wrong = Vec::new();
    for Sample { family, number, note } in &samples {
        let refusal = REFUSED.iter().find(|(f, n, _)| f == family && n == number).map(|(_, _, why)| *why);
        let read = inside_create(note);
        let alone = read::note::note(note, NOW);
        assert_eq!(read.as_ref().ok(), alone.as_ref().ok(), "{family} {number}");
        match (&read, refusal) {
            (Err(Error::Invalid(problem)), Some(why)) if problem.what.contains(why) => {}
            (Ok(note), None) => assert_safe(&note.content),
            (outcome, _) => wrong.push(format!("{family} {number}: {outcome:?}\n  {note}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn assert_safe(content: &Content) {
    for tag in ["<script", "<img", "<video", "<audio", "<h1", "<form", "<body", "onerror", "rel=\"me"] {
        assert!(!content.html.contains(tag), "{tag} in {}", content.html);
    }
    assert!(!content.warning.contains(['<', '\n']));
    assert!(content.attachments.iter().all(|file| file.url.starts_with("http")));
}

fn sample(family: &str, number: usize) -> Value {
    samples().into_iter().find(|s| s.family == family && s.number == number).expect("there is such a sample").note
}

fn content(family: &str, number: usize) -> Content {
    inside_create(&sample(family, number)).unwrap().content
}

#[test]
fn languages_come_from_the_first_key() {
    let read: Vec<_> = (0..9)
        .map(|n| content("language", n))
        .map(|c| (c.html, c.lang.map(|lang| lang.to_string()).unwrap_or_default()))
        .collect();
    let read: Vec<_> = read.iter().map(|(html, lang)| (html.as_str(), lang.as_str())).collect();
    let expected = [
        ("text", ""),
        ("text", "de"),
        ("text", "en"),
        ("text", "en"),
        ("text", "de"),
        ("Deutsch", "de"),
        ("English", "en"),
        ("English", "en"),
        ("Deutsch", "de"),
    ];
    assert_eq!(read, expected);
}

#[test]
fn addresses_of_pages_are_chosen() {
    let read: Vec<_> = (0..12).map(|n| vocab::link(&sample("url", n), "url")).collect();
    let (remote, other) = ("http://remote.example/objects/123", "http://other.example/objects/123");
    let (html, video) = ("http://html.example/objects/123", "http://video.example/objects/123");
    let expected =
        [remote, remote, remote, other, html, video, remote, html, html, html, html, "https://notype.example/"];
    assert_eq!(read, expected.map(|url| Some(url.to_owned())));
    // Of a note only its own are kept.
    assert_eq!(content("url", 0).url, "http://pasture-one-actor/objects/url-0");
    assert_eq!(content("url", 12).url, "http://pasture-one-actor/objects/123");
}

#[test]
fn parents_are_single_addresses() {
    let read: Vec<_> = (0..7).map(|n| content("in_reply_to", n).in_reply_to).collect();
    let one = Some("http://pasture-one-actor/assets/note1.jsonap".to_owned());
    let invalid = Some("http://invalid.example/".to_owned());
    assert_eq!(read, [one.clone(), invalid, one.clone(), None, None, None, one]);
}

#[test]
fn mentions_need_a_type_and_count_once() {
    let read: Vec<_> = (0..10).map(|n| content("mentions", n).mentions.len()).collect();
    assert_eq!(read, [1, 1, 1, 1, 1, 1, 1, 1, 0, 1]);
}

#[test]
fn warnings_files_and_audience() {
    let warnings: Vec<_> = (0..4).map(|n| content("content_warnings", n).warning).collect();
    assert_eq!(warnings, ["", "summary", "summary", ""]);
    assert_eq!(content("html_tags_summary", 3).warning, "italic with. See Issue 142");
    let files: Vec<_> = (0..11).map(|n| content("attachments", n).attachments.len()).collect();
    assert_eq!(files, [1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 10]);
    let names: Vec<_> = (0..4).map(|n| content("image_description", n).attachments[0].name.clone()).collect();
    assert_eq!(names, ["", "summary", "name", ""]);
    assert!((0..3).all(|n| content("public_addressing", n).public));
}

#[test]
fn what_is_no_note_becomes_title_and_link() {
    for number in [0, 1, 3, 4, 6, 11] {
        let content = content("object_types", number);
        let expected = format!("<p><strong>name</strong></p>summary<p><a href=\"{}\"", content.uri);
        assert!(content.html.starts_with(&expected), "{}", content.html);
    }
    // Of several types the first that we know counts.
    assert_eq!(content("object_types", 12).html, "content");
}
