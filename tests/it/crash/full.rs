//! The disk of the real binary is full, in a file system of its own; then somebody makes room.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use instance::media::draw;

use crate::support::Folder;
use crate::support::http::{Answer, get, try_send};

/// Sets up and serves on six megabytes that nobody else sees; the token and then the log are printed.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=6m none "$ROOM" && "$BINARY" init --yes --name City --account press --language en --no-demo \
    --data "$ROOM/data" >/dev/null && "$BINARY" token new --account press --scopes read,write --data "$ROOM/data" &&
exec "$BINARY" serve --data "$ROOM/data"
"#;

struct Server {
    child: Child,
    origin: String,
    /// Its data as we see them from outside.
    room: PathBuf,
    log: PathBuf,
    token: String,
    _folder: Folder,
}

impl Server {
    /// Nothing where this user may not make a file system.
    async fn start() -> Option<Self> {
        let may = Command::new("unshare").args(["--mount", "--map-root-user", "true"]).stderr(Stdio::null()).status();
        if !may.is_ok_and(|status| status.success()) {
            assert!(std::env::var_os("TEST_ALL").is_none(), "no file system of its own for a full disk");
            eprintln!("not tried: no file system of its own for a full disk (unshare --mount --map-root-user)");
            return None;
        }
        let folder = Folder::new();
        let address = std::net::TcpListener::bind("127.0.0.8:0").unwrap().local_addr().unwrap();
        let (room, log) = (folder.0.join("room"), folder.0.join("log"));
        std::fs::create_dir(&room).unwrap();
        let output = std::fs::File::create(&log).unwrap();
        let child = Command::new("unshare")
            .args(["--mount", "--map-root-user", "sh", "-c", SCRIPT])
            .env("ROOM", &room)
            .env("BINARY", env!("CARGO_BIN_EXE_instance"))
            .env("INSTANCE_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(output)
            .spawn()
            .unwrap();
        let room = PathBuf::from(format!("/proc/{}/root{}", child.id(), room.display()));
        let origin = format!("http://{address}");
        let mut server = Self { child, origin, room, log, token: String::new(), _folder: folder };
        let ready = async {
            while try_send("GET", &format!("{}/healthz", server.origin), &[], "").await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ready).await.expect("it starts");
        server.token = server.log().lines().next().unwrap().into();
        Some(server)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        try_send("POST", &format!("{}{path}", self.origin), &headers, body).await.unwrap()
    }

    async fn publish(&self, n: usize) -> Answer {
        let words = "The bridge is closed. ".repeat(200);
        let body = serde_json::json!({ "status": format!("Notice {n}: {words}") }).to_string();
        self.post("/api/v1/statuses", "application/json", body.into_bytes()).await
    }

    async fn upload(&self) -> Answer {
        let head = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
        let body = [&head[..], &draw::avatar("press", "P"), b"\r\n--x--\r\n"].concat();
        self.post("/api/v2/media", "multipart/form-data; boundary=x", body).await
    }

    /// Announces a file that will come in pieces.
    async fn announce(&self, bytes: u32) -> Answer {
        let (bearer, length) = (format!("Bearer {}", self.token), bytes.to_string());
        let headers = [("authorization", bearer.as_str()), ("upload-length", length.as_str())];
        try_send("POST", &format!("{}/api/uploads", self.origin), &headers, "").await.unwrap()
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.room.join("filler")).unwrap();
        while file.write_all(&[7; 4_096]).is_ok() {}
        while file.write_all(&[7]).is_ok() {}
    }

    fn unfinished(&self) -> usize {
        std::fs::read_dir(self.room.join("data/media/unfinished")).unwrap().count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_once_and_forgotten_when_there_is_room() {
    let Some(server) = Server::start().await else { return };
    let first = server.publish(0).await.json()["id"].as_str().unwrap().to_owned();
    let page = format!("{}/@press/{first}", server.origin);
    // Once as it comes and once clean: half of the disk is too much, though it is free.
    let early = server.announce(3 << 20).await;
    assert!(early.status == 507 && early.text().contains("takes 6 MiB until it was looked at"), "{}", early.text());
    server.fill();
    let (mut refused, mut fine) = (0, Vec::new());
    for n in 1..200 {
        let answer = server.publish(n).await;
        match answer.status.as_u16() {
            200 => fine.push(answer.json()["id"].as_str().unwrap().to_owned()),
            503 => {
                assert_eq!(answer.header("retry-after"), "30");
                refused += 1;
            }
            status => panic!("{status}: {}", answer.text()),
        }
        assert_eq!(get(&page, "text/html").await.status, 200, "reading goes on");
        if refused > 20 {
            break;
        }
    }
    assert!(refused > 20, "the disk was not full");
    let refused = server.upload().await;
    assert!(refused.status == 507 && refused.text().contains("nearly full"), "{}", refused.text());
    assert_eq!(server.unfinished(), 0);
    std::fs::remove_file(server.room.join("filler")).unwrap();
    let healed = async {
        while server.publish(1_000).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), healed).await.expect("it goes on without a restart");
    assert_eq!(server.upload().await.status, 200);
    for id in fine {
        assert_eq!(get(&format!("{}/@press/{id}", server.origin), "text/html").await.status, 200);
    }
    let log = server.log();
    assert_eq!(log.matches("the database cannot be written").count(), 1, "{log}");
    assert_eq!(log.matches("the database can be written again").count(), 1, "{log}");
}
