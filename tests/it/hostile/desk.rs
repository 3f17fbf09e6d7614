//! Attacks from the desk: by people who may do something, and want to do more.

use instance::actions::{sessions, tokens, users};
use instance::base::time::Clock;
use instance::crypto::token;
use instance::media::draw;
use instance::model::case::Stand;
use instance::model::client::Scopes;
use instance::model::draft::{Approval, Rule};
use instance::model::ids::{AccountId, CaseId, NoteId, PostId};
use instance::model::note::{Note, Shown};
use instance::model::power::Administer;
use instance::model::user::{Asker, By, Rank, Role};
use instance::store::schema::{MEDIA, TOKENS};
use instance::store::{Rows, Span, Write, cases, drafts, notes, posts};
use serde_json::json;

use crate::inbox::{note, release};
use crate::support::http::{Held, PARTS, parts, send};
use crate::support::seat::{FORM, Seat, author_and_approver, led_to, user};
use crate::support::{Instance, START, between, owner, rule, second_account};

fn published(server: &Instance) -> usize {
    server.app.store.read(|rows| posts::of_account(rows, server.account.id, None, 9)).unwrap().len()
}

#[tokio::test]
async fn what_was_taken_away_while_a_form_was_on_its_way_is_gone() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let account = server.account.id;
    let ed = user(&server, "ed@city.example", Rank::Member, account, &[Role::Editor]).await;
    let form = async |path: &str, pairs: &[(&str, &str)]| {
        let seat = Seat::of(&server, ed.id).await;
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.append_pair("csrf", &seat.csrf).extend_pairs(pairs).finish();
        Held::begin(&server, path, FORM, ("cookie", &seat.cookie), body).await
    };
    let account_id = account.to_string();
    let words = [("title", "Hi"), ("text", "Hello"), ("lang", "en")];
    let canned = format!("/desk/answers/{account_id}/new");
    let fine = form(&canned, &words).await;
    assert_eq!(fine.end().await, 303, "a body may take its time");

    // Their sessions end; they lose a role; they are switched off.
    let (logged_out, lost, off) = (form(&canned, &words).await, ed.id, ed.id);
    let all = move |tx: &mut Write<'_>| sessions::end(tx, owner().for_user(lost), |_| true);
    server.app.store.write(all).await.unwrap();
    assert_eq!(logged_out.end().await, 401);

    let no_role = form(&canned, &words).await;
    let arrange = async |role: Role| {
        let by: By<Administer> = Asker::Operator.may(account).unwrap();
        let standing = users::Standing { rank: None, roles: vec![(by, [role].into())] };
        server.app.store.write(move |tx| users::arrange(tx, lost, &standing).map(|_| ())).await.unwrap();
    };
    arrange(Role::Author).await;
    assert_eq!(no_role.end().await, 403);

    arrange(Role::Editor).await;
    let switched = form(&canned, &words).await;
    server.app.store.write(move |tx| users::switch_off(tx, owner(), off).map(|_| ())).await.unwrap();
    assert_eq!(switched.end().await, 401);
    assert_eq!(server.app.store.read(|rows| cases::canned(rows, account)).unwrap().len(), 1);

    // An owner who is switched off does not switch themself on again.
    let chief = user(&server, "chief@city.example", Rank::Owner, account, &[]).await;
    user(&server, "other@city.example", Rank::Owner, account, &[]).await;
    let seat = Seat::of(&server, chief.id).await;
    let path = format!("/desk/users/{}/on", chief.id);
    let on = Held::begin(&server, &path, FORM, ("cookie", &seat.cookie), format!("csrf={}", seat.csrf)).await;
    server.app.store.write(move |tx| users::switch_off(tx, owner(), chief.id).map(|_| ())).await.unwrap();
    assert_eq!(on.end().await, 401);
    let now = server.app.store.read(|rows| instance::store::users::need(rows, chief.id)).unwrap();
    assert!(now.off.is_some());
}

#[tokio::test]
async fn a_token_that_was_revoked_while_a_post_was_on_its_way_publishes_nothing() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let bearer = server.bearer("write").await;
    let body = || json!({ "status": "Too late" }).to_string();
    let begin = async |body| {
        Held::begin(&server, "/api/v1/statuses", "application/json", ("authorization", bearer.as_str()), body).await
    };
    assert_eq!(begin(body()).await.end().await, 200);
    let held = begin(body()).await;
    let known = server.app.store.read(|rows| rows.keys(&TOKENS, Span::all())).unwrap();
    server.app.store.write(move |tx| tx.remove(&TOKENS, &known[0]).map(|_| ())).await.unwrap();
    assert_eq!((held.end().await, published(&server)), (401, 1));
}

