//! Video and sound with captions: at the desk without script, by programs, by command; on pages, in feeds, to others.

use std::path::Path;

use instance::app::upload;
use instance::base::time::Clock;
use instance::config::Config;
use instance::control::{self, Command, Fault, NewVersion, PostNew, Recording, Upload, What};
use instance::limits;
use instance::media::draw;
use instance::model::ids::PostId;
use instance::model::media::About;
use instance::model::post::{Quoting, Visibility};
use instance::store::check::check;
use instance::store::{material, media};
use serde_json::{Value, json};

use crate::desk::{Desk, published};
use crate::support::http::{get, raw, send};
use crate::support::seat::led_to;
use crate::support::{Instance, START, between, second_account};

const VTT: &str = "WEBVTT\n\nSTYLE\n::cue{background:url(https://evil.example/)}\n\n00:00.100 --> 00:00.900\n<v Mayor>Good <script>morning</script>\n";
const SRT: &str = "1\r\n00:00:00,100 --> 00:00:00,900\r\nGuten Morgen\r\n";

fn clip(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/clips").join(name)).unwrap()
}

#[tokio::test]
async fn a_video_needs_captions_at_the_desk_and_nothing_is_sent_twice() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let text = [("text", "The bridge"), ("alt1", "A film of the bridge"), ("transcript1", " ")];
    let refused = desk.compose(&text, Some(("picture1", &clip("sound.wav")))).await.text();
    assert!(refused.contains("uncompressed sound") && !refused.contains("but is not there"), "{refused}");
    let refused = desk.compose(&text, Some(("picture1", &clip("first.mp4")))).await;
    let page = refused.text();
    assert_eq!(refused.status.as_u16(), 422);
    assert!(page.contains("<a href=\"#captions-file1\">The video has no captions."), "{page}");
    assert!(!page.contains("In an app"), "{page}");
    let kept = kept(&page);

    let text = [&text[..], &[("kept1", kept.as_str()), ("do", "preview")]].concat();
    let wrong = desk.compose(&text, Some(("captions-file1", b"WEBVTT\n\n00:05.000 --> 00:06.000\nLate\n"))).await;
    assert!(wrong.text().contains("begins after the recording has ended"), "{}", wrong.text());
    let added = desk.compose(&text, Some(("captions-file1", VTT.as_bytes()))).await.text();
    assert!(added.contains("There are captions in English"), "{added}");
    let german = [&text[..], &[("captions-lang1", "de")]].concat();
    assert!(
        desk.compose(&german, Some(("captions-file1", SRT.as_bytes())))
            .await
            .text()
            .contains("There are captions in Deutsch")
    );
    let poster = draw::sample(draw::Sample::Label);
    let last: Vec<_> = text.iter().copied().filter(|(name, _)| *name != "do").collect();
    let post = published(&desk, &desk.compose(&last, Some(("poster1", &poster))).await);

    let media = server.app.store.read(|rows| material::media(rows, &post.media)).unwrap().remove(0);
    let on_disk = |name: &str| std::fs::metadata(server.app.files.path(name).unwrap()).unwrap().len();
    assert_eq!(media.weight(), media.files().map(on_disk).sum::<u64>(), "what counts for the account is all there is");
    let [en, de] = media.spoken.captions.as_slice() else { panic!("{:?}", media.spoken) };
    assert_eq!((en.said.as_str(), de.said.as_str()), ("Mayor: Good morning", "Guten Morgen"));
    let file = get(&server.url(&format!("/media/{}", en.file)), "*/*").await;
    assert_eq!(file.header("content-type"), "text/vtt; charset=utf-8");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert_eq!(file.text(), "WEBVTT\n\n00:00:00.100 --> 00:00:00.900\n<v Mayor>Good morning</v>\n");

    let page = get(&server.url(&format!("/@press/{}", post.id)), "text/html").await.text();
    let still = &media.small.as_ref().unwrap().file;
    for part in [
        format!("poster=\"/media/{still}\""),
        format!("<track kind=\"captions\" src=\"/media/{}\" srclang=\"en\" label=\"English\" default>", en.file),
        format!("src=\"/media/{}\" srclang=\"de\"", de.file),
        "<p>Mayor: Good morning</p>".to_owned(),
        format!("og:image\" content=\"{}", server.app.site.media(still)),
        "0:01, 0.1 MB".to_owned(),
    ] {
        assert!(page.contains(&part), "{part} is not in {page}");
    }
    let home = get(&server.url("/"), "text/html").await.text();
    let path = format!("/@press/{}/play/1", post.id);
    assert!(home.contains(&format!("<a href=\"{path}\">")) && !home.contains("Mayor: Good morning"), "{home}");
    let player = get(&server.url(&path), "text/html").await;
    assert!(player.status.as_u16() == 200 && player.text().contains("<p>Mayor: Good morning</p>"), "{}", player.text());
    for nowhere in ["play/2", "play/0", "play/01", "play/x"] {
        let answer = get(&server.url(&format!("/@press/{}/{nowhere}", post.id)), "text/html").await;
        assert_eq!(answer.status.as_u16(), 404, "{nowhere}");
    }
    let feed = get(&server.url("/feed.atom"), "*/*").await.text();
    assert!(feed.contains(&format!("poster=&#34;{}", server.app.site.media(still))), "{feed}");
    let note = note(&server, post.id).await;
    let attachment = &note["attachment"][0];
    assert_eq!(attachment["icon"]["url"], server.app.site.media(still));
    assert_eq!(attachment["subtitleLanguage"][1]["identifier"], "de");
    assert_eq!(attachment["subtitleLanguage"][0]["url"][0]["href"], server.app.site.media(&en.file));
    assert!(note["content"].as_str().unwrap().contains(&server.url(&path)), "{note}");
}

