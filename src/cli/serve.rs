//! `instance serve`: opens the port and the data, says where to go, and runs until it is told to stop.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::call::{self, Context};
use super::{log, out};
use crate::app::{App, storage};
use crate::base::time::Clock;
use crate::config::{Config, LogFormat, Origin, Overrides};
use crate::control::{self, Command, Fault};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::stored::Place;
use crate::{demo, serve};

/// A second Ctrl-C.
const INTERRUPTED: i32 = 130;

pub fn run(context: &Context, listen: Option<String>, verbose: bool) -> Result<(), Fault> {
    let began = Clock::System.now();
    let flags = listen.map(|address| ("listen", address)).into_iter().collect();
    let mut config = Config::load(&context.data, &Overrides::from_env(flags))?;
    log::start(config.log.format, log::To::Output, verbose);
    call::check_access(&config.data)?;
    let runtime = call::runtime()?;
    // Before the port, or the next free one would be taken in vain.
    if let Some(process) = runtime.block_on(control::served_by(&config.data)) {
        return Err(Error::from(served(&config.data, process)).into());
    }
    let (listener, wanted) = bind(&runtime, &config, &context.option())?;
    let address = listener.local_addr().map_err(Error::from)?;
    config.listen = address.to_string();
    let app = call::open(config)?;
    storage::may_serve(&app)?;
    let signals = Signals::new(&runtime)?;
    if let Some(taken) = wanted {
        note(context, &app, &format!("port {taken} is taken; this trial listens on {}.", address.port()));
    }
    warnings(context, &app)?;
    let took = Clock::System.now().since(began);
    match app.config.log.format {
        LogFormat::Json => {
            tracing::info!(version = env!("CARGO_PKG_VERSION"), url = %app.site.origin, listen = %address, "ready");
        }
        LogFormat::Text => out::print(&banner(&Ready {
            data: &std::fs::canonicalize(&app.config.data).unwrap_or_else(|_| app.config.data.clone()),
            seconds: took.as_secs_f64(),
            origin: &app.site.origin,
            live: app.site.live,
            listen: address,
            desk: desk_link(&runtime, &app)?.as_deref(),
            option: &context.option(),
            ssh: ssh_hint(address.port()).filter(|_| !app.site.live).as_deref(),
        })),
    }
    let door = Arc::clone(&app);
    runtime.block_on(async { serve::run(Arc::clone(&app), listener, signals.stop(door)).await })?;
    runtime.shutdown_timeout(limits::process::END);
    tracing::info!("stopped");
    Ok(())
}

/// Opens the port. In a trial that names none, the next free one will do; then the taken one is told.
fn bind(runtime: &Runtime, config: &Config, option: &str) -> Result<(TcpListener, Option<u16>)> {
    let _inside = runtime.enter();
    let wanted = address(&config.listen)?;
    let choosy = config.url.is_some() || config.origin_of("listen") != Origin::Default;
    match serve::listen(wanted) {
        Ok(listener) => Ok((listener, None)),
        Err(e) if e.kind() == ErrorKind::AddrInUse && !choosy => {
            let mut next = (1..=limits::process::MORE_PORTS).filter_map(|n| wanted.port().checked_add(n));
            let free = next.find_map(|port| serve::listen(SocketAddr::new(wanted.ip(), port)).ok());
            free.map(|listener| (listener, Some(wanted.port()))).ok_or_else(|| refused(wanted, option, &e))
        }
        Err(e) => Err(refused(wanted, option, &e)),
    }
}

fn served(data: &Path, process: i32) -> Problem {
    Problem::new("E047", format!("{} is served already, by process {process}.", data.display())).remedy(format!(
        "Nothing more is needed. To start it anew: kill {process}, wait until it is gone, and serve again."
    ))
}

fn address(listen: &str) -> Result<SocketAddr> {
    let numbered = listen.replacen("localhost:", "127.0.0.1:", 1);
    numbered.parse().map_err(|e| Error::broken("read the address to listen on again", e))
}

fn refused(wanted: SocketAddr, option: &str, e: &std::io::Error) -> Error {
    let port = wanted.port();
    let remedy = |text: &str| text.to_owned();
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; the rest is told as it is")]
    let (id, what, remedy) = match e.kind() {
        ErrorKind::AddrInUse => (
            "E021",
            format!("Port {port} is in use by another program."),
            format!(
                "See which:         ss -ltnp 'sport = :{port}'\nTake another port: instance config set listen {}:{}{option}",
                wanted.ip(),
                port.saturating_add(1)
            ),
        ),
        ErrorKind::PermissionDenied => (
            "E022",
            format!("This user may not open port {port}: ports below 1024 are for the system."),
            remedy(
                "Take a higher port and let a web server with a certificate stand in front:\n    instance config set listen 127.0.0.1:8080",
            ),
        ),
        ErrorKind::AddrNotAvailable => (
            "E024",
            format!("{} is no address of this machine.", wanted.ip()),
            remedy("To listen on all its addresses: instance config set listen 0.0.0.0:8080"),
        ),
        _ => return Error::broken(format!("listen on {wanted}"), std::io::Error::from(e.kind())),
    };
    Problem::new(id, what).remedy(remedy).into()
}

/// Told from the moment on that they exist, so that nothing is lost between opening and serving.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new(runtime: &Runtime) -> Result<Self> {
        let _inside = runtime.enter();
        let listen = |kind| signal(kind).map_err(|e| Error::broken("listen for signals", e));
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Comes back when the server is to stop; a second Ctrl-C then leaves at once.
    async fn stop(mut self, app: Arc<App>) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::info!("stopping");
        app.spawn(async move {
            self.interrupt.recv().await;
            // What was answered is on the disk; everything else is told again at the next start.
            std::process::exit(INTERRUPTED);
        });
    }
}

