//! People: how they get in, how they stay out, and what of it is told to whom.

mod late;

use std::time::Duration;

use instance::actions::{self, desk_login, secrets};
use instance::base::time::Clock;
use instance::crypto::password::Kept;
use instance::crypto::{token, totp};
use instance::limits::login::STEP;
use instance::model::user::{Rank, Role, User};
use instance::store::schema::{SECRETS, SESSIONS, TOKENS};
use instance::store::{Rows, Span, users};

use crate::support::http::{Answer, send};
use crate::support::seat::{self, FORM, Seat, user};
use crate::support::{Instance, START, between, owner};

const PASSWORD: &str = "a few words to remember";

/// A server, and Ana, an editor of `press` who has a password.
async fn with_ana(clock: &Clock) -> (Instance, User) {
    let (server, ana) = seat::with_ana(clock).await;
    set_password(&server, &ana, PASSWORD).await;
    (server, ana)
}

async fn set_password(server: &Instance, user: &User, password: &str) {
    let (kept, own) = (Kept::new(password).unwrap(), owner().for_user(user.id));
    server.app.store.write(move |tx| secrets::set_password(tx, own, &kept, None)).await.unwrap();
}

async fn log_in(server: &Instance, email: &str, password: &str, code: &str) -> Answer {
    let fields = [("email", email), ("password", password), ("code", code), ("to", "/desk/inbox")];
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    // By a proxy that is trusted, as one on the same machine is.
    let headers =
        [("content-type", FORM), ("origin", server.app.site.origin.as_str()), ("x-forwarded-for", "198.51.100.7")];
    send("POST", &server.url("/desk/login"), &headers, form).await
}

/// The seat that an answer made.
async fn seated<'a>(server: &'a Instance, answer: &Answer) -> Seat<'a> {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let seat = Seat { server, cookie, csrf: String::new() };
    let page = seat.get("/desk/account").await.text();
    Seat { csrf: between(&page, "name=\"csrf\" value=\"", "\"").to_owned(), ..seat }
}

fn code_now(server: &Instance, secret: &totp::Secret) -> String {
    totp::code(secret, server.app.now().seconds() / STEP)
}

/// Turns the second factor on by its page; answers with the secret and the recovery codes.
async fn enrol(seat: &Seat<'_>, password: &str) -> (totp::Secret, Vec<String>) {
    let page = seat.get("/desk/account/second-factor").await.text();
    let spelled = between(&page, "name=\"secret\" value=\"", "\"").to_owned();
    assert!(page.contains("<svg class=\"qr\"") && page.contains(&format!("<code class=\"copy\">{spelled}</code>")));
    let secret = totp::read(&spelled).unwrap();
    let code = code_now(seat.server, &secret);
    let fields = [("secret", spelled.as_str()), ("code", code.as_str()), ("current", password)];
    let done = seat.post("/desk/account/second-factor", &fields).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.text());
    let text = done.text();
    let codes: Vec<String> =
        text.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), instance::limits::login::RECOVERY);
    (secret, codes)
}

#[tokio::test]
async fn a_password_opens_the_desk_and_nothing_else_tells_one_from_another() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let right = log_in(&server, " ana@CITY.example", PASSWORD, "").await;
    assert_eq!((right.status.as_u16(), right.header("location")), (303, "/desk/inbox"));
    assert_eq!(seated(&server, &right).await.get("/desk").await.status.as_u16(), 200);

    let off = user(&server, "off@city.example", Rank::Member, server.account.id, &[]).await;
    set_password(&server, &off, PASSWORD).await;
    server.app.store.write(move |tx| actions::users::switch_off(tx, owner(), off.id)).await.unwrap();
    user(&server, "new@city.example", Rank::Member, server.account.id, &[]).await;
    let mut said = Vec::new();
    for (email, password) in [
        ("ana@city.example", "not her password"),
        ("ana@city.example", ""),
        ("nobody@city.example", PASSWORD),
        ("off@city.example", PASSWORD),
        ("new@city.example", ""),
        ("", ""),
    ] {
        let answer = log_in(&server, email, password, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""), "{email}");
        assert!(answer.text().contains(&format!("type=\"email\" autocomplete=\"username\" value=\"{email}\"")));
        assert!(answer.text().contains("href=\"#email\"") && !answer.text().contains(PASSWORD));
        said.push(answer.text().replace(&format!("value=\"{email}\""), ""));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "all of them hear the same");
    let away = [("email", "ana@city.example"), ("password", PASSWORD), ("to", "//evil.example/desk")];
    assert_eq!(Seat::empty(&server).post("/desk/login", &away).await.header("location"), "/desk");
    let foreign = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(send("POST", &server.url("/desk/login"), &foreign, "email=a").await.status.as_u16(), 403);
    assert!(server.app.store.read(|rows| rows.has(&SECRETS, &ana.id)).unwrap());
}

