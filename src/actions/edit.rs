//! A post is changed after it was published; the earlier text is kept. Where somebody has to let pass what the account
//! says, that holds for what it says later too: then a change is a draft (`drafts::changing`), or urgent and owed.

use super::address::{self, Saying};
use super::audit;
use super::drafts::changing;
use super::{media as files, publish, quoting};
use crate::activitypub::write;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Demand, Edits};
use crate::model::episode::Episode;
use crate::model::ids::{AccountId, ActivityId, MediaId, PostId};
use crate::model::media::{About, place, undescribed};
use crate::model::post::{Mention, Post, ReplyTo, Revision, Version, check_media, check_versions};
use crate::model::site::Site;
use crate::model::user::{By, Who};
use crate::store::{Rows, Write, accounts, material, posts};

/// What is said to who changes what is no longer there.
pub const MEANWHILE: &str = "Somebody else changed this post in the meantime.";

/// What a post becomes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The state of the post that it was made from ([`Post::since`]); `None` changes whatever there is.
    pub of: Option<Timestamp>,
    /// All of them.
    pub versions: Vec<Version>,
    /// All files in their order; `None` leaves them as they are. What is not among them any more goes for good.
    pub media: Option<Vec<MediaId>>,
    /// What is said about some of the files.
    pub about: Vec<(MediaId, About)>,
    pub mentions: Vec<Mention>,
    /// `None` leaves it as it is.
    pub sensitive: Option<bool>,
    /// What it is in its podcast; `None` leaves it as it is.
    pub episode: Option<Episode>,
    /// An emergency: where the account's rule allows that, it is let pass afterwards.
    pub urgent: bool,
}

impl Change {
    /// Of the texts alone, in which nobody is named.
    pub fn words(versions: Vec<Version>) -> Self {
        Self { versions, ..Self::default() }
    }
}

/// What the account's rule demands of a change of a post that somebody makes by themselves. An answer that needed
/// nobody's look needs none now; one that began a thread was more than that.
pub fn demand(rows: &impl Rows, post: &Post, who: Who, urgent: bool) -> Result<Demand> {
    let approval = accounts::need(rows, post.account)?.approval;
    let plain = post.poll.is_none() && post.quoted.is_none() && post.episode.is_none();
    let answer =
        plain && matches!(post.reply_to, Some(ReplyTo::Note(_))) && posts::own_replies(rows, post.id, 1)?.is_empty();
    approval.unapproved(who, urgent, answer).map_err(|e| {
        let remedy = if who == Who::Operator {
            "Change it at the desk, where it is kept as a draft and somebody is asked; in an emergency add --urgent, \
             which is written down."
        } else if approval.urgent_first {
            "Change it at the desk: it is kept as a draft, and somebody is asked for approval. In an emergency mark it \
             there as urgent: then it is approved afterwards."
        } else {
            "Change it at the desk: it is kept as a draft, and somebody is asked for approval."
        };
        if matches!(e, Error::Invalid(_)) { refused(remedy) } else { e }
    })
}

fn refused(remedy: &str) -> Error {
    let what = "Somebody else has to approve what this account says, and so what becomes of it.";
    Problem::new("E540", what).field("text").remedy(remedy).into()
}

/// Changes a post and tells the servers that have it, where the account demands nobody's approval, or it is urgent and
/// may be approved afterwards. Nothing happens when nothing differs.
pub fn edit(tx: &mut Write<'_>, site: &Site, by: By, id: PostId, change: &Change) -> Result<Post> {
    let before = own(tx, by.account(), id)?;
    let demand = demand(tx, &before, by.who(), change.urgent)?;
    check_described(tx, &before, change)?;
    let edits = Edits::of(&before, &material::media(tx, &before.media)?);
    let post = apply(tx, site, (by.account(), by.who()), id, change)?;
    if post.since() != before.since() {
        match demand {
            Demand::Nothing => changing::refresh(tx, by.who(), &post).map(drop)?,
            Demand::Afterwards => changing::owing(tx, by.who(), edits, &post)?,
        }
    }
    Ok(post)
}

/// Whether each file has a description in every language that the post has then. What was published without one, before that
/// was demanded, may stay so until somebody opens it at the desk: a program that knows one language can correct a word.
fn check_described(tx: &Write<'_>, before: &Post, change: &Change) -> Result<()> {
    let had = |lang: &Lang| before.versions.iter().skip(1).any(|version| version.lang == *lang);
    for (n, id) in change.media.as_ref().unwrap_or(&before.media).iter().enumerate() {
        let was = files::own(tx, before.account, *id)?.about();
        let is = change.about.iter().find(|(of, _)| of == id).map_or(&was, |(_, words)| words);
        let lacked = |lang: &Lang| before.media.contains(id) && had(lang) && was.lacks(lang);
        let mut others = change.versions.iter().skip(1).map(|version| &version.lang);
        if let Some(lang) = others.find(|lang| is.lacks(lang) && !lacked(lang)) {
            return Err(undescribed(&place(n, (0, 1)), lang).into());
        }
    }
    Ok(())
}

