//! The program under test: a data directory and, at times, a process that serves it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::{StatusCode, header};
use instance::crypto::keys::PublicKey;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use url::Url;

use crate::load::{self, Prepared};
use crate::meter;
use crate::world::{ACTIVITY, World};

const ORIGIN: &str = "https://instance.test";
pub const ACCOUNT: &str = "press";

pub struct Subject {
    pub binary: PathBuf,
    pub data: PathBuf,
    pub address: SocketAddr,
    token: String,
    /// The actor id of the account, and where it takes deliveries.
    pub actor: String,
    child: Option<Child>,
    peak: u64,
}

/// An address of the server.
pub fn url(path: &str) -> Url {
    Url::parse(ORIGIN).unwrap().join(path).expect("a path of the server")
}

/// A post that was just published.
pub struct Posted {
    /// Its ActivityPub id.
    pub id: Url,
    /// Its page.
    pub page: Url,
    pub sent: Instant,
}

impl Subject {
    /// A server with one account, which may call the simulated world and nothing else.
    pub fn set_up(binary: &Path, data: PathBuf, world: &World) -> Self {
        let listen = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = listen.expect("loopback has a free port");
        let mut subject = Self {
            binary: std::fs::canonicalize(binary).expect("the binary is built: make build"),
            data,
            address,
            token: String::new(),
            actor: String::new(),
            child: None,
            peak: 0,
        };
        let words = ["init", "--yes", "--no-demo", "--name", "City of Example", "--language", "en"];
        subject.run(&[&words[..], &["--account", ACCOUNT, "--url", ORIGIN]].concat());
        std::fs::write(subject.data.join("ca.pem"), &world.ca_pem).expect("the data directory can be written");
        for (key, value) in [
            ("listen", address.to_string().as_str()),
            ("network.allow_private", "127.77.0.0/16"),
            ("network.extra_ca", "ca.pem"),
            ("network.resolver", &world.resolver.to_string()),
        ] {
            subject.run(&["config", "set", key, value]);
        }
        let token = subject.run(&["token", "new", "--account", ACCOUNT, "--scopes", "read,write"]);
        token.trim().clone_into(&mut subject.token);
        subject
    }

    /// Runs a command on the data directory and answers with what it printed.
    fn run(&self, words: &[&str]) -> String {
        let output = Command::new(&self.binary).args(words).arg("--data").arg(&self.data).stdin(Stdio::null()).output();
        let output = output.expect("the binary runs");
        assert!(output.status.success(), "instance {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("the answer is text")
    }

    /// Starts to serve; answers with the time from there to the first page.
    pub fn start(&mut self) -> Duration {
        let log = std::fs::File::create(self.data.with_extension("log")).expect("the log can be written");
        let begun = Instant::now();
        let mut command = Command::new(&self.binary);
        command
            .args(["serve", "--data"])
            .arg(&self.data)
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log);
        self.child = Some(command.spawn().expect("the binary runs"));
        while !self.answers() {
            assert!(begun.elapsed() < Duration::from_secs(60), "no page after a minute; see {}", self.data.display());
            let child = self.child.as_mut().expect("just started");
            assert!(child.try_wait().expect("a child can be waited for").is_none(), "the server ended at once");
            std::thread::sleep(Duration::from_micros(500));
        }
        begun.elapsed()
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect(self.address)?;
            let head = "host: instance.test\r\nx-forwarded-for: 198.18.0.1\r\nconnection: close";
            stream.write_all(format!("GET /@{ACCOUNT} HTTP/1.1\r\n{head}\r\n\r\n").as_bytes())?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            Ok(answer.starts_with(b"HTTP/1.1 200"))
        };
        ask().unwrap_or(false)
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the server was started").id()
    }

    pub fn cpu(&self) -> Duration {
        meter::cpu(self.pid())
    }

    /// Resident memory at its highest over all processes so far.
    pub fn peak(&self) -> u64 {
        self.child.as_ref().map_or(0, |child| meter::peak(child.id())).max(self.peak)
    }

    /// Stops it as an administrator does.
    pub fn stop(&mut self) {
        self.end(Signal::SIGTERM);
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        self.end(Signal::SIGKILL);
    }

    fn end(&mut self, signal: Signal) {
        self.peak = self.peak();
        if let Some(mut child) = self.child.take() {
            // A process that is gone already is what was asked for.
            let _ = kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal);
            let _ = child.wait();
        }
    }

    /// Puts the data directory back to what `kept` holds. The server has to be stopped.
    pub fn restore(&self, kept: &Path) {
        assert!(self.child.is_none(), "a running server owns its data");
        copy(kept, &self.data);
    }

    /// Keeps a copy of the data directory.
    pub fn keep(&self, kept: &Path) {
        copy(&self.data, kept);
    }

    /// Publishes by the client interface.
    pub async fn publish(&self, text: &str) -> Posted {
        let body = Bytes::from(json!({ "status": text, "visibility": "public" }).to_string());
        let request = Prepared::new(&url("/api/v1/statuses"), 0, Some(body))
            .with(header::CONTENT_TYPE, "application/json")
            .with(header::AUTHORIZATION, &format!("Bearer {}", self.token));
        let sent = Instant::now();
        let answer = load::once(self.address, &request).await.expect("publishing is answered");
        let text = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), StatusCode::OK, "publishing: {text}");
        let status: Value = serde_json::from_str(&text).expect("the answer is JSON");
        let named = |name: &str| Url::parse(status[name].as_str().unwrap_or_default()).expect("a status has addresses");
        Posted { id: named("uri"), page: named("url"), sent }
    }

    /// The request that brings a file.
    pub fn signed_upload(&self, form: &Bytes) -> Prepared {
        crate::rows::upload::request(&self.token, form.clone())
    }

    /// What the account's actor document says, as another server sees it.
    pub async fn document(&mut self, world: &World) -> Value {
        let finger = url(&format!("/.well-known/webfinger?resource=acct:{ACCOUNT}@instance.test"));
        let request = Prepared::new(&finger, 0, None).with(header::ACCEPT, "application/jrd+json");
        let jrd = self.json(&request).await;
        let links = jrd["links"].as_array().cloned().unwrap_or_default();
        let own = links.iter().find(|link| link["rel"] == "self").and_then(|link| link["href"].as_str());
        own.expect("WebFinger names the actor").clone_into(&mut self.actor);
        let id = Url::parse(&self.actor).expect("an actor id is an address");
        let request = world.sign(&id, &world.actor(0), 0, 0, None).with(header::ACCEPT, ACTIVITY);
        self.json(&request).await
    }

    async fn json(&self, request: &Prepared) -> Value {
        let answer = load::once(self.address, request).await.expect("the server answers");
        assert_eq!(answer.status(), StatusCode::OK, "{}", String::from_utf8_lossy(answer.body()));
        serde_json::from_slice(answer.body()).expect("the answer is JSON")
    }

    /// The key that its deliveries are signed with.
    pub async fn key(&mut self, world: &World) -> PublicKey {
        let document = self.document(world).await;
        let pem = document["publicKey"]["publicKeyPem"].as_str().unwrap_or_default();
        PublicKey::from_pem(pem).expect("the actor shows its key")
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes `to` a copy of `from`, sparse where `from` is.
fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let done = Command::new("cp").args(["-a", "--sparse=always"]).arg(from).arg(to).status();
    assert!(done.expect("cp runs").success(), "the data directory could not be copied");
}
