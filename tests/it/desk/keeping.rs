//! What the composer's form does by itself, while somebody writes, takes nothing away and tells nobody.

use instance::app::once;
use instance::base::time::Clock;
use instance::error::{Error, Result};
use instance::model::draft::{Draft, Stage};
use instance::model::ids::{DraftId, MediaId};
use instance::model::post::{Post, ReplyTo};
use instance::model::user::{Rank, Role};
use instance::store::schema::MEDIA;
use instance::store::{Rows, drafts};

use super::{Desk, PARTS, between, png, published};
use crate::inbox::note;
use crate::support::evil::{Act, Evil, Page};
use crate::support::http::Answer;
use crate::support::seat::{Seat, led_to, user, with_ana};
use crate::support::{Instance, START, at_once};

type Fields<'a> = &'a [(&'a str, &'a str)];

/// A draft and its form.
struct Paper<'a> {
    desk: &'a Desk<'a>,
    id: DraftId,
    edit: String,
}

const TWO_POSTS: Fields<'static> = &[("text", "One\n---\nTwo"), ("alt1", "A map")];

impl<'a> Paper<'a> {
    async fn begin(desk: &'a Desk<'a>, fields: Fields<'_>, file: Option<(&str, &[u8])>) -> Self {
        let path = led_to(&desk.compose(&[fields, &[("keep", "draft")]].concat(), file).await);
        let id = path.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
        Self { desk, id, edit: format!("{path}/edit") }
    }

    /// A thread whose second post has a picture: the picture, and what a form says of it.
    async fn pictured_later(desk: &'a Desk<'a>) -> (Self, MediaId, String) {
        let paper = Self::begin(desk, TWO_POSTS, Some(("picture1", &png()))).await;
        paper
            .make(|draft| {
                let media = std::mem::take(&mut draft.content.parts[0].media);
                draft.content.parts[1].media = media;
            })
            .await;
        let later = between(&desk.get(&paper.edit).await.text(), "name=\"later\" value=\"", "\"").to_owned();
        let file = paper.files()[1][0];
        (paper, file, later)
    }

    fn is(&self) -> Draft {
        self.desk.server.app.store.read(|rows| drafts::need(rows, self.id)).unwrap()
    }

    /// Puts something into the draft that the desk's form does not have.
    async fn make(&self, change: impl Fn(&mut Draft) + Send + Sync + 'static) {
        let id = self.id;
        let write = self.desk.server.app.store.write(move |tx| {
            let mut draft = drafts::need(tx, id)?;
            change(&mut draft);
            drafts::put(tx, &draft)
        });
        write.await.unwrap();
    }

    async fn send(&self, fields: Fields<'_>) -> Answer {
        let revision = self.is().revision.to_string();
        self.desk.send_to(&self.edit, &[fields, &[("revision", revision.as_str())]].concat(), None).await
    }

    /// The files of each post of it.
    fn files(&self) -> Vec<Vec<MediaId>> {
        self.is().content.parts.iter().map(|part| part.media.iter().map(|file| file.id).collect()).collect()
    }
}

const STAY: (&str, &str) = ("keep", "on");

#[tokio::test]
async fn a_form_that_lost_its_button_publishes_nothing() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let origin = server.app.site.origin.as_str();
    let seen = desk.post_as("/desk/posts", PARTS, origin, desk.composed(&[("text", "Half a")], None)).await;
    assert!(seen.status == 200 && seen.text().contains("<section id=\"preview\""), "{}", seen.text());
    assert!(desk.posts().is_empty());
    let post = published(&desk, &desk.compose(&[("text", "Whole")], None).await);
    let since = post.since().0.to_string();
    let body = desk.composed(&[("text", "Half"), ("revision", &since)], None);
    let seen = desk.post_as(&format!("/desk/posts/{}/edit", post.id), PARTS, origin, body).await;
    assert!(seen.status == 200 && seen.text().contains("<section id=\"preview\""), "{}", seen.text());
    assert_eq!(desk.posts()[0].versions[0].text, "Whole");
}

