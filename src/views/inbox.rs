//! What strangers said to the institution, as the desk goes through it: newest first, by how far it is.

use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::actor::Actor;
use crate::model::case::{About, Case, Stand};
use crate::model::ids::{AccountId, ActorId, CaseId, NoteId, PostId, UserId};
use crate::model::moderation::Quote;
use crate::model::note::{Note, Shown};
use crate::model::post::Post;
use crate::store::counts::{self, Count};
use crate::store::{Rows, actors, cases, notes, posts, quotes};

use super::thread::NoteView;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    So(Stand),
    /// What somebody has taken and not done.
    Mine(UserId),
}

/// What somebody wants to see.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub which: Which,
    /// Of these accounts of ours.
    pub accounts: Vec<AccountId>,
    pub lang: Option<Lang>,
    /// What stands under this post of ours.
    pub post: Option<PostId>,
    /// The domain of who wrote it.
    pub server: Option<String>,
    pub shown: Option<Shown>,
    pub before: Option<CaseId>,
}

#[derive(Debug, Clone, Default)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where to go on, when there may be more.
    pub older: Option<CaseId>,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub case: Case,
    pub said: Said,
}

#[derive(Debug, Clone)]
pub enum Said {
    Note(Box<NoteView>),
    /// How a post of ours was passed on.
    Shares(Box<Shares>),
}

#[derive(Debug, Clone)]
pub struct Shares {
    pub post: Post,
    pub numbers: Numbers,
    /// The latest.
    pub quotes: Vec<(Quote, Actor)>,
}

/// What became of a post of ours elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    pub boosts: u64,
    pub likes: u64,
    pub quotes: usize,
}

/// A page of the inbox. Who filters much gets fewer rather than have everything be read.
pub fn page(rows: &impl Rows, wanted: &Wanted) -> Result<Page> {
    let mut page = Page::default();
    let (mut before, mut looked) = (wanted.before, 0);
    loop {
        let batch = batch(rows, wanted, before)?;
        let full = batch.len() > limits::desk::CASES;
        for id in batch.into_iter().take(limits::desk::CASES) {
            if page.items.len() == limits::desk::CASES {
                page.older = before;
                return Ok(page);
            }
            before = Some(id);
            looked += 1;
            page.items.extend(item(rows, wanted, id)?);
        }
        if !full {
            return Ok(page);
        }
        if looked >= limits::desk::FILTERED || page.items.len() == limits::desk::CASES {
            page.older = before;
            return Ok(page);
        }
    }
}

/// One more than a page has, newest first.
fn batch(rows: &impl Rows, wanted: &Wanted, before: Option<CaseId>) -> Result<Vec<CaseId>> {
    let most = limits::desk::CASES + 1;
    if let Some(post) = wanted.post {
        let below = before.map(|id| NoteId(id.0));
        let mut ids: Vec<CaseId> =
            notes::ids_of_thread(rows, post, below, most)?.into_iter().map(|id| CaseId(id.0)).collect();
        let shares = About::Shares(post).case();
        if ids.len() < most && before.is_none_or(|before| shares < before) && cases::get(rows, shares)?.is_some() {
            ids.push(shares);
        }
        return Ok(ids);
    }
    match wanted.which {
        Which::Mine(user) => cases::of_owner(rows, user, before, most),
        Which::So(stand) => {
            let mut ids = Vec::new();
            for account in &wanted.accounts {
                ids.extend(cases::of_account(rows, *account, stand, before, most)?);
            }
            ids.sort_unstable_by(|a, b| b.cmp(a));
            ids.dedup();
            ids.truncate(most);
            Ok(ids)
        }
    }
}

/// What is there and wanted.
fn item(rows: &impl Rows, wanted: &Wanted, id: CaseId) -> Result<Option<Item>> {
    let Some(item) = find(rows, id)? else { return Ok(None) };
    let case = &item.case;
    let which = match wanted.which {
        Which::So(stand) => case.stand_for(&wanted.accounts) == stand,
        Which::Mine(user) => case.owner == Some(user) && case.stand_for(&wanted.accounts) != Stand::Done,
    };
    if !which || case.accounts.iter().all(|account| !wanted.accounts.contains(account)) {
        return Ok(None);
    }
    let fits = match &item.said {
        Said::Note(view) => {
            let lang = view.note.content.lang.as_ref().map(Lang::primary);
            wanted.lang.as_ref().is_none_or(|wanted| lang == Some(wanted.primary()))
                && wanted.server.as_ref().is_none_or(|wanted| view.author.profile.domain == *wanted)
                && wanted.shown.is_none_or(|wanted| view.note.decision() == Some(wanted))
        }
        Said::Shares(_) => wanted.lang.is_none() && wanted.server.is_none() && wanted.shown.is_none(),
    };
    Ok(Some(item).filter(|_| fits))
}

