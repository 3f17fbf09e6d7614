//! What is said before a button is pressed: whose look is needed, what an emergency does, and that a plan goes nowhere.

use instance::actions::drafts as verbs;
use instance::model::draft::{Approval, Rule, Stage};
use instance::model::power::Publish;
use instance::model::user::{By, Rank, Role};
use instance::work;

use super::Office;
use crate::support::seat::{Seat, led_to, user};
use crate::support::{START, between, second_account};

const ASK: &str = "<button name=\"keep\" value=\"ask\">Ask for approval</button>";
const PUBLISH: &str = "<button name=\"do\" value=\"publish\">Publish</button>";
const PUBLISH_SECOND: &str = "<button class=\"s\" name=\"do\" value=\"publish\">Publish</button>";

/// The buttons of the composer.
fn buttons(page: &str) -> &str {
    between(page.rsplit("<form class=\"desk\"").next().unwrap(), "<p class=\"btns\"><button name=", "</p>")
}

#[tokio::test]
async fn whoever_needs_anothers_look_is_offered_to_ask_for_it() {
    let office = Office::new(Rule::Other).await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let page = ben.get("/desk").await.text();
    assert!(page.contains("Somebody else has to approve what goes out as @press: press “Ask for approval”."), "{page}");
    assert!(page.contains(ASK) && !page.contains("value=\"publish\""), "{page}");
    assert!(!page.contains("goes out at once"), "{page}");
    office.rule(Approval { rule: Rule::Approver, ..Approval::default() }).await;
    assert!(ben.get("/desk").await.text().contains("An approver has to approve what goes out as @press"));
    // An answer that needs no look, and a draft that somebody let pass, go out by the first button.
    let note = crate::inbox::note(&office.server, None, "Ann", "<p>When?</p>", true).await;
    let page = ben.get(&format!("/desk?reply={note}")).await.text();
    assert!(page.contains(PUBLISH) && !page.contains("has to approve"), "{page}");
    let draft = office.begin(&office.ana, "The bridge").await;
    let form = format!("/desk/drafts/{}/edit", draft.id);
    assert!(ben.get(&form).await.text().contains(ASK));
    let draft = office.ask(&office.ana, &draft).await.unwrap();
    office.approve(&office.cem, &draft).await.unwrap();
    assert!(ben.get(&form).await.text().contains(PUBLISH));
    // An author has nothing else to press.
    let page = Seat::of(&office.server, office.ana.id).await.get("/desk").await.text();
    assert!(page.contains(ASK) && !page.contains("value=\"publish\""), "{page}");
    office.rule(Approval::default()).await;
    let page = ben.get("/desk").await.text();
    assert!(buttons(&page).starts_with("\"do\" value=\"publish\">Publish<") && !page.contains(ASK), "{page}");
}

