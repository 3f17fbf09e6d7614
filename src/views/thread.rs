//! What is said under a post: our own answers, and what strangers answered as far as somebody released it. What is
//! not shown is counted, never silently gone.

use std::collections::{HashMap, HashSet, VecDeque};

use super::post::{PostView, view};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Replies;
use crate::model::actor::Actor;
use crate::model::copied::{Copied, CopyKey};
use crate::model::ids::{AccountId, NoteId, PostId};
use crate::model::note::{Note, Shown};
use crate::model::post::{Post, ReplyTo};
use crate::model::site::Site;
use crate::store::counts::{self, Count};
use crate::store::{Rows, accounts, actors, copies, notes, posts};

#[derive(Debug, Clone, Default)]
pub struct Thread {
    pub answers: Vec<Answer>,
    /// All in `answers`, on every level.
    pub shown: usize,
    /// Public replies of strangers that somebody decided against.
    pub hidden: u64,
    /// Public replies of strangers that nobody has decided about.
    pub waiting: u64,
    /// Further public replies for which there is no room.
    pub more: u64,
    /// The account shows no strangers' replies at all.
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub said: Said,
    /// What it answers is not shown: it stands in the place of that, under something that it does not answer.
    pub astray: bool,
    pub answers: Vec<Answer>,
}

#[derive(Debug, Clone)]
pub enum Said {
    /// By the institution.
    Own(Box<PostView>),
    Stranger(Box<NoteView>),
}

#[derive(Debug, Clone)]
pub struct NoteView {
    pub note: Note,
    pub author: Actor,
    /// Copies of their pictures, where the institution wants them.
    pub copies: Vec<(CopyKey, Copied)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Post(PostId),
    Note(NoteId),
}

/// Something said, and where it stands in order.
struct Node {
    key: Key,
    at: Timestamp,
    astray: bool,
    what: What,
}

enum What {
    Post(Box<Post>),
    Note(Box<Note>),
}

/// What stands below a post of ours, oldest first.
pub fn thread(rows: &impl Rows, site: &Site, id: PostId) -> Result<Thread> {
    let top = posts::need(rows, id)?;
    let account = accounts::need(rows, top.account)?;
    let mut gathering = Gathering {
        rows,
        site,
        thread: Thread { closed: account.replies == Replies::Never, ..Thread::default() },
        below: HashMap::new(),
        places: HashMap::new(),
        to_strangers: HashMap::new(),
        searched: HashSet::new(),
        total: 0,
        strangers: 0,
    };
    gathering.gather(&top)?;
    gathering.thread.answers = gathering.answers(Key::Post(top.id), 1)?;
    let Gathering { mut thread, total, strangers, .. } = gathering;
    thread.more = total.saturating_sub(strangers + thread.hidden + thread.waiting);
    Ok(thread)
}

struct Gathering<'a, R: Rows> {
    rows: &'a R,
    site: &'a Site,
    thread: Thread,
    below: HashMap<Key, Vec<Node>>,
    /// By a note's address: what answers to it stand under, and whether that is the note itself. One that is not shown
    /// hands on to what it answered.
    places: HashMap<String, (Key, bool)>,
    /// Our answers to strangers' notes, of the accounts that were searched.
    to_strangers: HashMap<NoteId, Vec<Post>>,
    searched: HashSet<AccountId>,
    /// Public replies of strangers as the counters know them.
    total: u64,
    /// Of these, the ones that are shown.
    strangers: u64,
}

