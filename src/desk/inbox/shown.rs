//! Things in the inbox as a page shows them.

use std::collections::BTreeMap;

use crate::actions::replies;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::desk::frame::Wall;
use crate::desk::listing;
use crate::error::Result;
use crate::limits;
use crate::model::actor::Profile;
use crate::model::case::{Case, Stand};
use crate::model::ids::{AccountId, CaseId, PostId, UserId};
use crate::model::note::{Attachment, Content, Shown};
use crate::model::post::Post;
use crate::model::power::{Moderate, Publish, Read, Reply};
use crate::model::user::Asker;
use crate::store::{Rows, accounts, meta, posts, users};
use crate::views::inbox::{self, Numbers, Said, Shares};

/// Things about one post of ours, or about none.
pub(super) struct Group {
    pub post: Option<About>,
    pub items: Vec<Item>,
}

/// A post of ours that something is about.
pub(super) struct About {
    pub id: PostId,
    pub first: String,
    pub page: String,
    pub numbers: String,
}

/// One thing on a list.
#[expect(clippy::struct_excessive_bools, reason = "what the template asks, one by one")]
pub(super) struct Item {
    pub id: CaseId,
    pub note: Option<Words>,
    pub shares: Option<Passed>,
    pub stand: Stand,
    /// Of what is shown here: what is released is this.
    pub stamp: String,
    pub owner: String,
    pub mine: bool,
    /// Somebody else has the form open.
    pub busy: String,
    pub remarks: usize,
    pub can_release: bool,
    pub can_hide: bool,
    pub can_answer: bool,
    pub can_boost: bool,
}

/// What a stranger wrote.
pub(in crate::desk) struct Words {
    pub name: String,
    pub handle: String,
    pub profile: String,
    pub url: String,
    pub time: String,
    pub machine_time: String,
    pub lang: String,
    pub lang_name: String,
    pub dir: &'static str,
    /// What was decided about it, and since when it waits or how long it took.
    pub more: String,
    pub public: bool,
    pub warning: String,
    /// Safe: sanitised when it was read (`base::html`).
    pub html: String,
    pub attachments: Vec<Attachment>,
}

/// How a post of ours was passed on.
pub(super) struct Passed {
    pub words: String,
    /// Who quoted it, and where.
    pub quotes: Vec<(String, String)>,
}

impl Item {
    /// What tells it from its neighbours.
    pub(super) fn called(&self) -> &str {
        self.note.as_ref().map_or("what was shared", |note| &note.handle)
    }
}

/// Who looks, and from where.
pub(super) struct Sight<'a, R: Rows> {
    rows: &'a R,
    asker: &'a Asker,
    me: UserId,
    now: Timestamp,
    pub wall: Wall,
}

impl<'a, R: Rows> Sight<'a, R> {
    pub(super) fn new(rows: &'a R, asker: &'a Asker, me: UserId, now: Timestamp) -> Result<Self> {
        Ok(Self { rows, asker, me, now, wall: Wall::of(&meta::institution(rows)?) })
    }

    /// Grouped by post, in the order in which each post comes first.
    pub(super) fn groups(&self, items: Vec<inbox::Item>) -> Result<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places: BTreeMap<Option<PostId>, usize> = BTreeMap::new();
        for item in items {
            let post = match &item.said {
                Said::Note(view) => view.note.thread,
                Said::Shares(shares) => Some(shares.post.id),
            };
            let place = if let Some(place) = places.get(&post) {
                *place
            } else {
                let about = post.map_or(Ok(None), |id| self.about(id))?;
                groups.push(Group { post: about, items: Vec::new() });
                places.insert(post, groups.len() - 1);
                groups.len() - 1
            };
            let item = self.item(item)?;
            if let Some(group) = groups.get_mut(place) {
                group.items.push(item);
            }
        }
        Ok(groups)
    }

    pub(super) fn about(&self, id: PostId) -> Result<Option<About>> {
        let Some(post) = posts::get(self.rows, id)?.filter(Post::is_public) else { return Ok(None) };
        let account = accounts::get(self.rows, post.account)?.filter(|account| account.deleted.is_none());
        let Some(account) = account else { return Ok(None) };
        Ok(Some(About {
            id,
            first: listing::first(&post, 80),
            page: listing::path(&account, id),
            numbers: numbers(inbox::numbers(self.rows, id)?),
        }))
    }

    pub(super) fn item(&self, item: inbox::Item) -> Result<Item> {
        let case = &item.case;
        let (mut can_release, mut can_hide, mut public, mut stamp) = (false, false, false, String::new());
        if let Said::Note(view) = &item.said {
            let of = replies::decided_by(self.rows, &view.note)?;
            let decides = of.iter().any(|account| self.asker.can::<Moderate>(*account));
            stamp = replies::stamp(&view.note, &view.author.profile)?;
            public = view.note.content.public;
            let decision = view.note.decision().filter(|_| decides);
            can_release = decision.is_some_and(|shown| shown != Shown::Released);
            can_hide = decision.is_some_and(|shown| shown != Shown::Hidden);
        }
        let owner = case.owner.map_or(Ok(None), |id| users::get(self.rows, id))?;
        Ok(Item {
            id: case.id(),
            stand: self.stand(case),
            stamp,
            mine: case.owner == Some(self.me),
            owner: owner.map(|user| user.called().to_owned()).unwrap_or_default(),
            busy: busy(self.rows, case, self.me, self.now)?.unwrap_or_default(),
            remarks: case.remarks_for(&self.seen(case)).count(),
            can_release,
            can_hide,
            can_answer: case.accounts.iter().any(|account| self.asker.can::<Reply>(*account)),
            can_boost: public && case.accounts.iter().any(|account| self.asker.can::<Publish>(*account)),
            note: match &item.said {
                Said::Note(view) => {
                    let age = age(case, self.stand(case), view.note.received, self.now);
                    let more = view.note.decision().map(state).into_iter().chain([age.as_str()]).collect::<Vec<_>>();
                    Some(Words::of(&self.wall, &view.author.profile, view.note.content.clone(), more.join(" · ")))
                }
                Said::Shares(_) => None,
            },
            shares: match item.said {
                Said::Note(_) => None,
                Said::Shares(shares) => Some(passed(*shares)),
            },
        })
    }

    /// The accounts of a case that they have to do with.
    pub(super) fn seen(&self, case: &Case) -> Vec<AccountId> {
        case.accounts.iter().copied().filter(|account| self.asker.can::<Read>(*account)).collect()
    }

    /// How far it is, for them.
    pub(super) fn stand(&self, case: &Case) -> Stand {
        case.stand_for(&self.seen(case))
    }
}

