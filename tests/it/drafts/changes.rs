//! What was let pass is not changed by one person alone: a change of a post goes the way of the post.

use std::time::Duration;

use instance::actions::drafts::{self as verbs, Seen};
use instance::actions::edit::{self, Change};
use instance::error::Result;
use instance::model::draft::{Approval, Draft, Rule, Sheet, Stage, State};
use instance::model::ids::DraftId;
use instance::model::post::{Post, Version};
use instance::model::user::{Asker, Rank, User};
use instance::store::{drafts, posts};

use super::{Office, problem, soon};
use crate::support::drain;
use crate::support::seat::{Seat, led_to};

impl Office {
    /// A post that went out by the rule.
    async fn let_pass(&self, text: &str) -> Post {
        let draft = self.begin(&self.ana, text).await;
        let asked = self.ask(&self.ana, &draft).await.unwrap();
        let passed = self.approve(&self.cem, &asked).await.unwrap();
        self.publish(&self.ben, &passed).await.unwrap();
        self.posts().pop().unwrap()
    }

    async fn publish(&self, user: &User, draft: &Draft) -> Result<Draft> {
        let (by, seen) = (Asker::User(user.clone()).may(self.server.account.id)?, Seen::of(draft));
        let site = self.server.app.site.clone();
        self.write(move |tx| verbs::publish(tx, &site, by, seen, &[])).await
    }

    async fn edit(&self, who: &Asker, post: &Post, text: &str, urgent: bool) -> Result<Post> {
        let (site, by, id) = (self.server.app.site.clone(), who.may(post.account)?, post.id);
        let words = Version { text: text.into(), ..post.versions[0].clone() };
        let change = Change { urgent, ..Change::words(vec![words]) };
        self.write(move |tx| edit::edit(tx, &site, by, id, &change)).await
    }

    /// A change of a post that is asked for.
    async fn change(&self, user: &User, post: &Post, text: &str) -> Result<Draft> {
        let (pen, was) = (self.pen(user), self.post(post));
        let mut content = instance::model::draft::Content::of_post(&was, &[]);
        content.parts[0].versions[0].text = text.into();
        let sheet = Sheet { content, edits: Some((post.id, was.since())), ..Sheet::default() };
        self.write(move |tx| {
            let draft = verbs::begin(tx, pen, &sheet)?;
            verbs::ask(tx, pen, Seen::of(&draft))
        })
        .await
    }

    fn post(&self, post: &Post) -> Post {
        self.server.app.store.read(|rows| posts::need(rows, post.id)).unwrap()
    }

    fn gone(&self, id: DraftId) -> bool {
        self.server.app.store.read(|rows| drafts::get(rows, id)).unwrap().is_none()
    }
}

