//! A podcast from the command line to an app: begun, published, fetched in pieces, known to followers, given up.

use instance::actions::go_live::go_live;
use instance::base::time::Clock;
use instance::control::{
    self, Command, EpisodeChange, EpisodeNew, Fault, NewTold, NewVersion, PodcastChange, PodcastNew, PostChange,
    PostNew, Recording, Upload, What,
};
use instance::model::delivery::State;
use instance::model::episode::Kind;
use instance::model::media::About;
use instance::model::podcast::Order;
use instance::model::post::{Quoting, Visibility};
use instance::model::site::Site;
use instance::store::podcasts;
use serde_json::Value;

use crate::support::http::{activity, get, send};
use crate::support::{Folder, Instance, START, drain, follow};

const MP3: &[u8] = include_bytes!("../vectors/clips/sound.mp3");

async fn ask(instance: &Instance, command: Command) -> Value {
    control::run(&instance.app, command).await.unwrap()
}

async fn refused(instance: &Instance, command: Command) -> Fault {
    control::run(&instance.app, command).await.unwrap_err().into()
}

fn upload(folder: &Folder, bytes: &[u8], alt: &str) -> Upload {
    let path = folder.0.join(format!("upload-{}", bytes.len()));
    std::fs::write(&path, bytes).unwrap();
    Upload::new(std::fs::File::open(path).unwrap(), About::words(alt)).unwrap()
}

