//! Everything that a draft would make public, item by item: one list for the page on which somebody lets it pass, and for
//! what became another since. What is added to a content, a file's words or an episode does not compile before it stands
//! in this list.

use crate::base::lang::Lang;
use crate::base::text;
use crate::error::Result;
use crate::model::draft::{Attached, Content, Part};
use crate::model::episode::{self, Episode, Kind};
use crate::model::ids::MediaId;
use crate::model::media::{About, Media, Sort};
use crate::model::poll::NewPoll;
use crate::model::post::{Quoting, Visibility};
use crate::model::spoken::{Reason, Spoken};
use crate::store::Rows;
use crate::store::schema::MEDIA;

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The part of the thread that it belongs to, counted from 0, and the file.
    part: usize,
    file: Option<MediaId>,
    /// Where that is, for people; empty for what the whole draft has.
    pub place: String,
    pub what: String,
    pub lang: Lang,
    pub text: String,
    /// Whether the preview shows it.
    pub seen: bool,
}

impl Item {
    /// Whether both say something about the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.part, self.file, &self.what) == (other.part, other.file, &other.what)
    }
}

/// Collects items of one place.
struct List {
    items: Vec<Item>,
    part: usize,
    file: Option<MediaId>,
    place: String,
    main: Lang,
}

impl List {
    fn add(&mut self, what: impl Into<String>, lang: &Lang, text: impl Into<String>, seen: bool) {
        let text = text.into();
        if !text.is_empty() {
            let (place, what) = (self.place.clone(), what.into());
            self.items.push(Item { part: self.part, file: self.file, place, what, lang: lang.clone(), text, seen });
        }
    }

    /// In words of the desk.
    fn fact(&mut self, what: &str, text: impl Into<String>) {
        self.add(what, &english(), text, false);
    }
}

fn english() -> Lang {
    "en".parse().unwrap_or_default()
}

/// All items of a content; `answers` and `quotes` are called so by people.
pub(super) fn items(
    rows: &impl Rows,
    content: &Content,
    answers: Option<&str>,
    quotes: Option<&str>,
) -> Result<Vec<Item>> {
    // What stands in other places of the list: what it answers and quotes is named by the caller.
    let Content { parts, visibility, quoting, sensitive, reply_to: _, episode, poll, quote: _, urgent } = content;
    let main = content.main().map(|version| version.lang.clone()).unwrap_or_default();
    let mut list = List { items: Vec::new(), part: 0, file: None, place: String::new(), main };
    let own = list.main.clone();
    list.add("Answers", &own, answers.unwrap_or_default(), true);
    list.add("Quotes", &own, quotes.unwrap_or_default(), true);
    list.fact(
        "Who finds it",
        match visibility {
            Visibility::Public => "everybody: on the home page, in feeds and on tag pages",
            Visibility::Quiet => "quiet: not on the home page, in feeds or on tag pages",
        },
    );
    list.fact(
        "Who may quote it",
        match quoting {
            Quoting::Anyone => "anybody",
            Quoting::Nobody => "nobody",
        },
    );
    list.fact("Files", if *sensitive { "hidden until a click" } else { "" });
    list.fact("Emergency", if *urgent { "goes before everything else that waits" } else { "" });
    if let Some(poll) = poll {
        asked(&mut list, poll);
    }
    if let Some(episode) = episode {
        heard(&mut list, episode);
    }
    for (n, part) in parts.iter().enumerate() {
        let called = if parts.len() > 1 { format!("Part {}: ", n + 1) } else { String::new() };
        of_part(rows, &mut list, n, &called, part)?;
    }
    Ok(list.items)
}

fn of_part(rows: &impl Rows, list: &mut List, n: usize, called: &str, part: &Part) -> Result<()> {
    let Part { versions, media } = part;
    (list.part, list.file, list.place) = (n, None, called.to_owned());
    for version in versions {
        let name = version.lang.own_name();
        list.add(format!("Text, {name}"), &version.lang, version.text.as_str(), true);
        list.add(format!("Content warning, {name}"), &version.lang, version.warning.as_str(), true);
    }
    for (at, attached) in media.iter().enumerate() {
        list.file = Some(attached.id);
        list.place = format!("{called}File {}: ", at + 1);
        of_file(rows, list, attached)?;
    }
    (list.file, list.place) = (None, called.to_owned());
    if media.len() > 1 {
        let names: Vec<String> = media.iter().map(|file| text::clip(&file.about.alt, 40).into_owned()).collect();
        let main = list.main.clone();
        list.add("Order of the files", &main, names.join(" · "), true);
    }
    list.place.clear();
    Ok(())
}