#[tokio::test]
async fn a_page_is_there_again_after_logging_in() {
    let (server, _) = with_ana(&Clock::by_hand(START)).await;
    let page = Seat::empty(&server).get("/desk/posts?before=17").await;
    assert_eq!(page.status.as_u16(), 401);
    assert!(page.text().contains("name=\"to\" value=\"/desk/posts?before=17\""), "{}", page.text());
    let nobody = Instance::start_as(&Clock::by_hand(START), false).await;
    let page = Seat::empty(&nobody).get("/desk/login").await.text();
    assert!(page.contains("Nobody can log in by password yet") && !page.contains("type=\"password\""), "{page}");
}

#[tokio::test]
async fn guessing_ends_soon_and_begins_again_later() {
    let clock = Clock::by_hand(START);
    let (server, _) = with_ana(&clock).await;
    for _ in 0..10 {
        assert_eq!(log_in(&server, "ana@city.example", "guess", "").await.status.as_u16(), 422);
    }
    let held = log_in(&server, "ANA@city.example", PASSWORD, "").await;
    assert_eq!(held.status.as_u16(), 429);
    assert!(held.text().contains("Try again in") && held.text().contains("value=\"ANA@city.example\""));
    assert_eq!(log_in(&server, "nobody@city.example", "guess", "").await.status.as_u16(), 422, "others go on");
    clock.advance(Duration::from_secs(61));
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 303);
}

/// A browser that was left open is not the place to guess at the password.
#[tokio::test]
async fn guessing_at_the_desk_ends_as_soon_as_at_the_door() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let seat = Seat::of(&server, ana.id).await;
    let change = |current| [("current", current), ("password", "quite another sentence")];
    for _ in 0..10 {
        let page = seat.post("/desk/account/password", &change("guess")).await;
        assert!(page.status.as_u16() == 422 && page.text().contains("This is not your password."));
    }
    assert!(seat.post("/desk/account/password", &change(PASSWORD)).await.text().contains("There were too many tries."));
    clock.advance(Duration::from_secs(61));
    assert_eq!(seat.post("/desk/account/password", &change(PASSWORD)).await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_no_code_works_twice() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let seat = Seat::of(&server, ana.id).await;
    let other = Seat::of(&server, ana.id).await;
    let page = seat.get("/desk/account/second-factor").await.text();
    let spelled = between(&page, "name=\"secret\" value=\"", "\"").to_owned();
    for (code, current) in [("000000", PASSWORD), ("", PASSWORD)] {
        let wrong = [("secret", spelled.as_str()), ("code", code), ("current", current)];
        let answer = seat.post("/desk/account/second-factor", &wrong).await;
        assert_eq!(answer.status.as_u16(), 422);
        assert!(answer.text().contains(&spelled), "the phone has it already");
    }
    let right = totp::code(&totp::read(&spelled).unwrap(), server.app.now().seconds() / STEP);
    let wrong = [("secret", spelled.as_str()), ("code", right.as_str()), ("current", "not it")];
    assert_eq!(seat.post("/desk/account/second-factor", &wrong).await.status.as_u16(), 422);

    let (secret, codes) = enrol(&seat, PASSWORD).await;
    assert_eq!(other.get("/desk/account").await.status.as_u16(), 401, "other browsers have to show it too");
    let used = code_now(&server, &secret);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &used).await.status.as_u16(), 422, "used to turn it on");
    clock.advance(Duration::from_secs(STEP));
    let fresh = code_now(&server, &secret);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 422);
    assert_eq!(log_in(&server, "ana@city.example", "not it", &fresh).await.status.as_u16(), 422);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &fresh).await.status.as_u16(), 303);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &fresh).await.status.as_u16(), 422, "once");
    clock.advance(Duration::from_secs(600));
    let typed = codes[3].to_lowercase();
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &typed).await.status.as_u16(), 303);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &codes[3]).await.status.as_u16(), 422, "once");
    let page = seat.get("/desk/account").await.text();
    assert!(page.contains("9 recovery codes are left"), "{page}");

    // A browser that was left open, and a password that somebody has read, are not enough.
    for path in ["/desk/account/second-factor/codes", "/desk/account/second-factor/off"] {
        for code in ["", "000000"] {
            let refused = seat.post(path, &[("current", PASSWORD), ("code", code)]).await;
            assert!(refused.status == 422 && refused.text().contains("id=\"code-e\""), "{path} {code}");
        }
    }
    clock.advance(Duration::from_secs(600));
    let shown = code_now(&server, &secret);
    let with_code = [("current", PASSWORD), ("code", shown.as_str())];
    let again = seat.post("/desk/account/second-factor/codes", &with_code).await;
    assert_eq!(again.status.as_u16(), 200);
    assert_eq!(seat.post("/desk/account/second-factor/off", &with_code).await.status.as_u16(), 422, "once");
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, &codes[0]).await.status.as_u16(), 422, "replaced");
    assert_eq!(seat.post("/desk/account/second-factor/off", &[("current", "no")]).await.status.as_u16(), 422);
    clock.advance(Duration::from_secs(STEP));
    let shown = code_now(&server, &secret);
    let with_code = [("current", PASSWORD), ("code", shown.as_str())];
    assert_eq!(seat.post("/desk/account/second-factor/off", &with_code).await.status.as_u16(), 303);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_link_stands_for_the_password_and_not_for_the_second_factor() {
    let clock = Clock::by_hand(START);
    let (server, ana) = with_ana(&clock).await;
    let (secret, _) = enrol(&Seat::of(&server, ana.id).await, PASSWORD).await;
    clock.advance(Duration::from_secs(STEP));
    let code = token::code();
    let (hash, id) = (token::hash(&code), ana.id);
    server.app.store.write(move |tx| desk_login::link(tx, owner(), id, hash)).await.unwrap();
    let (path, seat) = (format!("/desk/start/{code}"), Seat::empty(&server));
    assert!(seat.get(&path).await.text().contains("name=\"code\""));
    let wrong = seat.post(&path, &[("code", "123456")]).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("set-cookie")), (422, ""));
    let right = seat.post(&path, &[("code", &code_now(&server, &secret))]).await;
    assert_eq!(right.header("location"), "/desk");
    assert_eq!(seat.post(&path, &[("code", "")]).await.status.as_u16(), 410);

    // A phone that is lost: an owner takes the factor away, and the next link is enough.
    let chief = server.app.store.read(|rows| users::by_email(rows, "owner@city.example")).unwrap().unwrap();
    let chief = Seat::of(&server, chief.id).await;
    let taken = chief.post(&format!("/desk/users/{}/second-factor", ana.id), &[]).await;
    assert_eq!(taken.status.as_u16(), 303);
    let made = chief.post(&format!("/desk/users/{}/link", ana.id), &[]).await.text();
    let url = between(&made, "<code class=\"copy\">", "</code>").to_owned();
    let (_, path) = url.split_once("/desk").unwrap();
    assert_eq!(seat.post(&format!("/desk{path}"), &[]).await.header("location"), "/desk");
}

