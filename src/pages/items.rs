//! What pages are made of: a post, a stranger's reply, whoever speaks.

use askama::Template;

use super::files::{self, Picture};
use super::history;
use super::player::{self, Player};
use super::podcast::episode::{self, Heading};
use super::poll::PollItem;
use super::shell::{Scene, name};
use super::words::{Words, fill};
use crate::activitypub::write;
use crate::base::lang::Lang;
use crate::base::{text, uri};
use crate::limits;
use crate::model::copied::{self, CopyKey};
use crate::model::media::Media;
use crate::model::note::Note;
use crate::model::post::Version;
use crate::model::site::Site;
use crate::views::post::{PostView, QuotedView};
use crate::views::thread::{Answer, NoteView, Said};

/// Whoever speaks.
pub struct Who {
    pub name: String,
    /// `@user@domain`
    pub handle: String,
    pub url: String,
    /// Address of a picture of ours; strangers have a letter.
    pub avatar: Option<String>,
    pub letter: String,
    pub colour: u8,
}

impl Who {
    pub fn own(site: &Site, account: &crate::model::account::Account, avatar: Option<&Media>) -> Self {
        let avatar = avatar.and_then(Media::still).map(|small| format!("/media/{}", small.file));
        Self::new(&account.name, site.handle(&account.handle), format!("/@{}", account.handle), avatar)
    }

    fn new(called: &str, handle: String, url: String, avatar: Option<String>) -> Self {
        let called = text::clean_name(called, crate::limits::account::NAME);
        let called = if called.is_empty() { handle.clone() } else { called };
        let letter = called.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string());
        let colour = handle.bytes().fold(7_u8, |sum, b| sum.wrapping_mul(31).wrapping_add(b)) % 8;
        Self { name: called, handle, url, avatar, letter: letter.unwrap_or_else(|| "·".to_owned()), colour }
    }
}

/// Where a post stands on its page, which decides how much of it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among posts of all accounts.
    List,
    /// On its account's profile, where everybody knows who speaks.
    Profile,
    Pinned,
    /// The post that the page is about.
    Alone,
    /// Our answer in a conversation.
    Answer,
}

#[derive(Template)]
#[template(path = "post_item.html")]
pub struct PostItem {
    w: &'static Words,
    ui: &'static str,
    id: String,
    level: u8,
    place: Place,
    sample: bool,
    who: Option<Who>,
    url: String,
    iso: String,
    when: String,
    parent: Option<ParentItem>,
    /// Of an episode; its own page says it above.
    heading: Option<Heading>,
    lang: Lang,
    warning: String,
    content: String,
    poll: Option<PollItem>,
    quoted: Option<QuotedItem>,
    sensitive: bool,
    pictures: Vec<Picture>,
    players: Vec<Player>,
    versions: Vec<VersionLink>,
    numbers: Vec<Number>,
}

struct ParentItem {
    /// Empty for what is not to be pointed at.
    url: String,
    text: String,
    foreign: bool,
}

impl ParentItem {
    fn unseen(scene: &Scene<'_>) -> Self {
        Self { url: String::new(), text: scene.w.in_reply_unseen.to_owned(), foreign: false }
    }
}

/// What a post quotes: whose words they are, and the words while they may be shown.
struct QuotedItem {
    url: String,
    foreign: bool,
    text: String,
    words: String,
    lang_attr: String,
}

impl QuotedItem {
    fn new(scene: &Scene<'_>, quoted: &QuotedView) -> Self {
        let called = text::clean_name(&quoted.name, limits::account::NAME);
        let called = if called.is_empty() { &quoted.handle } else { &called };
        let called = if called.is_empty() { &quoted.url } else { called };
        let own = quoted.url.strip_prefix(&scene.site.origin).filter(|rest| rest.starts_with('/'));
        let (words, lang) = quoted.words.clone().unwrap_or_default();
        Self {
            url: own.map_or_else(|| web(&quoted.url), str::to_owned),
            foreign: own.is_none(),
            text: fill(scene.w.quotes, called),
            words,
            lang_attr: lang
                .map_or_else(|| " dir=\"auto\"".into(), |lang| format!(" lang=\"{lang}\" dir=\"{}\"", lang.dir())),
        }
    }
}

/// A language version's own address.
pub struct VersionLink {
    pub lang: Lang,
    pub path: String,
}

struct Number {
    text: String,
    href: Option<String>,
}