/// One thing, whoever it is for.
pub fn find(rows: &impl Rows, id: CaseId) -> Result<Option<Item>> {
    let touched = cases::get(rows, id)?;
    if let Some(Case { about: About::Shares(post), .. }) = touched {
        let Some(post) = posts::get(rows, post)?.filter(Post::is_public) else { return Ok(None) };
        let said = Said::Shares(Box::new(shares(rows, post)?));
        return Ok(touched.map(|case| Item { case, said }));
    }
    let Some(note) = notes::get(rows, NoteId(id.0))? else { return Ok(None) };
    let case = touched.map_or_else(|| cases::of_note(rows, &note), Ok)?;
    let author = actors::named_by_row(rows, note.author)?;
    Ok(Some(Item { case, said: Said::Note(Box::new(NoteView { note, author, copies: Vec::new() })) }))
}

fn shares(rows: &impl Rows, post: Post) -> Result<Shares> {
    let mut latest = Vec::new();
    for quote in quotes::latest(rows, post.id, limits::desk::QUOTES)? {
        if let Some(actor) = quote.actor.map_or(Ok(None), |actor| actors::get(rows, actor))? {
            latest.push((quote, actor));
        }
    }
    Ok(Shares { numbers: numbers(rows, post.id)?, post, quotes: latest })
}

pub fn numbers(rows: &impl Rows, post: PostId) -> Result<Numbers> {
    Ok(Numbers {
        boosts: counts::get(rows, Count::Boosts(post))?,
        likes: counts::get(rows, Count::Likes(post))?,
        quotes: quotes::count(rows, post)?,
    })
}

