//! The binary as scripts and people use it: set up, serve, publish, stop; what it prints and how it ends.

mod crowd;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::data::{Data, INIT};

impl Data {
    fn serve(&self) -> Server {
        Server::start(self, &["serve", "--listen", "127.0.0.1:0"])
    }

    fn settings(&self) -> PathBuf {
        self.path.join("instance.toml")
    }
}

/// A running `instance serve`.
struct Server {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    banner: String,
    /// `http://localhost:PORT`
    origin: String,
}

impl Server {
    /// Waits until it says that it is ready, and where.
    fn start(data: &Data, words: &[&str]) -> Self {
        Self::run(&mut data.command(words))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut banner = String::new();
        let origin = loop {
            let mut line = String::new();
            assert!(output.read_line(&mut line).unwrap() > 0, "it ended before it was ready:\n{banner}");
            banner += &line;
            if let Some((_, address)) = line.split_once("Public pages   ") {
                break address.trim().trim_end_matches('/').to_owned();
            }
        };
        assert!(banner.contains("ready"), "{banner}");
        Self { child, output, banner, origin }
    }

    fn port(&self) -> u16 {
        self.origin.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// The exit code after a signal, and all that was printed.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let status = self.child.wait().unwrap();
        let mut rest = std::mem::take(&mut self.banner);
        self.output.read_to_string(&mut rest).unwrap();
        (status.code(), rest)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let host = self.origin.trim_start_matches("http://");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/activity+json\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_rehearsal() {
    let data = Data::new();
    let created = data.fine(&INIT);
    assert!(
        created.contains("Created") && created.contains("@press") && created.contains(" serve --data "),
        "{created}"
    );
    assert_eq!((mode(&data.path), mode(&data.settings()), mode(&data.path.join("store.redb"))), (0o700, 0o600, 0o600));
    assert!(data.fine(&INIT).starts_with("Nothing to do"));

    let server = data.serve();
    let socket = data.path.join("control.sock");
    let post = data.fine(&["post", "new", "--as", "press", "--lang", "en", "--text", "Hello"]);
    assert!(socket.symlink_metadata().unwrap().file_type().is_socket());
    assert_eq!(mode(&socket), 0o600);
    let path = post.strip_prefix(&server.origin).expect("the post's id is its address, alone").to_owned();
    let (status, body) = server.get(&path);
    assert!(status == 200 && body.contains("Hello"), "{body}");

    data.fine(&["post", "edit", &post, "--text", "Changed"]);
    assert!(server.get(&path).1.contains("Changed"));
    let number = path.rsplit('/').next().unwrap();
    data.fine(&["post", "edit", number, "--lang", "de", "--text", "Geändert"]);
    let shown = data.json(&["post", "show", number]);
    assert_eq!(shown["schema"], "instance.post/1");
    assert_eq!(shown["versions"][0]["text"], "Changed");
    assert_eq!(shown["versions"][1]["text"], "Geändert");
    data.fine(&["post", "delete", &post]);
    assert_eq!(server.get(&path).0, 410);
    let (code, message) = data.fails(&["post", "show", &post]);
    assert!(code == 1 && message.starts_with("E046  "), "{message}");

    let token = data.fine(&["token", "new", "--account", "press", "--scopes", "read,write"]);
    assert!(token.len() >= 43 && !token.contains(char::is_whitespace), "{token}");
    let link = data.fine(&["user", "login-link"]);
    let start = link.strip_prefix(&server.origin).unwrap();
    assert!(start.starts_with("/desk/start/") && !link.contains(char::is_whitespace), "{link}");
    assert_eq!(server.get(start).0, 200);
    assert_eq!(data.json(&["queue", "list"])["waiting"], 0);
    assert_eq!(data.json(&["check"])["sound"], true);

    let (code, printed) = server.stop("-TERM");
    assert_eq!(code, Some(0), "{printed}");
    assert!(!printed.contains("start/"), "a link to the desk is for terminals only");
    assert!(!socket.exists());
    assert_eq!(data.json(&["post", "list"])["posts"], Value::Array(Vec::new()));
}

#[test]
fn a_post_carries_pictures_versions_and_warnings() {
    let data = Data::set_up();
    let picture = data.path.join("label.png");
    std::fs::write(&picture, instance::media::draw::sample(instance::media::draw::Sample::Label)).unwrap();
    let picture = picture.to_str().unwrap();
    let said = [
        "post",
        "new",
        "--as",
        "@press",
        "--lang",
        "en",
        "--text",
        "One #Tag",
        "--lang",
        "de",
        "--text",
        "Zwei",
        "--warning",
        "Long",
    ];
    let first = data.json(
        &[
            &said[..],
            &["--media", picture, "--alt", "A label", "--alt", "Ein Etikett", "--quiet", "--no-quotes", "--sensitive"],
        ]
        .concat(),
    );
    assert_eq!(first["versions"][1], serde_json::json!({ "lang": "de", "text": "Zwei", "warning": "Long" }));
    assert_eq!(
        (&first["visibility"], &first["quoting"], &first["sensitive"]),
        (&"quiet".into(), &"nobody".into(), &true.into())
    );
    assert_eq!(
        (&first["media"][0]["alt"], &first["media"][0]["alts"]["de"]),
        (&"A label".into(), &"Ein Etikett".into())
    );
    let (_, message) = data.fails(&[&said[..], &["--media", picture, "--alt", "A label"]].concat());
    assert!(message.starts_with("E130  File 1 has no description in Deutsch (de)."), "{message}");

    let uri = first["uri"].as_str().unwrap();
    let mut command = data.command(&["post", "new", "--as", "press", "--file", "-", "--reply-to", uri, "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("From a pipe\n".as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answer["versions"][0], serde_json::json!({ "lang": "en", "text": "From a pipe", "warning": "" }));
    assert_eq!(answer["reply_to"], first["uri"]);

    let described = data.json(&["post", "edit", uri, "--describe", "1", "A repair label"]);
    assert_eq!(described["media"][0]["alt"], "A repair label");
    assert!(data.fails(&["post", "edit", uri, "--describe", "2", "x"]).1.starts_with("E132  "));
    let (code, message) = data.fails(&["post", "new", "--as", "press", "--text", "x", "--media", picture]);
    assert!(code == 2 && message.starts_with("E003  "), "{message}");
    assert!(
        data.fails(&["post", "new", "--as", "press", "--text", "x", "--media", picture, "--alt", " "])
            .1
            .starts_with("E130  ")
    );
    let (_, message) =
        data.fails(&["post", "new", "--as", "press", "--text", "x", "--media", "/nowhere.png", "--alt", "y"]);
    assert!(message.starts_with("E036  "), "{message}");
    let (_, message) = data.fails(&["post", "new", "--as", "nobody", "--text", "x"]);
    assert!(message.starts_with("E041  There is no account @nobody.\n      "), "{message}");
}

#[test]
fn accounts_and_tokens_are_kept() {
    let data = Data::set_up();
    let server = data.serve();
    let added = data.json(&["account", "add", "parks", "--name", "Parks", "--language", "de"]);
    assert_eq!((&added["handle"], &added["language"]), (&"parks".into(), &"de".into()));
    assert!(added["avatar"].is_string(), "no account has a blank face");
    assert!(data.fails(&["account", "add", "Parks"]).1.starts_with("E114  "));
    let words = [
        "account",
        "edit",
        "parks",
        "--field",
        "Web=https://parks.example",
        "--field",
        "Phone=1 = 2",
        "--replies",
        "at-once",
    ];
    let edited = data.json(&words);
    assert_eq!(edited["fields"][1], serde_json::json!({ "name": "Phone", "value": "1 = 2" }));
    assert_eq!((&edited["name"], &edited["replies"]), (&"Parks".into(), &"at_once".into()));
    assert_eq!(data.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 2);

    data.fine(&["token", "new", "--account", "parks", "--name", "Planner"]);
    let listed = data.json(&["token", "list"]);
    assert_eq!((&listed["tokens"][0]["account"], &listed["tokens"][0]["name"]), (&"parks".into(), &"Planner".into()));
    data.fine(&["token", "revoke", listed["tokens"][0]["id"].as_str().unwrap()]);
    assert_eq!(data.fine(&["token", "list"]), "No tokens.");
    assert!(data.fails(&["token", "revoke", "0123"]).1.starts_with("E040  "));
    assert!(data.fails(&["token", "new", "--account", "parks", "--scopes", "admin"]).1.starts_with("E140  "));
    assert_eq!(server.stop("-INT").0, Some(0));
}

#[test]
fn wrong_words_and_wrong_states_have_their_codes() {
    let data = Data::new();
    let (code, message) = data.fails(&["serve"]);
    assert!(code == 4 && message.starts_with("E010  ") && message.contains("Run: instance init --data "), "{message}");
    assert_eq!(data.fails(&["post", "list"]).0, 4);
    assert!(!data.path.exists(), "only init sets up");
    let known = data.json(&["explain"]);
    let ids: Vec<&str> = known["explanations"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"E200") && ids.is_sorted(), "{ids:?}");
    assert!(data.fine(&["help", "limits"]).contains("instance explain limits"));
    let (code, message) = data.fails(&["psot", "list"]);
    assert!(code == 2 && message.contains("Did you mean 'post'?"), "{message}");
    let output = data.run(&["config", "get", "urll", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &answer["id"], &answer["schema"]),
        (Some(4), &"E012".into(), &"instance.error/1".into())
    );
    assert!(answer["remedy"].as_str().unwrap().contains("'url'") && output.stderr.is_empty());

    data.fine(&INIT);
    let server = data.serve();
    let (code, message) = data.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        code == 5 && message.starts_with("E047  ") && message.contains("is served already, by process "),
        "{message}"
    );
    assert_eq!(server.get("/").0, 200, "the first one is not disturbed");

    let other = Data::set_up();
    let (code, message) = other.fails(&["serve", "--listen", &format!("127.0.0.1:{}", server.port())]);
    assert!(code == 6 && message.starts_with("E021  "), "{message}");

    std::fs::write(other.settings(), "# mine\nlisten = '127.0.0.1:0'\nhandel_domain = 'x'\n").unwrap();
    let (code, message) = other.fails(&["serve"]);
    assert!(
        code == 4 && message.starts_with("E012  ") && message.contains("line 3") && message.contains("'handle_domain'"),
        "{message}"
    );
}

#[test]
fn set_up_twice_is_nothing_and_otherwise_is_refused() {
    let data = Data::new();
    let answers = "name = 'City'\naccount = 'press'\nlanguages = ['fr']\ntime_zone = 'Europe/Paris'\ndemo = false\nurl = 'https://social.city.example'\n";
    let file = data.path.with_extension("toml");
    std::fs::write(&file, answers).unwrap();
    let from = ["init", "--from", file.to_str().unwrap()];
    let first = data.json(&from);
    assert_eq!(
        (&first["changed"], &first["mode"], &first["accounts"][0]),
        (&true.into(), &"live".into(), &"press".into())
    );
    assert_eq!(data.json(&from)["changed"], false);
    assert_eq!(data.json(&["init"])["changed"], false, "what is not said is not compared");
    assert_eq!(data.fine(&["config", "get", "url"]), "https://social.city.example");
    for other in [
        ["--name", "Town"],
        ["--account", "news"],
        ["--language", "fr,de"],
        ["--time-zone", "UTC"],
        ["--url", "https://b.example"],
    ] {
        let (code, message) = data.fails(&[&["init", "--yes"][..], &other].concat());
        assert!(code == 4 && message.starts_with("E011  "), "{other:?}: {message}");
    }
    assert!(data.fails(&["init", "--account", "admin"]).1.starts_with("E018  "));
    let asked = "name = 'City'\naccount = 'press'\nlanguages = ['deutsch']\n";
    std::fs::write(&file, asked).unwrap();
    let message = data.fails(&["init", "--from", file.to_str().unwrap()]).1;
    assert!(message.contains("“deutsch” is not a language code.\n"), "{message}");
}

#[test]
fn a_set_up_that_was_cut_off_is_begun_anew() {
    let data = Data::set_up();
    std::fs::rename(data.settings(), data.path.join("kept")).unwrap();
    let (code, message) = data.fails(&INIT);
    assert!(code == 4 && message.starts_with("E016  "), "somebody else's data is not overwritten: {message}");
    std::fs::write(data.path.join("unfinished-set-up"), "").unwrap();
    data.fine(&INIT);
    assert_eq!(data.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 1);
    assert!(!data.path.join("unfinished-set-up").exists());
}

#[test]
fn settings_are_shown_changed_and_checked() {
    let data = Data::set_up();
    let before = std::fs::read_to_string(data.settings()).unwrap();
    assert!(
        data.fine(&["config", "set", "url", "https://Social.City.Example/"]).contains("https://social.city.example")
    );
    data.fine(&["config", "set", "network.allow_private", "127.0.0.0/8,::1"]);
    assert!(data.fine(&["config", "set", "listen", "127.0.0.1:8080"]).starts_with("Set listen"));
    let after = std::fs::read_to_string(data.settings()).unwrap();
    assert_eq!((before.lines().count(), mode(&data.settings())), (after.lines().count(), 0o600));
    let (code, message) = data.fails(&["config", "set", "listen", "everywhere"]);
    assert!(code == 4 && message.starts_with("E013  "), "{message}");
    assert_eq!(std::fs::read_to_string(data.settings()).unwrap(), after, "what is wrong is not written");
    let output = data.command(&["config", "show", "--origin"]).env("INSTANCE_LISTEN", "127.0.0.1:1").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let line = |key: &str| {
        shown.lines().find(|line| line.starts_with(key)).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("listen"), "listen 127.0.0.1:1 INSTANCE_LISTEN");
    assert!(line("url").starts_with("url https://social.city.example instance.toml, line "), "{shown}");
    assert!(data.fine(&["config", "check"]).contains("for rehearsals only"));
}

#[test]
fn a_long_path_a_killed_server_and_a_taken_port_are_no_obstacle() {
    let data = Data::named(&"d".repeat(120));
    data.fine(&INIT);
    // No --listen: a trial moves on to the next port.
    let server = Server::start(&data, &["serve"]);
    let other = Data::set_up();
    let next = Server::start(&other, &["serve"]);
    assert_ne!(server.port(), next.port());
    assert_eq!(next.get("/").0, 200);
    let post = data.fine(&["post", "new", "--as", "press", "--text", "Over the socket"]);
    assert!(post.starts_with(&server.origin), "the running server knows its port: {post}");
    server.stop("-KILL");
    assert!(data.path.join("control.sock").exists(), "left behind");
    assert_eq!(data.json(&["post", "list"])["posts"][0]["versions"][0]["text"], "Over the socket");
    let again = data.serve();
    data.fine(&["post", "new", "--as", "press", "--text", "Again"]);
    assert_eq!(again.stop("-TERM").0, Some(0));
}

#[test]
fn samples_go_by_one_command() {
    let data = Data::new();
    let created = data.fine(&["init", "--yes", "--name", "City"]);
    assert!(created.contains("2 sample accounts, 14 sample posts in 4 languages"), "{created}");
    assert_eq!(data.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 3);
    // Nobody is asked without a terminal, and nothing goes unasked.
    let (_, refused) = data.fails(&["demo", "remove"]);
    assert!(
        refused.contains("E086") && refused.contains("--yes") && refused.contains("14 sample posts go"),
        "{refused}"
    );
    assert_eq!(data.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 3);
    assert!(data.fine(&["demo", "remove", "--yes"]).contains("14 sample posts"));
    assert_eq!(data.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 1);
    assert!(data.fine(&["demo", "remove"]).starts_with("Nothing to do"));
    assert_eq!(data.json(&["check"])["sound"], true);
}

#[test]
fn people_are_added_given_roles_and_switched_off() {
    let data = Data::set_up();
    let link = data.fine(&["user", "add", "ana@city.example", "--account", "press", "--role", "author"]);
    assert!(link.contains("/desk/start/") && !link.contains(char::is_whitespace), "{link}");
    let server = data.serve();
    let listed = data.json(&["user", "list"]);
    assert_eq!(
        (&listed["schema"], &listed["users"][0]["email"]),
        (&"instance.users/1".into(), &"ana@city.example".into())
    );
    assert_eq!(listed["users"][0]["roles"]["press"], serde_json::json!(["author"]));
    assert!(!listed.to_string().contains("hash") && listed["users"][0]["password"] == false);
    data.fine(&[
        "user",
        "role",
        "Ana@City.Example",
        "--account",
        "press",
        "--add",
        "editor,approver",
        "--remove",
        "author",
    ]);
    assert_eq!(data.json(&["user", "list"])["users"][0]["roles"]["press"], serde_json::json!(["editor", "approver"]));
    let mistyped = data.fails(&["user", "password", "ana@city.example"]);
    assert!(mistyped.0 == 2 && mistyped.1.starts_with("E020"), "{mistyped:?}");
    for (words, id) in [
        (&["user", "add", "ana@city.example", "--role", "owner"][..], "E303"),
        (&["user", "add", "ben"], "E300"),
        (&["user", "role", "ana@city.example", "--account", "press", "--add", "boss"], "E305"),
        (&["user", "role", "ana@city.example", "--add", "editor"], "E305"),
        (&["user", "role", "ana@city.example", "--add", "auditor"], "E302"),
        (&["user", "off", "nobody@city.example"], "E040"),
    ] {
        let (_, message) = data.fails(words);
        assert!(message.starts_with(id), "{words:?}: {message}");
    }
    let mut child = data
        .command(&["user", "password", "ana@city.example", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a few words to remember\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(data.json(&["user", "list"])["users"][0]["password"], true);
    assert_eq!(data.json(&["user", "sessions", "ana@city.example"])["sessions"], serde_json::json!([]));
    assert_eq!(data.json(&["user", "second-factor", "--require"])["required"], true);
    let token = data.fine(&["token", "new", "--account", "press", "--user", "ana@city.example"]);
    assert_eq!(data.json(&["token", "list"])["tokens"][0]["user"], "ana@city.example");
    let off = data.json(&["user", "off", "ana@city.example"]);
    assert_eq!((&off["tokens_revoked"], off["off"].is_string()), (&1.into(), true));
    assert!(!token.is_empty() && data.json(&["token", "list"])["tokens"].as_array().unwrap().is_empty());
    assert!(data.fails(&["user", "login-link", "ana@city.example"]).1.starts_with("E306"));
    data.fine(&["user", "on", "ana@city.example"]);
    data.fine(&["user", "login-link", "ana@city.example"]);
    server.stop("-TERM");
}