impl<R: Rows> Gathering<'_, R> {
    /// Collects the posts of ours in the thread, and the notes under each.
    fn gather(&mut self, top: &Post) -> Result<()> {
        let mut queue = VecDeque::from([top.id]);
        let mut seen = HashSet::from([top.id]);
        while let Some(id) = queue.pop_front() {
            let answers = posts::own_replies(self.rows, id, limits::pages::ANSWERS)?;
            let mut own: Vec<(Key, bool, Post)> =
                answers.into_iter().map(|post| (Key::Post(id), false, post)).collect();
            let notes = notes::of_thread(self.rows, id, limits::pages::THREAD_READ)?;
            self.total += counts::get(self.rows, Count::Replies(id))?;
            for account in notes.iter().flat_map(|note| note.concerns.iter()) {
                self.search(top.id, *account)?;
            }
            for note in notes {
                let (note_id, uri) = (note.id, note.content.uri.clone());
                let place = self.note(id, top.published, note);
                let answers = self.to_strangers.remove(&note_id).unwrap_or_default();
                let stands = place == Key::Note(note_id);
                own.extend(answers.into_iter().map(|post| (place, !stands, post)));
                self.places.insert(uri, (place, stands));
            }
            for (place, astray, post) in own {
                if seen.len() <= limits::pages::ANSWERS && seen.insert(post.id) {
                    queue.push_back(post.id);
                    let (key, at) = (Key::Post(post.id), post.published);
                    let node = Node { key, at, astray, what: What::Post(Box::new(post)) };
                    self.below.entry(place).or_default().push(node);
                }
            }
        }
        Ok(())
    }

    /// Counts a note, and puts it in its place when it is shown. Answers what answers to it stand under.
    ///
    /// Notes come in the order in which they were received, so what one answers has its place already; what comes
    /// the other way round (or answers itself) stands under our post.
    fn note(&mut self, under: PostId, earliest: Timestamp, note: Note) -> Key {
        let above = note.content.in_reply_to.as_ref().and_then(|uri| self.places.get(uri));
        let ours = |uri: &String| self.site.own_post(uri) == Some(under);
        let stands = note.content.in_reply_to.as_ref().is_none_or(ours);
        let (above, stands) = above.copied().unwrap_or((Key::Post(under), stands));
        if !note.content.public {
            return above;
        }
        match note.shown {
            Shown::Released if !self.thread.closed => {
                let key = Key::Note(note.id);
                // A stranger's clock does not decide who stands first.
                let at = note.content.published.max(earliest).min(note.received.max(earliest));
                self.below.entry(above).or_default().push(Node {
                    key,
                    at,
                    astray: !stands,
                    what: What::Note(Box::new(note)),
                });
                return key;
            }
            Shown::Released | Shown::Hidden => self.thread.hidden += 1,
            Shown::Waiting => self.thread.waiting += 1,
        }
        above
    }

    /// Finds an account's answers to strangers among what it published since the thread began.
    fn search(&mut self, since: PostId, account: AccountId) -> Result<()> {
        if !self.searched.insert(account) {
            return Ok(());
        }
        let mut before = None;
        for _ in 0..limits::pages::THREAD_SEARCHED / limits::pages::THREAD_BATCH {
            let batch = posts::of_account(self.rows, account, before, limits::pages::THREAD_BATCH)?;
            let end = batch.len() < limits::pages::THREAD_BATCH;
            for post in batch {
                if post.id <= since {
                    return Ok(());
                }
                before = Some(post.id);
                if let Some(ReplyTo::Note(note)) = post.reply_to {
                    self.to_strangers.entry(note).or_default().push(post);
                }
            }
            if end {
                break;
            }
        }
        Ok(())
    }

    /// What stands under a place, in order of time, with what stands under it in turn.
    fn answers(&mut self, place: Key, level: usize) -> Result<Vec<Answer>> {
        let mut nodes = self.below.remove(&place).unwrap_or_default();
        if level == limits::pages::LEVELS {
            let mut next = 0;
            while let Some(node) = nodes.get(next) {
                let deeper = self.below.remove(&node.key).unwrap_or_default();
                nodes.extend(deeper);
                next += 1;
            }
        }
        nodes.sort_by_key(|node| (node.at, node.key.number()));
        let mut answers = Vec::new();
        for node in nodes {
            if self.thread.shown == limits::pages::ANSWERS {
                break;
            }
            let astray = node.astray;
            let Some(said) = self.said(node.what)? else { continue };
            self.thread.shown += 1;
            let below = if level < limits::pages::LEVELS { self.answers(node.key, level + 1)? } else { Vec::new() };
            answers.push(Answer { said, astray, answers: below });
        }
        Ok(answers)
    }

    fn said(&mut self, what: What) -> Result<Option<Said>> {
        match what {
            What::Note(note) => {
                let author = actors::named_by_row(self.rows, note.author)?;
                self.strangers += 1;
                let copies = copies::of_note(self.rows, &note)?;
                Ok(Some(Said::Stranger(Box::new(NoteView { note: *note, author, copies }))))
            }
            What::Post(post) => match view(self.rows, self.site, *post) {
                Ok(view) => Ok(Some(Said::Own(Box::new(view)))),
                // Its account was closed.
                Err(Error::Gone) => Ok(None),
                Err(e) => Err(e),
            },
        }
    }
}