/// A form with another value in one field.
fn with<'f>(said: Fields<'f>, name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    let others = said.iter().copied().filter(|(known, _)| *known != name);
    others.chain([(name, value)]).collect()
}

#[tokio::test]
async fn what_comes_after_it_was_published_is_not_thrown_away_in_silence() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let other = server.post_uri(published(&desk, &desk.compose(&[("text", "Before")], None).await).id);
    let words = [("once", "x"), ("text", "The bridge"), ("alt1", "A map")];
    let paper = Paper::begin(&desk, &words, Some(("picture1", &png()))).await;
    let kept = paper.files()[0][0].to_string();
    let poll = [("answer1", "Yes"), ("answer2", "No"), ("lasts", "86400")];
    let said = [&words[..], &poll, &[("kept1", &kept), ("revision", "1")]].concat();
    let done = desk.send_to(&paper.edit, &with(&said, "do", "publish"), None).await;
    let post = published(&desk, &done);
    let told = |post: &Post| (desk.pictures(post)[0].alt.clone(), post.poll.clone().unwrap().answers[0].text.clone());
    assert_eq!(told(&post), ("A map".into(), "Yes".into()));
    let paths = [paper.edit.as_str(), "/desk/posts"];
    for path in paths {
        let twice = desk.send_to(path, &with(&said, "do", "publish"), None).await;
        assert_eq!((twice.status.as_u16(), twice.header("location")), (303, done.header("location")), "{path}");
    }
    for (name, value) in [
        ("text", "The bridges"),
        ("alt1", "A map of it"),
        ("answer1", "Perhaps"),
        ("quiet", "1"),
        ("urgent", "1"),
        ("quote", other.as_str()),
        ("at", "2027-03-01T10:00"),
        ("remove1", "1"),
    ] {
        for path in paths {
            let fields = [with(&said, name, value), vec![("do", "publish")]].concat();
            let late = desk.send_to(path, &fields, None).await;
            assert_eq!(late.status.as_u16(), 409, "{name} to {path}: {}", late.header("location"));
        }
    }
    for press in [STAY, ("keep", "draft"), ("keep", "ask"), ("do", "preview")] {
        let late = desk.send_to(&paper.edit, &[with(&said, "alt1", "A map of it"), vec![press]].concat(), None).await;
        assert_eq!(late.status.as_u16(), 409, "{press:?}: {}", late.header("location"));
    }
    assert_eq!((told(&desk.posts()[0]), desk.posts().len()), (told(&post), 2));
}

