//! Commands about posts. A post is named by its number or by its address.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{EpisodeChange, EpisodeNew, React, Recording, Upload, account, drafts, podcasts, queue, unknown};
use crate::actions;
use crate::actions::edit::Change;
use crate::app::{App, advise, lookup, mentions};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::episode::Episode;
use crate::model::follow::ReactionKind;
use crate::model::ids::{MediaId, PostId};
use crate::model::media::{About, Sort, check_described};
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, Post, Quoting, Reason, ReplyTo, Version, Visibility, check_versions};
use crate::model::user::{Asker, By};
use crate::store::counts::{self, Count};
use crate::store::{accounts as account_rows, material, notes, posts as rows};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PostNew {
    pub account: String,
    pub versions: Vec<NewVersion>,
    pub media: Vec<Upload>,
    pub recordings: Vec<Recording>,
    pub sensitive: bool,
    pub visibility: Visibility,
    pub quoting: Quoting,
    pub urgent: bool,
    /// When it goes out, as it was typed; at once when there is none and it is no draft.
    #[serde(default)]
    pub at: Option<String>,
    #[serde(default)]
    pub draft: bool,
    /// Address of the post it answers, or the number of one of ours.
    pub reply_to: Option<String>,
    /// What it is in a podcast.
    pub episode: Option<EpisodeNew>,
    pub poll: Option<NewPoll>,
    /// Address of the post it quotes, or the number of one of ours.
    pub quote: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewVersion {
    /// The account's language when there is none.
    pub lang: Option<Lang>,
    pub text: String,
    pub warning: String,
}

/// What is to change of a post; the rest stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PostChange {
    pub post: String,
    /// Which version; the main one when there is none. One that is not there yet is added.
    pub lang: Option<Lang>,
    pub text: Option<String>,
    pub warning: Option<String>,
    /// New descriptions of files in that language. Files are named by their place before the change, counted from 1.
    pub alts: Vec<(usize, String)>,
    /// Pictures that need no description.
    pub decorative: Vec<usize>,
    /// Where to look in pictures.
    pub focus: Vec<(usize, (f32, f32))>,
    pub remove: Vec<usize>,
    /// Files that come behind the others.
    pub add: Vec<Upload>,
    /// What each of them is in the other languages of the post, in their order.
    #[serde(default)]
    pub add_alts: Vec<Vec<String>>,
    pub episode: EpisodeChange,
    /// Of files by their place after the change.
    pub recordings: Vec<Recording>,
    /// It goes out before anybody approves it.
    #[serde(default)]
    pub urgent: bool,
}

pub async fn new(app: &Arc<App>, mut new: PostNew) -> Result<Value> {
    let found = account(app, &new.account)?;
    let by: By = Asker::Operator.may(found.id)?;
    let version = |v: NewVersion| Version {
        lang: v.lang.unwrap_or_else(|| found.language.clone()),
        text: v.text,
        warning: v.warning,
    };
    let versions: Vec<Version> = new.versions.into_iter().map(version).collect();
    // Everything that can be refused is refused before pictures are kept.
    check_versions(&versions, !new.media.is_empty())?;
    new.poll.as_ref().map_or(Ok(()), NewPoll::check)?;
    let read = |asked: &EpisodeNew| asked.read(app, &found, &versions).inspect(|told| asked.call(told, &mut new.media));
    let mut episode = new.episode.as_ref().map(read).transpose()?;
    check_files(&new.media, &versions, new.draft)?;
    let reply_to = target(app, by, new.reply_to.as_deref()).await?;
    let mentions = mentions::of_versions(app, &versions).await?;
    let advice = advise::on(app, &versions, Some(&mentions))?;
    let mut media = Vec::new();
    for picture in new.media {
        media.push(picture.take(app, by.to()).await?);
    }
    if let (Some(episode), Some(new)) = (&mut episode, &new.episode) {
        new.assign(episode, &media);
    }
    let main = versions.first().map(|version| version.lang.clone()).unwrap_or_default();
    let mut hold = app.files.hold();
    let about = super::recordings::told(app, &media, &main, new.recordings, Vec::new(), &mut hold).await?;
    let (sensitive, visibility, quoting, urgent) = (new.sensitive, new.visibility, new.quoting, new.urgent);
    let quote = target(app, by, new.quote.as_deref()).await?;
    let (poll, at, draft) = (new.poll, new.at, new.draft);
    let new = NewPost {
        versions,
        media,
        sensitive,
        visibility,
        quoting,
        reply_to,
        episode,
        poll,
        quote,
        mentions,
        urgent,
        demo: false,
    };
    if draft || at.is_some() {
        return drafts::keep(app, by, &new, &about, hold, at.as_deref()).await;
    }
    let site = app.site.clone();
    let publish = move |tx: &mut crate::store::Write<'_>| {
        for (id, about) in &about {
            actions::media::describe(tx, by.to(), *id, about)?;
        }
        actions::publish::publish(tx, &site, by, &new)
    };
    let mut answer = shown(app, app.store.write(hold.until(publish)).await?)?;
    if let Some(document) = answer.as_object_mut() {
        document.insert("advice".to_owned(), advice.iter().map(ToString::to_string).collect());
    }
    Ok(answer)
}

