//! How many drafts there is room for, whose they are, and how room is made.

use std::time::Duration;

use instance::actions::drafts::{self as verbs, Pen, Seen};
use instance::error::Result;
use instance::limits;
use instance::model::draft::{Draft, Rule, Stage};
use instance::model::power::Publish;
use instance::model::user::{Asker, By};
use instance::store::check::check;
use instance::store::drafts;

use super::{Office, problem, sheet, soon};
use crate::support::seat::{Seat, led_to};
use crate::support::second_account;

#[tokio::test]
async fn an_account_has_so_many_drafts_and_no_more() {
    let office = Office::new(Rule::None).await;
    let pen = office.pen(&office.ben);
    let fill = office.write(move |tx| {
        for _ in 0..limits::draft::PER_ACCOUNT {
            verbs::begin(tx, pen, &sheet("Words"))?;
        }
        Ok(())
    });
    fill.await.unwrap();
    assert_eq!(problem(office.write(move |tx| verbs::begin(tx, pen, &sheet("Words"))).await), "E509");
    let (of, most) = (office.server.account.id, limits::draft::PER_ACCOUNT);
    let count = office.server.app.store.read(|rows| drafts::count(rows, of, Stage::Draft, most + 1)).unwrap();
    assert_eq!(count, most);
    // That keeps nobody from publishing, with a moment to think again.
    let ben: By<Publish> = Asker::User(office.ben.clone()).may(of).unwrap();
    let held = office.write(move |tx| {
        let draft = verbs::begin_held(tx, ben, &sheet("Out"))?;
        verbs::hold(tx, ben, Seen::of(&draft), Duration::from_secs(30))
    });
    assert_eq!(held.await.unwrap().stage(), Stage::Planned);
}

#[tokio::test]
async fn one_author_takes_a_share_of_the_places_and_many_drafts_go_at_once() {
    let office = Office::new(Rule::None).await;
    let (ana, ben) = (office.pen(&office.ana), office.pen(&office.ben));
    let fill = async |pen: Pen, count: usize| {
        let all = office.write(move |tx| (0..count).map(|_| verbs::begin(tx, pen, &sheet("Words"))).collect());
        let all: Result<Vec<Draft>> = all.await;
        all
    };
    let mine = fill(ana, limits::draft::PER_AUTHOR).await.unwrap();
    assert_eq!(problem(fill(ana, 1).await), "E509");
    office.save(&office.ana, Seen::of(&mine[0]), "Other words").await.unwrap();
    let theirs = fill(ben, limits::draft::PER_AUTHOR + 1).await.unwrap();
    office.plan(&office.ben, &mine[1], soon()).await.unwrap();

    let gone = async |pen: Pen, all: Vec<(Seen, Stage)>| {
        office.write(move |tx| verbs::discard_many(tx, pen, &all)).await.unwrap()
    };
    let as_seen = |draft: &Draft| (Seen::of(draft), draft.stage());
    let seen = |all: &[Draft]| all.iter().map(as_seen).collect::<Vec<_>>();
    assert_eq!(gone(ana, seen(&theirs)).await, 0, "who only writes drops their own");
    let last = Seen::of(&mine[8]);
    office.write(move |tx| verbs::ask(tx, ana, last)).await.unwrap();
    // The first was changed since, the second is planned, somebody was asked about the last.
    assert_eq!(gone(ana, seen(&mine[..9])).await, 6);
    assert_eq!(gone(ana, seen(&mine[..9])).await, 0, "twice is once");
    assert_eq!(gone(ben, seen(&[&mine[9..], &theirs[..]].concat())).await, mine.len() - 9 + theirs.len());
    let strangers = Pen::of(&Asker::Operator, second_account(&office.server).await.id).unwrap();
    assert_eq!(gone(strangers, vec![as_seen(&office.now_is(mine[0].id))]).await, 0);
    let left = office.server.app.store.read(|rows| drafts::open(rows, office.server.account.id)).unwrap();
    let left: Vec<_> = left.into_iter().map(|(stage, id, whose)| (stage, id, whose.user())).collect();
    let own = Some(office.ana.id);
    let kept = [(Stage::Draft, mine[0].id), (Stage::Asked, mine[8].id), (Stage::Planned, mine[1].id)];
    assert_eq!(left, kept.map(|(stage, id)| (stage, id, own)));
    assert!(check(&office.server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn many_drafts_are_dropped_by_a_page_that_says_whose_they_are() {
    let office = Office::new(Rule::None).await;
    for (user, text) in [(&office.ana, "Ana's first"), (&office.ana, "Ana's second"), (&office.ben, "Ben's own")] {
        office.begin(user, text).await;
    }
    let planned = office.begin(&office.ana, "Ana's plan").await;
    office.plan(&office.ben, &planned, soon()).await.unwrap();
    let (ana, ben) = (Seat::of(&office.server, office.ana.id).await, Seat::of(&office.server, office.ben.id).await);
    let path = format!("/desk/accounts/{}/drafts", office.server.account.id);
    assert!(ben.get("/desk/drafts").await.text().contains(&format!("href=\"{path}\"")));
    let own = ana.get(&path).await.text();
    assert!(own.contains("Ana&#39;s first") && own.contains("Ana&#39;s second"), "{own}");
    assert!(!own.contains("Ana&#39;s plan") && !own.contains("Ben"), "{own}");
    let by = format!("{path}?by={}", office.ana.id);
    assert!(ana.get(&format!("{path}?by={}", office.ben.id)).await.text().contains("can be dropped here"));
    let theirs = ben.get(&by).await.text();
    assert!(theirs.contains("Ana&#39;s first") && !theirs.contains(" checked>"), "{theirs}");
    let tab = format!("drafts?by={}\" aria-current=\"page\"><bdi>ana@city.example</bdi> (2)</a>", office.ana.id);
    assert!(theirs.contains("<nav class=\"tabs\"") && theirs.contains(&tab), "{theirs}");
    assert_eq!(theirs.matches("?by=").count() - theirs.matches("tick=all").count(), 2, "{theirs}");
    let all = ben.get(&format!("{by}&tick=all")).await.text();
    let ticked: Vec<&str> =
        all.split("name=\"draft\" value=\"").skip(1).map(|rest| rest.split_once("\" checked>").unwrap().0).collect();
    assert_eq!(ticked.len(), 2, "{all}");
    let none = ben.post(&path, &[("by", &office.ana.id.to_string())]).await;
    assert_eq!(none.status.as_u16(), 422);
    let none = none.text();
    assert!(none.contains("<a href=\"#draft1\">No draft is ticked") && none.contains("Ana&#39;s first"), "{none}");
    let fields: Vec<(&str, &str)> = ticked.iter().map(|seen| ("draft", *seen)).collect();
    let done = ben.post(&path, &fields).await;
    assert_eq!(
        (led_to(&done).as_str(), done.header("location")),
        ("/desk/drafts", "/desk/drafts?done=many&gone=2&left=0")
    );
    let list = ben.get(done.header("location")).await.text();
    assert!(list.contains(">2 drafts are dropped.</p>") && list.contains("Ben&#39;s own"), "{list}");
    assert!(!list.contains("Ana&#39;s first") && list.contains("Ana&#39;s plan"), "{list}");
    // They are gone already: that is not said to be done once more.
    let again = ben.post(&path, &fields).await;
    let list = ben.get(again.header("location")).await.text();
    assert!(list.contains(">0 drafts are dropped. 2 not: somebody changed"), "{list}");
}