#[tokio::test]
async fn a_change_of_what_was_let_pass_is_let_pass_before_it_is_seen() {
    let office = Office::new(Rule::Approver).await;
    let post = office.let_pass("The bridge opens on Monday.").await;
    for who in [Asker::User(office.ben.clone()), Asker::User(office.cem.clone()), Asker::Operator] {
        assert_eq!(problem(office.edit(&who, &post, "EVERYTHING DIFFERENT", false).await), "E540");
        // Nor because it is called urgent, where the rule knows no such thing.
        if who.who() != instance::model::user::Who::Operator {
            assert_eq!(problem(office.edit(&who, &post, "EVERYTHING DIFFERENT", true).await), "E540");
        }
    }
    let (ben, cem) = (Seat::of(&office.server, office.ben.id).await, Seat::of(&office.server, office.cem.id).await);
    let form = format!("/desk/posts/{}/edit", post.id);
    let page = ben.get(&form).await.text();
    assert!(page.contains(">Ask for approval</button>") && !page.contains(">Save the changes</button>"), "{page}");
    let since = post.since().0.to_string();
    let words = |text| [("revision", since.as_str()), ("lang", "en"), ("text", text)];
    let alone = ben.post_parts(&form, &[&words("Alone.")[..], &[("do", "publish")]].concat()).await;
    assert!(alone.status == 422 && alone.text().contains("Alone.</textarea>") && alone.text().contains("approve"));
    let asked = ben.post_parts(&form, &[&words("The bridge opens on Tuesday.")[..], &[("keep", "ask")]].concat()).await;
    let path = led_to(&asked);
    assert_eq!(office.texts(), ["The bridge opens on Monday."], "nothing is public yet");
    // One at a time: the form is that of the change now.
    assert_eq!(ben.get(&form).await.header("location"), format!("{path}/edit"));
    let second = ben.post_parts(&form, &[&words("Another.")[..], &[("keep", "draft")]].concat()).await;
    assert!(second.status == 422 && second.text().contains(&path), "{}", second.text());
    let form_of_it = ben.get(&format!("{path}/edit")).await.text();
    assert!(form_of_it.contains("The bridge opens on Tuesday.</textarea>") && !form_of_it.contains("name=\"quote\""));
    let page = cem.get(&path).await.text();
    assert!(page.contains("on <del>Monday</del><ins>Tuesday</ins>."), "against what is public: {page}");
    led_to(&cem.post(&format!("{path}/approve"), &[("revision", "1")]).await);
    led_to(&ben.post(&format!("{path}/publish"), &[("revision", "1")]).await);
    assert_eq!(office.texts(), ["The bridge opens on Monday."], "it can be undone for a moment");
    office.clock.advance(Duration::from_secs(31));
    drain(&[&office.server]).await;
    drain(&[&office.server]).await;
    let now = office.post(&post);
    assert_eq!((now.versions[0].text.as_str(), now.revisions.len()), ("The bridge opens on Tuesday.", 1));
    assert_eq!(office.posts().len(), 1, "a change is no second post");
    let page = cem.get(&path).await.text();
    assert!(page.contains("The post was changed on ") && page.contains("<del>Monday</del>"), "{page}");
    // Without a rule it is as it was.
    office.rule(Approval::default()).await;
    office.edit(&Asker::User(office.ben.clone()), &post, "The bridge is open.", false).await.unwrap();
    assert_eq!(office.texts(), ["The bridge is open."]);
}

#[tokio::test]
async fn what_is_changed_in_an_emergency_is_owed_with_what_is_public() {
    let office = Office::new(Rule::Approver).await;
    let post = office.let_pass("Stay calm.").await;
    let of = office.server.account.id;
    office.rule(Approval { rule: Rule::Approver, urgent_first: true, ..Approval::default() }).await;
    let (ben, cem) = (Seat::of(&office.server, office.ben.id).await, Seat::of(&office.server, office.cem.id).await);
    let form = format!("/desk/posts/{}/edit", post.id);
    let since = post.since().0.to_string();
    let words = [("revision", since.as_str()), ("lang", "en"), ("text", "Leave now."), ("do", "publish")];
    assert_eq!(ben.post_parts(&form, &words).await.status, 422, "only when it is said to be urgent");
    let urgent = ben.post_parts(&form, &[&words[..], &[("urgent", "1")]].concat()).await;
    assert_eq!(urgent.header("location"), format!("/desk?changed={}", post.id));
    assert_eq!(office.texts(), ["Leave now."]);
    let owing = || office.server.app.store.read(|rows| drafts::of(rows, of, Stage::Owing, 9)).unwrap();
    let owed = owing();
    assert_eq!((owed.len(), owed[0].content.parts[0].versions[0].text.as_str()), (1, "Leave now."));
    let page = cem.get(&format!("/desk/drafts/{}", owed[0].id)).await.text();
    assert!(page.contains("<ins>Leave</ins>") && page.contains("<del>Stay</del>"), "{page}");
    // A second one is owed together with it: nobody lets pass what is not public any more.
    office.edit(&Asker::User(office.ben.clone()), &post, "Leave now, by bus.", true).await.unwrap();
    assert_eq!(problem(office.approve(&office.cem, &owed[0]).await), verbs::CHANGED);
    let owed = owing();
    assert_eq!((owed.len(), owed[0].content.parts[0].versions[0].text.as_str()), (1, "Leave now, by bus."));
    assert_eq!(problem(office.approve(&office.ben, &owed[0]).await), "E503");
    office.approve(&office.cem, &owed[0]).await.unwrap();
    assert!(owing().is_empty());
    assert_eq!(office.texts(), ["Leave now, by bus."]);
}

