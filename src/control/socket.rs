//! The socket in the data directory: a line of JSON asks, a line of JSON answers. Whoever may enter the directory
//! (0700) may ask; the socket itself is 0600 as well.

use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::{Command, Fault};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::limits;

const NAME: &str = "control.sock";
/// Longest path that is sure to fit into a socket's address (`sun_path` has 108 bytes).
const PATH: usize = 100;

/// An answer as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(Value),
    Failed(Fault),
}

/// Opens the socket of a data directory. One that was left behind is replaced: whoever comes here holds the database.
pub fn listen(data: &Path) -> Result<UnixListener> {
    let failed = |e| Error::broken("open the control socket", e);
    close(data);
    let place = Place::of(data).map_err(failed)?;
    let listener = UnixListener::bind(&place.path).map_err(failed)?;
    std::fs::set_permissions(data.join(NAME), Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Removes the socket.
pub fn close(data: &Path) {
    // When it is not there, or cannot be removed, `listen` will say so.
    let _ = std::fs::remove_file(data.join(NAME));
}

/// A path to the socket that is short enough, and what keeps it valid.
struct Place {
    path: PathBuf,
    _folder: Option<File>,
}

impl Place {
    fn of(data: &Path) -> std::io::Result<Self> {
        let path = data.join(NAME);
        if path.as_os_str().len() <= PATH {
            return Ok(Self { path, _folder: None });
        }
        let folder = File::open(data)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(NAME);
        Ok(Self { path, _folder: Some(folder) })
    }
}

/// Answers commands until the app stops.
pub async fn serve(app: Arc<App>, listener: UnixListener) {
    let mut commands = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if commands.len() < limits::control::AT_ONCE => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, most likely: some will be given back soon.
                    tokio::time::sleep(limits::control::AGAIN).await;
                    continue;
                };
                let app = Arc::clone(&app);
                commands.spawn(async move { converse(&app, stream).await });
            }
            Some(_) = commands.join_next() => {}
            () = app.stopping() => break,
        }
    }
    let rest = async { while commands.join_next().await.is_some() {} };
    if tokio::time::timeout(limits::control::STOP, rest).await.is_err() {
        tracing::warn!("some commands were cut off");
    }
}

/// One command, one answer.
async fn converse(app: &Arc<App>, mut stream: UnixStream) {
    let mut reader = tokio::io::BufReader::new(&mut stream);
    // Else whoever asked went away, or had nothing to ask.
    let Ok(Ok(line)) = tokio::time::timeout(limits::control::TRANSFER, read(&mut reader)).await else { return };
    let answer = match serde_json::from_slice::<Command>(&line) {
        Ok(command) => obey(app, command, &mut reader).await,
        Err(e) => Err(misread(&e)),
    };
    let answer = match answer {
        Ok(value) => Answer::Done(value),
        Err(e) => {
            if let Error::Broken(cause) = &e {
                tracing::error!(what = %cause, "a command failed");
            }
            Answer::Failed(Fault::from(&e))
        }
    };
    let Ok(mut text) = serde_json::to_vec(&answer) else { return };
    text.push(b'\n');
    let _ = tokio::time::timeout(limits::control::TRANSFER, stream.write_all(&text)).await;
}

/// The line up to its end, or all there is up to the limit; a line that is cut does not parse.
async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.take(limits::control::LINE).read_until(b'\n', &mut line).await?;
    Ok(line)
}

/// Takes in the files that follow the line, then does as it says.
async fn obey(app: &Arc<App>, mut command: Command, rest: &mut (impl AsyncBufRead + Unpin)) -> Result<Value> {
    for upload in command.uploads() {
        let whole = tokio::time::timeout(limits::control::FILE, upload.receive(app, rest));
        whole.await.map_err(|e| Error::broken("receive a file", e))??;
    }
    super::run(app, command).await
}

fn misread(e: &serde_json::Error) -> Error {
    Problem::new("E049", format!("The running server does not understand this command ({e})."))
        .remedy("Is it of another version? Restart 'instance serve', then try again.")
        .into()
}

