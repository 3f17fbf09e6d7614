//! A post goes out.

use serde_json::Value;

use crate::activitypub::write::{self, NoteParts};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed, Hash};
use crate::model::draft::Demand;
use crate::model::ids::{AccountId, ActivityId, PostId};
use crate::model::media::{Media, check_described};
use crate::model::post::{NewPost, Post, ReplyTo, Version};
use crate::model::power::{Attach, Draft, Power as _, Publish, Reply};
use crate::model::site::Site;
use crate::model::user::{Asker, By, Who};
use crate::store::{Write, accounts, material, notes, podcasts, posts};

use super::address::{self, Saying};
use super::{audit, quoting};

/// The power by which somebody speaks for an account: to answer takes less than to publish.
#[derive(Debug, Clone, Copy)]
pub enum Voice {
    Publish(By),
    Answer(By<Reply>),
}

impl Voice {
    pub fn of(asker: &Asker, account: AccountId, answers: bool) -> Result<Self> {
        Ok(if answers { Self::Answer(asker.may(account)?) } else { Self::Publish(asker.may(account)?) })
    }

    pub fn attach(self) -> By<Attach> {
        match self {
            Self::Publish(by) => by.to(),
            Self::Answer(by) => by.to(),
        }
    }

    /// Publishes what it has the power for.
    pub fn say(self, tx: &mut Write<'_>, site: &Site, new: &NewPost) -> Result<Post> {
        self.thread(tx, site, std::slice::from_ref(new))
    }

    /// A thread as a unit: each post answers the one before. The first of them is what it answers with.
    pub fn thread(self, tx: &mut Write<'_>, site: &Site, news: &[NewPost]) -> Result<Post> {
        match self {
            Self::Publish(by) => unapproved(tx, site, (by.account(), by.who()), news),
            // Those who may answer somebody need not be able to publish, and that is what to go on under an own post is.
            Self::Answer(_) if !matches!(news.first().and_then(|new| new.reply_to), Some(ReplyTo::Note(_))) => {
                Err(Error::Forbidden(Publish::MISSING))
            }
            Self::Answer(by) => unapproved(tx, site, (by.account(), by.who()), news),
        }
    }
}

/// Publishes at once, where the account demands nobody's approval, or it is urgent and may be approved afterwards. On a
/// live site its Create is stored and a delivery for each inbox of the audience.
pub fn publish(tx: &mut Write<'_>, site: &Site, by: By, new: &NewPost) -> Result<Post> {
    Voice::Publish(by).say(tx, site, new)
}

/// What an account demands is asked once for a thread. What is more than a single plain answer is no answer to it.
fn unapproved(tx: &mut Write<'_>, site: &Site, whose: (AccountId, Who), news: &[NewPost]) -> Result<Post> {
    let nothing = || Error::bug("a thread without posts");
    let (first, (account, who)) = (news.first().ok_or_else(nothing)?, whose);
    let answer = news.len() == 1 && first.is_answer();
    let approval = accounts::need(tx, account)?.approval;
    let demand = match approval.unapproved(who, first.urgent, answer) {
        Err(Error::Invalid(problem)) if !super::drafts::still_can::<Draft>(tx, who, account)? => {
            return Err(problem.remedy(approval.for_repliers()).into());
        }
        demand => demand?,
    };
    for (n, new) in news.iter().enumerate() {
        let about = new.media.iter().map(|id| super::media::ready(tx, account, *id).map(|media| media.about()));
        check_described(&about.collect::<Result<Vec<_>>>()?, &new.versions, (n, news.len()))?;
    }
    let posts = say(tx, site, whose, news)?;
    match demand {
        Demand::Nothing => {}
        Demand::Afterwards => super::drafts::owing(tx, who, news, &posts)?,
    }
    posts.into_iter().next().ok_or_else(nothing)
}

/// Publishes what may go out: a post, or a thread of which each answers the one before.
pub(super) fn say(tx: &mut Write<'_>, site: &Site, whose: (AccountId, Who), news: &[NewPost]) -> Result<Vec<Post>> {
    let mut posts: Vec<Post> = Vec::with_capacity(news.len());
    for new in news {
        let reply_to = posts.last().map(|before| ReplyTo::Own(before.id)).or(new.reply_to);
        posts.push(say_one(tx, site, whose, &NewPost { reply_to, ..new.clone() })?);
    }
    Ok(posts)
}

fn say_one(tx: &mut Write<'_>, site: &Site, (account, who): (AccountId, Who), new: &NewPost) -> Result<Post> {
    let published = tx.now();
    let post = write_down(tx, account, new, PostId(tx.id()), published)?;
    if !post.demo || post.written {
        let act = if post.reply_to.is_some() { Act::PostAnswer } else { Act::PostPublish };
        let deed = Deed::new(act).of(account).on(post.id).with(sealed(&post.versions, post.media.len()));
        audit::note(tx, who, &deed)?;
    }
    if let Some(ReplyTo::Note(note)) = post.reply_to {
        super::cases::answered(tx, account, note, post.id)?;
    }
    if site.live && !post.demo { announce(tx, site, post) } else { Ok(post) }
}

