//! Several people and one draft: written, looked at, let pass, planned, published. What goes out goes out once.

mod before;
mod changes;
mod colleagues;
mod desk;
mod files;
mod places;

use std::time::Duration;

use instance::actions::drafts::{self as verbs, Eyes, Pen, Seen};
use instance::actions::publish::{self as at_once, Voice};
use instance::base::time::{Clock, Timestamp};
use instance::error::{Error, Result};
use instance::limits;
use instance::model::draft::{Approval, Content, Draft, Part, Rule, Sheet, Stage, State, When};
use instance::model::ids::DraftId;
use instance::model::post::{NewPost, Post, ReplyTo};
use instance::model::user::{Asker, Rank, Role, User, Who};
use instance::store::schema::MEDIA;
use instance::store::{Rows, Write, drafts, posts};
use instance::work;

use crate::support::seat::user;
use crate::support::{Instance, START, drain, second_account};

/// A server whose `press` publishes by a rule, with Ana, an author, Ben, an editor, and Cem, who approves and edits.
struct Office {
    server: Instance,
    clock: Clock,
    ana: User,
    ben: User,
    cem: User,
}

impl Office {
    async fn new(rule: Rule) -> Self {
        let clock = Clock::by_hand(START);
        Self::on(Instance::start_as(&clock, false).await, clock, rule).await
    }

    async fn on(server: Instance, clock: Clock, rule: Rule) -> Self {
        let of = server.account.id;
        let ana = user(&server, "ana@city.example", Rank::Member, of, &[Role::Author]).await;
        let ben = user(&server, "ben@city.example", Rank::Member, of, &[Role::Editor]).await;
        let cem = user(&server, "cem@city.example", Rank::Member, of, &[Role::Approver, Role::Editor]).await;
        let office = Self { server, clock, ana, ben, cem };
        office.rule(Approval { rule, ..Approval::default() }).await;
        office
    }

    async fn write<T: Send + 'static>(&self, verb: impl Fn(&mut Write<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.server.app.store.write(verb).await
    }

    async fn rule(&self, approval: Approval) {
        crate::support::rule(&self.server, approval).await;
    }

    fn pen(&self, user: &User) -> Pen {
        Pen::of(&Asker::User(user.clone()), self.server.account.id).unwrap()
    }

    fn eyes(&self, user: &User) -> Eyes {
        Eyes::of(&Asker::User(user.clone()), self.server.account.id).unwrap()
    }

    async fn begin(&self, user: &User, text: &str) -> Draft {
        let (pen, sheet) = (self.pen(user), sheet(text));
        self.write(move |tx| verbs::begin(tx, pen, &sheet)).await.unwrap()
    }

    async fn save(&self, user: &User, seen: Seen, text: &str) -> Result<Draft> {
        let (pen, sheet) = (self.pen(user), sheet(text));
        self.write(move |tx| verbs::save(tx, pen, seen, &sheet)).await
    }

    async fn ask(&self, user: &User, draft: &Draft) -> Result<Draft> {
        let (pen, seen) = (self.pen(user), Seen::of(draft));
        self.write(move |tx| verbs::ask(tx, pen, seen)).await
    }

    async fn approve(&self, user: &User, draft: &Draft) -> Result<Draft> {
        let (eyes, seen) = (self.eyes(user), Seen::of(draft));
        self.write(move |tx| verbs::approve(tx, eyes, seen, "")).await
    }

    async fn plan(&self, user: &User, draft: &Draft, at: Timestamp) -> Result<Draft> {
        let (by, seen) = (Asker::User(user.clone()).may(self.server.account.id)?, Seen::of(draft));
        self.write(move |tx| verbs::plan(tx, by, seen, &When::exactly(at))).await
    }

    async fn hold(&self, user: &User, draft: &Draft) -> Result<Draft> {
        let (by, seen) = (Asker::User(user.clone()).may(self.server.account.id)?, Seen::of(draft));
        self.write(move |tx| verbs::hold(tx, by, seen, Duration::from_secs(30))).await
    }

    fn now_is(&self, id: DraftId) -> Draft {
        self.server.app.store.read(|rows| drafts::need(rows, id)).unwrap()
    }

    fn posts(&self) -> Vec<Post> {
        let of = self.server.account.id;
        let mut posts = self.server.app.store.read(|rows| posts::of_account(rows, of, None, 100)).unwrap();
        posts.reverse();
        posts
    }

    fn texts(&self) -> Vec<String> {
        self.posts().into_iter().map(|post| post.versions[0].text.clone()).collect()
    }
}