#[tokio::test]
async fn a_new_password_logs_out_everywhere_else() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (here, there) = (Seat::of(&server, ana.id).await, Seat::of(&server, ana.id).await);
    let change = |current, password| [("current", current), ("password", password)];
    for (current, password) in
        [("not it", "quite another sentence"), (PASSWORD, "short"), (PASSWORD, "Ana@City.Example"), ("", "")]
    {
        assert_eq!(here.post("/desk/account/password", &change(current, password)).await.status.as_u16(), 422);
    }
    assert_eq!(there.get("/desk/account").await.status.as_u16(), 200);
    let changed = here.post("/desk/account/password", &change(PASSWORD, "quite another sentence")).await;
    assert_eq!(changed.header("location"), "/desk/account?done=password");
    assert_eq!((here.get("/desk").await.status.as_u16(), there.get("/desk").await.status.as_u16()), (200, 401));
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 422);
    assert_eq!(log_in(&server, "ana@city.example", "quite another sentence", "").await.status.as_u16(), 303);
    let page = here.get("/desk/account").await.text();
    assert!(page.contains("Unknown browser") && page.contains("(this one)"));
    assert_eq!(here.post("/desk/account/sessions/end", &[]).await.status.as_u16(), 303);
    let left = server.app.store.read(|rows| rows.rows(&SESSIONS, Span::all())).unwrap();
    assert_eq!(left.iter().filter(|(_, session)| session.user == ana.id).count(), 1);
}