impl Key {
    fn number(self) -> u64 {
        match self {
            Self::Post(id) => id.0,
            Self::Note(id) => id.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::site::Site;
    use crate::views::samples::{House, site};

    /// The thread as indented lines.
    fn lines(answers: &[Answer], level: usize) -> Vec<String> {
        let mut all = Vec::new();
        for answer in answers {
            let text = match &answer.said {
                Said::Own(post) => post.post().versions[0].text.clone(),
                Said::Stranger(view) => format!("{}: {}", view.author.profile.name, view.note.content.html),
            };
            let astray = if answer.astray { " (astray)" } else { "" };
            all.push(format!("{}{text}{astray}", "-".repeat(level)));
            all.extend(lines(&answer.answers, level + 1));
        }
        all
    }

    fn ask(house: &House, id: PostId) -> Thread {
        let site: Site = site();
        house.store.read(|r| thread(r, &site, id)).unwrap()
    }

    #[test]
    fn a_conversation_is_a_tree_with_our_answers_in_it() {
        let house = House::new();
        let (press, ann, bob) = (house.account("press"), house.stranger("ann", "Ann"), house.stranger("bob", "Bob"));
        let top = house.post(&press, "top");
        let question = house.note(&ann, &top, None, Shown::Released, "phones?");
        let answer = house.reply(&press, "from 2027", ReplyTo::Note(question.id));
        house.note(&ann, &answer, None, Shown::Released, "thanks");
        house.note(&bob, &top, None, Shown::Released, "bikes?");
        house.reply(&press, "more tomorrow", ReplyTo::Own(top.id));
        let other = house.post(&press, "unrelated");
        house.note(&bob, &other, None, Shown::Released, "elsewhere");

        let found = ask(&house, top.id);
        assert_eq!(
            lines(&found.answers, 0),
            ["Ann: phones?", "-from 2027", "--Ann: thanks", "Bob: bikes?", "more tomorrow"]
        );
        assert_eq!((found.shown, found.hidden, found.waiting, found.more), (5, 0, 0, 0));
        assert_eq!(lines(&ask(&house, answer.id).answers, 0), ["Ann: thanks"]);
    }

    #[test]
    fn what_is_not_shown_is_counted_and_private_words_are_not_even_that() {
        let house = House::new();
        let (press, ann) = (house.account("press"), house.stranger("ann", "Ann"));
        let top = house.post(&press, "top");
        let hidden = house.note(&ann, &top, None, Shown::Hidden, "rude");
        house.note(&ann, &top, Some(&hidden), Shown::Released, "under the rude one");
        house.note(&ann, &top, None, Shown::Waiting, "later");
        let mut private = house.note(&ann, &top, None, Shown::Waiting, "secret");
        private.content.public = false;
        // Whatever went wrong elsewhere: private stays private.
        private.shown = Shown::Released;
        house.put_note(private);
        let found = ask(&house, top.id);
        assert_eq!(lines(&found.answers, 0), ["Ann: under the rude one (astray)"]);
        assert_eq!((found.hidden, found.waiting, found.more), (1, 1, 0));
    }

    #[test]
    fn an_answer_to_what_is_not_shown_is_no_answer_to_its_neighbour() {
        let house = House::new();
        let (press, ann, bob) = (house.account("press"), house.stranger("ann", "Ann"), house.stranger("bob", "Bob"));
        let top = house.post(&press, "top");
        let shown = house.note(&bob, &top, None, Shown::Released, "bikes?");
        let waits = house.note(&ann, &top, Some(&shown), Shown::Waiting, "phones?");
        house.reply(&press, "from 2027", ReplyTo::Note(waits.id));
        house.reply(&press, "bikes too", ReplyTo::Note(shown.id));
        assert_eq!(lines(&ask(&house, top.id).answers, 0), ["Bob: bikes?", "-from 2027 (astray)", "-bikes too"]);
        // What it answers is gone altogether.
        let mut orphan = house.note(&bob, &top, None, Shown::Released, "and trams?");
        orphan.content.in_reply_to = Some("https://gone.example/1".to_owned());
        house.put_note(orphan);
        assert_eq!(lines(&ask(&house, top.id).answers, 0).last().unwrap(), "Bob: and trams? (astray)");
    }

    #[test]
    fn an_account_that_shows_no_replies_shows_only_its_own() {
        let house = House::new();
        let (mut press, ann) = (house.account("press"), house.stranger("ann", "Ann"));
        press.replies = Replies::Never;
        house.put_account(press.clone());
        let top = house.post(&press, "top");
        house.note(&ann, &top, None, Shown::Released, "old");
        house.reply(&press, "goes on", ReplyTo::Own(top.id));
        let found = ask(&house, top.id);
        assert!(found.closed);
        assert_eq!(lines(&found.answers, 0), ["goes on"]);
    }

    #[test]
    fn deep_circular_and_backdated_answers_neither_hang_nor_hide_the_rest() {
        let house = House::new();
        let (press, ann) = (house.account("press"), house.stranger("ann", "Ann"));
        let top = house.post(&press, "top");
        let mut last: Option<Note> = None;
        for n in 0..6 {
            last = Some(house.note(&ann, &top, last.as_ref(), Shown::Released, &format!("{n}")));
        }
        let mut ring = house.note(&ann, &top, None, Shown::Released, "ring a");
        let second = house.note(&ann, &top, Some(&ring), Shown::Released, "ring b");
        ring.content.in_reply_to = Some(second.content.uri);
        house.put_note(ring);
        let mut selfish = house.note(&ann, &top, None, Shown::Released, "me");
        selfish.content.in_reply_to = Some(selfish.content.uri.clone());
        selfish.content.published = Timestamp(1);
        house.put_note(selfish);
        let found = ask(&house, top.id);
        let lines = lines(&found.answers, 0);
        assert_eq!(found.shown, 9);
        assert_eq!(lines[..6], ["Ann: me (astray)", "Ann: 0", "-Ann: 1", "--Ann: 2", "--Ann: 3", "--Ann: 4"]);
        assert!(lines.contains(&"-Ann: ring b".to_owned()), "{lines:?}");
    }

    #[test]
    fn a_flood_is_cut_and_said_to_be() {
        let house = House::new();
        let (press, ann) = (house.account("press"), house.stranger("ann", "Ann"));
        let top = house.post(&press, "top");
        for n in 0..limits::pages::ANSWERS + 7 {
            house.note(&ann, &top, None, Shown::Released, &format!("{n}"));
        }
        let found = ask(&house, top.id);
        assert_eq!((found.shown, found.more), (limits::pages::ANSWERS, 7));
    }
}