#[tokio::test]
async fn a_token_that_was_revoked_while_a_file_was_on_its_way_leaves_none_behind() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let bearer = server.bearer("write").await;
    let body = || parts(&[], &[("file", &draw::sample(draw::Sample::Bridge)[..])]);
    let begin =
        async |body| Held::begin(&server, "/api/v2/media", PARTS, ("authorization", bearer.as_str()), body).await;
    let count = || server.app.store.read(|rows| rows.len(&MEDIA)).unwrap();
    assert_eq!((begin(body()).await.end().await, count()), (200, 1));
    let held = begin(body()).await;
    let known = server.app.store.read(|rows| rows.keys(&TOKENS, Span::all())).unwrap();
    server.app.store.write(move |tx| tx.remove(&TOKENS, &known[0]).map(|_| ())).await.unwrap();
    assert_eq!((held.end().await, count()), (401, 1));
}

#[tokio::test]
async fn what_was_written_to_another_account_is_neither_read_nor_answered() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let library = second_account(&server).await;
    let secret = note(&server, None, "Ann", "<p>Diagnosis 12345</p>", false).await;
    let to_library = library.id;
    let turn = server.app.store.write(move |tx| {
        let was: Note = notes::get(tx, secret)?.unwrap();
        notes::remove(tx, &was)?;
        notes::put(tx, &Note { concerns: vec![to_library], ..was })
    });
    turn.await.unwrap();
    let rita = user(&server, "rita@city.example", Rank::Member, server.account.id, &Role::ALL).await;
    let seat = Seat::of(&server, rita.id).await;
    let (account, id) = (server.account.id.to_string(), secret.to_string());
    let address = format!("https://elsewhere.example/notes/{secret}");
    assert_eq!(seat.get(&format!("/desk?reply={id}")).await.status, 404);
    for more in [("do", "preview"), ("do", "publish"), ("keep", "draft")] {
        for named in [("reply", id.as_str()), ("quote", address.as_str())] {
            let form = [("account", account.as_str()), ("lang", "en"), ("text", "Well"), named, more];
            let answer = seat.post_parts("/desk/posts", &form).await;
            let text = answer.text();
            assert!(answer.status != 303 && !text.contains("12345"), "{named:?} {more:?}: {text}");
        }
    }
    let bearer = server.bearer("write").await;
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = json!({ "status": "Well", "in_reply_to_id": id }).to_string();
    let answer = send("POST", &server.url("/api/v1/statuses"), &headers, body).await;
    assert!(answer.status.is_client_error(), "{}", answer.text());
    let case = server.app.store.read(|rows| cases::need(rows, CaseId(secret.0))).unwrap();
    let mut kept = 0;
    let count = |_, _| {
        kept += 1;
        Ok(true)
    };
    server.app.store.read(|rows| drafts::each(rows, count)).unwrap();
    assert_eq!((case.stand, kept, published(&server)), (Stand::Open, 0, 0));
}

/// A reply under a post of `press` that names the other account too.
async fn named_both(server: &Instance, post: PostId, other: AccountId) -> NoteId {
    let id = note(server, Some(post), "Ann", "<p>Thank you, lovely bridge!</p>", true).await;
    let press = server.account.id;
    let turn = server.app.store.write(move |tx| {
        let was: Note = notes::get(tx, id)?.unwrap();
        notes::remove(tx, &was)?;
        notes::put(tx, &Note { concerns: vec![other, press], ..was })
    });
    turn.await.unwrap();
    id
}

fn shown(server: &Instance, id: NoteId) -> Shown {
    server.app.store.read(|rows| notes::get(rows, id)).unwrap().unwrap().shown
}

#[tokio::test]
async fn an_answer_that_was_changed_after_the_look_is_not_released() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let post = server.publish("The bridge is open.").await;
    let id = note(&server, Some(post.id), "Ann", "<p>Thank you, lovely bridge!</p>", true).await;
    let mo = user(&server, "mo@city.example", Rank::Member, server.account.id, &[Role::Moderator]).await;
    let seat = Seat::of(&server, mo.id).await;
    let page = seat.get("/desk/inbox").await.text();
    let stamp = between(&page, "name=\"seen\" value=\"", "\"").to_owned();
    let change = move |tx: &mut Write<'_>| {
        let mut note: Note = notes::get(tx, id)?.unwrap();
        note.content.html = "<p>The mayor is a crook</p>".into();
        notes::put(tx, &note)
    };
    server.app.store.write(change).await.unwrap();
    let path = format!("/desk/inbox/{id}/release");
    let late = seat.post(&path, &[("seen", &stamp)]).await;
    let text = late.text();
    assert!(late.status == 422 && text.contains("The mayor is a crook") && text.contains("changed it"), "{text}");
    assert_eq!((seat.post(&path, &[]).await.status.as_u16(), shown(&server, id)), (422, Shown::Waiting));
    assert_eq!((release(&seat, id).await.status.as_u16(), shown(&server, id)), (303, Shown::Released));
}