#[tokio::test]
async fn a_change_ends_with_its_post_and_does_not_write_over_another() {
    let office = Office::new(Rule::Other).await;
    let post = office.let_pass("One.").await;
    let asked = office.change(&office.ben, &post, "Two.").await.unwrap();
    assert_eq!(problem(office.change(&office.ben, &post, "Three.").await), "E541");
    let passed = office.approve(&office.cem, &asked).await.unwrap();
    let planned = office.plan(&office.ben, &passed, soon()).await.unwrap();
    office.edit(&Asker::Operator, &post, "Operator's.", true).await.unwrap();
    assert_eq!(problem(office.publish(&office.ben, &planned).await), "E542");
    office.clock.set(soon());
    drain(&[&office.server]).await;
    let State::Missed { why, .. } = office.now_is(planned.id).state else { panic!("not missed") };
    assert!(why.contains("changed after"), "{why}");
    assert_eq!(office.texts(), ["Operator's."]);
    // Saved again as it is, it is a change of what the post says now, and what was let pass was another.
    let (pen, now) = (office.pen(&office.ben), office.now_is(planned.id));
    let sheet = Sheet { content: now.content.clone(), ..Sheet::default() };
    let saved = office.write(move |tx| verbs::save(tx, pen, Seen::of(&now), &sheet)).await.unwrap();
    assert_eq!((saved.stage(), saved.approval().is_none()), (Stage::Draft, true));
    assert_eq!(saved.edits.as_ref().unwrap().was.parts[0].versions[0].text, "Operator's.");
    let (site, by, id) = (office.server.app.site.clone(), office.server.by(), post.id);
    office.write(move |tx| instance::actions::delete::delete(tx, &site, by, id)).await.unwrap();
    assert!(office.gone(planned.id));
}

#[tokio::test]
async fn what_is_lost_by_a_save_is_said_before_it_and_nothing_empty_is_kept() {
    let office = Office::new(Rule::Other).await;
    let draft = office.begin(&office.ben, "Words").await;
    let asked = office.ask(&office.ben, &draft).await.unwrap();
    let sent = office.server.account.id;
    let (cem, ana) = (Seat::of(&office.server, office.cem.id).await, Seat::of(&office.server, office.ana.id).await);
    let ben = Seat::of(&office.server, office.ben.id).await;
    let path = format!("/desk/drafts/{}", draft.id);
    led_to(&cem.post(&format!("{path}/send-back"), &[("revision", "1"), ("comment", "Which?")]).await);
    assert!(ben.get("/desk/drafts").await.text().contains("Sent back to you"));
    assert!(!ana.get("/desk/drafts").await.text().contains("Sent back to you"), "it is not hers");
    assert!(ben.get(&path).await.text().contains("Sent back by cem@city.example"));
    let asked = office.ask(&office.ben, &office.now_is(asked.id)).await.unwrap();
    assert!(!ben.get("/desk/drafts").await.text().contains("Sent back to you"), "it is on its way again");
    let passed = office.approve(&office.cem, &asked).await.unwrap();
    let edit = format!("{path}/edit");
    assert!(ana.get(&edit).await.text().contains("the approval is gone"));
    office.plan(&office.ben, &passed, soon()).await.unwrap();
    assert!(ana.get(&edit).await.text().contains("the plan is gone"));
    let account = sent.to_string();
    let nothing = [("account", account.as_str()), ("lang", "en"), ("text", " \n"), ("keep", "draft")];
    let answer = ana.post_parts("/desk/posts", &nothing).await;
    assert!(answer.status == 422 && answer.text().contains("nothing to keep"), "{}", answer.text());
}

#[tokio::test]
async fn who_made_a_rule_weaker_stands_where_others_look() {
    let office = Office::new(Rule::Approver).await;
    let of = office.server.account.id;
    let roles = [instance::model::user::Role::Admin, instance::model::user::Role::Editor];
    let eve = crate::support::seat::user(&office.server, "eve@city.example", Rank::default(), of, &roles).await;
    let eve = Seat::of(&office.server, eve.id).await;
    assert_eq!(eve.post(&format!("/desk/accounts/{of}/approval"), &[("rule", "none")]).await.status, 303);
    let cem = Seat::of(&office.server, office.cem.id).await;
    for path in ["/desk/drafts".to_owned(), format!("/desk/accounts/{of}/approval")] {
        assert!(cem.get(&path).await.text().contains("Set by eve@city.example, "), "{path}");
    }
    assert!(eve.get("/desk/users").await.text().contains("Nobody. Set by eve@city.example, "));
}