/// A draft may lack what is said in further languages.
fn check_files(files: &[Upload], versions: &[Version], draft: bool) -> Result<()> {
    if files.len() > limits::post::PICTURES {
        return Err(too_many());
    }
    files.iter().try_for_each(check_words)?;
    if draft { Ok(()) } else { check_described(files.iter().map(|file| &file.about), versions, (0, 1)) }
}

fn too_many() -> Error {
    Problem::new("E125", format!("A post has at most {} pictures; other servers show no more.", limits::post::PICTURES))
        .field("media")
        .into()
}

/// Only a look at the file tells whether it is a picture.
fn check_words(file: &Upload) -> Result<()> {
    file.about.check(Sort::Picture)
}

/// The post that is answered or quoted, by its address, or by its number where it is one of ours.
async fn target(app: &Arc<App>, by: By, typed: Option<&str>) -> Result<Option<ReplyTo>> {
    let Some(typed) = typed else { return Ok(None) };
    match typed.parse() {
        Ok(id) => Ok(Some(ReplyTo::Own(id))),
        Err(_) => lookup::reply_target(app, by.account(), typed).await.map(Some),
    }
}

pub fn list(app: &Arc<App>, typed: Option<&str>, limit: usize) -> Result<Value> {
    let account = typed.map(|typed| account(app, typed)).transpose()?;
    let posts = app.store.read(|read| match &account {
        Some(account) => rows::of_account(read, account.id, None, limit),
        None => newest(read, limit),
    })?;
    let posts = posts.into_iter().map(|post| shown(app, post)).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "posts": posts }))
}

/// The newest posts of all accounts, quiet ones too.
fn newest(read: &crate::store::Read, limit: usize) -> Result<Vec<Post>> {
    let mut posts = Vec::new();
    for account in account_rows::all(read)? {
        posts.extend(rows::of_account(read, account.id, None, limit)?);
    }
    posts.sort_by_key(|post| std::cmp::Reverse(post.id));
    posts.truncate(limit);
    Ok(posts)
}

/// A post that is there, by what was typed.
fn find(app: &App, typed: &str) -> Result<Post> {
    let id = typed.parse().ok().or_else(|| app.site.own_post(typed));
    let found = id.ok_or(Error::NotFound).and_then(|id: PostId| app.store.read(|read| rows::need(read, id)));
    found.map_err(|e| {
        if matches!(e, Error::Gone) {
            return Problem::new("E046", format!("The post '{typed}' was deleted and will not come back.")).into();
        }
        unknown(e, format!("There is no post '{typed}' of ours."), "All posts: instance post list")
    })
}

/// A post, or a draft, whose numbers are of one space.
pub fn show(app: &Arc<App>, typed: &str, delivery: bool) -> Result<Value> {
    if let Some(draft) = drafts::find(app, typed)? {
        return drafts::show(app, &draft);
    }
    let post = find(app, typed)?;
    let way = if delivery { Some(queue::way(app, &post)?) } else { None };
    let mut document = shown(app, post)?;
    if let (Some(way), Some(fields)) = (way, document.as_object_mut()) {
        fields.insert("delivery".to_owned(), way);
    }
    Ok(document)
}

pub async fn edit(app: &Arc<App>, change: PostChange) -> Result<Value> {
    if drafts::find(app, &change.post)?.is_some() {
        return Err(drafts::at_the_desk(&change.post));
    }
    let post = find(app, &change.post)?;
    let by = Asker::Operator.may(post.account)?;
    let versions = changed(&post, &change)?;
    let episode = change.episode.apply(&post, change.lang.as_ref())?;
    let about = told(app, &post, &change, episode.as_ref())?;
    let mut media = post.media.clone();
    for place in &change.remove {
        let gone = at(&post, *place)?;
        media.retain(|id| *id != gone);
    }
    // Everything that can be refused is refused before files are kept.
    check_versions(&versions, !media.is_empty() || !change.add.is_empty())?;
    if media.len() + change.add.len() > limits::post::PICTURES {
        return Err(too_many());
    }
    change.add.iter().try_for_each(check_words)?;
    let (mut add, mut more) = (change.add, change.add_alts.into_iter());
    for file in &mut add {
        describe(&mut file.about, &versions, more.next().unwrap_or_default())?;
    }
    let mentions = mentions::of_edit(app, &versions, &post.mentions).await?;
    for file in add {
        media.push(file.take(app, by.to()).await?);
    }
    let about = about.into_iter().filter(|(id, _)| media.contains(id)).collect();
    let (main, urgent) = (versions.first().map(|version| version.lang.clone()).unwrap_or_default(), change.urgent);
    let mut hold = app.files.hold();
    let about = super::recordings::told(app, &media, &main, change.recordings, about, &mut hold).await?;
    let change = Change { of: None, versions, media: Some(media), about, mentions, sensitive: None, episode, urgent };
    let (site, id) = (app.site.clone(), post.id);
    let edit = hold.until(move |tx| actions::edit::edit(tx, &site, by, id, &change));
    shown(app, app.store.write(edit).await?)
}

