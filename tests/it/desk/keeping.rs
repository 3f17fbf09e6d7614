//! What the composer's form does by itself, while somebody writes, takes nothing away and tells nobody.

use instance::base::time::Clock;
use instance::model::draft::Draft;
use instance::model::ids::{DraftId, MediaId};
use instance::model::post::ReplyTo;
use instance::store::schema::MEDIA;
use instance::store::{Rows, drafts};

use super::{Desk, MULTIPART, between, png, published};
use crate::support::evil::Evil;
use crate::support::http::Answer;
use crate::support::seat::led_to;
use crate::support::{Instance, START};

type Fields<'a> = &'a [(&'a str, &'a str)];

/// A draft and its form.
struct Paper<'a> {
    desk: &'a Desk<'a>,
    id: DraftId,
    edit: String,
}

impl<'a> Paper<'a> {
    async fn begin(desk: &'a Desk<'a>, fields: Fields<'_>, file: Option<(&str, &[u8])>) -> Self {
        let path = led_to(&desk.compose(&[fields, &[("keep", "draft")]].concat(), file).await);
        let id = path.strip_prefix("/desk/drafts/").unwrap().parse().unwrap();
        Self { desk, id, edit: format!("{path}/edit") }
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
    let seen = desk.post_as("/desk/posts", MULTIPART, origin, desk.composed(&[("text", "Half a")], None)).await;
    assert!(seen.status == 200 && seen.text().contains("<section id=\"preview\""), "{}", seen.text());
    assert!(desk.posts().is_empty());
    let post = published(&desk, &desk.compose(&[("text", "Whole")], None).await);
    let since = post.since().0.to_string();
    let body = desk.composed(&[("text", "Half"), ("revision", &since)], None);
    let seen = desk.post_as(&format!("/desk/posts/{}/edit", post.id), MULTIPART, origin, body).await;
    assert!(seen.status == 200 && seen.text().contains("<section id=\"preview\""), "{}", seen.text());
    assert_eq!(desk.posts()[0].versions[0].text, "Whole");
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
    let fields = [("text", "One\n---\nTwo"), ("alt1", "A map")];
    let paper = Paper::begin(&desk, &fields, Some(("picture1", &png()))).await;
    paper
        .make(|draft| {
            let media = std::mem::take(&mut draft.content.parts[0].media);
            draft.content.parts[1].media = media;
        })
        .await;
    let file = paper.files()[1][0];
    let form = desk.get(&paper.edit).await.text();
    let later = between(&form, "name=\"later\" value=\"", "\"").to_owned();
    led_to(&paper.send(&[("text", "One\n--\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(paper.files(), [Vec::new()]);
    led_to(&paper.send(&[("text", "One\n---\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(paper.files(), [vec![], vec![file]]);
    assert_eq!(paper.is().content.parts[1].media[0].about.alt, "A map");
    // Files of somebody else are none of it, and a form that does not bring them changes nothing.
    let other = Paper::begin(&desk, &fields, Some(("picture1", &png()))).await;
    led_to(&other.send(&[("text", "One\n---\nTwo"), ("later", &later), STAY]).await);
    assert_eq!(other.files(), [Vec::<MediaId>::new(), vec![]]);
    led_to(&paper.send(&[("text", "One\n---\nTwo."), STAY]).await);
    assert_eq!(paper.files(), [vec![], vec![file]]);
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