impl Words {
    /// `more`: what the desk knows of it besides.
    pub(in crate::desk) fn of(wall: &Wall, author: &Profile, content: Content, more: String) -> Self {
        let lang = content.lang.as_ref();
        Self {
            name: text::clean_name(&author.name, 60),
            handle: author.handle(),
            profile: web(&author.url),
            url: web(&content.url),
            time: wall.time(content.published),
            machine_time: content.published.rfc3339(),
            lang: lang.map(ToString::to_string).unwrap_or_default(),
            lang_name: lang.map(|lang| lang.own_name().to_owned()).unwrap_or_default(),
            dir: lang.map_or("auto", Lang::dir),
            more,
            public: content.public,
            warning: content.warning,
            html: content.html,
            attachments: content.attachments,
        }
    }
}

/// A stranger's address, or none when it is not one of the web.
fn web(address: &str) -> String {
    uri::http(address).map_or_else(|| "#".to_owned(), Into::into)
}

pub(super) fn state(shown: Shown) -> &'static str {
    match shown {
        Shown::Waiting => "not decided yet",
        Shown::Released => "shown",
        Shown::Hidden => "hidden",
    }
}

/// Who else is answering, and for how long.
pub(in crate::desk) fn busy(rows: &impl Rows, case: &Case, me: UserId, now: Timestamp) -> Result<Option<String>> {
    let Some(answering) = case.answering.filter(|answering| answering.until > now && answering.who != me) else {
        return Ok(None);
    };
    let name = users::get(rows, answering.who)?.map(|user| user.called().to_owned()).unwrap_or_default();
    Ok(Some(format!("{name} is answering (for {} more at most)", span(now, answering.until))))
}

/// Since when something waits, or how long it took.
fn age(case: &Case, stand: Stand, since: Timestamp, now: Timestamp) -> String {
    match (stand, case.closed) {
        (Stand::Open | Stand::Waiting, _) => format!("for {}", span(since, now)),
        (Stand::Done, Some(closed)) if !case.answers.is_empty() => format!("answered after {}", span(since, closed)),
        (Stand::Done, Some(closed)) => format!("done after {}", span(since, closed)),
        (Stand::Done, None) => "done".to_owned(),
    }
}

/// `5 min`, `3 h`, `2 days`: never less than a minute.
fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.since(from).as_secs().div_ceil(60).max(1);
    match minutes {
        0..=119 => format!("{minutes} min"),
        120..=2_879 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

fn numbers(numbers: Numbers) -> String {
    let word = |n: u64, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
    let all = [
        word(numbers.boosts, "share", "shares"),
        word(numbers.quotes as u64, "quote", "quotes"),
        word(numbers.likes, "favourite", "favourites"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn passed(shares: Shares) -> Passed {
    let quote = |(quote, actor): (crate::model::moderation::Quote, crate::model::actor::Actor)| {
        let name = text::clean_name(&actor.profile.name, 60);
        let handle = actor.profile.handle();
        (if name.is_empty() { handle } else { format!("{name} ({handle})") }, web(&quote.instrument))
    };
    let more = shares.numbers.quotes > limits::desk::QUOTES;
    Passed {
        words: format!(
            "Passed on elsewhere: {}{}",
            numbers(shares.numbers),
            if more { "; the latest quotes:" } else { "" }
        ),
        quotes: shares.quotes.into_iter().map(quote).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_in_words() {
        let told = |seconds: u64| span(Timestamp(0), Timestamp(seconds * 1_000));
        assert_eq!((told(0), told(61), told(7_140)), ("1 min".into(), "2 min".into(), "119 min".into()));
        assert_eq!((told(7_260), told(172_800)), ("2 h".into(), "2 days".into()));
        let some = Numbers { boosts: 1, likes: 2, quotes: 0 };
        assert_eq!(numbers(some), "1 share · 2 favourites");
    }
}
