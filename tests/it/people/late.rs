//! A form that comes after its session has ended: nothing typed is lost, and nothing happens before it is sent again.

use instance::actions::{sessions, users};
use instance::base::time::Clock;
use instance::desk;
use instance::model::user::{Rank, User};
use instance::store::{audit, posts};

use super::{FORM, PASSWORD, enrol, with_ana};
use crate::inbox::note;
use crate::support::http::{Answer, Held, PARTS, parts, send};
use crate::support::seat::{Seat, led_to, user};
use crate::support::{Instance, START, between, owner};

/// All hidden fields of the page's last form, and what is typed besides.
fn onward(page: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = page.rsplit_once("action=\"/desk/login\"").unwrap().1;
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let plain =
            |text: &str| text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
        (plain(name), plain(rest.split_once('"').unwrap().0))
    });
    hidden.chain(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

async fn log_in(seat: &Seat<'_>, page: &str, typed: &[(&str, &str)]) -> Answer {
    let fields = onward(page, typed);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    seat.post_parts("/desk/login", &fields).await
}

fn count(server: &Instance) -> usize {
    server.app.store.read(|rows| posts::of_account(rows, server.account.id, None, 9)).unwrap().len()
}

#[tokio::test]
async fn what_was_typed_comes_back_through_the_log_in_and_nothing_is_sent() {
    let (server, _) = with_ana(&Clock::by_hand(START)).await;
    let (out, account) = (Seat::empty(&server), server.account.id.to_string());
    let typed = [
        ("account", account.as_str()),
        ("lang", "en"),
        ("text", "The \"bridge\" <b>is</b>\nopen"),
        ("lang2", "de"),
        ("text2", "Die Brücke ist offen"),
        ("do", "publish"),
    ];
    let lost = out.post_files("/desk/posts", &typed, &[("picture1", b"some bytes")]).await;
    let page = lost.text();
    assert_eq!(lost.status.as_u16(), 401);
    assert!(page.contains("You were logged out") && !page.contains("late.csrf"), "{page}");

    // A wrong password loses nothing either.
    let wrong = log_in(&out, &page, &[("email", "ana@city.example"), ("password", "wrong")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let inside = log_in(&out, &wrong.text(), &[("email", "ana@city.example"), ("password", PASSWORD)]).await;
    let page = inside.text();
    for part in [
        "nothing was sent",
        "\nThe &#34;bridge&#34; &#60;b&#62;is&#60;/b&#62;\nopen</textarea>",
        "\nDie Brücke ist offen</textarea>",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert_eq!(count(&server), 0);
    let cookie = inside.header("set-cookie").split(';').next().unwrap().to_owned();
    let seat = Seat { server: &server, cookie, csrf: between(&page, "name=\"csrf\" value=\"", "\"").to_owned() };
    assert_eq!(seat.post_parts("/desk/posts", &typed).await.status.as_u16(), 303);

    // Another window has logged in meanwhile: the old page's form is shown once more too.
    let stale = Seat { server: &server, cookie: seat.cookie.clone(), csrf: "of an earlier log-in".into() };
    let posts = count(&server);
    let again = stale.post_parts("/desk/posts", &typed).await;
    assert_eq!(again.status.as_u16(), 403);
    let again = again.text();
    assert!(again.contains("nothing was sent") && again.contains("\nDie Brücke ist offen</textarea>"), "{again}");
    assert_eq!(count(&server), posts);
}

#[tokio::test]
async fn other_forms_come_back_as_words_and_passwords_never_do() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let out = Seat::empty(&server);
    let path = format!("/desk/answers/{}/new", server.account.id);
    let page = out.post(&path, &[("title", "Hours open"), ("text", "We open at nine."), ("lang", "en")]).await.text();
    let seat = Seat::of(&server, ana.id).await;
    let there = Seat { server: &server, cookie: seat.cookie.clone(), csrf: String::new() };
    let shown = log_in(&there, &page, &[("on", "1")]).await.text();
    assert!(shown.contains("We open at nine.</textarea>") && shown.contains(&format!("action=\"{path}\"")), "{shown}");
    assert!(shown.contains(&format!("name=\"csrf\" value=\"{}\"", seat.csrf)), "{shown}");
    let nobody = log_in(&out, &page, &[("on", "1")]).await;
    assert!(nobody.status == 401 && nobody.text().contains("late.text"), "{}", nobody.text());

    // Whoever lets something pass may have written why.
    for step in ["comment", "approve", "send-back"] {
        let page = out.post(&format!("/desk/drafts/17/{step}"), &[("comment", "Mind the bridge")]).await.text();
        assert!(page.contains("late.comment") && page.contains("Mind the bridge"), "{step}: {page}");
    }

    let secret = out.post("/desk/account/password", &[("current", PASSWORD), ("password", "another few words")]).await;
    let page = secret.text();
    assert!(secret.status == 401 && !page.contains("few words") && !page.contains("late."), "{page}");

    // Another site's page fills nobody's form.
    let headers = [("content-type", super::FORM), ("origin", "https://evil.example")];
    let answer = send("POST", &server.url("/desk/posts"), &headers, "text=evil+words".to_owned()).await;
    assert!(answer.status == 403 && !answer.text().contains("evil words"), "{}", answer.text());
    let answer =
        send("POST", &server.url("/desk/login"), &headers, "to=/desk/posts&late.text=evil+words".to_owned()).await;
    assert!(answer.status == 403 && !answer.text().contains("evil words"), "{}", answer.text());
}

const WORDS: &str = "Mind the old bridge";

/// A server with an owner, and every form that comes back: where it is sent, and whether it brings files.
struct Forms {
    server: Instance,
    owner: User,
}

impl Forms {
    async fn new() -> Self {
        let server = Instance::start_as(&Clock::by_hand(START), false).await;
        let owner = user(&server, "owner@city.example", Rank::Owner, server.account.id, &[]).await;
        Self { server, owner }
    }

    async fn seat(&self) -> Seat<'_> {
        Seat::of(&self.server, self.owner.id).await
    }

    async fn place(&self, pattern: &str) -> String {
        let (server, account) = (&self.server, self.server.account.id);
        let id = match pattern.split('/').next().unwrap() {
            "posts" => server.publish("Words").await.id.to_string(),
            "inbox" => note(server, None, "Ann", "<p>When?</p>", true).await.to_string(),
            "users" => self.owner.id.to_string(),
            "drafts" => {
                let of = account.to_string();
                let new = [("account", of.as_str()), ("lang", "en"), ("text", "Words"), ("keep", "draft")];
                let path = led_to(&self.seat().await.post_parts("/desk/posts", &new).await);
                path.rsplit('/').next().unwrap().to_owned()
            }
            _ => account.to_string(),
        };
        format!("/desk/{}", pattern.replacen(":id", &id, 1).replace(":id", "new"))
    }

    /// Words in each field for words, and what else some of them need to be whole.
    fn fields(account: &str) -> Vec<(&str, &str)> {
        let words = ["text", "comment", "remark", "title", "name", "public"].map(|name| (name, WORDS));
        let more = [("account", account), ("lang", "en"), ("rank", "member"), ("email", "owner@city.example")];
        [&words[..], &more, &[("revision", "1"), ("do", "publish"), ("at", "2027-06-01T09:00")]].concat()
    }

    fn acts(&self) -> Option<u64> {
        self.server.app.store.read(audit::head).unwrap().map(|head| head.seq)
    }
}

#[tokio::test]
async fn every_form_of_an_earlier_log_in_comes_back_with_the_token_of_now() {
    let forms = Forms::new().await;
    let account = forms.server.account.id.to_string();
    assert!(desk::kept().count() > 20);
    for (pattern, files) in desk::kept() {
        let path = forms.place(pattern).await;
        let seat = forms.seat().await;
        let stale = Seat { server: &forms.server, cookie: seat.cookie.clone(), csrf: "of an earlier log-in".into() };
        let (fields, before) = (Forms::fields(&account), forms.acts());
        let send = async |seat: &Seat<'_>| {
            if files { seat.post_parts(&path, &fields).await } else { seat.post(&path, &fields).await }
        };
        let back = send(&stale).await;
        let page = back.text();
        assert_eq!((back.status.as_u16(), forms.acts()), (403, before), "{path}: {page}");
        for part in [
            format!("\n{WORDS}</textarea>"),
            format!("action=\"{path}\""),
            format!("name=\"csrf\" value=\"{}\"", seat.csrf),
        ] {
            assert!(page.contains(&part), "{path}: {part} is not in {page}");
        }
        assert_ne!(send(&seat).await.status.as_u16(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_session_that_ends_while_a_form_is_on_its_way_takes_no_words_along() {
    let forms = Forms::new().await;
    let (server, account) = (&forms.server, forms.server.account.id.to_string());
    for (pattern, files) in desk::kept() {
        let path = forms.place(pattern).await;
        let seat = forms.seat().await;
        let fields = [&[("csrf", seat.csrf.as_str())], &Forms::fields(&account)[..]].concat();
        let (kind, body) = if files {
            (PARTS, parts(&fields, &[]))
        } else {
            (FORM, form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish().into_bytes())
        };
        let held = Held::begin(server, &path, kind, ("cookie", &seat.cookie), body).await;
        let id = forms.owner.id;
        server.app.store.write(move |tx| sessions::end(tx, owner().for_user(id), |_| true)).await.unwrap();
        let before = forms.acts();
        let answer = held.answer().await;
        assert_eq!(forms.acts(), before, "{path}: {answer}");
        let back = [format!("value=\"{WORDS}\""), "name=\"late.".to_owned(), format!("name=\"to\" value=\"{path}\"")];
        assert!(
            answer.starts_with("HTTP/1.1 401 ") && back.iter().all(|part| answer.contains(part)),
            "{path}: {answer}"
        );
    }
}

/// A look at what one may not see yet leads by no form that was brought along.
#[tokio::test]
async fn whoever_has_to_enrol_first_is_shown_what_they_typed_and_nothing_else() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (account, seat) = (server.account.id.to_string(), Seat::of(&server, ana.id).await);
    let own = [("account", account.as_str()), ("lang", "en"), ("text", "Still a secret"), ("keep", "draft")];
    let draft = led_to(&seat.post_parts("/desk/posts", &own).await);
    server.app.store.write(move |tx| users::require_second(tx, owner(), true)).await.unwrap();
    let form = async |seat: &Seat<'_>, to: &str, by: &[(&str, &str)]| {
        let late = [("to", to), ("late.account", account.as_str()), ("late.lang", "en"), ("late.text", "Was typed")];
        seat.post_parts("/desk/login", &[&late[..], by].concat()).await
    };
    let (out, password) = (Seat::empty(&server), [("email", "ana@city.example"), ("password", PASSWORD)]);
    for to in ["/desk/posts".to_owned(), format!("{draft}/edit")] {
        for answer in [form(&seat, &to, &[("on", "1")]).await, form(&out, &to, &password).await] {
            let page = answer.text();
            assert_eq!(answer.status.as_u16(), 200, "{page}");
            for part in ["Was typed</textarea>", "href=\"/desk/account/second-factor\"", &format!("action=\"{to}\"")] {
                assert!(page.contains(part), "{part} is not in {page}");
            }
            assert!(!page.contains("Still a secret") && !page.contains("id=\"text\""), "{page}");
        }
    }
    enrol(&seat, PASSWORD).await;
    let page = form(&seat, &format!("{draft}/edit"), &[("on", "1")]).await.text();
    assert!(page.contains("id=\"text\"") && page.contains("Was typed</textarea>"), "{page}");
}