/// Makes a change that may be made, for an account and whoever does it.
pub(super) fn apply(
    tx: &mut Write<'_>,
    site: &Site,
    (account, who): (AccountId, Who),
    id: PostId,
    change: &Change,
) -> Result<Post> {
    let mut post = own(tx, account, id)?;
    if change.of.is_some_and(|of| of != post.since()) {
        return Err(Error::Conflict(MEANWHILE));
    }
    let media = change.media.clone().unwrap_or_else(|| post.media.clone());
    check_versions(&change.versions, !media.is_empty())?;
    check_media(&media)?;
    let episode = episode(tx, &post, change, &media)?;
    let sensitive = change.sensitive.unwrap_or(post.sensitive);
    let same = post.versions == change.versions
        && post.media == media
        && post.sensitive == sensitive
        && post.episode == episode;
    if !exchange(tx, account, &post, &media, &change.about)? && same {
        return Ok(post);
    }
    // Mastodon takes an edit as one only when `updated` grows; its times have whole seconds.
    let (now, before) = (tx.now(), post.notes());
    let last = post.since();
    let versions = std::mem::replace(&mut post.versions, change.versions.clone());
    let mentions = std::mem::replace(&mut post.mentions, change.mentions.clone());
    let media = std::mem::replace(&mut post.media, media);
    remember(&mut post, Revision { until: now, versions, media, mentions });
    post.updated = Some(now.max(last.plus(limits::post::CHANGE_STEP)));
    post.sensitive = sensitive;
    post.episode = episode;
    post.tags = crate::model::post::tags(&post.versions);
    note(tx, who, &post)?;
    if !site.live || post.demo {
        posts::put(tx, &post)?;
        return Ok(post);
    }
    let gone: Vec<Lang> = before.iter().filter(|note| !post.notes().contains(note)).flatten().cloned().collect();
    post.retired.extend(gone.iter().cloned());
    tell(tx, site, post, &before, &gone)
}

/// The texts themselves are in the post, and go with it.
fn note(tx: &mut Write<'_>, who: Who, post: &Post) -> Result<()> {
    let before = post.revisions.last().map(|old| publish::sealed(&old.versions, old.media.len()));
    let after = publish::sealed(&post.versions, post.media.len());
    let deed = Deed::new(Act::PostEdit).of(post.account).on(post.id).change(before.unwrap_or_default(), after);
    if post.demo { Ok(()) } else { audit::note(tx, who, &deed) }
}

/// Keeps an earlier text. When there are too many, the oldest but the first goes, and whom it named has a copy still.
fn remember(post: &mut Post, revision: Revision) {
    post.revisions.push(revision);
    if post.revisions.len() > limits::post::REVISIONS {
        let gone = post.revisions.remove(1);
        if let Some(first) = post.revisions.first_mut() {
            let new: Vec<Mention> = gone.mentions.into_iter().filter(|named| !first.mentions.contains(named)).collect();
            first.mentions.extend(new);
        }
    }
}

/// What it will be in its podcast. It stays in the same, and something is still heard.
fn episode(tx: &Write<'_>, post: &Post, change: &Change, media: &[MediaId]) -> Result<Option<Episode>> {
    let Some(episode) = change.episode.as_ref().or(post.episode.as_ref()) else { return Ok(None) };
    if post.episode.as_ref().is_none_or(|old| old.series != episode.series) {
        return Err(Problem::new("E406", "The post is no episode of that podcast.").field("podcast").into());
    }
    episode.check()?;
    episode.check_sound(&material::media(tx, media)?)?;
    Ok(Some(episode.clone()))
}

/// Takes in the files that are new, lets go of those that left, and sets what is said about them; true when any of the
/// words differ. Checks everything before the first change.
fn exchange(
    tx: &mut Write<'_>,
    account: AccountId,
    post: &Post,
    media: &[MediaId],
    about: &[(MediaId, About)],
) -> Result<bool> {
    if about.iter().any(|(id, _)| !media.contains(id)) {
        return Err(Error::NotFound);
    }
    let mut changed = Vec::new();
    for id in media {
        let file = files::own(tx, account, *id)?;
        let new = !post.media.contains(id);
        if new {
            files::free(&file)?;
        }
        let words = about.iter().find(|(of, _)| of == id).map_or_else(|| file.about(), |(_, words)| words.clone());
        file.check(&words)?;
        if new || words != file.about() {
            changed.push((file, words));
        }
    }
    for (file, words) in &changed {
        let file = files::set(tx, file.clone(), words)?;
        files::keep(tx, &file)?;
    }
    for gone in post.media.iter().filter(|id| !media.contains(id)) {
        files::forget(tx, *gone)?;
    }
    Ok(!changed.is_empty())
}

/// Tells of all Notes that the post has, had before the change, or has no more.
fn tell(tx: &mut Write<'_>, site: &Site, mut post: Post, before: &[Option<Lang>], gone: &[Lang]) -> Result<Post> {
    let inboxes = address::of_copies(tx, &post)?;
    let (kept, new): (Vec<_>, Vec<_>) = post.notes().into_iter().partition(|note| before.contains(note));
    let deleted: Vec<_> = gone.iter().map(|lang| (lang, ActivityId(tx.id()))).collect();
    post.activities.extend(deleted.iter().map(|(_, id)| *id));
    posts::put(tx, &post)?;
    let (account, about) = (post.account, Some(post.id));
    for (lang, id) in deleted {
        let json = write::delete_note(site, account, &site.note(post.id, Some(lang)), id);
        address::say(tx, &Saying { id, account, post: about, listed: false, json: &json }, &inboxes)?;
    }
    let post = publish::tell(tx, site, post, &kept, &inboxes, publish::UPDATE)?;
    if new.is_empty() {
        return Ok(post);
    }
    let post = quoting::stamp(tx, site, post, &new)?;
    publish::tell(tx, site, post, &new, &inboxes, publish::CREATE)
}

/// A post of the account for which the power was shown.
pub(super) fn own(tx: &Write<'_>, account: AccountId, id: PostId) -> Result<Post> {
    let post = posts::need(tx, id)?;
    if post.account == account { Ok(post) } else { Err(Error::NotFound) }
}