#[tokio::test]
async fn of_a_heavy_film_others_get_the_poster_and_a_link() {
    let set = |config: &mut Config| (config.media.federated_mb, config.media.recording_mb) = (1, 2);
    let server = Instance::start_set(&Clock::by_hand(START), set).await;
    let desk = Desk::open(&server).await;
    let heavy = |mib: u32| {
        let more = (mib << 20) - 8;
        [&clip("first.mp4")[..], &(more + 8).to_be_bytes(), b"mdat", &vec![0; more as usize]].concat()
    };
    let said = [("text", "The council"), ("alt1", "A session of the council"), ("reason1", "in-text")];
    let refused = desk.compose(&said, Some(("picture1", &heavy(2)))).await;
    assert!(refused.status == 422 && refused.text().contains("at most 2 MiB are taken here"), "{}", refused.text());
    let look = [&said[..], &[("do", "preview")]].concat();
    let seen = desk.compose(&look, Some(("picture1", &heavy(1)))).await.text();
    assert!(seen.contains("Other servers take none so large: they get its poster and a link"), "{seen}");
    let kept = kept(&seen);
    let said = [&said[..], &[("kept1", kept.as_str())]].concat();
    let bare = desk.compose(&said, None).await;
    assert!(
        bare.status == 422 && bare.text().contains("<a href=\"#poster1\">The video is too large"),
        "{}",
        bare.text()
    );
    let poster = draw::sample(draw::Sample::Label);
    let post = published(&desk, &desk.compose(&said, Some(("poster1", &poster))).await);

    let media = server.app.store.read(|rows| material::media(rows, &post.media)).unwrap().remove(0);
    let still = media.small.as_ref().unwrap();
    let note = note(&server, post.id).await;
    let [attachment] = note["attachment"].as_array().unwrap().as_slice() else { panic!("{note}") };
    assert_eq!(attachment["url"], server.app.site.media(&still.file));
    assert_eq!((&attachment["mediaType"], &attachment["width"]), (&json!(still.mime), &json!(still.width)));
    assert_eq!(attachment["name"], "A session of the council");
    assert!(attachment["duration"].is_null() && attachment["icon"].is_null(), "{attachment}");
    let page = server.url(&format!("/@press/{}/play/1", post.id));
    let content = note["content"].as_str().unwrap();
    assert!(content.contains(&format!("Watch here: <a href=\"{page}\"")), "{content}");
    let player = get(&page, "text/html").await.text();
    assert!(player.contains(&format!("src=\"/media/{}\"", media.file)) && player.contains("1.0 MB"), "{player}");
}

/// The number under which a form kept its first file.
fn kept(page: &str) -> String {
    page.split_once("name=\"kept1\" value=\"").unwrap().1.split('"').next().unwrap().to_owned()
}

async fn note(server: &Instance, post: PostId) -> Value {
    serde_json::from_slice(&get(&server.post_uri(post), "application/activity+json").await.body).unwrap()
}

