//! A wave on one picture, and players in the middle of a film: beside nginx, which serves the same files in the same run.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::{StatusCode, header};
use instance::base::time::Clock;
use instance::media::files::Files;
use instance::model::media::Media;
use instance::store::{Options, Store, Write, media};
use serde_json::json;

use super::Bench;
use crate::load::{self, Prepared};
use crate::meter;
use crate::report::{Limit, Line};
use crate::subject::url;

const CONNECTIONS: usize = 32;
const PICTURE: usize = 100_000;
const FILM: usize = 64 << 20;
/// What a player asks for at a time.
const STRETCH: usize = 1 << 20;

pub async fn run(bench: &mut Bench) {
    bench.subject.stop();
    let kept = bench.kept();
    bench.subject.restore(&kept);
    let files = Files::open(bench.subject.data.join("media")).expect("the media folder can be opened");
    let mut hold = files.hold();
    let picture = hold.put(&noise(PICTURE), "jpg").expect("there is room for a picture");
    let film = hold.put(&noise(FILM), "mp4").expect("there is room for a film");
    publish(&bench.subject.data.join("store.redb"), &[&picture, &film]).await;
    // Nobody hears of the commits of that store; what nothing names goes with its hold.
    for name in [&picture, &film] {
        files.claim(name);
    }
    drop(hold);
    bench.subject.start();
    meter::rest(bench.subject.pid()).await;
    let root = bench.subject.data.join("media");
    let picture = Prepared::new(&url(&format!("/media/{picture}")), 0, None);
    let at = format!("bytes={}-{}", FILM / 2, FILM / 2 + STRETCH - 1);
    let film = Prepared::new(&url(&format!("/media/{film}")), 0, None).with(header::RANGE, &at);
    let total = bench.requests / 10;
    wave(bench, &root, "picture of 100 kB", &picture, (StatusCode::OK, PICTURE), total, 1.5).await;
    wave(bench, &root, "1 MiB of a film", &film, (StatusCode::PARTIAL_CONTENT, STRETCH), total / 5, 1.5).await;
    bench.subject.stop();
}

/// Has records name the files, as those of posts would.
async fn publish(store: &Path, names: &[&str]) {
    let store = Store::open(store, Options::alone(1 << 20, Clock::System)).expect("the store can be opened");
    let rows: Vec<Media> = (1_u64..)
        .zip(names)
        .map(|(id, name)| {
            let row = json!({ "id": id, "account": 1, "created": 0, "alt": "Noise", "file": name,
                "mime": Files::mime(name), "width": 1, "height": 1, "bytes": 1, "used": true });
            serde_json::from_value(row).expect("a row of a file")
        })
        .collect();
    let put = move |tx: &mut Write<'_>| rows.iter().try_for_each(|row| media::put(tx, row));
    store.write(put).await.expect("the store can be written");
}

/// Bytes that nobody compresses on the way.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..count.div_ceil(8)).flat_map(|_| next()).take(count).collect()
}

async fn wave(
    bench: &mut Bench,
    root: &Path,
    name: &str,
    request: &Prepared,
    (status, bytes): (StatusCode, usize),
    total: usize,
    most: f64,
) {
    let requests = Arc::new(vec![request.clone()]);
    let cost = async |to: SocketAddr, process: u32| {
        load::run(to, Arc::clone(&requests), total / 20, CONNECTIONS).await;
        let before = meter::cpu(process);
        let answers = load::run(to, Arc::clone(&requests), total, CONNECTIONS).await;
        let cost = meter::each(meter::cpu(process).saturating_sub(before), total);
        answers.expect(status, total);
        assert_eq!(answers.bytes, total * bytes, "every reader gets all of it");
        (cost, total as f64 / answers.took.as_secs_f64())
    };
    let (ours, rate) = cost(bench.subject.address, bench.subject.pid()).await;
    let note = format!("{total} requests over {CONNECTIONS} connections, {rate:.0} a second");
    for sendfile in [false, true] {
        let how = if sendfile { "copied by the kernel" } else { "copied by nginx" };
        let Some(nginx) = Nginx::start(&bench.folder, root, sendfile) else {
            let missing = "nginx is not there to compare with; on Debian: apt-get install nginx-light";
            bench.report.add(Line::new(name, "ms", ours, Limit::Told).note(format!("{note}; {missing}")));
            return;
        };
        let (least, _) = cost(nginx.address, nginx.child.id()).await;
        // What never enters the process costs least; we read what we send, and may check and bound it.
        let limit = if sendfile { Limit::Told } else { Limit::Times(0.05, most) };
        let line = Line::new(&format!("{name}, beside nginx ({how})"), "ms", ours, limit);
        bench.report.add(line.floor(least).note(note.clone()));
    }
}

/// nginx as one process, without a log, with or without its use of `sendfile`; otherwise as it comes.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Path, root: &Path, sendfile: bool) -> Option<Self> {
        let program =
            ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().map(PathBuf::from).find(|path| path.exists())?;
        let room = folder.join("nginx");
        std::fs::create_dir_all(&room).expect("the folder can be made");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        let (room, root) = [room.as_path(), root].map(|path| path.canonicalize().expect("it is there")).into();
        let sendfile = if sendfile { "sendfile on; tcp_nopush on;" } else { "sendfile off;" };
        // Names lie two folders deep; the last rights are those of whoever runs this.
        let settings = format!(
            "daemon off; master_process off; pid {room}/pid; error_log {room}/error.log;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; {sendfile} keepalive_requests 1000000; types {{ image/jpeg jpg; video/mp4 mp4; }}\n\
               client_body_temp_path {room}/t1; proxy_temp_path {room}/t2; fastcgi_temp_path {room}/t3;\n\
               uwsgi_temp_path {room}/t4; scgi_temp_path {room}/t5;\n\
               server {{ listen {address};\n\
                 location ~ ^/media/(..)(..)(.*)$ {{ alias {root}/$1/$2/$1$2$3;\n\
                   add_header Cache-Control \"public, max-age=31536000, immutable\"; }} }} }}\n",
            room = room.display(),
            root = root.display(),
        );
        let file = room.join("nginx.conf");
        std::fs::write(&file, settings).expect("the folder can be written");
        let mut command = Command::new(program);
        command.arg("-c").arg(&file).arg("-p").arg(&room).stdin(Stdio::null()).stderr(Stdio::null());
        let nginx = Self { child: command.spawn().expect("nginx runs"), address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "nginx does not answer; see {}/error.log",
                room.display()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