#[tokio::test]
async fn what_is_kept_by_itself_without_an_answer_goes_on_from_itself() {
    let (server, ana) = with_ana(&Clock::by_hand(START)).await;
    let (account, seat) = (server.account.id.to_string(), Seat::of(&server, ana.id).await);
    let send = async |seat: &Seat<'_>, path: &str, fields: Fields<'_>| {
        seat.post_parts(path, &[&[("account", account.as_str()), ("lang", "en")], fields].concat()).await
    };
    let mut edit = String::new();
    for text in ["The", "The bridge", "The bridge opens", "The bridge opens today"] {
        edit = led_to(&send(&seat, "/desk/posts", &[("once", "x"), ("text", text), STAY]).await);
    }
    let id = edit.trim_start_matches("/desk/drafts/").trim_end_matches("/edit").parse().unwrap();
    let is = || server.app.store.read(|rows| drafts::need(rows, id)).unwrap();
    assert_eq!((is().content.parts[0].versions[0].text.as_str(), kept(&server)), ("The bridge opens today", 1));
    // A button on a form that was gone back to overwrites nothing unseen, and says whose that is.
    let back = [("once", "x"), ("text", "The tunnel"), ("keep", "draft")];
    let mine = send(&seat, "/desk/posts", &back).await.text();
    assert!(mine.contains("You saved this draft meanwhile") && !mine.contains("Somebody else"), "{mine}");
    // Nor does what comes by itself, once somebody else has written in it.
    let ben = user(&server, "ben@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    let ben = Seat::of(&server, ben.id).await;
    let revision = is().revision.to_string();
    led_to(&send(&ben, &edit, &[("revision", &revision), ("text", "Ben's"), STAY]).await);
    let late = send(&seat, "/desk/posts", &[("once", "x"), ("text", "The tunnel opens"), STAY]).await;
    assert!(late.status == 422 && late.text().contains("Somebody else saved"), "{}", late.text());
    assert_eq!(is().content.parts[0].versions[0].text, "Ben's");
}

#[tokio::test]
async fn half_a_text_does_not_go_out_by_itself_and_a_save_says_that_it_moves_no_plan() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let at = [("at", "2027-03-01T10:00")];
    let done = desk.compose(&[("text", "The bridge opens"), at[0], ("do", "publish")], None).await;
    let path = led_to(&done);
    let id = path.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
    let paper = Paper { desk: &desk, id, edit: format!("{path}/edit") };
    let page = desk.get(&paper.edit).await.text();
    assert!(page.contains(" data-planned ") && page.contains("This is planned, and goes out as it is saved"), "{page}");
    let half = paper.send(&[("text", "The bridge does not"), at[0], STAY]).await;
    assert!(half.status == 422 && half.text().contains("<a href=\"#text\">It goes out by itself"), "{}", half.text());
    let moved = paper.send(&[("text", "The bridge!"), ("at", "2027-03-02T10:00"), ("keep", "draft")]).await;
    assert!(moved.status == 422 && moved.text().contains("<a href=\"#at\">It is planned for another"));
    assert_eq!(paper.is().content.parts[0].versions[0].text, "The bridge opens");
    led_to(&paper.send(&[("text", "The bridge!"), at[0], ("keep", "draft")]).await);
    led_to(&paper.send(&[("text", "The bridge!"), ("at", "2027-03-02T10:00"), ("do", "publish")]).await);
    assert_eq!(paper.is().when.unwrap().typed, "2027-03-02T10:00");
    let page = desk.get(&Paper::begin(&desk, &[("text", "Else")], None).await.edit).await.text();
    assert!(!page.contains("data-planned"));
}

/// How many drafts there are.
fn kept(server: &Instance) -> usize {
    let mut count = 0;
    let each = |_, _| {
        count += 1;
        Ok(true)
    };
    server.app.store.read(|rows| drafts::each(rows, each)).unwrap();
    count
}

#[tokio::test]
async fn what_is_new_is_kept_by_itself_and_becomes_one_post() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let nothing = desk.compose(&[("once", "x"), ("text", " \n"), STAY], None).await;
    assert!(nothing.status == 422 && kept(&server) == 0, "{}", nothing.text());
    let edit = led_to(&desk.compose(&[("once", "x"), ("text", "The bridge"), STAY], None).await);
    // The answer was not heard: it is the same draft.
    let again = desk.compose(&[("once", "x"), ("text", "The bridge opens"), STAY], None).await;
    assert_eq!((led_to(&again), kept(&server)), (edit.clone(), 1));
    let form = desk.get(&edit).await.text();
    for part in
        ["\nThe bridge opens</textarea>", "name=\"revision\" value=\"2\"", "<p class=\"as\">As <b>", "data-account="]
    {
        assert!(form.contains(part), "{part} is not in {form}");
    }
    assert!(form.contains(&format!("action=\"{edit}\"")) && !form.contains("name=\"account\""), "{form}");
    // A window that saw an earlier state overwrites nothing.
    let other = [("revision", "1"), ("text", "The bridge is closed")];
    for button in [STAY, ("keep", "draft"), ("do", "publish")] {
        let late = desk.send_to(&edit, &[&other[..], &[button]].concat(), None).await;
        assert!(late.status == 422 && late.text().contains("You saved this draft"), "{}", late.text());
    }
    let seen = desk.send_to(&edit, &[("revision", "2"), ("text", "The bridge!"), ("do", "preview")], None).await;
    assert!(seen.status == 200 && seen.text().contains("<section id=\"preview\""), "{}", seen.text());
    assert!(desk.posts().is_empty());

    let publish = [("revision", "2"), ("text", "The bridge opens!\n"), ("do", "publish")];
    let done = desk.send_to(&edit, &publish, None).await;
    let post = published(&desk, &done);
    assert_eq!((post.versions[0].text.as_str(), kept(&server)), ("The bridge opens!", 1));
    // Pressed twice it says the same; what says something else is told that it comes too late.
    let twice = desk.send_to(&edit, &publish, None).await;
    assert_eq!((twice.status.as_u16(), twice.header("location")), (303, done.header("location")));
    let late = desk.send_to(&edit, &[("revision", "2"), ("text", "The bridge is shut"), ("do", "publish")], None).await;
    assert_eq!((late.status.as_u16(), desk.posts().len()), (409, 1));
    assert!(!desk.get("/desk/drafts").await.text().contains("The bridge"), "no draft is left beside the post");
}