fn of_file(rows: &impl Rows, list: &mut List, attached: &Attached) -> Result<()> {
    let found: Option<Media> = rows.get(&MEDIA, &attached.id)?;
    list.fact("what it is", found.as_ref().map_or("a file that is not there any more".to_owned(), kind));
    let About { alt, alts, decorative, focus, spoken, poster } = &attached.about;
    let main = list.main.clone();
    list.add("description", &main, alt.as_str(), true);
    for (lang, alt) in alts {
        list.add(format!("description, {}", lang.own_name()), lang, alt.as_str(), true);
    }
    list.fact("for those who cannot see it", if *decorative { "decoration: nothing is said" } else { "" });
    let point = |(x, y): &(f32, f32)| format!("{x}, {y} (from -1, -1 at the bottom left to 1, 1 at the top right)");
    list.fact("cropped around", focus.as_ref().map(point).unwrap_or_default());
    let poster = poster.as_ref().map(|poster| poster.small.file.as_str());
    list.add("poster", &english(), poster.unwrap_or_default(), true);
    said(list, spoken);
    Ok(())
}

fn kind(media: &Media) -> String {
    let sort = match media.sort() {
        Sort::Picture => "a picture",
        Sort::Video => "a video",
        Sort::Sound => "a recording",
    };
    let seconds = media.clip.as_ref().map(|clip| format!(", {} s", clip.millis / 1_000)).unwrap_or_default();
    format!("{sort}{seconds}, {} kB", media.bytes.div_ceil(1_000))
}

fn said(list: &mut List, spoken: &Spoken) {
    let Spoken { captions, transcripts, without } = spoken;
    for captions in captions {
        // The same words at other times are other captions: the name of a file is made of what is in it.
        let words = format!("{} ({})", captions.said, captions.file);
        list.add(format!("captions, {}", captions.lang.own_name()), &captions.lang, words, false);
    }
    for text in transcripts {
        list.add(format!("transcript, {}", text.lang.own_name()), &text.lang, text.text.as_str(), true);
    }
    if let Some(without) = without {
        let reason = match without.reason {
            Reason::NoSpeech => "nothing is spoken",
            Reason::InPicture => "what is said is written in the picture",
            Reason::InText => "the post says the same in words",
            Reason::Other => "",
        };
        let words = [reason, without.words.as_str()].into_iter().filter(|words| !words.is_empty());
        list.fact("why there are no captions", words.collect::<Vec<_>>().join(": "));
    }
}

fn asked(list: &mut List, poll: &NewPoll) {
    let NewPoll { answers, multiple, lasts } = poll;
    let main = list.main.clone();
    for (n, answer) in answers.iter().enumerate() {
        list.add(format!("Answer {}", n + 1), &main, answer.text.as_str(), true);
        for (lang, text) in &answer.texts {
            list.add(format!("Answer {}, {}", n + 1, lang.own_name()), lang, text.as_str(), true);
        }
    }
    list.fact("Poll", if *multiple { "several answers may be chosen" } else { "one answer may be chosen" });
    let (days, hours, minutes) = (lasts / 86_400, lasts / 3_600 % 24, lasts / 60 % 60);
    let counted = [(days, "day"), (hours, "hour"), (minutes, "minute")];
    let open: Vec<_> = counted
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}{}", if *n == 1 { "" } else { "s" }))
        .collect();
    list.fact("The poll is open for", open.join(", "));
}

fn heard(list: &mut List, heard: &Episode) {
    let Episode { series, titles, season, number, kind, explicit, chapters, persons } = heard;
    list.fact("Podcast", series.as_str());
    for titled in titles {
        list.add(format!("Title, {}", titled.lang.own_name()), &titled.lang, titled.title.as_str(), true);
        let sound = titled.sound.map(|sound| format!("file {sound}")).unwrap_or_default();
        list.fact(&format!("Heard in {}", titled.lang.own_name()), sound);
    }
    list.fact("Season", season.map(|n| n.to_string()).unwrap_or_default());
    list.fact("Number", number.map(|n| n.to_string()).unwrap_or_default());
    list.fact(
        "Kind",
        match kind {
            Kind::Full => "whole episode",
            Kind::Trailer => "trailer",
            Kind::Bonus => "bonus",
        },
    );
    list.fact("Explicit", if *explicit { "yes: not for children" } else { "no" });
    let main = list.main.clone();
    list.add("Chapters", &main, episode::chapters_typed(chapters), false);
    let persons: Vec<String> = persons.iter().map(episode::person_typed).collect();
    list.add("Persons", &main, persons.join("\n"), false);
}
