//! A command on its way: to the server that runs, or, when none does, to the same function in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::out::Out;
use crate::app::App;
use crate::base::time::Clock;
use crate::config::{Config, Overrides};
use crate::control::{self, Command, Fault};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::store::{deliveries, meta};

/// Where to ask and how to print.
#[derive(Debug, Clone)]
pub struct Context {
    pub data: PathBuf,
    pub out: Out,
}

impl Context {
    /// What has to be typed behind a command so that it looks at the same data.
    pub fn option(&self) -> String {
        let named = std::env::var_os("INSTANCE_DATA").is_some_and(|named| Path::new(&named) == self.data);
        let default = named || self.data == Path::new(crate::config::DEFAULT_DATA);
        if default { String::new() } else { format!(" --data {}", self.data.display()) }
    }
}

pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(limits::process::WORKERS))
        .max_blocking_threads(limits::process::BLOCKING_THREADS)
        .thread_stack_size(limits::process::STACK)
        .enable_all()
        .build()
        .map_err(|e| Error::broken("start the threads", e))
}

/// Asks for one thing. Deliveries of a command without a server wait for the next `serve`.
pub fn ask(context: &Context, command: &Command) -> Result<Value, Fault> {
    ask_with(context, Config::load(&context.data, &Overrides::from_env(Vec::new()))?, command)
}

/// The same with other settings than those of the file.
pub fn ask_with(context: &Context, config: Config, command: &Command) -> Result<Value, Fault> {
    for _ in 0..limits::control::TRIES {
        if let Some(answer) = control::call(&context.data, command) {
            return answer;
        }
        match open(config.clone()) {
            Ok(app) => return alone(context, &app, command.clone()),
            Err(e) if is_held(&e) => std::thread::sleep(limits::control::PAUSE),
            Err(e) => return Err(e.into()),
        }
    }
    open(config).map_err(Fault::from).and_then(|app| alone(context, &app, command.clone()))
}

/// Asks for `first`, and then for `next` as long as the answer says that there is more.
pub fn until(
    context: &Context,
    first: &Command,
    next: &Command,
    more: &mut dyn FnMut(&Value) -> bool,
) -> Result<Value, Fault> {
    let mut answer = ask(context, first)?;
    let mut alone = None;
    while more(&answer) {
        answer = if let Some((app, runtime)) = &alone {
            tokio::runtime::Runtime::block_on(runtime, control::run(app, next.clone()))?
        } else if let Some(answer) = control::call(&context.data, next) {
            answer?
        } else {
            let config = Config::load(&context.data, &Overrides::from_env(Vec::new()))?;
            alone = Some((open(config)?, runtime()?));
            continue;
        };
    }
    Ok(answer)
}

fn is_held(e: &Error) -> bool {
    matches!(e, Error::Invalid(problem) if problem.id == "E047")
}

/// Opens the data for this process alone. Not to be called on a thread of the runtime: it waits for the writer.
pub fn open(config: Config) -> Result<Arc<App>> {
    check_access(&config.data)?;
    let app = App::open(config, Clock::System)?;
    app.store.read(meta::institution)?;
    Ok(app)
}

/// The database would only say that something is wrong.
pub fn check_access(data: &Path) -> Result<()> {
    let denied = |e: &std::io::Error| {
        matches!(e.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
    };
    let store = data.join("store.redb");
    match std::fs::OpenOptions::new().read(true).write(true).open(store) {
        Err(e) if denied(&e) => {
            Err(Problem::new("E023", format!("This user may not use the data in {}.", data.display()))
                .remedy("Run the command as the user the data belongs to, e.g. with sudo -u.")
                .into())
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn alone(context: &Context, app: &Arc<App>, command: Command) -> Result<Value, Fault> {
    let answer = runtime()?.block_on(control::run(app, command))?;
    let waiting = app.store.read(deliveries::waiting)?;
    if app.site.live && waiting > 0 {
        context.out.warn(&format!("no server runs; {waiting} deliveries wait for the next 'instance serve'."));
    }
    Ok(answer)
}