#[tokio::test]
async fn nothing_is_kept_by_itself_where_a_draft_could_not_be_sent() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let (of, reply) = (server.account.id, note(&server, None, "Ann", "<p>When?</p>", true).await.to_string());
    let account = of.to_string();
    let seat = async |roles: &[Role]| {
        let email = format!("{}@city.example", roles.iter().map(|role| role.name()).collect::<String>());
        Seat::of(&server, user(&server, &email, Rank::Member, of, roles).await.id).await
    };
    let form = async |seat: &Seat<'_>| seat.get(&format!("/desk?reply={reply}")).await.text();
    let (button, mark) =
        ("name=\"keep\" value=\"draft\"", "value=\"ACCOUNT\" data-unkept>".replace("ACCOUNT", &account));
    let replier = seat(&[Role::Replier]).await;
    let page = form(&replier).await;
    assert!(page.contains("value=\"publish\"") && !page.contains(button), "{page}");
    let new = [("account", account.as_str()), ("lang", "en"), ("text", "At nine"), ("reply", reply.as_str()), STAY];
    assert_eq!((replier.post_parts("/desk/posts", &new).await.status.as_u16(), kept(&server)), (403, 0));
    // Who may also write can keep a draft, and send the answer: not both.
    let both = seat(&[Role::Author, Role::Replier]).await;
    let page = form(&both).await;
    assert!(page.contains(button) && page.contains("value=\"publish\"") && page.contains(&mark), "{page}");
    assert!(!both.get("/desk").await.text().contains("data-unkept"));
    let page = form(&seat(&[Role::Editor]).await).await;
    assert!(page.contains(button) && !page.contains("data-unkept"), "{page}");
}

#[tokio::test]
async fn a_file_that_is_left_out_for_a_moment_can_be_put_back() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let desk = Desk::open(&server).await;
    let fields = [("text", "One"), ("alt1", "A map")];
    let paper = Paper::begin(&desk, &fields, Some(("picture1", &png()))).await;
    let file = paper.files()[0][0];
    let kept = file.to_string();
    clock.advance(instance::limits::keep::UNUSED_UPLOAD * 3);
    let desk = Desk::open(&server).await;
    let paper = Paper { desk: &desk, ..paper };
    let with = [("text", "One"), ("alt1", "A map"), ("kept1", &kept), STAY];
    led_to(&paper.send(&[&with[..], &[("remove1", "1")]].concat()).await);
    assert_eq!(paper.files(), [Vec::new()]);
    // It is an upload again, with a day of its own.
    let row = server.app.store.read(|rows| rows.need(&MEDIA, &file)).unwrap();
    assert_eq!((row.draft, row.created), (None, server.app.now()));
    led_to(&paper.send(&with).await);
    assert_eq!(paper.files(), [vec![file]]);
    let row = server.app.store.read(|rows| rows.need(&MEDIA, &file)).unwrap();
    assert_eq!((row.draft, row.alt.as_str()), (Some(paper.id), "A map"));
}