/// Says what a new file is in the other languages of its post.
fn describe(about: &mut About, versions: &[Version], alts: Vec<String>) -> Result<()> {
    let mut others = versions.iter().skip(1);
    for alt in alts {
        let unmeant = || Problem::new("E003", "A file has more descriptions than its post has languages.");
        let version = others
            .next()
            .ok_or_else(|| unmeant().remedy("After each --media FILE comes one --alt for each language."))?;
        about.describe(&version.lang, alt);
    }
    Ok(())
}

/// What is to be said about files that the post has.
fn told(app: &App, post: &Post, change: &PostChange, episode: Option<&Episode>) -> Result<Vec<(MediaId, About)>> {
    let media = app.store.read(|rows| material::media(rows, &post.media))?;
    let mut all: Vec<_> = media.iter().map(|media| (media.id, media.about())).collect();
    let main = post.main().map(|version| &version.lang);
    for (place, alt) in &change.alts {
        let about = named(post, &mut all, *place)?;
        about.decorative = false;
        match change.lang.as_ref().filter(|lang| Some(*lang) != main) {
            Some(lang) => about.describe(lang, alt.clone()),
            None => about.alt.clone_from(alt),
        }
    }
    for place in &change.decorative {
        let about = named(post, &mut all, *place)?;
        *about = About { decorative: true, focus: about.focus, ..About::default() };
    }
    for (place, focus) in &change.focus {
        named(post, &mut all, *place)?.focus = Some(*focus);
    }
    let sounds = media.iter().zip(&mut all).filter(|(media, _)| media.sort() == Sort::Sound);
    if let Some(episode) = episode {
        sounds.for_each(|(_, (_, about))| episode.call(about));
    }
    Ok(all)
}

fn changed(post: &Post, change: &PostChange) -> Result<Vec<Version>> {
    let mut versions = post.versions.clone();
    if change.text.is_none() && change.warning.is_none() {
        return Ok(versions);
    }
    let found = match &change.lang {
        Some(lang) => versions.iter_mut().find(|version| version.lang == *lang),
        None => versions.first_mut(),
    };
    match (found, &change.lang) {
        (Some(version), _) => {
            version.text = change.text.clone().unwrap_or_else(|| version.text.clone());
            version.warning = change.warning.clone().unwrap_or_else(|| version.warning.clone());
        }
        (None, Some(lang)) => versions.push(Version {
            lang: lang.clone(),
            text: change.text.clone().unwrap_or_default(),
            warning: change.warning.clone().unwrap_or_default(),
        }),
        (None, None) => return Err(Error::bug("a post without versions")),
    }
    Ok(versions)
}

/// The file of a place among those of the post.
fn named<'a>(post: &Post, all: &'a mut [(MediaId, About)], place: usize) -> Result<&'a mut About> {
    let id = at(post, place)?;
    let found = all.iter_mut().find(|(of, _)| *of == id);
    found.map(|(_, about)| about).ok_or_else(|| Error::bug("a file of a post is not there"))
}

fn at(post: &Post, place: usize) -> Result<MediaId> {
    place.checked_sub(1).and_then(|at| post.media.get(at)).copied().ok_or_else(|| {
        let what = format!("The post has {} pictures and none at place {place}.", post.media.len());
        Problem::new("E132", what).field("media").into()
    })
}

/// `why` may come without a language: then it is in the main one.
pub async fn delete(app: &Arc<App>, typed: &str, why: Vec<(Option<Lang>, String)>) -> Result<Value> {
    if let Some(draft) = drafts::find(app, typed)? {
        return drafts::discard(app, &draft).await;
    }
    let post = find(app, typed)?;
    let main = post.main().map(|version| version.lang.clone()).unwrap_or_default();
    let said = |(lang, text): (Option<Lang>, String)| Reason { lang: lang.unwrap_or_else(|| main.clone()), text };
    let why: Vec<Reason> = why.into_iter().map(said).collect();
    let by = Asker::Operator.may(post.account)?;
    let (site, id) = (app.site.clone(), post.id);
    app.store.write(move |tx| actions::delete::delete_because(tx, &site, by, id, &why)).await?;
    Ok(json!({ "id": post.id.to_string(), "uri": app.site.post(post.id) }))
}