fn note(context: &Context, app: &App, text: &str) {
    match app.config.log.format {
        LogFormat::Json => tracing::warn!("{text}"),
        LogFormat::Text => context.out.warn(text),
    }
}

fn warnings(context: &Context, app: &Arc<App>) -> Result<()> {
    if app.site.live && demo::is_there(app)? {
        note(context, app, "sample posts are still here, for all to see. Take them away: instance demo remove");
    }
    if !app.site.live && !app.config.is_local() {
        note(
            context,
            app,
            "this trial answers to the network without encryption: passwords and links travel in the clear.",
        );
    }
    if let Err(e) = app.storage.bucket()
        && app.store.read(storage::count)?.place == Place::S3
    {
        note(
            context,
            app,
            &format!("new media files stay on this disk for now. {} {}", e.cause(), storage::remedy(&e)),
        );
    }
    Ok(())
}

/// A way to the desk, for a person at a terminal only: a journal is read by many.
fn desk_link(runtime: &Runtime, app: &Arc<App>) -> Result<Option<String>> {
    if !std::io::stdout().is_terminal() {
        return Ok(None);
    }
    let answer = match runtime.block_on(control::run(app, Command::LoginLink { user: None })) {
        // More than one owner: each knows how to log in, or asks for a link by name.
        Err(Error::Invalid(_)) => return Ok(None),
        other => other?,
    };
    Ok(answer.get("url").and_then(Value::as_str).map(str::to_owned))
}

/// The line to type on one's own computer when this one is reached by SSH.
fn ssh_hint(port: u16) -> Option<String> {
    ssh_line(&std::env::var("SSH_CONNECTION").ok()?, &std::env::var("USER").unwrap_or_default(), port)
}

/// `SSH_CONNECTION` is "client-address client-port server-address server-port".
fn ssh_line(connection: &str, user: &str, port: u16) -> Option<String> {
    let mut parts = connection.split_ascii_whitespace().skip(2);
    let (server, ssh_port) = (parts.next()?, parts.next()?);
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    let option = if ssh_port == "22" { String::new() } else { format!(" -p {ssh_port}") };
    Some(out::clean(&format!("ssh -N -L {port}:localhost:{port}{option} {user}{server}")))
}

/// What there is to say when the server is ready.
struct Ready<'a> {
    data: &'a Path,
    seconds: f64,
    origin: &'a str,
    live: bool,
    listen: SocketAddr,
    desk: Option<&'a str>,
    /// To be typed behind commands.
    option: &'a str,
    ssh: Option<&'a str>,
}

fn banner(ready: &Ready<'_>) -> String {
    let mut text = format!(
        "  instance {}, data in {}, ready in {:.2} s\n\n",
        env!("CARGO_PKG_VERSION"),
        ready.data.display(),
        ready.seconds
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  Public pages   {}/", ready.origin);
    let _ = match ready.desk {
        Some(link) => writeln!(text, "  Your desk      {link}     (once, for 24 hours)"),
        None => writeln!(
            text,
            "  Your desk      {}/desk     (a way in: instance user login-link{})",
            ready.origin, ready.option
        ),
    };
    if let Some(line) = ready.ssh {
        let _ = write!(
            text,
            "\n  You are on a remote machine. On your own computer, run:\n      {line}\n  and open the addresses above.\n"
        );
    }
    let _ = if ready.live {
        write!(text, "  Listening on   {}\n\n  Ctrl-C stops. Log lines follow.\n", ready.listen)
    } else {
        write!(
            text,
            "\n  Trial mode: no federation, no certificate. When you have a domain:\n      \
             instance config set url https://social.example.eu{}\n  Ctrl-C stops. Log lines follow.\n",
            ready.option
        )
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(live: bool) -> Ready<'static> {
        let origin = if live { "https://social.example" } else { "http://localhost:8081" };
        Ready {
            data: Path::new("/d"),
            seconds: 0.21,
            origin,
            live,
            listen: "127.0.0.1:8081".parse().unwrap(),
            desk: None,
            option: " --data /d",
            ssh: None,
        }
    }

    #[test]
    fn a_banner_says_where_to_go() {
        let trial = banner(&ready(false));
        assert!(
            trial.contains("ready in 0.21 s")
                && trial.contains("http://localhost:8081/\n")
                && trial.contains("Trial mode")
        );
        assert!(!trial.contains("ssh") && !trial.contains("start/"));
        let live = banner(&ready(true));
        assert!(
            live.contains("https://social.example/\n") && live.contains("127.0.0.1:8081") && !live.contains("Trial")
        );
        let remote =
            banner(&Ready { desk: Some("http://localhost:8081/desk/start/X"), ssh: Some("ssh -N"), ..ready(false) });
        assert!(remote.contains("      ssh -N\n") && remote.contains("start/X     (once"));
    }

    #[test]
    fn the_way_back_is_the_address_that_was_come_by() {
        let line = |connection, user| ssh_line(connection, user, 8080);
        assert_eq!(
            line("198.51.100.1 5000 203.0.113.7 22", "admin").as_deref(),
            Some("ssh -N -L 8080:localhost:8080 admin@203.0.113.7")
        );
        assert_eq!(
            line("198.51.100.1 5000 203.0.113.7 2222", "").as_deref(),
            Some("ssh -N -L 8080:localhost:8080 -p 2222 203.0.113.7")
        );
        assert_eq!(line("nonsense", "admin"), None);
    }
}