/// How much is open of these accounts, counted so far.
pub fn open(rows: &impl Rows, accounts: &[AccountId], most: usize) -> Result<usize> {
    let mut ids = Vec::new();
    for account in accounts {
        ids.extend(cases::of_account(rows, *account, Stand::Open, None, most)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.len().min(most))
}

/// What somebody wrote to these accounts since a moment, besides one note, newest first.
pub fn earlier(
    rows: &impl Rows,
    author: ActorId,
    accounts: &[AccountId],
    but: NoteId,
    since: Timestamp,
) -> Result<Vec<(Note, Case)>> {
    let mut found = Vec::new();
    for note in notes::latest_of_author(rows, author, limits::desk::EARLIER)? {
        let ours = note.concerns.iter().any(|account| accounts.contains(account));
        if note.id != but && note.received >= since && ours {
            let case = cases::of_note(rows, &note)?;
            found.push((note, case));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::Account;
    use crate::views::samples::House;

    fn wanted(accounts: &[&Account]) -> Wanted {
        Wanted {
            which: Which::So(Stand::Open),
            accounts: accounts.iter().map(|account| account.id).collect(),
            lang: None,
            post: None,
            server: None,
            shown: None,
            before: None,
        }
    }

    fn ids(house: &House, wanted: &Wanted) -> (Vec<u64>, Option<CaseId>) {
        let page = house.store.read(|rows| page(rows, wanted)).unwrap();
        (page.items.iter().map(|item| item.case.id().0).collect(), page.older)
    }

    fn put(house: &House, case: Case) {
        house.store.write_blocking(move |tx| cases::put(tx, &case)).unwrap();
    }

    #[test]
    fn each_is_on_one_list_and_the_lists_are_by_account() {
        let house = House::new();
        let (press, water) = (house.account("press"), house.account("water"));
        let (ann, bob) = (house.stranger("ann", "Ann"), house.stranger("bob", "Bob"));
        let (top, pipe) = (house.post(&press, "top"), house.post(&water, "pipe"));
        let one = house.note(&ann, &top, None, Shown::Waiting, "one");
        let two = house.note(&bob, &pipe, None, Shown::Released, "two");
        let three = house.note(&ann, &top, None, Shown::Waiting, "three");
        assert_eq!(ids(&house, &wanted(&[&press, &water])).0, [three.id.0, two.id.0, one.id.0]);
        assert_eq!(ids(&house, &wanted(&[&press])).0, [three.id.0, one.id.0]);
        assert!(ids(&house, &wanted(&[])).0.is_empty());

        let mut case = house.store.read(|rows| cases::of_note(rows, &three)).unwrap();
        (case.stand, case.owner) = (Stand::Waiting, Some(UserId(9)));
        put(&house, case.clone());
        let waiting = Wanted { which: Which::So(Stand::Waiting), ..wanted(&[&press]) };
        let mine = Wanted { which: Which::Mine(UserId(9)), ..wanted(&[&press]) };
        assert_eq!((ids(&house, &waiting).0, ids(&house, &mine).0), (vec![three.id.0], vec![three.id.0]));
        assert_eq!(ids(&house, &wanted(&[&press])).0, [one.id.0]);
        let elsewhere = Wanted { which: Which::Mine(UserId(9)), ..wanted(&[&water]) };
        assert!(ids(&house, &elsewhere).0.is_empty(), "taken once, and no role any more");
        case.set(press.id, Stand::Done, Timestamp(9));
        put(&house, case);
        assert!(ids(&house, &mine).0.is_empty() && ids(&house, &waiting).0.is_empty());
        assert_eq!(house.store.read(|rows| open(rows, &[press.id, water.id], 9)).unwrap(), 2);
    }

    #[test]
    fn filters_and_pages_leave_nothing_out() {
        let house = House::new();
        let press = house.account("press");
        let (ann, top, other) = (house.stranger("ann", "Ann"), house.post(&press, "top"), house.post(&press, "other"));
        let mut all = Vec::new();
        for n in 0..limits::desk::CASES * 2 + 3 {
            let under = if n % 10 == 0 { &other } else { &top };
            let mut note = house.note(&ann, under, None, Shown::Waiting, "words");
            if n % 7 == 0 {
                note.content.lang = Some(crate::views::samples::lang("fr-BE"));
                house.put_note(note.clone());
            }
            all.insert(0, note);
        }
        let walk = |wanted: Wanted| {
            let (mut found, mut wanted) = (Vec::new(), wanted);
            for _ in 0..9 {
                let (ids, older) = ids(&house, &wanted);
                assert!(ids.len() <= limits::desk::CASES);
                found.extend(ids);
                let Some(older) = older else { return found };
                wanted.before = Some(older);
            }
            panic!("it does not end")
        };
        let of = |keep: &dyn Fn(&Note) -> bool| all.iter().filter(|n| keep(n)).map(|n| n.id.0).collect::<Vec<_>>();
        assert_eq!(walk(wanted(&[&press])), of(&|_| true));
        let french = Wanted { lang: Some(crate::views::samples::lang("fr")), ..wanted(&[&press]) };
        assert_eq!(walk(french), of(&|note| note.content.lang.as_ref().is_some_and(|lang| lang.primary() == "fr")));
        let under = Wanted { post: Some(other.id), ..wanted(&[&press]) };
        assert_eq!(walk(under), of(&|note| note.thread == Some(other.id)));
        assert_eq!(walk(Wanted { server: Some("other.example".into()), ..wanted(&[&press]) }).len(), all.len());
        assert!(walk(Wanted { server: Some("elsewhere.example".into()), ..wanted(&[&press]) }).is_empty());
        assert!(walk(Wanted { shown: Some(Shown::Hidden), ..wanted(&[&press]) }).is_empty());
    }

    #[test]
    fn what_somebody_wrote_before_is_found_for_those_whom_it_concerns() {
        let house = House::new();
        let (press, water) = (house.account("press"), house.account("water"));
        let ann = house.stranger("ann", "Ann");
        let (top, pipe) = (house.post(&press, "top"), house.post(&water, "pipe"));
        let old = house.note(&ann, &top, None, Shown::Waiting, "old");
        house.note(&ann, &pipe, None, Shown::Waiting, "to others");
        let new = house.note(&ann, &top, None, Shown::Waiting, "new");
        let ask = |since| {
            let found = house.store.read(|rows| earlier(rows, ann.id, &[press.id], new.id, since)).unwrap();
            found.into_iter().map(|(note, _)| note.id).collect::<Vec<_>>()
        };
        assert_eq!(ask(Timestamp(0)), [old.id]);
        assert!(ask(new.received).is_empty());
    }
}