pub fn cover(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(side, side, image::Rgb([20, 60, 140]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The recording with a chapter in an ID3v2.4 tag.
fn marked() -> Vec<u8> {
    let title = b"TIT2\0\0\0\x0e\0\0\x03From the file";
    let chapter = [b"c\0".as_slice(), &[0; 4], &[0, 0, 1, 0], &[0xff; 8], title].concat();
    let size = u8::try_from(chapter.len()).unwrap();
    let frame = [b"CHAP\0\0\0".as_slice(), &[size, 0, 0], &chapter].concat();
    let size = u8::try_from(frame.len()).unwrap();
    [b"ID3\x04\0\0\0\0\0".as_slice(), &[size], &frame, MP3].concat()
}

fn begin(cover: Upload) -> PodcastNew {
    let told = |lang: &str, title: &str| NewTold {
        lang: Some(lang.parse().unwrap()),
        title: title.into(),
        description: "What the council decides.".into(),
    };
    PodcastNew {
        account: "press".into(),
        slug: "city-talk".into(),
        versions: vec![told("en", "City Talk"), told("de", "Stadtgespräch")],
        author: None,
        mail: "podcast@city.example".into(),
        category: "Government".into(),
        explicit: false,
        order: Order::Episodic,
        locked: true,
        guid: None,
        cover,
    }
}

fn publish(sound: Upload, chapters: &str) -> Command {
    Command::PostNew(PostNew {
        account: "press".into(),
        versions: vec![NewVersion { lang: None, text: "What the budget costs.".into(), warning: String::new() }],
        media: vec![sound],
        recordings: vec![Recording { place: None, what: What::Without("no-speech".into()) }],
        sensitive: false,
        visibility: Visibility::Public,
        quoting: Quoting::Anyone,
        urgent: false,
        at: None,
        draft: false,
        reply_to: None,
        poll: None,
        quote: None,
        episode: Some(EpisodeNew {
            series: "city-talk".into(),
            titles: vec!["The budget".into()],
            sounds: 1,
            season: Some(2),
            number: Some(1),
            kind: Kind::Full,
            explicit: false,
            chapters: chapters.into(),
            persons: vec!["Ann Example; guest".into()],
        }),
    })
}

fn podcast() -> (String, String) {
    ("press".into(), "city-talk".into())
}

/// The attribute of the first element of a name.
fn attribute<'a>(xml: &'a str, element: &str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<{element} ")).unwrap();
    rest.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_episode_reaches_apps_and_followers() {
    let clock = Clock::by_hand(START);
    let (alpha, beta, folder) = (Instance::start(&clock).await, Instance::start(&clock).await, Folder::new());
    follow(&beta, &alpha).await;
    drain(&[&alpha, &beta]).await;
    let told = alpha.deliveries(State::Done);
    let begun = ask(&alpha, Command::PodcastAdd(begin(upload(&folder, &cover(1_400), "A blue square")))).await;
    assert_eq!(begun["feed"], alpha.url("/@press/podcast/city-talk.rss"));
    assert!(begun["missing"].to_string().contains("no episode yet"), "{begun}");
    let post = ask(&alpha, publish(upload(&folder, MP3, "The budget"), "00:00 Welcome\n00:00.500 Numbers")).await;

    let feed = get(&alpha.url("/@press/podcast/city-talk.rss"), "*/*").await;
    assert_eq!(
        (feed.status.as_u16(), feed.header("content-type"), feed.header("access-control-allow-origin")),
        (200, "application/rss+xml; charset=utf-8", "*")
    );
    let xml = feed.text();
    let same =
        send("GET", &alpha.url("/@press/podcast/city-talk.rss"), &[("if-none-match", feed.header("etag"))], "").await;
    assert_eq!(same.status.as_u16(), 304);

    let sound = attribute(&xml, "enclosure", "url").to_owned();
    let length: usize = attribute(&xml, "enclosure", "length").parse().unwrap();
    let head = send("HEAD", &sound, &[], "").await;
    assert_eq!(
        (
            head.status.as_u16(),
            head.header("content-type"),
            head.header("content-length"),
            head.header("accept-ranges")
        ),
        (200, "audio/mpeg", length.to_string().as_str(), "bytes")
    );
    let whole = send("GET", &sound, &[], "").await.body;
    let part = send("GET", &sound, &[("range", "bytes=100-199")], "").await;
    assert_eq!((part.status.as_u16(), &part.body[..], whole.len()), (206, &whole[100..200], length));
    assert_eq!(send("HEAD", attribute(&xml, "itunes:image", "href"), &[], "").await.status.as_u16(), 200);

    let chapters = get(attribute(&xml, "podcast:chapters", "url"), "*/*").await;
    assert!(chapters.header("content-type").starts_with("application/json+chapters"));
    assert_eq!(chapters.json()["chapters"][1]["startTime"], 0.5);

    let note = activity(post["uri"].as_str().unwrap()).await.json();
    assert!(note["content"].as_str().unwrap().starts_with("<p><strong>The budget</strong></p><p>What"), "{note}");
    let file = &note["attachment"][0];
    assert_eq!((&file["mediaType"], &file["url"]), (&"audio/mpeg".into(), &sound.as_str().into()));
    assert_eq!(file["icon"]["type"], "Image");
    assert_eq!(file["icon"]["url"], attribute(&xml, "itunes:image", "href"));

    let profile = get(&alpha.url("/@press"), "text/html").await.text();
    assert!(profile.contains("href=\"/@press/podcast/city-talk\""), "{profile}");
    let german = get(&alpha.url("/@press/podcast/city-talk/de.rss"), "*/*").await.text();
    assert!(german.contains("<title>Stadtgespräch</title>") && !german.contains("<item>"));
    assert_eq!(
        get(&alpha.url("/@press/podcast/city-talk/en.rss"), "*/*").await.header("location"),
        "/@press/podcast/city-talk.rss"
    );
    drain(&[&alpha, &beta]).await;
    assert_eq!(alpha.deliveries(State::Done), told + 1, "the follower's server has the episode");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_in_the_feed_and_what_is_wrong_is_refused() {
    let (server, folder) = (Instance::start(&Clock::by_hand(START)).await, Folder::new());
    let small = refused(&server, Command::PodcastAdd(begin(upload(&folder, &cover(600), "Blue")))).await;
    assert_eq!((small.id.as_str(), small.what.as_str()), ("E404", "The cover has 600 × 600 pixels."));
    let early = refused(&server, publish(upload(&folder, MP3, "The budget"), "")).await;
    assert_eq!(early.id, "E406");
    let whole = upload(&folder, &cover(1_400), "A blue square");
    ask(&server, Command::PodcastAdd(begin(whole.clone()))).await;
    assert_eq!(refused(&server, Command::PodcastAdd(begin(whole))).await.id, "E407");
    for (chapters, id) in [("Welcome", "E411"), ("00:00 A\n09:00 B", "E411")] {
        assert_eq!(refused(&server, publish(upload(&folder, MP3, "T"), chapters)).await.id, id);
    }
    let marked = ask(&server, publish(upload(&folder, &marked(), "T"), "")).await;
    assert_eq!(marked["episode"]["chapters"][0]["title"], "From the file", "{marked}");
    let Command::PostNew(mut png) = publish(upload(&folder, &cover(8), "T"), "") else { panic!("another command") };
    png.recordings.clear();
    assert_eq!(refused(&server, Command::PostNew(png)).await.id, "E408");

    let post = ask(&server, publish(upload(&folder, MP3, "The budget"), "")).await;
    let change = PodcastChange {
        account: "press".into(),
        slug: "city-talk".into(),
        lang: Some("fr".parse().unwrap()),
        title: Some("Parole de ville".into()),
        description: Some("Le conseil décide.".into()),
        author: None,
        mail: None,
        category: Some("News > Politics".into()),
        explicit: None,
        order: None,
        locked: Some(false),
        complete: Some(true),
        guid: None,
        cover: Some(upload(&folder, &cover(1_500), "Another square")),
    };
    ask(&server, Command::PodcastEdit(Box::new(change))).await;
    let edit = PostChange {
        post: post["id"].as_str().unwrap().into(),
        episode: EpisodeChange { title: Some("The whole budget".into()), number: Some(7), ..EpisodeChange::default() },
        ..PostChange::default()
    };
    let edited = ask(&server, Command::PostEdit(edit.clone())).await;
    assert_eq!(
        edited["updated"],
        ask(&server, Command::PostEdit(edit)).await["updated"],
        "the second time changes nothing"
    );
    let xml = get(&server.url("/@press/podcast/city-talk.rss"), "*/*").await.text();
    for part in [
        "<title>The whole budget</title>",
        ">7</itunes:episode>",
        "Politics",
        ">no</podcast:locked>",
        "<itunes:complete>Yes",
        "hreflang=\"fr\"",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    let (account, name) = podcast();
    ask(&server, Command::PodcastDelete { account: account.clone(), podcast: name.clone() }).await;
    for path in ["/@press/podcast/city-talk.rss", "/@press/podcast/city-talk"] {
        assert_eq!(get(&server.url(path), "*/*").await.status.as_u16(), 410, "{path}");
    }
    assert_eq!(refused(&server, Command::PodcastShow { account, podcast: name }).await.id, "E406");
    assert_eq!(get(post["url"].as_str().unwrap(), "text/html").await.status.as_u16(), 200);
    assert!(instance::store::check::check(&server.app.store).unwrap().is_sound());
    drain(&[&server]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_podcast_of_a_trial_gets_its_id_when_it_is_public() {
    let (server, folder) = (Instance::start_as(&Clock::by_hand(START), false).await, Folder::new());
    let trial = ask(&server, Command::PodcastAdd(begin(upload(&folder, &cover(1_400), "A blue square")))).await;
    let site = Site { origin: "https://s.example".into(), handle_domain: "s.example".into(), live: true };
    server.app.store.write(move |tx| go_live(tx, &site)).await.unwrap();
    let (_, slug) = podcast();
    let account = server.account.id;
    let row = server.app.store.read(move |rows| podcasts::shown(rows, account, &slug)).unwrap();
    assert_eq!(row.home.as_deref(), Some("s.example/@press/podcast/city-talk"));
    let guid = row.guid("", &"en".parse().unwrap());
    assert_ne!(trial["versions"][0]["guid"], guid);
}