impl PostItem {
    /// A post in one of its versions.
    pub fn new(scene: &Scene<'_>, view: &PostView, version: &Version, place: Place) -> Self {
        let (post, account) = (view.post(), view.account());
        let media = episode::media(view, version);
        let path = format!("/@{}/{}", account.handle, post.id);
        let knows_who = matches!(place, Place::Profile | Place::Pinned);
        Self {
            w: scene.w,
            ui: scene.ui,
            id: if place == Place::Pinned { format!("p{}", post.id) } else { post.id.to_string() },
            level: if place == Place::Answer { 3 } else { 2 },
            place,
            sample: post.demo,
            who: (!knows_who).then(|| Who::own(scene.site, account, view.avatar.as_ref())),
            url: version_path(view, version),
            iso: scene.iso(post.published),
            when: scene.moment(post.published),
            // In a conversation the place says what is answered.
            parent: if place == Place::Answer { None } else { parent(scene, view) },
            heading: Heading::new(scene.w, view, version),
            lang: version.lang.clone(),
            warning: name(&version.warning),
            content: content(scene.site, view, version),
            poll: PollItem::new(scene, view, version),
            quoted: view.quoted.as_ref().map(|quoted| QuotedItem::new(scene, quoted)),
            sensitive: post.sensitive && version.warning.is_empty(),
            pictures: files::pictures(&media, post, version, place),
            players: player::all(scene, view, version, place),
            versions: others(view, version),
            numbers: numbers(scene, view, (place != Place::Alone).then_some(path)),
        }
    }

    /// Under a heading of its own.
    #[must_use]
    pub fn level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// A post in the page's language where it has that, else in its main one.
    pub fn fitting(scene: &Scene<'_>, view: &PostView, place: Place) -> Option<Self> {
        let version = view.post().version(&scene.lang).or_else(|| view.post().main())?;
        Some(Self::new(scene, view, version, place))
    }
}

/// A version's page: the main one has the post's own address.
pub fn version_path(view: &PostView, version: &Version) -> String {
    let path = format!("/@{}/{}", view.account().handle, view.post().id);
    let main = view.post().main().is_none_or(|main| main.lang == version.lang);
    if main { path } else { format!("{path}/{}", version.lang) }
}

/// The addresses of all versions but one.
pub fn others(view: &PostView, version: &Version) -> Vec<VersionLink> {
    let others = view.post().versions.iter().filter(|other| other.lang != version.lang);
    others.map(|other| VersionLink { lang: other.lang.clone(), path: version_path(view, other) }).collect()
}

/// A version's text as HTML whose links to this server work under any name that it is reached by.
fn content(site: &Site, view: &PostView, version: &Version) -> String {
    let html = write::text::html(site, view.post(), version);
    html.replace(&format!("href=\"{}/", site.origin), "href=\"/")
}

/// What an account says of itself, as HTML.
pub fn summary(site: &Site, words: &str) -> String {
    crate::base::markup::render(words, &|_, _| None, &|tag| site.tag(tag).replacen(&site.origin, "", 1))
}

fn parent(scene: &Scene<'_>, view: &PostView) -> Option<ParentItem> {
    let parent = view.parent.as_ref()?;
    let called = text::clean_name(&parent.name, crate::limits::account::NAME);
    let called = if called.is_empty() { parent.handle.clone() } else { called };
    let own = parent.url.strip_prefix(&scene.site.origin).filter(|rest| rest.starts_with('/'));
    Some(ParentItem {
        url: own.map_or_else(|| web(&parent.url), str::to_owned),
        text: fill(scene.w.in_reply, &called),
        foreign: own.is_none(),
    })
}

/// `path` leads to the replies; on the post's own page they stand below and speak for themselves.
fn numbers(scene: &Scene<'_>, view: &PostView, path: Option<String>) -> Vec<Number> {
    let (w, material) = (scene.w, &view.material);
    let mut numbers = Vec::new();
    if let Some(path) = path.filter(|_| view.replies_shown > 0) {
        let text = w.count(&w.replies, view.replies_shown);
        numbers.push(Number { text, href: Some(format!("{path}#replies")) });
    }
    for (what, n) in [(&w.boosts, material.boosts), (&w.likes, material.likes)] {
        if n > 0 {
            numbers.push(Number { text: w.count(what, n), href: None });
        }
    }
    if let Some(at) = view.post().updated {
        let versions = view.post().revisions.len() as u64 + 1;
        let text = format!("{} ({})", fill(w.edited, &scene.moment(at)), w.count(&w.versions, versions));
        numbers.push(Number { text, href: Some(history::path(view)).filter(|_| versions > 1) });
    }
    numbers
}

