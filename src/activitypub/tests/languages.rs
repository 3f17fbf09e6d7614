//! How a post in several languages reaches servers that show one: what each of its Notes says, by the account's choice.

use serde_json::{Value, json};

use super::{account, media, post, site, version};
use crate::activitypub::write::NoteParts;
use crate::activitypub::write::note::{note, tombstone};
use crate::model::account::Languages;
use crate::model::post::{Material, Post, ReplyTo, Version};

const PAGE: &str = "https://s.example/@press/77";

fn material(languages: Languages, versions: Vec<Version>) -> Material {
    Material {
        post: Post { languages, versions, tags: Vec::new(), ..post() },
        account: account(),
        media: vec![media()],
        series: None,
        tally: None,
        parent: None,
        parent_langs: Vec::new(),
        likes: 0,
        boosts: 0,
        own_replies: Vec::new(),
    }
}

fn two() -> Vec<Version> {
    vec![version("en", "Bridge closed"), Version { warning: "Unfall".into(), ..version("de", "Brücke zu") }]
}

/// The Notes of a post, in their order. Each shows what stands first in its map, to the byte.
fn notes(material: &Material) -> Vec<Value> {
    let site = site();
    let langs = material.post.notes();
    let all: Vec<Value> =
        langs.iter().map(|lang| note(&NoteParts::in_language(&site, material, lang.as_ref()))).collect();
    for note in &all {
        let map = note["contentMap"].as_object().unwrap();
        assert_eq!(map.values().next(), Some(&note["content"]));
        assert_eq!(map.len(), material.post.versions.len(), "every Note carries all languages");
    }
    all
}

fn first(note: &Value) -> &str {
    note["contentMap"].as_object().unwrap().keys().next().unwrap()
}

fn link(name: &str, address: &str) -> String {
    format!("{name}: <a href=\"{address}\" rel=\"noopener\">{address}</a>")
}

#[test]
fn links_to_the_others_stand_below_the_main_version() {
    let all = notes(&material(Languages::Links, two()));
    let [only] = all.as_slice() else { panic!("one Note") };
    assert_eq!((only["url"].as_str(), first(only)), (Some(PAGE), "en"));
    assert_eq!(only["content"], format!("<p>Bridge closed</p><p>{}</p>", link("Deutsch", &format!("{PAGE}/de"))));
    assert_eq!((&only["contentMap"]["de"], &only["summary"]), (&json!("<p>Brücke zu</p>"), &Value::Null));
    let alone = notes(&material(Languages::Links, vec![version("en", "Bridge closed")]));
    assert_eq!(alone[0]["content"], "<p>Bridge closed</p>", "no line of links where there is nothing to link");
}

#[test]
fn each_language_has_a_note_that_knows_the_others() {
    let all = notes(&material(Languages::Posts, two()));
    let [english, german] = all.as_slice() else { panic!("two Notes") };
    assert_eq!((&english["id"], &english["url"]), (&json!("https://s.example/ap/posts/77"), &json!(PAGE)));
    assert_eq!(english["content"], format!("<p>Bridge closed</p><p>{}</p>", link("Deutsch", &format!("{PAGE}/de"))));
    assert_eq!(german["id"], "https://s.example/ap/posts/77/de");
    assert_eq!((german["url"].as_str(), first(german)), (Some(format!("{PAGE}/de").as_str()), "de"));
    assert_eq!(german["content"], format!("<p>Brücke zu</p><p>{}</p>", link("English", PAGE)));
    assert_eq!((&german["summary"], &german["sensitive"]), (&json!("Unfall"), &json!(true)));
    let described = &german["attachment"][0];
    assert_eq!(
        (&described["name"], &described["summary"]),
        (&json!("Karte der Umleitung"), &json!("Karte der Umleitung"))
    );
    assert_eq!(english["attachment"][0]["name"], "Map of the detour");
}

#[test]
fn an_answer_answers_the_note_in_its_language() {
    let mut material = material(Languages::Posts, two());
    material.post.reply_to = Some(ReplyTo::Own(crate::model::ids::PostId(70)));
    material.parent_langs = vec!["de".parse().unwrap()];
    let all = notes(&material);
    assert_eq!(all[0]["inReplyTo"], "https://s.example/ap/posts/70");
    assert_eq!(all[1]["inReplyTo"], "https://s.example/ap/posts/70/de");
    material.parent_langs.clear();
    assert_eq!(notes(&material)[1]["inReplyTo"], "https://s.example/ap/posts/70");
}

#[test]
fn all_versions_stand_below_each_other_while_they_fit() {
    let all = notes(&material(Languages::Stacked, two()));
    let [only] = all.as_slice() else { panic!("one Note") };
    assert_eq!(
        only["content"],
        "<p>Bridge closed</p><p lang=\"de\" dir=\"ltr\"><strong>Deutsch</strong></p>\
         <p lang=\"de\" dir=\"ltr\">Brücke zu</p>"
    );
    assert_eq!(only["summary"], "Unfall", "the warning covers all that stands there");
    // "English" and "Deutsch" stand there too.
    let long = |extra: usize| vec![version("en", &"a".repeat(450)), version("de", &"b".repeat(50 - 14 + extra))];
    assert!(notes(&material(Languages::Stacked, long(0)))[0]["content"].as_str().unwrap().contains("bbb"));
    let over = notes(&material(Languages::Stacked, long(1)));
    assert!(over[0]["content"].as_str().unwrap().contains(&link("Deutsch", &format!("{PAGE}/de"))), "one too many");
}

#[test]
fn a_language_that_was_taken_out_is_gone_under_its_own_id() {
    let mut post = Post { languages: Languages::Posts, versions: two(), ..post() };
    let german = "de".parse().unwrap();
    post.retired = vec![german];
    assert_eq!(post.notes(), [None], "an id that was deleted is not used again");
    assert_eq!(tombstone(&site(), &post, post.retired.first())["id"], "https://s.example/ap/posts/77/de");
}
