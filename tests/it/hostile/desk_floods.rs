//! Attacks from the desk by sheer size and number: what one author sends must not stop the work of everybody else.

use instance::actions::drafts::{self, Pen, Seen};
use instance::base::time::Clock;
use instance::model::audit::{Act, Filter};
use instance::model::draft::{Content, Sheet, Stage, When};
use instance::model::ids::AccountId;
use instance::model::post::NewPost;
use instance::model::user::{Asker, Rank, Role};
use instance::store::{audit, drafts as rows_of};
use instance::{limits, work};

use super::MAL;
use crate::support::evil::{self, Evil};
use crate::support::http::{PARTS, announced};
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START, World, second_account};

#[tokio::test]
async fn what_no_draft_can_hold_is_refused_before_it_is_drawn() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let account = server.account.id;
    let author = user(&server, "au@city.example", Rank::Member, account, &[Role::Author]).await;
    let editor = user(&server, "ed@city.example", Rank::Member, account, &[Role::Editor]).await;
    let (seat, ed) = (Seat::of(&server, author.id).await, Seat::of(&server, editor.id).await);
    let id = account.to_string();
    let parts = |count: usize| "a\n---\n".repeat(count);
    let send = async |seat: &Seat<'_>, path: &str, text: &str, press: (&str, &str)| {
        let fields = [("account", id.as_str()), ("lang", "en"), ("text", text), ("at", ""), press];
        seat.post_parts(path, &fields).await
    };
    let (many, long) = (parts(80_000), "x ".repeat(limits::draft::TEXT / 2 + 1));
    for press in [("do", "preview"), ("keep", "draft"), ("keep", "on"), ("do", "ask")] {
        for text in [&many, &long] {
            let answer = send(&seat, "/desk/posts", text, press).await;
            assert_eq!(answer.status, 422, "{press:?}");
            let page = answer.text();
            assert!(page.len() < 2 * text.len() + 100_000 && !page.contains("Post 2 of"), "{press:?}");
            assert!(page.contains(&text[..200]), "nothing that was typed is lost");
        }
    }
    let post = server.publish("Short").await;
    let path = format!("/desk/posts/{}/edit", post.id);
    assert_eq!(send(&ed, &path, &long, ("do", "preview")).await.status, 422);
    assert_eq!(send(&ed, "/desk/posts", &many, ("do", "publish")).await.status, 422);

    // As much as a draft holds is shown.
    let most = parts(limits::draft::PARTS);
    let page = send(&seat, "/desk/posts", &most, ("do", "preview")).await.text();
    assert!(page.contains(&format!("Post 2 of {}", limits::draft::PARTS)));
}

/// A draft of an account, planned for an hour later.
async fn planned(server: &Instance, account: AccountId, texts: &[String]) -> Seen {
    let part = |text: &String| Content::of(&NewPost::plain("en".parse().unwrap(), text), &[]).parts.remove(0);
    let content = Content { parts: texts.iter().map(part).collect(), ..Content::default() };
    let sheet = Sheet { content, ..Sheet::default() };
    let (pen, by) = (Pen::of(&Asker::Operator, account).unwrap(), Asker::Operator.may(account).unwrap());
    let at = When::exactly(START.plus(std::time::Duration::from_secs(3_600)));
    let verb = move |tx: &mut instance::store::Write<'_>| {
        let draft = drafts::begin(tx, pen, &sheet)?;
        drafts::plan(tx, by, Seen::of(&draft), &at)
    };
    Seen::of(&server.app.store.write(verb).await.unwrap())
}

#[tokio::test]
async fn a_plan_that_names_the_silent_holds_up_no_other_account() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_in(&clock, &World::of(&[MAL])).await;
    let mal = Evil::start(MAL).await;
    mal.serve_rest(|_| Some(evil::Act::Silence));
    let other = second_account(&server).await;
    // Six parts, each with a name of its own: one span for all of them.
    let texts: Vec<String> = (0..6).map(|n| format!("Part {n} thanks @ann{n}@{}", mal.address)).collect();
    let slow = planned(&server, server.account.id, &texts).await;
    let embargo = planned(&server, other.id, &["At the minute".to_owned()]).await;
    clock.advance(std::time::Duration::from_secs(3_600));
    assert_eq!(work::publish::turn(&server.app).await.unwrap(), 2);
    assert!(!mal.asked().is_empty(), "they were looked for");
    server
        .app
        .store
        .read(|rows| {
            for seen in [slow, embargo] {
                assert_eq!(rows_of::need(rows, seen.id)?.stage(), Stage::Published);
            }
            let log = audit::find(rows, &Filter::default(), None, 50)?.entries;
            let place = |of: AccountId| {
                let (entry, ..) =
                    log.iter().find(|(entry, ..)| entry.act == Act::PostPublish && entry.account == Some(of)).unwrap();
                entry.seq
            };
            assert!(place(other.id) < place(server.account.id), "who names nobody waits for nobody");
            Ok(())
        })
        .unwrap();
    crate::support::let_go(&server).await;
}

/// The head of a form with files, whose body never comes: the answer is there all the same.
#[tokio::test]
async fn who_may_bring_no_files_is_told_before_they_come() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let account = server.account.id;
    let auditor = user(&server, "audit@city.example", Rank::Auditor, account, &[]).await;
    let approver = user(&server, "approver@city.example", Rank::Member, account, &[Role::Approver]).await;
    let editor = user(&server, "ed@city.example", Rank::Member, account, &[Role::Editor]).await;
    let first_line = async |seat: &Seat<'_>, path: &str| {
        let (_, line) = announced::<12>(&server, path, PARTS, ("cookie", &seat.cookie), 1_000_000_000).await;
        String::from_utf8_lossy(&line).into_owned()
    };
    for path in ["/desk/posts".to_owned(), format!("/desk/accounts/{account}"), "/desk/settings/emblem".to_owned()] {
        for who in [&auditor, &approver] {
            let seat = Seat::of(&server, who.id).await;
            assert_eq!(first_line(&seat, &path).await, "HTTP/1.1 403", "{path} {}", who.email);
        }
    }
    let seat = Seat::of(&server, editor.id).await;
    assert_eq!(first_line(&seat, "/desk/posts").await, "HTTP/1.1 100", "who may is asked for it");
}