#[derive(Template)]
#[template(path = "note_item.html")]
pub struct NoteItem {
    w: &'static Words,
    ui: &'static str,
    id: String,
    who: Who,
    url: String,
    iso: String,
    when: String,
    lang_attr: String,
    warning: String,
    content: String,
    files: Vec<FileLink>,
    /// It answers something that is not shown.
    astray: bool,
}

pub struct FileLink {
    pub url: String,
    pub text: String,
    copy: Option<CopyItem>,
}

/// Our copy of a stranger's picture.
struct CopyItem {
    path: String,
    width: u32,
    height: u32,
    alt: String,
}

impl NoteItem {
    pub fn new(scene: &Scene<'_>, view: &NoteView) -> Self {
        let (note, author) = (&view.note, &view.author.profile);
        let face = view.copies.iter().find(|(key, _)| *key == copied::face(note.author));
        Self {
            w: scene.w,
            ui: scene.ui,
            id: note.id.to_string(),
            who: Who::new(&author.name, author.handle(), web(&author.url), face.map(|(key, _)| copy_path(*key))),
            url: web(&note.content.url),
            iso: scene.iso(note.content.published),
            when: scene.moment(note.content.published),
            lang_attr: lang_attr(note),
            warning: text::clean_name(&note.content.warning, 500),
            content: note.content.html.clone(),
            files: files(scene, view),
            astray: false,
        }
    }
}

/// A stranger's language where it was said; else the browser may guess the direction.
fn lang_attr(note: &Note) -> String {
    note.content
        .lang
        .as_ref()
        .map_or_else(|| " dir=\"auto\"".to_owned(), |lang| format!(" lang=\"{lang}\" dir=\"{}\"", lang.dir()))
}

/// Where our copy of a stranger's picture is.
fn copy_path(key: CopyKey) -> String {
    format!("/media/remote/{}", copied::name(key))
}

/// Strangers' pictures are named and linked, never loaded; of some there is a copy of ours.
fn files(scene: &Scene<'_>, view: &NoteView) -> Vec<FileLink> {
    let link = |(n, file): (u64, &crate::model::note::Attachment)| {
        let url = uri::http(&file.url)?;
        let described = text::clean_name(&file.name, limits::stranger::ALT);
        let called = if described.is_empty() { uri::authority(&url) } else { text::clip(&described, 200).into_owned() };
        let key = copied::file(view.note.id, n);
        let copy = view.copies.iter().find(|(found, _)| *found == key).map(|(_, copy)| CopyItem {
            path: copy_path(key),
            width: copy.width,
            height: copy.height,
            alt: described,
        });
        Some(FileLink { url: url.into(), text: fill(scene.w.file, &called), copy })
    };
    (1..).zip(&view.note.content.attachments).filter_map(link).take(limits::pages::FILES).collect()
}

/// A stranger's address, or none when it is not one of the web.
fn web(address: &str) -> String {
    uri::http(address).map_or_else(|| "#".to_owned(), Into::into)
}

#[derive(Template)]
#[template(path = "answer.html")]
pub struct AnswerItem {
    said: Body,
    below: Vec<AnswerItem>,
}

enum Body {
    Own(Box<PostItem>),
    Stranger(Box<NoteItem>),
}

impl AnswerItem {
    /// A conversation, as deep as the view made it.
    pub fn all(scene: &Scene<'_>, answers: &[Answer]) -> Vec<Self> {
        let item = |answer: &Answer| {
            let said = match &answer.said {
                Said::Own(view) => {
                    let above = answer.astray.then(|| parent(scene, view).unwrap_or_else(|| ParentItem::unseen(scene)));
                    Body::Own(Box::new(PostItem { parent: above, ..PostItem::fitting(scene, view, Place::Answer)? }))
                }
                Said::Stranger(view) => {
                    Body::Stranger(Box::new(NoteItem { astray: answer.astray, ..NoteItem::new(scene, view) }))
                }
            };
            Some(Self { said, below: Self::all(scene, &answer.answers) })
        };
        answers.iter().filter_map(item).collect()
    }
}

/// The text of a version for titles and descriptions; of an episode its title.
pub fn plain(view: &PostView, version: &Version) -> String {
    if let Some(episode) = &view.post().episode {
        return name(episode.title(&version.lang));
    }
    let words = if version.warning.is_empty() { &version.text } else { &version.warning };
    let words = name(words);
    if !words.is_empty() {
        return words;
    }
    view.material.media.first().map(|media| name(files::words(view.post(), version, media).0)).unwrap_or_default()
}