#[tokio::test]
async fn who_is_named_besides_decides_nothing_for_the_account_that_was_answered() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let (press, water) = (server.account.id, second_account(&server).await.id);
    let post = server.publish("The bridge is open.").await;
    let id = named_both(&server, post.id, water).await;
    let ours = user(&server, "ours@city.example", Rank::Member, press, &Role::ALL).await;
    let theirs = user(&server, "theirs@city.example", Rank::Member, water, &Role::ALL).await;
    let (ours, theirs) = (Seat::of(&server, ours.id).await, Seat::of(&server, theirs.id).await);
    let path = format!("/desk/inbox/{id}");
    ours.post(&format!("{path}/notes"), &[("remark", "The mayor is ill")]).await;

    // They see what was said to them, and neither its button nor what others noted about it.
    let page = theirs.get(&path).await.text();
    assert!(page.contains("lovely bridge") && !page.contains("mayor is ill") && !page.contains("/release"), "{page}");
    for way in ["release", "hide", "notes/1/erase"] {
        let answer = theirs.post(&format!("{path}/{way}"), &[("seen", "")]).await;
        assert_eq!(answer.status.as_u16(), 404, "{way}");
    }
    theirs.post(&format!("{path}/stand"), &[("stand", "done")]).await;
    theirs.post(&format!("{path}/notes"), &[("remark", "Not for us")]).await;
    let open = ours.get("/desk/inbox").await.text();
    assert!(open.contains("lovely bridge") && open.contains("1 internal note<"), "{open}");
    assert!(!theirs.get("/desk/inbox").await.text().contains("lovely bridge"));
    assert!(theirs.get("/desk/inbox?tab=done").await.text().contains("lovely bridge"));
    let page = ours.get(&path).await.text();
    assert!(page.contains("mayor is ill") && !page.contains("Not for us"), "{page}");
    assert_eq!((release(&ours, id).await.status.as_u16(), shown(&server, id)), (303, Shown::Released));
}

#[tokio::test]
async fn whoever_lets_pass_is_shown_all_that_will_be_public() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let (ana, cem) = author_and_approver(&server).await;
    let account = server.account.id.to_string();
    let form = [
        ("account", account.as_str()),
        ("lang", "en"),
        ("text", "The bridge"),
        ("lang2", "de"),
        ("text2", "Die Brücke"),
        ("alt1", "A bridge"),
        ("alt1-2", "SMUGGLED"),
        ("quiet", "1"),
        ("urgent", "1"),
        ("answer1", "Yes"),
        ("answer2", "No"),
        ("answer1-2", "HINEIN"),
        ("lasts", "86400"),
        ("keep", "ask"),
    ];
    let path =
        led_to(&ana.post_files("/desk/posts", &form, &[("picture1", &draw::sample(draw::Sample::Bridge))]).await);
    let page = cem.get(&path).await.text();
    let shown =
        ["SMUGGLED", "quiet: not on the home page", "HINEIN", "1 day<", "goes before everything", "Who may quote it"];
    for words in shown {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What is changed under an approval is told word by word, in each language of each file.
    led_to(&cem.post(&format!("{path}/approve"), &[("revision", "1")]).await);
    let kept = server.app.store.read(|rows| {
        let mut kept = String::new();
        drafts::each(rows, |_, draft| {
            kept = draft.content.media().next().map(|file| file.id.to_string()).unwrap_or_default();
            Ok(true)
        })?;
        Ok(kept)
    });
    let kept = kept.unwrap();
    let mut again: Vec<(&str, &str)> = form[1..].iter().copied().filter(|(name, _)| *name != "quiet").collect();
    again.extend([("kept1", kept.as_str()), ("revision", "1")]);
    for (name, value) in &mut again {
        *value = if *name == "alt1-2" { "Eine Lüge" } else { value };
    }
    led_to(&ana.post_parts(&format!("{path}/edit"), &again).await);
    let page = cem.get(&path).await.text();
    assert!(page.contains("File 1: description, Deutsch") && page.contains("<del>SMUGGLED</del><ins>Eine Lüge</ins>"));
    assert!(page.contains("<h3>Who finds it</h3>"), "{page}");
}