/// A sample of the trial, dated back: shown, never sent.
pub fn sample(tx: &mut Write<'_>, by: By, new: &NewPost, published: Timestamp) -> Result<Post> {
    let first = PostId::first_at(published).0;
    let free = (first..first + 0xffff).map(PostId).find(|id| matches!(posts::get(tx, *id), Ok(None)));
    let id = free.ok_or_else(|| Error::bug("no free id in that millisecond"))?;
    write_down(tx, by.account(), &NewPost { demo: true, ..new.clone() }, id, published)
}

fn write_down(tx: &mut Write<'_>, account: AccountId, new: &NewPost, id: PostId, published: Timestamp) -> Result<Post> {
    new.check()?;
    let account = accounts::need(tx, account)?;
    let media = new.media.iter().map(|id| super::media::ready(tx, account.id, *id)).collect::<Result<Vec<Media>>>()?;
    media.iter().try_for_each(super::media::free)?;
    check_parent(tx, account.id, new.reply_to)?;
    let episode = new.episode.clone().map(|episode| episode.with_chapters(&media));
    if let Some(episode) = &episode {
        podcasts::need(tx, account.id, &episode.series)?;
        episode.check_sound(&media)?;
    }
    let quoted = new.quote.map(|quote| quoting::quoted(tx, account.id, quote)).transpose()?;
    let post = Post { episode, quoted, ..Post::new(id, &account, published, new) };
    for media in &media {
        super::media::keep(tx, media)?;
    }
    posts::put(tx, &post)?;
    Ok(post)
}

/// Texts for the audit log: how long, and a seal by which one that somebody shows can be known again. The texts stand in
/// the post alone.
pub(super) fn sealed(versions: &[Version], files: usize) -> String {
    let seal = |version: &Version| {
        let all = [version.text.as_str(), "\n", &version.warning].concat();
        let seal = Hash::of(all.as_bytes()).to_string();
        let seal = seal.get(..limits::audit::SEAL).unwrap_or_default().to_owned();
        format!("{}: {} characters, {seal}", version.lang, version.text.chars().count())
    };
    let mut parts: Vec<String> = versions.iter().map(seal).collect();
    if files > 0 {
        parts.push(format!("{files} file{}", if files == 1 { "" } else { "s" }));
    }
    parts.join("; ")
}

/// What is answered is there for the account that answers.
fn check_parent(tx: &Write<'_>, account: AccountId, parent: Option<ReplyTo>) -> Result<()> {
    let there = match parent {
        None => true,
        Some(ReplyTo::Own(id)) => posts::need(tx, id).is_ok(),
        Some(ReplyTo::Note(id)) => notes::get(tx, id)?.is_some_and(|note| note.is_open_to(account)),
    };
    if there {
        return Ok(());
    }
    Err(Problem::new("E126", "The post that this one answers is not there (any more).").field("reply_to").into())
}

/// Says a post that is written down.
fn announce(tx: &mut Write<'_>, site: &Site, post: Post) -> Result<Post> {
    let inboxes = address::of_post(tx, &post)?;
    let notes = post.notes();
    let post = quoting::stamp(tx, site, post, &notes)?;
    let post = tell(tx, site, post, &notes, &inboxes, CREATE)?;
    quoting::ask(tx, site, post, &notes)
}

/// How an activity about a Note is written, and whether it is in the outbox.
pub(super) type Word = (fn(&NoteParts<'_>, ActivityId) -> Value, bool);

/// Of a Note that nobody has yet.
pub(super) const CREATE: Word = (write::create, true);
/// Of a Note as it is now. Mastodon sees an edit in it when `updated` has grown, and otherwise takes the tallies of a poll
/// and the consent to a quote.
pub(super) const UPDATE: Word = (write::update_note, false);

/// Says one thing of some Notes of a post: there is one, or one for each language.
pub(super) fn tell(
    tx: &mut Write<'_>,
    site: &Site,
    mut post: Post,
    notes: &[Option<Lang>],
    inboxes: &address::Inboxes,
    (word, listed): Word,
) -> Result<Post> {
    let said: Vec<_> = notes.iter().map(|lang| (lang.as_ref(), ActivityId(tx.id()))).collect();
    post.activities.extend(said.iter().map(|(_, id)| *id));
    posts::put(tx, &post)?;
    let (account, about) = (post.account, Some(post.id));
    let material = material::of(tx, post)?;
    for (lang, id) in said {
        let json = word(&NoteParts::in_language(site, &material, lang), id);
        address::say(tx, &Saying { id, account, post: about, listed, json: &json }, inboxes)?;
    }
    Ok(material.post)
}

/// Gives a post of the trial the Creates that it would have had, without telling anybody: there were no followers.
pub(super) fn catch_up(tx: &mut Write<'_>, site: &Site, mut post: Post) -> Result<()> {
    for old in std::mem::take(&mut post.activities) {
        crate::store::activities::erase(tx, old)?;
    }
    post.retired.clear();
    let notes = post.notes();
    let post = quoting::stamp(tx, site, post, &notes)?;
    tell(tx, site, post, &notes, &address::Inboxes::new(), CREATE).map(|_| ())
}