#[tokio::test]
async fn a_line_that_is_gone_for_a_moment_takes_no_file_of_a_later_post_away() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let (paper, file, later) = Paper::pictured_later(&desk).await;
    led_to(&paper.send(&[("text", "One\n--\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(paper.files(), [Vec::new()]);
    led_to(&paper.send(&[("text", "One\n---\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(paper.files(), [vec![], vec![file]]);
    assert_eq!(paper.is().content.parts[1].media[0].about.alt, "A map");
    // Files of somebody else are none of it, and a form that does not bring them changes nothing.
    let other = Paper::begin(&desk, TWO_POSTS, Some(("picture1", &png()))).await;
    led_to(&other.send(&[("text", "One\n---\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(other.files(), [Vec::<MediaId>::new(), vec![]]);
    led_to(&paper.send(&[("text", "One\n---\nTwo."), STAY]).await);
    assert_eq!(paper.files(), [vec![], vec![file]]);
}

#[tokio::test]
async fn a_look_shows_what_goes_out_with_the_files_of_later_posts() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let (paper, file, later) = Paper::pictured_later(&desk).await;
    let row = server.app.store.read(|rows| rows.need(&MEDIA, &file)).unwrap();
    let look = async |text: &str| {
        let page = paper.send(&[("text", text), ("later", &later), ("do", "preview")]).await.text();
        between(&page, "<section id=\"preview\"", "</section>\n<form").to_owned()
    };
    let seen = look("One\n---\nTwo").await;
    let (first, second) = seen.split_once("Post 2 of 2").expect(&seen);
    let still = row.small.unwrap().file;
    assert!(!first.contains(&still) && second.contains(&still) && second.contains("Picture: A map"), "{seen}");
    // The line is gone for a moment: so is that file.
    assert!(!look("One\n--\nTwo").await.contains(&still));
}

#[tokio::test]
async fn what_a_program_made_sensitive_stays_so() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let paper = Paper::begin(&desk, &[("text", "One")], None).await;
    paper.make(|draft| draft.content.sensitive = true).await;
    let before = paper.is();
    led_to(&paper.send(&[("text", "One"), STAY]).await);
    assert_eq!((&paper.is().content, paper.is().revision), (&before.content, before.revision), "nothing was touched");
    led_to(&paper.send(&[("text", "One"), ("warning", "Heights"), STAY]).await);
    led_to(&paper.send(&[("text", "One"), STAY]).await);
    assert!(!paper.is().content.sensitive, "a warning that was taken back covers nothing");
}

#[tokio::test]
async fn a_warning_that_stays_is_no_change() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let words = [("text", "One"), ("warning", "Heights")];
    let post = published(&desk, &desk.compose(&words, None).await);
    let done = desk.change(post.id, &words, None).await;
    assert_eq!((done.status.as_u16(), desk.posts()[0].revisions.len()), (303, 0), "{}", done.text());
    // As programs write it: the warning alone covers.
    let paper = Paper::begin(&desk, &words, None).await;
    paper.make(|draft| draft.content.sensitive = false).await;
    let before = paper.is();
    led_to(&paper.send(&[&words[..], &[STAY]].concat()).await);
    assert_eq!((&paper.is().content, paper.is().revision), (&before.content, before.revision));
}

#[tokio::test]
async fn what_a_draft_quotes_is_shown_kept_and_taken_out() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let post = published(&desk, &desk.compose(&[("text", "The bridge")], None).await);
    let address = server.post_uri(post.id);
    let paper = Paper::begin(&desk, &[("text", "Look"), ("quote", &address)], None).await;
    let quoted = Some(ReplyTo::Own(post.id));
    assert_eq!(paper.is().content.quote, quoted);
    let form = desk.get(&paper.edit).await.text();
    assert!(form.contains(&format!("name=\"quote\" value=\"{address}\"")), "{form}");
    led_to(&paper.send(&[("text", "Look!"), ("quote", &address), STAY]).await);
    led_to(&paper.send(&[("text", "Look!!"), STAY]).await);
    assert_eq!(paper.is().content.quote, quoted, "a form that does not ask takes nothing away");
    led_to(&paper.send(&[("text", "Look!!"), ("quote", ""), STAY]).await);
    assert_eq!(paper.is().content.quote, None);
    let form = desk.get(&paper.edit).await.text();
    assert!(form.contains("name=\"quote\" value=\"\""), "{form}");
}

#[tokio::test]
async fn nobody_hears_of_what_is_still_being_written() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let peer = Evil::start("127.0.9.7").await;
    peer.be(&["bob"]);
    let desk = Desk::open(&server).await;
    let paper = Paper::begin(&desk, &[("text", "Dear")], None).await;
    let text = format!("Dear @bob@{} and @press", peer.address);
    let quote = peer.url("/n/1");
    let written = [("text", text.as_str()), ("quote", quote.as_str())];
    led_to(&paper.send(&[&written[..], &[STAY]].concat()).await);
    let followed = paper.send(&[&written[..], &[("do", "preview"), ("follow", "1")]].concat()).await;
    assert_eq!(followed.status, 200);
    assert!(peer.asked().is_empty(), "{:?}", peer.asked());
    let page = followed.text();
    assert!(!page.contains("was not found, stays plain text"), "nobody was looked for: {page}");
    assert_eq!(paper.is().mentions[0].len(), 1, "our own account is known");
    let pressed = paper.send(&[&written[..], &[("do", "preview")]].concat()).await.text();
    assert!(pressed.contains("was not found, stays plain text"), "{pressed}");
    assert!(peer.asked_for("GET /.well-known/webfinger") > 0, "{:?}", peer.asked());
}

/// The form is kept by itself while its Publish is on its way: another window, or a slow line.
#[tokio::test]
async fn what_is_published_while_it_is_kept_by_itself_goes_out_once() {
    for waits in [true, false] {
        let server = Instance::start(&Clock::by_hand(START)).await;
        let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
        if !waits {
            at_once(&server).await;
        }
        let peer = Evil::start("127.0.9.8").await;
        let asked = "GET /.well-known/webfinger";
        peer.serve(asked, Act::Silence);
        let (account, seat) = (server.account.id.to_string(), Seat::of(&server, ana.id).await);
        let text = format!("Dear @bob@{}", peer.address);
        let press = async |press: (&'static str, &'static str)| {
            let form = [("account", account.as_str()), ("lang", "en"), ("once", "x"), ("text", &text), press];
            led_to(&seat.post_parts("/desk/posts", &form).await)
        };
        let between = async {
            peer.until_asked_for(asked, 1).await;
            let draft = press(STAY).await;
            peer.serve(asked, Page::status(404));
            peer.hang_up();
            draft
        };
        let (gone, draft) = tokio::join!(press(("do", "publish")), between);
        let id = draft.trim_start_matches("/desk/drafts/").trim_end_matches("/edit").parse().unwrap();
        let is = server.app.store.read(|rows| drafts::need(rows, id)).unwrap();
        assert_eq!((kept(&server), is.stage()), (1, if waits { Stage::Planned } else { Stage::Published }), "{gone}");
        // The other way round nothing is left beside it.
        let attempt = Some((server.account.id, "desk x".to_owned()));
        let late =
            once::first(&server.app, attempt, |_| -> Result<Draft> { unreachable!("it led to something") }).await;
        assert!(matches!(late, Err(Error::Conflict(once::AGAIN))));
    }
}