/// Asks the server of a data directory; `None` when none runs. Blocks.
pub fn call(data: &Path, command: &Command) -> Option<Result<Value, Fault>> {
    let place = Place::of(data).ok()?;
    let stream = match BlockingStream::connect(&place.path) {
        Ok(stream) => stream,
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => return Some(Err(locked(data).into())),
        // Not there, or left behind by a server that was killed.
        Err(_) => return None,
    };
    Some(ask(stream, command).unwrap_or_else(|e| Err(broke_off(&e).into())))
}

/// Number of the process that serves a data directory; nothing when none does, or one that this process cannot see (of
/// another container).
pub async fn served_by(data: &Path) -> Option<i32> {
    let place = Place::of(data).ok()?;
    UnixStream::connect(&place.path).await.ok()?.peer_cred().ok()?.pid().filter(|id| *id > 0)
}

fn ask(mut stream: BlockingStream, command: &Command) -> std::io::Result<Result<Value, Fault>> {
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    if line.len() as u64 > limits::control::LINE {
        return Ok(Err(Error::from(Problem::new("E038", "The command is too long to be sent.")).into()));
    }
    stream.write_all(&line)?;
    // A server that refuses does not wait for the files; its answer says why.
    let _ = command.clone().uploads().into_iter().try_for_each(|upload| upload.send(&mut stream));
    let mut answer = String::new();
    BufReader::new(stream).take(limits::control::LINE).read_line(&mut answer)?;
    match serde_json::from_str(&answer)? {
        Answer::Done(value) => Ok(Ok(value)),
        Answer::Failed(fault) => Ok(Err(fault)),
    }
}

fn locked(data: &Path) -> Error {
    Problem::new("E023", format!("This user may not use the data in {}.", data.display()))
        .remedy("Run the command as the user that runs the server, e.g. with sudo -u.")
        .into()
}

/// The server went away before it answered. What was asked may have been done.
fn broke_off(e: &std::io::Error) -> Error {
    Problem::new("E039", format!("The running server did not answer ({e})."))
        .remedy("It may have done all the same: look before you try again.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{Clock, Timestamp};
    use crate::config::Config;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("instance-socket-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// What the server answers to a line.
    fn answer(data: &Path, line: &[u8]) -> String {
        let mut stream = BlockingStream::connect(data.join(NAME)).unwrap();
        stream.write_all(line).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn lines_are_answered_and_nonsense_is_refused() {
        let folder = folder("lines");
        let data = folder.0.clone();
        let app = App::open(Config::new(&data), Clock::by_hand(Timestamp(1_000))).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        assert!(call(&data, &Command::AccountList).is_none(), "nobody listens yet");
        std::fs::write(data.join(NAME), "left behind").unwrap();
        let _inside = runtime.enter();
        let listener = listen(&data).unwrap();
        let serving = app.spawn(serve(Arc::clone(&app), listener));

        // More at once than are let in together.
        let asking: Vec<_> = (0..12)
            .map(|_| {
                let data = data.clone();
                std::thread::spawn(move || call(&data, &Command::AccountList))
            })
            .collect();
        for asked in asking {
            let answer = asked.join().unwrap().expect("somebody listens").unwrap();
            assert_eq!(
                (&answer["schema"], &answer["accounts"]),
                (&"instance.accounts/1".into(), &serde_json::json!([]))
            );
        }
        let fault = call(&data, &Command::Institution).unwrap().unwrap_err();
        assert_eq!(fault.id, "E010");
        for nonsense in
            [&b"\n"[..], b"{", b"\xff\xfe\n", b"\"nothing\"\n", b"{\"post_show\":{}}\n", "[".repeat(100_000).as_bytes()]
        {
            let answer = answer(&data, nonsense);
            assert!(answer.contains("E049"), "{answer}");
        }
        // Somebody who says nothing keeps nobody from asking, nor the server from stopping.
        let silent = BlockingStream::connect(data.join(NAME)).unwrap();
        assert!(call(&data, &Command::AccountList).is_some());
        drop(silent);
        app.stop();
        runtime.block_on(serving).unwrap();
        close(&data);
        assert!(call(&data, &Command::AccountList).is_none());
    }
}