fn sheet(text: &str) -> Sheet {
    let content = Content::of(&NewPost::plain("en".parse().unwrap(), text), &[]);
    Sheet { content, ..Sheet::default() }
}

/// A thread of so many parts.
fn thread(texts: &[&str]) -> Sheet {
    let mut whole = sheet("");
    whole.content.parts = texts.iter().map(|text| sheet(text).content.parts[0].clone()).collect::<Vec<Part>>();
    whole
}

fn soon() -> Timestamp {
    START.plus(Duration::from_secs(3_600))
}

fn problem<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Invalid(problem)) => problem.id,
        Err(Error::Conflict(what) | Error::Forbidden(what)) => what,
        other => panic!("{other:?}"),
    }
}

/// A thread that comes from a form at once is one thing to demand approval for, and one to let pass afterwards.
#[tokio::test]
async fn a_thread_meets_the_rule_once() {
    let office = Office::new(Rule::Other).await;
    let of = office.server.account.id;
    let note = crate::inbox::note(&office.server, None, "Ann", "<p>For how long?</p>", true).await;
    let say = |urgent: bool, reply_to: Option<ReplyTo>| {
        let part = |text: &str| NewPost { urgent, ..NewPost::plain("en".parse().unwrap(), text) };
        let news = [NewPost { reply_to, ..part("One") }, part("Two"), part("Three")];
        let site = office.server.app.site.clone();
        let voice = Voice::of(&Asker::User(office.ben.clone()), of, reply_to.is_some()).unwrap();
        office.write(move |tx| voice.thread(tx, &site, &news))
    };
    assert_eq!(problem(say(true, None).await), "E500");
    assert_eq!(office.posts().len(), 0, "nothing of it went out");
    assert_eq!(problem(say(false, Some(ReplyTo::Note(note))).await), "E500", "a thread is no mere answer");
    assert_eq!(office.posts().len(), 0);

    office.rule(Approval { rule: Rule::Other, urgent_first: true, ..Approval::default() }).await;
    say(true, None).await.unwrap();
    let owed = office.server.app.store.read(|rows| drafts::of(rows, of, Stage::Owing, 10)).unwrap();
    assert_eq!(owed.len(), 1, "one thing to let pass");
    assert_eq!(owed[0].content.parts.len(), 3);
}

#[tokio::test]
async fn written_by_one_let_pass_by_another_and_out_at_its_time() {
    let office = Office::new(Rule::Approver).await;
    let draft = office.begin(&office.ana, "The bridge opens.").await;
    assert_eq!(problem(office.plan(&office.ben, &draft, soon()).await), "E500");
    let asked = office.ask(&office.ana, &draft).await.unwrap();
    // Ben edits, which is not the role that the rule asks for.
    assert!(matches!(office.approve(&office.ben, &asked).await, Err(Error::Forbidden(_))));
    let passed = office.approve(&office.cem, &asked).await.unwrap();
    assert_eq!((passed.stage(), passed.approval().unwrap().revision), (Stage::Approved, 1));
    let planned = office.plan(&office.ben, &passed, soon()).await.unwrap();
    assert_eq!(planned.due(), Some(soon()));
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty(), "not before its time");
    office.clock.set(soon());
    drain(&[&office.server]).await;
    drain(&[&office.server]).await;
    let posts = office.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].published, soon(), "the moment of real publication");
    let State::Published { posts: ids, owes: false, .. } = office.now_is(draft.id).state else {
        panic!("not published")
    };
    assert_eq!(ids, [posts[0].id]);
    office.clock.advance(limits::draft::PUBLISHED + Duration::from_secs(1));
    work::prune::turn(&office.server.app, false).await.unwrap();
    assert!(
        office.server.app.store.read(|rows| drafts::get(rows, draft.id)).unwrap().is_none(),
        "forgotten in the end"
    );
    assert_eq!(office.posts().len(), 1);
}

