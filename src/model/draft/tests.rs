//! A table of every event in every state, and the rules of who may cause it.

use super::*;
use crate::error::Error;
use crate::model::ids::{NoteId, PostId};
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, ReplyTo, Version};

const ANA: Who = Who::User(UserId(1));
const BEN: Who = Who::User(UserId(2));
const NOW: Timestamp = Timestamp(1_000_000_000);
const SOON: Timestamp = Timestamp(1_000_060_000);

fn approval(rule: Rule) -> Approval {
    Approval { rule, ..Approval::default() }
}

fn draft() -> Draft {
    let content = Content::of(&NewPost::plain("en".parse().unwrap(), "Words"), &[]);
    Draft::new(DraftId(1), AccountId(1), ANA, NOW, content)
}

/// One draft in each stage, by the way that leads there under a rule.
fn all(rule: Rule) -> Vec<Draft> {
    let approval = approval(rule);
    let go = |draft: &Draft, events: &[(Event, Who)]| {
        let mut draft = draft.clone();
        for (event, by) in events {
            draft.step(event, *by, NOW, approval).unwrap();
        }
        draft
    };
    let asked = go(&draft(), &[(Event::Ask, ANA)]);
    let approved = go(&asked, &[(Event::Approve { approver: true }, BEN)]);
    let planned = go(&approved, &[(Event::Plan { due: SOON }, BEN)]);
    let missed = go(&planned, &[(Event::Miss { why: "Late.".into() }, BEN)]);
    let published = go(&planned, &[(Event::Publish { posts: vec![PostId(1)] }, BEN)]);
    let mut owing = published.clone();
    owing.state = State::Published { at: NOW, posts: vec![PostId(1)], owes: true };
    vec![draft(), asked, approved, planned, missed, published, owing]
}

/// What each event leads to from draft, asked, approved, planned, missed, published and published without approval; a
/// dot where it cannot happen. All of it was approved, and Ben does it, who publishes and wrote nothing.
#[test]
fn every_event_in_every_state() {
    let events: [(&str, Event, &str); 10] = [
        ("changed", Event::Changed { publishes: true }, "draft asked draft draft draft . ."),
        ("ask", Event::Ask, "asked . . . . . ."),
        ("withdraw", Event::Withdraw, ". draft draft . . . ."),
        ("approve", Event::Approve { approver: true }, ". approved . . . . published"),
        ("send back", Event::SendBack { approver: true }, ". draft draft draft . . ."),
        ("plan", Event::Plan { due: SOON }, ". . planned planned planned . ."),
        ("hold", Event::Hold { due: SOON }, ". . planned planned planned . ."),
        ("unplan", Event::Unplan, ". . . approved approved . ."),
        ("miss", Event::Miss { why: String::new() }, ". . . missed . . ."),
        ("publish", Event::Publish { posts: Vec::new() }, ". . published published published . ."),
    ];
    for rule in [Rule::Other, Rule::Approver] {
        for (name, event, expected) in &events {
            let found: Vec<&str> = all(rule)
                .into_iter()
                .map(|mut draft| {
                    let before = draft.clone();
                    if draft.step(event, BEN, NOW, approval(rule)).is_ok() {
                        return draft.stage().name();
                    }
                    assert_eq!((draft.state, draft.passed.is_some()), (before.state, before.passed.is_some()));
                    "."
                })
                .collect();
            assert_eq!(found.join(" "), *expected, "{name} under {rule:?}");
        }
    }
}

#[test]
fn without_a_rule_nobody_has_to_be_asked() {
    for (event, expected) in [
        (Event::Plan { due: SOON }, "planned planned planned planned planned . ."),
        (Event::Publish { posts: Vec::new() }, "published published published published published . ."),
        // Whoever publishes may change what is planned; the words of others are looked at again.
        (Event::Changed { publishes: true }, "draft asked draft planned draft . ."),
        (Event::Changed { publishes: false }, "draft asked draft draft draft . ."),
    ] {
        let step = |mut draft: Draft| {
            draft.step(&event, ANA, NOW, approval(Rule::None)).map_or(".", |()| draft.stage().name())
        };
        let found: Vec<&str> = all(Rule::None).into_iter().map(step).collect();
        assert_eq!(found.join(" "), expected, "{event:?}");
    }
}