#[tokio::test]
async fn each_account_is_named_where_several_can_be_chosen() {
    let office = Office::new(Rule::Other).await;
    let (press, water) = (office.server.account.id, second_account(&office.server).await.id);
    let fay = user(&office.server, "fay@city.example", Rank::Owner, press, &[Role::Editor]).await;
    let fay = Seat::of(&office.server, fay.id).await;
    for (account, first) in [(press, ASK), (water, PUBLISH)] {
        let fields = [("account", account.to_string()), ("text", "The bridge".into()), ("do", "preview".into())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = fay.post_parts("/desk/posts", &fields).await.text();
        assert!(page.contains("what goes out as @press: press") && page.contains(first), "{account} {page}");
        assert!(page.contains("value=\"publish\""), "it may be changed to the other one: {page}");
    }
}

#[tokio::test]
async fn an_emergency_tells_what_it_does_before_and_after() {
    let office = Office::new(Rule::Other).await;
    office.rule(Approval { rule: Rule::Other, urgent_first: true, ..Approval::default() }).await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let page = ben.get("/desk").await.text();
    assert!(page.contains("<b>As @press it then goes out at once, before anybody approved it"), "{page}");
    assert!(page.contains(ASK) && page.contains(PUBLISH_SECOND), "{page}");
    let account = office.server.account.id.to_string();
    let form = [("account", account.as_str()), ("lang", "en"), ("text", "Flood"), ("urgent", "1"), ("do", "publish")];
    let done = ben.post_parts("/desk/posts", &form).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let page = ben.get(done.header("location")).await.text();
    assert!(page.contains("role=\"status\">Published; nobody has approved it yet. <a"), "{page}");
    // Once somebody has, it says no more than that.
    let owed = office
        .server
        .app
        .store
        .read(|rows| instance::store::drafts::of(rows, office.server.account.id, Stage::Owing, 9));
    office.approve(&office.cem, &owed.unwrap()[0]).await.unwrap();
    assert!(ben.get(done.header("location")).await.text().contains("role=\"status\">Published. <a"));
}

#[tokio::test]
async fn what_is_stopped_is_said_where_somebody_writes_and_where_they_look() {
    let office = Office::new(Rule::None).await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let draft = office.begin(&office.ana, "The bridge").await;
    office.plan(&office.ben, &draft, START.plus(std::time::Duration::from_hours(9))).await.unwrap();
    let list = ben.get("/desk/drafts").await.text();
    assert!(list.contains("Goes out by itself."), "{list}");
    assert!(!ben.get("/desk").await.text().contains("is stopped"));
    let by: By<Publish> = office.server.by();
    office.write(move |tx| verbs::stop(tx, by)).await.unwrap();
    let stopped =
        "Everything planned as @press is stopped. What you plan now waits too; what you publish now goes out.";
    for page in ["/desk".to_owned(), format!("/desk/drafts/{}/edit", draft.id)] {
        assert!(ben.get(&page).await.text().contains(stopped), "{page}");
    }
    let list = ben.get("/desk/drafts").await.text();
    assert!(!list.contains("Goes out by itself") && list.contains("Does not go out by itself as it stands."), "{list}");
    let page = ben.get(&format!("/desk/drafts/{}", draft.id)).await.text();
    assert!(!page.contains("It goes out on") && page.contains("It does not go out: everything planned"), "{page}");
    // As it says: what is published goes out.
    office.clock.advance(std::time::Duration::from_secs(1));
    let account = office.server.account.id.to_string();
    let form = [("account", account.as_str()), ("lang", "en"), ("text", "Flood"), ("do", "publish")];
    let path = led_to(&ben.post_parts("/desk/posts", &form).await);
    assert!(ben.get(&path).await.text().contains("It goes out on"));
    office.clock.advance(std::time::Duration::from_hours(10));
    work::publish::turn(&office.server.app).await.unwrap();
    assert_eq!(office.now_is(draft.id).stage(), Stage::Planned);
}

#[tokio::test]
async fn a_plan_from_before_a_rule_is_told_where_the_rule_is_set_and_goes_nowhere() {
    let office = Office::new(Rule::None).await;
    let owner = user(&office.server, "owner@city.example", Rank::Owner, office.server.account.id, &[]).await;
    let (ben, owner) = (Seat::of(&office.server, office.ben.id).await, Seat::of(&office.server, owner.id).await);
    let draft = office.begin(&office.ana, "The bridge").await;
    let due = START.plus(std::time::Duration::from_hours(9));
    office.plan(&office.ben, &draft, due).await.unwrap();
    let path = format!("/desk/accounts/{}/approval", office.server.account.id);
    assert!(!owner.get(&path).await.text().contains("planned post"));
    let page = owner.get(&led_to(&owner.post(&path, &[("rule", "other")]).await)).await.text();
    assert!(page.contains("1 planned post does not go out at its time: nobody has approved it"), "{page}");
    let page = ben.get(&format!("/desk/drafts/{}", draft.id)).await.text();
    assert!(page.contains("It does not go out: nobody has approved it") && !page.contains("It goes out on"), "{page}");
    assert!(ben.get("/desk/drafts").await.text().contains("nobody has approved it · "));
    // The way out that it names.
    led_to(&ben.post(&format!("/desk/drafts/{}/unplan", draft.id), &[]).await);
    led_to(&ben.post(&format!("/desk/drafts/{}/ask", draft.id), &[("revision", "1")]).await);
    assert!(!owner.get(&path).await.text().contains("planned post"));
    // Left as it is, it is missed, and does not go out unapproved.
    office.rule(Approval::default()).await;
    let other = office.begin(&office.ana, "The tunnel").await;
    office.plan(&office.ben, &other, due).await.unwrap();
    office.rule(Approval { rule: Rule::Other, ..Approval::default() }).await;
    office.clock.advance(due.since(office.server.app.now()));
    work::publish::turn(&office.server.app).await.unwrap();
    assert_eq!((office.now_is(other.id).stage(), office.posts().len()), (Stage::Missed, 0));
}