#[tokio::test]
async fn a_change_withdraws_the_approval_and_the_plan() {
    let office = Office::new(Rule::Other).await;
    let draft = office.begin(&office.ana, "The bridge opens on Monday.").await;
    let asked = office.ask(&office.ana, &draft).await.unwrap();
    assert_eq!(problem(office.approve(&office.ana, &asked).await), "E503");
    let passed = office.approve(&office.ben, &asked).await.unwrap();
    let planned = office.plan(&office.ben, &passed, soon()).await.unwrap();
    // Saved as it was: nothing happens to the approval.
    let same = office.save(&office.ana, Seen::of(&planned), "The bridge opens on Monday.").await.unwrap();
    assert!(same.approval().is_some() && same.due().is_some() && same.revision == planned.revision);
    let changed = office.save(&office.ben, Seen::of(&same), "The bridge opens on Tuesday.").await.unwrap();
    assert_eq!((changed.stage(), changed.due()), (Stage::Draft, None));
    let was = &changed.withdrawn().unwrap().content.parts[0].versions[0].text;
    assert_eq!(was, "The bridge opens on Monday.", "to be compared");
    office.clock.set(soon());
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty());
    let asked = office.ask(&office.ana, &changed).await.unwrap();
    // Ben's words are in it now.
    assert_eq!(problem(office.approve(&office.ben, &asked).await), "E503");
    office.approve(&office.cem, &asked).await.unwrap();
}

#[tokio::test]
async fn two_who_save_one_draft_lose_nothing() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ana, "One").await;
    let pens = (office.pen(&office.ana), office.pen(&office.ben));
    let id = draft.id;
    let busy = office.write(move |tx| Ok((verbs::open(tx, pens.0, id)?, verbs::open(tx, pens.1, id)?))).await.unwrap();
    let users = |all: &[Who]| all.iter().filter_map(|who| who.user()).collect::<Vec<_>>();
    assert_eq!((users(&busy.0), users(&busy.1)), (vec![], vec![office.ana.id]));
    let again = office.write(move |tx| verbs::open(tx, pens.0, id)).await.unwrap();
    assert_eq!(users(&again), [office.ben.id], "each sees the other");
    let ben = office.save(&office.ben, Seen::of(&draft), "Two").await.unwrap();
    assert_eq!(problem(office.save(&office.ana, Seen::of(&draft), "Three").await), verbs::CHANGED);
    assert_eq!(office.now_is(id).content.parts[0].versions[0].text, "Two");
    // Whoever looked at an older one neither asks, nor approves, nor publishes it.
    assert_eq!(problem(office.ask(&office.ana, &draft).await), verbs::CHANGED);
    assert_eq!(problem(office.plan(&office.ben, &draft, soon()).await), verbs::CHANGED);
    office.save(&office.ana, Seen::of(&ben), "Three").await.unwrap();
    let busy = office.write(move |tx| verbs::open(tx, pens.1, id)).await.unwrap();
    assert_eq!(busy, [], "whoever saved has closed it");
    office.clock.advance(limits::draft::EDITING);
    assert_eq!(office.write(move |tx| verbs::open(tx, pens.0, id)).await.unwrap(), []);
}