#[tokio::test]
async fn captions_of_a_published_video_are_changed_at_the_desk() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let said = [("text", "x"), ("alt1", "A film"), ("reason1", "other"), ("why1", "A song <b>")];
    let post = published(&desk, &desk.compose(&said, Some(("picture1", &clip("turned-90.mp4")))).await);
    let path = format!("/@press/{}", post.id);
    assert!(get(&server.url(&path), "text/html").await.text().contains("No captions: A song &#60;b&#62;"));
    assert!(desk.get(&format!("/desk/posts/{}/edit", post.id)).await.text().contains("value=\"A song &#60;b&#62;\""));
    let kept = post.media[0].to_string();
    let fields = [("text", "x"), ("kept1", kept.as_str()), ("alt1", "A film")];
    let refused = desk.change(post.id, &fields, None).await;
    assert!(
        refused.status.as_u16() == 422 && refused.text().contains("The video has no captions."),
        "{}",
        refused.text()
    );
    let changed = desk.change(post.id, &fields, Some(("captions-file1", VTT.as_bytes()))).await;
    assert_eq!(changed.status.as_u16(), 303, "{}", changed.text());
    let page = get(&server.url(&path), "text/html").await.text();
    assert!(page.contains("<track kind=\"captions\"") && !page.contains("A song"), "{page}");
    let file = server
        .app
        .store
        .read(|rows| material::media(rows, &post.media))
        .unwrap()
        .remove(0)
        .spoken
        .captions
        .remove(0)
        .file;
    let kept_and_dropped = [&fields[..], &[("drop1", "en"), ("reason1", "in-picture")]].concat();
    let dropped = desk.change(post.id, &kept_and_dropped, None).await;
    assert_eq!(dropped.status.as_u16(), 303, "{}", dropped.text());
    assert_eq!(get(&server.url(&format!("/media/{file}")), "*/*").await.status.as_u16(), 404, "the file goes with it");
}

#[tokio::test]
async fn programs_say_it_in_the_description_or_in_fields_of_their_own() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let bearer = server.bearer("read,write").await;
    let upload = async |parts: &[(&str, &str, Vec<u8>)]| {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let headers = [("authorization", bearer.as_str()), ("content-type", "multipart/form-data; boundary=x")];
        let answer = send("POST", &server.url("/api/v2/media"), &headers, body).await;
        serde_json::from_slice::<Value>(&answer.body).unwrap()
    };
    let publish = async |id: &Value| {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = json!({ "status": "x", "media_ids": [id] }).to_string();
        send("POST", &server.url("/api/v1/statuses"), &headers, body).await
    };
    let bare = upload(&[("file", "a.mp3", clip("sound.mp3")), ("description", "", b"A tone".to_vec())]).await;
    let refused = publish(&bare["id"]).await;
    assert!(refused.status == 422 && refused.text().contains("behind a line 'Transcript:'"), "{}", refused.text());
    let told = b"A tone\nTranscript: La".to_vec();
    let told = upload(&[("file", "a.mp3", clip("sound.mp3")), ("description", "", told)]).await;
    assert_eq!((told["description"].as_str(), publish(&told["id"]).await.status.as_u16()), (Some("A tone"), 200));
    let reason = upload(&[
        ("file", "a.mp4", clip("first.mp4")),
        ("description", "", b"A film\nNo captions: no-speech".to_vec()),
    ])
    .await;
    assert_eq!(publish(&reason["id"]).await.status, 200);
    let poster = draw::sample(draw::Sample::Label);
    let parts = [
        ("file", "a.mp4", clip("first.mp4")),
        ("thumbnail", "p.png", poster),
        ("captions[pt-BR]", "a.srt", SRT.as_bytes().to_vec()),
        ("description", "", b"A film".to_vec()),
    ];
    let film = upload(&parts).await;
    assert_eq!((film["captions"][0]["language"].as_str(), film["preview_url"].is_string()), (Some("pt-BR"), true));
    assert_eq!(publish(&film["id"]).await.status, 200);
    let picture =
        upload(&[("file", "p.png", draw::sample(draw::Sample::Label)), ("captions[en]", "a.vtt", VTT.into())]).await;
    assert!(picture["error"].as_str().unwrap().contains("for video and sound"), "{picture}");
}