fn id(result: Result<()>) -> &'static str {
    match result {
        Err(Error::Invalid(problem)) => problem.id,
        Err(Error::Forbidden(_)) => "forbidden",
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_approves_what_they_wrote() {
    for rule in [Rule::Other, Rule::Approver] {
        let mut asked = all(rule).remove(1);
        let approve = Event::Approve { approver: true };
        assert_eq!(id(asked.clone().step(&approve, ANA, NOW, approval(rule))), "E503");
        // Nor what they mended in it, nor with a token of theirs; and what the operator wrote is not for the operator.
        asked.touched(BEN, NOW);
        let token = Who::Client { token: crate::model::client::TokenId([1; 6]), user: Some(UserId(2)) };
        assert_eq!(id(asked.clone().step(&approve, token, NOW, approval(rule))), "E503");
        asked.step(&approve, Who::Operator, NOW, approval(rule)).unwrap();
        let mut own = draft();
        (own.writer, own.hands) = (Who::Operator, vec![Who::Operator]);
        own.step(&Event::Ask, Who::Operator, NOW, approval(rule)).unwrap();
        assert_eq!(id(own.step(&approve, Who::Operator, NOW, approval(rule))), "E503");
    }
    let mut asked = all(Rule::Approver).remove(1);
    let back = Event::SendBack { approver: false };
    assert_eq!(id(asked.clone().step(&back, BEN, NOW, approval(Rule::Approver))), "forbidden");
    let colleague = Event::Approve { approver: false };
    assert_eq!(id(asked.step(&colleague, BEN, NOW, approval(Rule::Approver))), "forbidden");
    asked.step(&colleague, BEN, NOW, approval(Rule::Other)).unwrap();
}

#[test]
fn what_a_colleague_let_pass_is_too_little_once_an_approver_is_demanded() {
    let mut draft = all(Rule::Other).remove(1);
    draft.step(&Event::Approve { approver: false }, BEN, NOW, approval(Rule::Other)).unwrap();
    let publish = Event::Publish { posts: Vec::new() };
    assert!(draft.clone().step(&publish, BEN, NOW, approval(Rule::Other)).is_ok());
    assert_eq!(id(draft.clone().step(&publish, BEN, NOW, approval(Rule::Approver))), "E500");
    draft.step(&Event::Ask, ANA, NOW, approval(Rule::Approver)).unwrap();
    draft.step(&Event::Approve { approver: true }, BEN, NOW, approval(Rule::Approver)).unwrap();
    assert!(draft.step(&publish, BEN, NOW, approval(Rule::Approver)).is_ok());
}

#[test]
fn a_change_takes_the_approval_away_and_keeps_what_was_approved() {
    let mut draft = all(Rule::Other).remove(2);
    draft.content.parts[0].versions =
        vec![Version { lang: "en".parse().unwrap(), text: "Other".into(), warning: String::new() }];
    draft.step(&Event::Changed { publishes: true }, ANA, NOW, approval(Rule::Other)).unwrap();
    assert!(draft.approval().is_none());
    assert_eq!(draft.withdrawn().unwrap().content.parts[0].versions[0].text, "Words");
    assert_eq!(id(draft.step(&Event::Plan { due: SOON }, BEN, NOW, approval(Rule::Other))), "E500");
}

#[test]
fn what_is_urgent_may_go_first_where_that_is_allowed() {
    let mut urgent = draft();
    urgent.content.urgent = true;
    let publish = Event::Publish { posts: Vec::new() };
    let strict = approval(Rule::Other);
    let lenient = Approval { urgent_first: true, ..strict };
    assert_eq!(id(urgent.clone().step(&publish, ANA, NOW, strict)), "E500");
    let mut operators = urgent.clone();
    operators.step(&publish, Who::Operator, NOW, strict).unwrap();
    assert_eq!(operators.stage(), Stage::Owing);
    urgent.step(&publish, ANA, NOW, lenient).unwrap();
    assert_eq!(urgent.stage(), Stage::Owing);
    assert_eq!(id(draft().step(&publish, Who::Operator, NOW, lenient)), "E500");
    urgent.step(&Event::Approve { approver: false }, BEN, NOW, lenient).unwrap();
    assert_eq!(urgent.stage(), Stage::Published);
}

#[test]
fn whoever_thinks_again_finds_the_plan_that_there_was() {
    let later = Timestamp(SOON.0 + 600_000);
    for rule in [Rule::None, Rule::Other] {
        let mut planned = all(rule).swap_remove(2);
        planned.step(&Event::Plan { due: later }, BEN, NOW, approval(rule)).unwrap();
        let was = planned.state.clone();
        planned.step(&Event::Hold { due: SOON }, ANA, NOW, approval(rule)).unwrap();
        assert_eq!(planned.due(), Some(SOON));
        let mut again = planned.clone();
        again.step(&Event::Unplan, ANA, NOW, approval(rule)).unwrap();
        assert_eq!(again.state, was, "by whoever planned it, and since then");
        planned.step(&Event::Unplan, ANA, later, approval(rule)).unwrap();
        assert_eq!(planned.stage(), Stage::Approved, "a plan that is over is none");
    }
}

#[test]
fn what_was_sent_back_says_so_until_it_goes_on() {
    let mut draft = all(Rule::Other).swap_remove(1);
    draft.step(&Event::SendBack { approver: true }, BEN, NOW, approval(Rule::Other)).unwrap();
    draft.step(&Event::Changed { publishes: false }, ANA, NOW, approval(Rule::Other)).unwrap();
    assert_eq!(draft.back, Some((BEN, NOW)));
    draft.step(&Event::Ask, ANA, NOW, approval(Rule::Other)).unwrap();
    assert_eq!(draft.back, None);
}

#[test]
fn an_answer_is_one_post_that_asks_and_quotes_nothing() {
    let answer = NewPost { reply_to: Some(ReplyTo::Note(NoteId(1))), ..NewPost::plain("en".parse().unwrap(), "Words") };
    let whole = Content::of(&answer, &[]);
    assert!(answer.is_answer() && whole.is_answer());
    let poll = NewPoll { answers: Vec::new(), multiple: false, lasts: 1 };
    let more = [
        Content { poll: Some(poll), ..whole.clone() },
        Content { quote: Some(ReplyTo::Note(NoteId(2))), ..whole.clone() },
        Content { parts: [whole.parts.clone(), whole.parts.clone()].concat(), ..whole.clone() },
        Content { reply_to: Some(ReplyTo::Own(PostId(1))), ..whole.clone() },
        Content { reply_to: None, ..whole },
    ];
    for content in more {
        assert!(!content.is_answer(), "{content:?}");
        let draft = Draft { content, ..draft() };
        assert_eq!(id(draft.demand(approval(Rule::Other), ANA).map(drop)), "E500");
    }
}

#[test]
fn a_plan_is_neither_over_nor_a_year_typed_wrong() {
    let plan = |due| draft().step(&Event::Plan { due }, ANA, NOW, approval(Rule::None));
    assert_eq!(id(plan(NOW)), "E504");
    assert_eq!(id(plan(NOW.plus(limits::draft::AHEAD * 2))), "E504");
    // No hold is longer than the bound, whatever was asked for.
    let mut held = draft();
    held.step(&Event::Hold { due: NOW.plus(limits::draft::AHEAD) }, ANA, NOW, approval(Rule::None)).unwrap();
    assert_eq!(held.due(), Some(NOW.plus(limits::draft::HOLD)));
}

#[test]
fn a_draft_is_bounded_and_may_be_unfinished() {
    let mut content = draft().content;
    content.parts[0].versions[0].text = String::new();
    assert!(content.check_bounds().is_ok() && content.check().is_err(), "an empty one may be kept");
    content.parts[0].versions[0].text = "x".repeat(limits::draft::TEXT);
    assert!(content.check_bounds().is_ok() && content.check().is_err(), "so may one that is too long");
    content.parts[0].versions[0].text.push('x');
    assert!(content.check_bounds().is_err());
    let mut content = draft().content;
    content.parts = vec![content.parts[0].clone(); limits::draft::PARTS + 1];
    assert!(content.check_bounds().is_err());
    let mut full = draft();
    for n in 0..limits::draft::COMMENTS {
        full.say(BEN, NOW, &n.to_string()).unwrap();
    }
    assert_eq!(id(full.say(BEN, NOW, "one more")), "E508");
    assert_eq!(id(draft().say(BEN, NOW, &"x".repeat(limits::draft::COMMENT + 1))), "E508");
    assert_eq!(id(draft().say(BEN, NOW, "  ")), "E508");
}

#[test]
fn who_has_it_open_is_shown_for_ten_minutes() {
    let mut open = draft();
    open.opened(ANA, NOW);
    assert_eq!((open.busy(BEN, NOW), open.busy(ANA, NOW)), (vec![ANA], vec![]));
    open.opened(BEN, NOW);
    assert_eq!((open.busy(BEN, NOW), open.busy(ANA, NOW)), (vec![ANA], vec![BEN]), "they see each other");
    assert_eq!(open.busy(BEN, NOW.plus(limits::draft::EDITING)), []);
    open.touched(ANA, NOW);
    assert_eq!((open.busy(BEN, NOW), open.busy(ANA, NOW), open.revision), (vec![], vec![BEN], 2));
    let later = NOW.plus(limits::draft::EDITING);
    (0..100).for_each(|n| open.opened(Who::User(UserId(1000 + n)), later));
    assert_eq!(open.open.len(), limits::draft::EDITORS);
}

#[test]
fn a_change_names_its_fields_and_none_of_its_words() {
    let lang = |text: &str| text.parse().unwrap();
    let version = |of: &str, text: &str| Version { lang: lang(of), text: text.to_owned(), warning: String::new() };
    let mut new = NewPost::plain(lang("en"), "Words");
    new.versions.push(version("de", "Worte"));
    let old = Content::of(&new, &[]);
    assert_eq!(old.changed_since(&old), Vec::<String>::new());
    let turned = NewPost { versions: new.versions.iter().rev().cloned().collect(), ..new.clone() };
    assert_eq!(Content::of(&turned, &[]).changed_since(&old), ["order of languages"]);
    let fresh = NewPost { versions: vec![version("en", "Words"), version("fr", "Mots")], urgent: true, ..new };
    assert_eq!(
        Content::of(&fresh, &[]).changed_since(&old),
        ["text (de)", "warning (de)", "text (fr)", "warning (fr)", "emergency"]
    );
}