#[tokio::test]
async fn a_thread_goes_out_as_a_unit_in_order() {
    let office = Office::new(Rule::None).await;
    let (pen, whole) = (office.pen(&office.ben), thread(&["One", "Two", "Three"]));
    let draft = office.write(move |tx| verbs::begin(tx, pen, &whole)).await.unwrap();
    office.plan(&office.ben, &draft, soon()).await.unwrap();
    office.clock.set(soon());
    drain(&[&office.server]).await;
    let posts = office.posts();
    assert_eq!(office.texts(), ["One", "Two", "Three"]);
    assert_eq!(posts[0].reply_to, None);
    assert_eq!(posts[1].reply_to, Some(ReplyTo::Own(posts[0].id)));
    assert_eq!(posts[2].reply_to, Some(ReplyTo::Own(posts[1].id)));
    // One part that cannot be published holds all of them back.
    let (pen, whole) = (office.pen(&office.ben), thread(&["Four", &"x".repeat(5_001)]));
    let draft = office.write(move |tx| verbs::begin(tx, pen, &whole)).await.unwrap();
    assert_eq!(problem(office.plan(&office.ben, &draft, soon().plus(Duration::from_secs(60))).await), "E122");
    assert_eq!(office.posts().len(), 3);
}

#[tokio::test]
async fn what_was_missed_goes_out_when_it_is_less_than_an_hour_late() {
    let office = Office::new(Rule::None).await;
    let early = office.begin(&office.ben, "Early").await;
    let late = office.begin(&office.ben, "Late").await;
    office.plan(&office.ben, &early, START.plus(Duration::from_secs(60))).await.unwrap();
    office.plan(&office.ben, &late, START.plus(Duration::from_secs(61))).await.unwrap();
    // The server was down meanwhile: nobody turned.
    office.clock.set(START.plus(Duration::from_secs(60)).plus(limits::draft::LATE));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Late"]);
    let missed = office.now_is(early.id);
    let State::Missed { due, why } = &missed.state else { panic!("{:?}", missed.state) };
    assert_eq!(*due, START.plus(Duration::from_secs(60)));
    assert!(why.contains("not running"), "{why}");
    // It is asked for: somebody gives it another time.
    let again = office.clock.now().plus(Duration::from_secs(60));
    office.plan(&office.ben, &missed, again).await.unwrap();
    office.clock.set(again);
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Late", "Early"]);
}

#[tokio::test]
async fn what_cannot_go_out_at_its_time_says_why() {
    let office = Office::new(Rule::None).await;
    let first = office.server.publish("First").await;
    let (pen, mut answer) = (office.pen(&office.ben), sheet("Answer"));
    answer.content.reply_to = Some(ReplyTo::Own(first.id));
    let draft = office.write(move |tx| verbs::begin(tx, pen, &answer)).await.unwrap();
    office.plan(&office.ben, &draft, soon()).await.unwrap();
    let (site, by) = (office.server.app.site.clone(), office.server.by());
    office.write(move |tx| instance::actions::delete::delete(tx, &site, by, first.id)).await.unwrap();
    office.clock.set(soon());
    drain(&[&office.server]).await;
    let State::Missed { why, .. } = office.now_is(draft.id).state else { panic!("not missed") };
    assert!(why.contains("not there"), "{why}");
}