#[tokio::test]
async fn the_first_owner_comes_by_a_link_and_says_who_they_are() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let first = server.app.store.write(move |tx| actions::users::first(tx, owner())).await.unwrap();
    let seat = Seat::of(&server, first.id).await;
    assert!(seat.get("/desk").await.text().contains("Choose a password"));
    let early = seat.post("/desk/account/password", &[("password", PASSWORD)]).await;
    assert_eq!(early.status.as_u16(), 422);
    assert!(early.text().contains("href=\"#email\""), "an address first");
    let wrong = seat.post("/desk/account", &[("name", "Eva"), ("email", "eva")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("value=\"eva\"") && wrong.text().contains("value=\"Eva\""));
    let right = seat.post("/desk/account", &[("name", "Eva"), ("email", "eva@city.example")]).await;
    assert_eq!(right.status.as_u16(), 303);
    assert_eq!(seat.post("/desk/account/password", &[("password", PASSWORD)]).await.status.as_u16(), 303);
    assert_eq!(log_in(&server, "eva@city.example", PASSWORD, "").await.status.as_u16(), 303);
    let again = server.app.store.write(move |tx| actions::users::first(tx, owner())).await.unwrap();
    assert_eq!((again.id, again.name.as_str()), (first.id, "Eva"));
}

#[tokio::test]
async fn who_leaves_is_out_at_once() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (text, account, id) = (token::new(), server.account.id, ana.id);
    let (hash, scopes) = (token::hash(&text), "read,write".to_owned());
    let add = move |tx: &mut instance::store::Write<'_>| {
        let scopes = instance::model::client::Scopes::parse(&scopes)?;
        actions::tokens::add(tx, owner(), account, Some(id), &scopes, "Tusky", hash)
    };
    server.app.store.write(add).await.unwrap();
    let seat = Seat::of(&server, ana.id).await;
    assert!(seat.get("/desk/account").await.text().contains("Tusky"));
    let chief = server.app.store.read(|rows| users::by_email(rows, "owner@city.example")).unwrap().unwrap();
    let chief_seat = Seat::of(&server, chief.id).await;
    let asked = chief_seat.get(&format!("/desk/users/{}/off", ana.id)).await.text();
    assert!(asked.contains("1 browser,") && asked.contains("1 program can"), "{asked}");
    assert_eq!(seat.get("/desk").await.status.as_u16(), 200, "looking switches nobody off");
    for _ in 0..2 {
        let off = chief_seat.post(&format!("/desk/users/{}/off", ana.id), &[]).await;
        assert_eq!(off.header("location"), "/desk/users?done=off");
    }
    assert_eq!(seat.get("/desk").await.status.as_u16(), 401);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 422);
    let tokens = server.app.store.read(|rows| rows.rows(&TOKENS, Span::all())).unwrap();
    assert!(tokens.is_empty());
    let link = chief_seat.post(&format!("/desk/users/{}/link", ana.id), &[]).await;
    assert_eq!(link.status.as_u16(), 422);
    assert!(link.text().contains("is switched off") && !link.text().contains("/desk/start/"), "{}", link.text());
    let last = chief_seat.post(&format!("/desk/users/{}/off", chief.id), &[]).await;
    assert_eq!(last.status.as_u16(), 422);
    assert!(last.text().contains("no owner"), "{}", last.text());
    assert_eq!(chief_seat.post(&format!("/desk/users/{}/on", ana.id), &[]).await.status.as_u16(), 303);
    assert_eq!(log_in(&server, "ana@city.example", PASSWORD, "").await.status.as_u16(), 303);
}

#[tokio::test]
async fn roles_are_given_on_one_page() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let admin = user(&server, "adam@city.example", Rank::Member, server.account.id, &[Role::Admin]).await;
    let seat = Seat::of(&server, admin.id).await;
    let path = format!("/desk/users/{}", ana.id);
    let page = seat.get(&path).await.text();
    assert!(page.contains("value=\"editor\" checked") && !page.contains("name=\"rank\""), "{page}");
    let field = format!("role-{}", server.account.id);
    let sent = [(field.as_str(), "author"), (field.as_str(), "moderator"), ("rank", "owner")];
    assert_eq!(seat.post(&path, &sent).await.status.as_u16(), 303);
    let now = server.app.store.read(|rows| users::need(rows, ana.id)).unwrap();
    assert_eq!(now.rank, Rank::Member, "only owners make owners");
    assert!(now.has(server.account.id, Role::Author) && !now.has(server.account.id, Role::Editor));

    let chief = server.app.store.read(|rows| users::by_email(rows, "owner@city.example")).unwrap().unwrap();
    let chief = Seat::of(&server, chief.id).await;
    let both = chief.post(&path, &[(field.as_str(), "author"), ("rank", "auditor")]).await;
    assert_eq!(both.status.as_u16(), 422);
    assert!(both.text().contains("href=\"#rank\"") && both.text().contains("value=\"auditor\" checked"));
    for rank in [None, Some(("rank", "boss"))] {
        let cut: Vec<_> = [(field.as_str(), "author")].into_iter().chain(rank).collect();
        assert_eq!(chief.post(&path, &cut).await.status.as_u16(), 422, "{rank:?} makes nobody a member");
    }
    let added = [("email", "ben@city.example"), ("name", "Ben"), ("rank", "member"), (field.as_str(), "replier")];
    let made = chief.post("/desk/users/new", &added).await;
    assert_eq!(made.status.as_u16(), 200);
    assert!(made.text().contains("/desk/start/"), "{}", made.text());
    let twice = chief.post("/desk/users/new", &added).await;
    assert_eq!(twice.status.as_u16(), 422);
    assert!(twice.text().contains("value=\"Ben\"") && twice.text().contains("value=\"replier\" checked"));
    let list = chief.get("/desk/users").await.text();
    assert!(list.contains("@press: author, moderator.") && list.contains("Has no password yet"), "{list}");
}