#[tokio::test]
async fn commands_bring_captions_with_their_language() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let folder = std::env::temp_dir().join(format!("instance-clips-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).unwrap();
        Upload::new(std::fs::File::open(folder.join(name)).unwrap(), About::words("A film")).unwrap()
    };
    let film = clip("first.mp4");
    let new = |films: usize, recordings: Vec<Recording>| {
        Command::PostNew(PostNew {
            account: "press".into(),
            versions: vec![NewVersion { lang: None, text: "x".into(), warning: String::new() }],
            media: (0..films).map(|_| file("film.mp4", &film)).collect(),
            recordings,
            sensitive: false,
            visibility: Visibility::Public,
            quoting: Quoting::Anyone,
            reply_to: None,
            episode: None,
            poll: None,
            quote: None,
            urgent: false,
            at: None,
            draft: false,
        })
    };
    let captions = |place, lang: &str| Recording {
        place,
        what: What::Captions(lang.parse().unwrap(), file("film.vtt", VTT.as_bytes())),
    };
    let refused = async |command| Fault::from(control::run(&server.app, command).await.unwrap_err()).id;
    assert_eq!(refused(new(1, Vec::new())).await, "E200");
    assert_eq!(refused(new(2, vec![captions(None, "en")])).await, "E207");
    assert_eq!(refused(new(2, vec![captions(Some(2), "en")])).await, "E200");
    let made = control::run(&server.app, new(1, vec![captions(None, "en"), captions(Some(1), "de")])).await.unwrap();
    assert!(made["media"][0]["captions"]["de"].as_str().unwrap().contains(".vtt"), "{made}");
    let reason = Recording { place: Some(2), what: What::Without("in-text".into()) };
    assert!(control::run(&server.app, new(2, vec![captions(Some(1), "en"), reason])).await.is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_upload_that_broke_off_goes_on_where_it_stopped() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let (film, bearer) = (clip("first.mp4"), server.bearer("read,write").await);
    let ask = async |method: &str, url: &str, more: &[(&str, &str)], body: &[u8]| {
        let headers = [&[("authorization", bearer.as_str())][..], more].concat();
        send(method, url, &headers, body.to_vec()).await
    };
    let all = server.url("/api/uploads");
    let begun = ask("POST", &all, &[("upload-length", &film.len().to_string())], b"").await;
    assert_eq!(begun.status, 201);
    let url = begun.header("location").to_owned();
    let piece = async |at: usize, bytes: &[u8]| {
        let kind = ("content-type", "application/offset+octet-stream");
        ask("PATCH", &url, &[kind, ("upload-offset", &at.to_string())], bytes).await
    };
    let first = piece(0, &film[..1_000]).await;
    assert_eq!((first.status.as_u16(), first.header("upload-offset")), (204, "1000"));
    let far = ask("HEAD", &url, &[], b"").await;
    assert_eq!((far.header("upload-offset"), far.header("upload-length")), ("1000", &*film.len().to_string()));
    assert_eq!(far.header("cache-control"), "no-store");
    for wrong in [0, 999, 1_001] {
        assert_eq!(piece(wrong, &film[wrong..]).await.status, 409, "a piece at {wrong}");
    }
    let beyond = [&film[1_000..], b"x"].concat();
    assert_eq!(piece(1_000, &beyond).await.status, 413, "more than was announced");
    let media = server.url("/api/v2/media");
    let named = json!({ "upload": url.rsplit('/').next().unwrap(), "description": "A film" }).to_string();
    let json = [("content-type", "application/json")];
    let early = ask("POST", &media, &json, named.as_bytes()).await;
    assert!(early.status == 422 && early.text().contains("1000 of"), "{}", early.text());
    let stranger = server.bearer_of(second_account(&server).await.id, "read,write").await;
    let theirs = send("HEAD", &url, &[("authorization", &stranger)], "").await;
    assert_eq!(theirs.status, 404, "another account does not know of it");
    assert_eq!(piece(1_000, &film[1_000..]).await.status, 204);
    let made: Value = serde_json::from_slice(&ask("POST", &media, &json, named.as_bytes()).await.body).unwrap();
    assert_eq!((made["type"].as_str(), made["description"].as_str()), (Some("video"), Some("A film")), "{made}");
    let again: Value = serde_json::from_slice(&ask("POST", &media, &json, named.as_bytes()).await.body).unwrap();
    assert_eq!(again["id"], made["id"], "it is used once, and who did not hear of it asks again");
    assert_eq!(ask("HEAD", &url, &[], b"").await.header("upload-offset"), film.len().to_string());
    assert_eq!(piece(film.len(), b"x").await.status, 404);

    assert_eq!(ask("POST", &all, &[("upload-length", "3000000000")], b"").await.status, 422, "heavier than is taken");
    let begin = async || ask("POST", &all, &[("upload-length", "10")], b"").await;
    let mut last = String::new();
    for _ in 0..limits::inbound::PIECES_EACH {
        last = begin().await.header("location").to_owned();
    }
    assert_eq!(begin().await.status, 503, "one account does not take the places of all");
    let other = send("POST", &all, &[("authorization", &stranger), ("upload-length", "10")], "").await;
    assert_eq!(other.status, 201);
    assert_eq!(ask("POST", &all, &[("upload-length", "0")], b"").await.status, 422, "nothing takes no place");
    assert_eq!(ask("DELETE", &last, &[], b"").await.status, 204);
    assert_eq!((ask("HEAD", &last, &[], b"").await.status.as_u16(), begin().await.status.as_u16()), (404, 201));
    clock.advance(limits::inbound::PIECES_EMPTY);
    assert_eq!(begin().await.status, 201, "those of which nothing came made room");
}

#[tokio::test]
async fn a_piece_that_is_too_large_is_told_so_also_in_chunks() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let bearer = server.bearer("read,write").await;
    let own = [("authorization", bearer.as_str()), ("upload-length", "9")];
    let begun = send("POST", &server.url("/api/uploads"), &own, "").await;
    let path = &begun.header("location")[server.app.site.origin.len()..];
    let piece = format!(
        "PATCH {path} HTTP/1.1\r\nhost: x\r\nauthorization: {bearer}\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ntransfer-encoding: chunked\r\n\r\n\
         a\r\n0123456789\r\n0\r\n\r\n"
    );
    let said = raw(server.address, piece.as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
}

#[tokio::test]
async fn what_belongs_to_a_recording_comes_into_a_draft_by_its_own_form() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let desk = Desk::open(&server).await;
    let text = [("text", "The bridge"), ("alt1", "A film"), ("keep", "draft")];
    let draft = led_to(&desk.compose(&text, Some(("picture1", &clip("first.mp4")))).await);
    let path = format!("{draft}/edit");
    let poster = draw::sample(draw::Sample::Label);
    for (name, bytes, there) in [
        ("captions-file1", VTT.as_bytes(), "There are captions in English"),
        ("poster1", &poster[..], "Another poster"),
    ] {
        let page = desk.get(&path).await.text();
        assert!(!page.contains(there), "{page}");
        let (kept, revision) = (kept(&page), between(&page, "name=\"revision\" value=\"", "\"").to_owned());
        let fields = [&text[..], &[("kept1", kept.as_str()), ("revision", revision.as_str())]].concat();
        assert_eq!(led_to(&desk.send_to(&path, &fields, Some((name, bytes))).await), draft);
        let page = desk.get(&path).await.text();
        assert!(page.contains(there), "{page}");
    }
    assert!(check(&server.app.store).unwrap().is_sound());
}