#[tokio::test]
async fn publish_now_waits_for_whoever_thinks_again() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ben, "Too soon").await;
    let held = office.hold(&office.ben, &draft).await.unwrap();
    assert_eq!(held.due(), Some(START.plus(Duration::from_secs(30))));
    office.clock.advance(Duration::from_secs(29));
    drain(&[&office.server]).await;
    let (by, id) = (Asker::User(office.ben.clone()).may(office.server.account.id).unwrap(), draft.id);
    let undone = office.write(move |tx| verbs::unplan(tx, by, id)).await.unwrap();
    assert_eq!(undone.stage(), Stage::Draft);
    office.clock.advance(Duration::from_secs(60));
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty());
    office.hold(&office.ben, &undone).await.unwrap();
    office.clock.advance(Duration::from_secs(30));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Too soon"]);
    assert!(matches!(office.write(move |tx| verbs::unplan(tx, by, id)).await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn nothing_goes_out_twice_whoever_releases_it() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ben, "Once").await;
    let planned = office.plan(&office.ben, &draft, soon()).await.unwrap();
    office.clock.set(soon());
    let (a, b) = tokio::join!(work::publish::turn(&office.server.app), work::publish::turn(&office.server.app));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    let (site, seen) = (office.server.app.site.clone(), Seen::of(&planned));
    let again = office.write(move |tx| verbs::release(tx, &site, seen, &[]).map(|out| out.is_some())).await.unwrap();
    assert!(!again);
    assert_eq!(office.texts(), ["Once"]);
}

#[tokio::test]
async fn one_button_stops_everything_planned() {
    let office = Office::new(Rule::None).await;
    let now = office.begin(&office.ben, "Held").await;
    let due = office.begin(&office.ben, "Due in the crisis").await;
    let later = office.begin(&office.ben, "Due after it").await;
    office.hold(&office.ben, &now).await.unwrap();
    office.plan(&office.ben, &due, soon()).await.unwrap();
    office.plan(&office.ben, &later, soon().plus(Duration::from_secs(7_200))).await.unwrap();
    let by = office.server.by();
    office.write(move |tx| verbs::stop(tx, by)).await.unwrap();
    office.write(move |tx| verbs::stop(tx, by)).await.unwrap();
    office.clock.set(soon());
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty());
    // What has to be said in the crisis can be said.
    let word = office.begin(&office.ben, "Stay at home").await;
    office.hold(&office.ben, &word).await.unwrap();
    office.clock.advance(Duration::from_secs(30));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Stay at home"]);
    assert_eq!(office.write(move |tx| verbs::resume(tx, by)).await.unwrap(), 2);
    assert_eq!(office.write(move |tx| verbs::resume(tx, by)).await.unwrap(), 0);
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Stay at home"], "nothing goes out by itself that the crisis may have made wrong");
    assert_eq!(office.now_is(due.id).stage(), Stage::Missed);
    office.clock.set(soon().plus(Duration::from_secs(7_200)));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Stay at home", "Due after it"]);
}

#[tokio::test]
async fn a_rule_binds_whoever_publishes_at_once() {
    let office = Office::new(Rule::Other).await;
    let site = office.server.app.site.clone();
    let publish = |asker: &Asker, urgent: bool| {
        let (site, by) = (site.clone(), asker.may(office.server.account.id).unwrap());
        let new = NewPost { urgent, ..NewPost::plain("en".parse().unwrap(), "At once") };
        office.write(move |tx| at_once::publish(tx, &site, by, &new))
    };
    let ben = Asker::User(office.ben.clone());
    assert_eq!(problem(publish(&ben, false).await), "E500");
    assert_eq!(problem(publish(&ben, true).await), "E500");
    assert_eq!(problem(publish(&Asker::Operator, false).await), "E500");
    publish(&Asker::Operator, true).await.unwrap();
    office.rule(Approval { rule: Rule::Other, urgent_first: true, ..Approval::default() }).await;
    assert_eq!(problem(publish(&ben, false).await), "E500");
    publish(&ben, true).await.unwrap();
    let of = office.server.account.id;
    let owing = office.server.app.store.read(|rows| drafts::of(rows, of, Stage::Owing, 10)).unwrap();
    assert_eq!(owing.len(), 2, "each is to be let pass afterwards");
    let bens = owing.iter().find(|draft| draft.is_of(office.ben.id)).unwrap();
    assert_eq!(problem(office.approve(&office.ben, bens).await), "E503");
    office.approve(&office.cem, bens).await.unwrap();
    assert_eq!(office.now_is(bens.id).stage(), Stage::Published);
    // By the way of a draft it is the same.
    let draft = office.begin(&office.ben, "No hurry").await;
    assert_eq!(problem(office.hold(&office.ben, &draft).await), "E500");
}