#[tokio::test]
async fn a_second_factor_that_is_required_comes_before_everything() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    server.app.store.write(move |tx| actions::users::require_second(tx, owner(), true)).await.unwrap();
    let seat = Seat::of(&server, ana.id).await;
    assert_eq!(seat.get("/desk").await.header("location"), "/desk/account/second-factor");
    assert_eq!(seat.post_parts("/desk/posts", &[("text", "Words")]).await.status.as_u16(), 403);
    enrol(&seat, PASSWORD).await;
    assert_eq!(seat.get("/desk").await.status.as_u16(), 200);
    let off = seat.post("/desk/account/second-factor/off", &[("current", PASSWORD)]).await;
    assert_eq!(off.status.as_u16(), 409);
}

/// What was given away once, to a calendar program, ends with what it was given away under.
#[tokio::test]
async fn a_secret_address_of_a_calendar_ends_with_the_password_and_with_all_sessions() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let id = ana.id;
    let address = async || {
        let page = Seat::of(&server, id).await.post("/desk/calendar/feed", &[]).await.text();
        format!("/desk/calendar/{}.ics", between(&page, &format!("{}/desk/calendar/", server.app.site.origin), ".ics"))
    };
    let status = async |path: &str| Seat::empty(&server).get(path).await.status.as_u16();
    let kept = Kept::new(PASSWORD).unwrap();
    for n in 0..4 {
        let path = address().await;
        assert_eq!(status(&path).await, 200);
        let kept = kept.clone();
        let verb = move |tx: &mut instance::store::Write<'_>| {
            let own = owner().for_user(id);
            match n {
                0 => actions::secrets::set_password(tx, own, &kept, None),
                1 => actions::sessions::end_all(tx, own, None).map(drop),
                2 => actions::secrets::take_second(tx, owner(), id),
                _ => actions::users::switch_off(tx, owner(), id)
                    .and_then(|_| actions::users::switch_on(tx, owner(), id))
                    .map(drop),
            }
        };
        server.app.store.write(verb).await.unwrap();
        assert_eq!(status(&path).await, 404, "{n}");
    }
}

/// Names are what people read in the log and under an approval.
#[tokio::test]
async fn nobody_is_called_as_somebody_else_is() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let seat = Seat::of(&server, ana.id).await;
    let called = async |name: &str| {
        let answer = seat.post("/desk/account", &[("name", name), ("email", "ana@city.example")]).await;
        (answer.status.as_u16(), answer.text().contains("id=\"name-e\""))
    };
    for taken in [
        "owner@city.example",
        "Owner@City.example ",
        "\u{200b}owner@city.example",
        "operator",
        "The Operator",
        "Nobody",
    ] {
        assert_eq!(called(taken).await, (422, true), "{taken}");
    }
    assert_eq!(called("Ana").await.0, 303);
    assert_eq!(called("Ana").await.0, 303, "their own");
    let chief = server.app.store.read(|rows| users::by_email(rows, "owner@city.example")).unwrap().unwrap();
    let chief = Seat::of(&server, chief.id).await;
    let added = [("email", "other@city.example"), ("name", "ANA"), ("rank", "member")];
    let refused = chief.post("/desk/users/new", &added).await;
    assert!(refused.status == 422 && refused.text().contains("Somebody else is called"));
    let log = chief.get("/desk/audit").await.text();
    assert!(log.contains("Ana (ana@city.example)"), "the log tells who it was, whatever they are called");
}