#[tokio::test]
async fn an_upload_that_is_refused_for_now_is_still_there() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let (film, bearer) = (clip("first.mp4"), server.bearer("read,write").await);
    let ask = async |method: &str, url: &str, more: &[(&str, &str)], body: &[u8]| {
        let headers = [&[("authorization", bearer.as_str())][..], more].concat();
        send(method, url, &headers, body.to_vec()).await
    };
    let begun = ask("POST", &server.url("/api/uploads"), &[("upload-length", &film.len().to_string())], b"").await;
    let url = begun.header("location");
    let piece = [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")];
    assert_eq!(ask("PATCH", url, &piece, &film).await.status, 204);
    let name = url.rsplit('/').next().unwrap();
    let use_it = async |focus: &str| {
        let body = json!({ "upload": name, "description": "A film", "focus": focus }).to_string();
        ask("POST", &server.url("/api/v2/media"), &[("content-type", "application/json")], body.as_bytes()).await
    };
    assert_eq!(use_it("left").await.status, 422, "a focus that is none");
    // Nothing can be written.
    let path = server.app.files.path(&format!("{:032x}.mp4", 0)).unwrap();
    let root = path.ancestors().nth(3).unwrap();
    let (there, aside) = (root.join("unfinished"), root.join("aside"));
    std::fs::rename(&there, &aside).unwrap();
    assert_eq!(use_it("").await.status, 500);
    std::fs::rename(&aside, &there).unwrap();
    let picture = draw::sample(draw::Sample::Label);
    let mut other = upload::take_bytes(&server.app, server.by(), &picture, About::default()).await.unwrap();
    for (bytes, status) in [(server.app.config.media.quota_gb << 30, 507), (other.bytes, 200)] {
        other.bytes = bytes;
        let row = other.clone();
        server.app.store.write(move |tx| media::put(tx, &row)).await.unwrap();
        let answer = use_it("").await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