#[tokio::test]
async fn files_of_a_draft_stay_as_long_as_it_does() {
    let office = Office::new(Rule::None).await;
    let house = instance::model::media::About::words("A bridge");
    let of = office.server.account.id;
    let add = office.write(move |tx| {
        let id = instance::model::ids::MediaId(tx.id());
        let row = serde_json::json!({
            "id": id, "account": of, "created": tx.now(), "alt": "", "file": format!("{id}.png"),
            "mime": "image/png", "width": 1, "height": 1, "bytes": 1,
        });
        let media: instance::model::media::Media = serde_json::from_value(row).unwrap();
        instance::store::media::put(tx, &media)?;
        Ok(id)
    });
    let id = add.await.unwrap();
    let with = |about: &instance::model::media::About| {
        let mut sheet = sheet("With a picture");
        sheet.content.parts[0].media = vec![instance::model::draft::Attached { id, about: about.clone() }];
        sheet
    };
    let (pen, bare) = (office.pen(&office.ben), with(&instance::model::media::About::default()));
    let draft = office.write(move |tx| verbs::begin(tx, pen, &bare)).await.unwrap();
    // Described later, and not published before.
    assert_eq!(problem(office.plan(&office.ben, &draft, soon()).await), "E130");
    let (seen, said) = (Seen::of(&draft), with(&house));
    let draft = office.write(move |tx| verbs::save(tx, pen, seen, &said)).await.unwrap();
    let here = || office.server.app.store.read(|rows| rows.get(&MEDIA, &id)).unwrap();
    assert_eq!(here().unwrap().alt, "A bridge");
    office.clock.advance(limits::keep::UNUSED_UPLOAD * 2);
    work::prune::turn(&office.server.app, true).await.unwrap();
    assert!(here().is_some(), "a draft keeps it");
    let (by, words) = (office.server.by(), instance::model::media::About::words("Another"));
    assert_eq!(problem(office.write(move |tx| instance::actions::media::describe(tx, by, id, &words)).await), "E192");
    let second = with(&house);
    assert_eq!(problem(office.write(move |tx| verbs::begin(tx, pen, &second)).await), "E133");
    office.plan(&office.ben, &draft, office.clock.now().plus(Duration::from_secs(60))).await.unwrap();
    office.clock.advance(Duration::from_secs(60));
    drain(&[&office.server]).await;
    assert_eq!(office.posts()[0].media, [id]);
    let kept = here().unwrap();
    assert!(kept.used && kept.draft.is_none());
    // What was published does not go with its draft.
    let gone = draft.id;
    assert!(matches!(office.write(move |tx| verbs::discard(tx, pen, gone)).await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn a_draft_that_is_dropped_takes_its_files_along_and_authors_stop_no_plan() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ana, "Words").await;
    office.plan(&office.ben, &draft, soon()).await.unwrap();
    let (ana, ben, id) = (office.pen(&office.ana), office.pen(&office.ben), draft.id);
    assert!(matches!(office.write(move |tx| verbs::discard(tx, ana, id)).await, Err(Error::Forbidden(_))));
    // An author's change of what an editor planned is looked at again.
    let changed = office.save(&office.ana, Seen::of(&office.now_is(id)), "Other words").await.unwrap();
    assert_eq!(changed.stage(), Stage::Draft);
    office.write(move |tx| verbs::discard(tx, ben, id)).await.unwrap();
    assert!(office.server.app.store.read(|rows| drafts::get(rows, id)).unwrap().is_none());
    let strangers = second_account(&office.server).await;
    let pen = Pen::of(&Asker::Operator, strangers.id).unwrap();
    let own = office.begin(&office.ana, "Words").await.id;
    assert!(matches!(office.write(move |tx| verbs::discard(tx, pen, own)).await, Err(Error::NotFound)));
}