#[tokio::test]
async fn what_was_let_pass_is_not_changed_by_a_program_either() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let post = server.publish("Benign").await;
    rule(&server, Approval { rule: Rule::Other, ..Approval::default() }).await;
    let bearer = server.bearer("write").await;
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let path = server.url(&format!("/api/v1/statuses/{}", post.id));
    let answer = send("PUT", &path, &headers, json!({ "status": "EVERYTHING DIFFERENT" }).to_string()).await;
    assert!(answer.status == 422 && answer.text().contains("approve"), "{}", answer.text());
    let now = server.app.store.read(|rows| posts::need(rows, post.id)).unwrap();
    assert_eq!((now.versions[0].text.as_str(), now.revisions.len()), ("Benign", 0));
}

#[tokio::test]
async fn who_may_answer_publishes_nothing_under_our_own_posts_nor_more_than_an_answer() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let of = server.account.id;
    let post = server.publish("Ours").await;
    let asked = note(&server, None, "Ann", "<p>When?</p>", true).await;
    let rita = user(&server, "rita@city.example", Rank::Member, of, &[Role::Replier]).await;
    let (text, scopes) = (token::new(), Scopes::parse("write").unwrap());
    let (hash, id) = (token::hash(&text), rita.id);
    let add = move |tx: &mut Write<'_>| tokens::add(tx, owner(), of, Some(id), &scopes, "test", hash);
    server.app.store.write(add).await.unwrap();
    let bearer = format!("Bearer {text}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = async |to: String| {
        let body = json!({ "status": "News", "in_reply_to_id": to }).to_string();
        send("POST", &server.url("/api/v1/statuses"), &headers, body).await.status.as_u16()
    };
    assert_eq!(answer(post.id.to_string()).await, 403);
    assert_eq!((answer(asked.to_string()).await, published(&server)), (200, 2));
    // A thread, a poll, a quote: more than an answer, where somebody has to let pass what is said.
    rule(&server, Approval { rule: Rule::Other, ..Approval::default() }).await;
    let seat = Seat::of(&server, rita.id).await;
    let (account, reply, own) = (of.to_string(), asked.to_string(), server.post_uri(post.id));
    let form = [("account", account.as_str()), ("lang", "en"), ("reply", reply.as_str()), ("do", "publish")];
    let poll = [("text", "Well"), ("answer1", "Yes"), ("answer2", "No"), ("lasts", "86400")];
    for more in [&[("text", "Well\n---\nUNAPPROVED")][..], &poll, &[("text", "Well"), ("quote", own.as_str())]] {
        let refused = seat.post_parts("/desk/posts", &[&form[..], more].concat()).await;
        let text = refused.text();
        assert!(refused.status == 422 && text.contains("has to approve"), "{more:?}: {text}");
        // Who keeps no drafts is not told to keep one.
        assert!(text.contains("You can send a single answer") && !text.contains("Keep it as a draft"), "{text}");
        assert!(text.contains("ask somebody with the role author or editor"), "{text}");
    }
    let body = json!({ "status": "Well", "in_reply_to_id": reply, "poll": { "options": ["Yes", "No"], "expires_in": 86_400 } });
    let refused = send("POST", &server.url("/api/v1/statuses"), &headers, body.to_string()).await;
    assert!(refused.status == 422 && refused.text().contains("role author or editor"), "{}", refused.text());
    let ed = user(&server, "ed@city.example", Rank::Member, of, &[Role::Author, Role::Replier]).await;
    let refused = Seat::of(&server, ed.id).await.post_parts("/desk/posts", &[&form[..], &poll].concat()).await;
    assert!(refused.status == 422 && refused.text().contains("Keep it as a draft"), "{}", refused.text());
    assert_eq!(published(&server), 2);
    let plain = seat.post_parts("/desk/posts", &[&form[..], &[("text", "Well")]].concat()).await;
    assert_eq!((plain.status.as_u16(), published(&server)), (303, 3));
    // Where answers need a look as well, there is nothing that they can send themselves.
    let strict = Approval { rule: Rule::Other, answers: true, urgent_first: true, ..Approval::default() };
    rule(&server, strict).await;
    let refused = seat.post_parts("/desk/posts", &[&form[..], &[("text", "Well")]].concat()).await.text();
    assert!(
        refused.contains("you keep no drafts: ask somebody with the role author or editor")
            && refused.contains("tick “Emergency”"),
        "{refused}"
    );
    assert!(!refused.contains("You can send"), "{refused}");
}