pub async fn react(app: &Arc<App>, typed: &str, post: &str, kind: React, undo: bool) -> Result<Value> {
    let account = account(app, typed)?;
    let by = Asker::Operator.may(account.id)?;
    let site = app.site.clone();
    let what = match kind {
        React::Like => ReactionKind::Like,
        React::Boost => ReactionKind::Boost,
    };
    let uri = if undo {
        let uri = known_uri(app, post)?;
        let object = uri.clone();
        let undone = app.store.write(move |tx| actions::react::unreact(tx, &site, by, what, &object)).await;
        undone.map_err(|e| unknown(e, format!("The account has not liked or boosted {post}."), ""))?;
        uri
    } else {
        refuse_own(app, post)?;
        let object = lookup::object(app, post, what).await?;
        let uri = object.uri.clone();
        app.store.write(move |tx| actions::react::react(tx, &site, by, what, &object)).await?;
        uri
    };
    Ok(json!({ "account": account.handle, "post": uri, "kind": kind, "undone": undo }))
}

/// The id of a post that we may know by its page.
fn known_uri(app: &App, typed: &str) -> Result<String> {
    let known = app.store.read(|read| notes::by_uri(read, typed))?;
    Ok(known.map_or_else(|| typed.to_owned(), |note| note.content.uri))
}

fn refuse_own(app: &App, typed: &str) -> Result<()> {
    if !app.site.is_own(typed) {
        return Ok(());
    }
    Err(Problem::new("E037", "Only posts of other servers can be liked or boosted.").into())
}

pub async fn pin(app: &Arc<App>, typed: &str, undo: bool) -> Result<Value> {
    let post = find(app, typed)?;
    let by = Asker::Operator.may(post.account)?;
    let (site, id) = (app.site.clone(), post.id);
    let pin = move |tx: &mut crate::store::Write<'_>| {
        if undo { actions::pin::unpin(tx, &site, by, id) } else { actions::pin::pin(tx, &site, by, id) }
    };
    let account = app.store.write(pin).await?;
    let pinned: Vec<String> = account.pinned.iter().map(|id| app.site.post(*id)).collect();
    Ok(json!({ "account": account.handle, "post": app.site.post(post.id), "pinned": pinned }))
}

/// A post as a document.
fn shown(app: &App, post: Post) -> Result<Value> {
    let (material, replies) = app.store.read(|read| {
        let replies = counts::get(read, Count::Replies(post.id))?;
        Ok((material::of(read, post)?, replies))
    })?;
    let post = &material.post;
    let parent = match post.reply_to {
        Some(ReplyTo::Own(id)) => Some(app.site.post(id)),
        Some(ReplyTo::Note(_)) | None => material.parent,
    };
    let picture = |media: &crate::model::media::Media| {
        json!({ "id": media.id.to_string(), "url": app.site.media(&media.file), "alt": media.alt,
                "alts": media.alts.iter().map(|(lang, alt)| (lang.to_string(), json!(alt))).collect::<Map<_, _>>(),
                "captions": media.spoken.captions.iter().map(|c| (c.lang.to_string(), json!(app.site.media(&c.file)))).collect::<Map<_, _>>(),
                "decorative": media.decorative, "focus": media.focus, "mime": media.mime,
                "width": media.width, "height": media.height, "advice": media.advice() })
    };
    Ok(json!({
        "id": post.id.to_string(),
        "uri": app.site.post(post.id),
        "url": app.site.post_page(&material.account.handle, post.id),
        "account": material.account.handle,
        "published": post.published.rfc3339(),
        "updated": post.updated.map(crate::base::time::Timestamp::rfc3339),
        "visibility": post.visibility,
        "quoting": post.quoting,
        "sensitive": post.sensitive,
        "reply_to": parent,
        "episode": post.episode.as_ref().map(podcasts::episode),
        "quote": post.quoted.as_ref().map(|quoted| json!({
            "uri": match quoted.post { ReplyTo::Own(id) => app.site.post(id), ReplyTo::Note(_) => quoted.uri.clone() },
            "allowed": quoted.is_allowed(), "refused": quoted.is_refused(),
        })),
        "poll": post.poll.as_ref().map(|poll| json!({
            "answers": poll.answers, "multiple": poll.multiple, "ends": poll.ends.rfc3339(),
            "closed": poll.result.is_some(), "votes": material.tally.as_ref().map(|tally| &tally.votes),
            "voters": material.tally.as_ref().map(|tally| tally.voters),
        })),
        "versions": post.versions,
        "media": material.media.iter().map(picture).collect::<Vec<_>>(),
        "likes": material.likes,
        "boosts": material.boosts,
        "replies": replies,
        "demo": post.demo,
    }))
}
