//! The command line: words in, one answer or one error out. What a command does is decided by `control`; here it is
//! read, asked for, and printed.

mod answers;
mod args;
mod audit;
mod call;
mod demo;
mod exit;
mod explain;
mod help;
mod init;
mod limits;
mod log;
mod media;
mod out;
mod secret;
mod serve;
mod settings;
mod show;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};
use serde_json::{Value, json};

use crate::config::{self, LogFormat};
use crate::control::{Command, Fault, Kind};
use crate::error::{Error, Problem};
use args::{Cli, Global, Word};
use call::Context;
use out::Out;

/// The whole program.
pub fn run() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let json = words.iter().any(|word| word == "--json");
    let tree = Cli::command().override_help(help::all());
    let parsed = tree.try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(Cli { global, word: Some(word) }) => {
            let out = Out::new(&global);
            dispatch(&global, out, word).unwrap_or_else(|fault| {
                out.fault(&fault);
                ExitCode::from(exit::code(&fault))
            })
        }
        Ok(Cli { word: None, .. }) => {
            out::print(&help::usual());
            ExitCode::SUCCESS
        }
        Err(e) => misused(&e, json),
    }
}

fn dispatch(global: &Global, out: Out, word: Word) -> Result<ExitCode, Fault> {
    let context = Context { data: data_directory(global), out };
    if !matches!(word, Word::Serve(_)) {
        log::start(LogFormat::Text, log::To::Error, global.verbose);
    }
    match word {
        Word::Init(args) => init::run(&context, args)?,
        Word::Serve(args) => serve::run(&context, args.listen, global.verbose)?,
        Word::Config(word) => settings::run(&context, word)?,
        Word::Explain { id } => explain_one(out, id.as_deref())?,
        Word::Version => {
            let version = env!("CARGO_PKG_VERSION");
            out.answer(&json!({ "schema": "instance.version/1", "version": version }), |_| {
                format!("instance {version}\n")
            });
        }
        Word::Help { words } => out::print(&help::on(&words)?),
        Word::Check => return ask(&context, &Command::Check),
        Word::Account(word) => return ask(&context, &words::account(word)?),
        Word::Post(word) => return ask(&context, &words::post(word)?),
        Word::Podcast(word) => return ask(&context, &words::podcast(word)?),
        Word::Reply(word) => return ask(&context, &words::reply(word)),
        Word::Queue(word) => return ask(&context, &words::queue(word)),
        Word::Media(word) => {
            let (command, answer) = media::run(&context, &word)?;
            context.out.answer(&answer, |answer| show::people(&command, answer));
        }
        Word::Token(word) => return ask(&context, &words::token(word)),
        Word::User(word) => return ask(&context, &words::user(word)?),
        Word::Audit(word) => return audit::run(&context, word),
        Word::Demo(word) => demo::run(&context, &word)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_one(out: Out, id: Option<&str>) -> Result<(), Fault> {
    let Some(id) = id.filter(|id| *id != help::LIMITS) else {
        match id {
            Some(_) => explain_limits(out),
            None => explain_all(out),
        }
        return Ok(());
    };
    let (id, text) = explain::on(id)?;
    out.answer(&json!({ "schema": "instance.explanation/1", "id": id, "text": text }), |_| {
        format!("{id}\n\n{}", out::wrapped(text))
    });
    Ok(())
}

fn explain_all(out: Out) {
    let all = explain::all();
    let document = all.iter().map(|(id, text)| json!({ "id": id, "text": text })).collect::<Vec<_>>();
    out.answer(&json!({ "schema": "instance.explanations/1", "explanations": document }), |_| {
        let firsts = all.iter().map(|(id, text)| {
            let end = text.find(". ").map_or(text.len(), |at| at + 1);
            vec![(*id).to_owned(), text.get(..end).unwrap_or(text).to_owned()]
        });
        let table = out::table(&firsts.collect::<Vec<_>>());
        format!("{table}\nMore about one: instance explain E047. All bounds: instance explain limits.\n")
    });
}

fn explain_limits(out: Out) {
    let groups = limits::all();
    let of = |line: &limits::Line| json!({ "what": line.what, "number": line.number, "beyond": line.beyond });
    let told = |group: &limits::Group| json!({ "title": group.title, "limits": group.lines.iter().map(of).collect::<Vec<_>>() });
    let document = json!({ "schema": "instance.limits/1", "groups": groups.iter().map(told).collect::<Vec<_>>() });
    out.answer(&document, |_| {
        let row = |line: &limits::Line| {
            let beyond = out::wrapped_to(line.beyond, 36);
            let mut lines = beyond.lines().map(str::to_owned);
            let first = vec![line.what.to_owned(), line.number.clone(), lines.next().unwrap_or_default()];
            let rest = lines.map(|line| vec![String::new(), String::new(), line]);
            std::iter::once(first).chain(rest).collect::<Vec<_>>()
        };
        let table = |group: &limits::Group| {
            let rows: Vec<_> = group.lines.iter().flat_map(row).collect();
            format!("{}\n\n{}", group.title, out::table(&rows))
        };
        groups.iter().map(table).collect::<Vec<_>>().join("\n")
    });
}

/// Asks and prints. A check that found something has a code of its own.
fn ask(context: &Context, command: &Command) -> Result<ExitCode, Fault> {
    let answer = call::ask(context, command)?;
    context.out.answer(&answer, |answer| show::people(command, answer));
    if matches!(command, Command::PostNew(_) | Command::PostEdit(_)) {
        show::advice(&answer).for_each(|advice| context.out.warn(advice));
    }
    let unsound = answer.get("sound") == Some(&Value::Bool(false));
    Ok(if unsound { ExitCode::from(exit::UNSOUND) } else { ExitCode::SUCCESS })
}

fn data_directory(global: &Global) -> PathBuf {
    let named = global
        .data
        .clone()
        .or_else(|| std::env::var_os("INSTANCE_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from));
    named.unwrap_or_else(|| PathBuf::from(config::DEFAULT_DATA))
}

/// The program as it was called, to be typed again.
fn invoked() -> String {
    let name = std::env::args().next().unwrap_or_default();
    if name.is_empty() { "instance".to_owned() } else { out::clean(&name) }
}

/// Help that was asked for, or words that make no sense; clap has found the nearest right one.
fn misused(e: &clap::Error, json: bool) -> ExitCode {
    let text = e.render().to_string();
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; all others are wrong words")]
    match e.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            out::print(&text);
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !json => out::say(&text),
        _ => {
            let color = args::Color::Auto;
            Out::new(&Global { data: None, json, color, verbose: false }).fault(&usage(&text));
        }
    }
    ExitCode::from(exit::code(&usage(&text)))
}

/// clap's words in our form: the first paragraph is what is wrong, the rest what to do.
fn usage(text: &str) -> Fault {
    let text = text.trim().trim_start_matches("error: ");
    let (what, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let lines =
        rest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let lines: Vec<String> = lines.map(|line| hint(line.trim_start_matches("tip: "))).collect();
    let mut what =
        what.split_whitespace().collect::<Vec<_>>().join(" ").replace("unrecognized subcommand", "there is no command");
    if let Some(first) = what.get(..1).map(str::to_uppercase) {
        what.replace_range(..1, &first);
    }
    let what = format!("{}.", what.trim_end_matches('.'));
    let fault = Fault::from(Error::from(Problem::new("E001", what).remedy(lines.join("\n"))));
    debug_assert!(fault.kind == Kind::Invalid);
    fault
}

/// The nearest right word, as a question.
fn hint(line: &str) -> String {
    match line.split_once(" exists: ") {
        Some((_, near)) => format!("Did you mean {near}?"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(words: &[&str]) -> Fault {
        let words = ["instance"].iter().chain(words);
        match Cli::command().try_get_matches_from(words) {
            Err(e) => usage(&e.render().to_string()),
            Ok(_) => panic!("these words are right"),
        }
    }

    #[test]
    fn a_wrong_word_is_answered_with_the_nearest() {
        for (words, near) in [
            (&["psot", "list"][..], "'post'"),
            (&["post", "lits"], "'list'"),
            (&["serve", "--listne", "x"], "--listen"),
            (&["queue", "retry"], "SERVER"),
            (&["post", "new"], "--as"),
        ] {
            let fault = fault(words);
            assert_eq!(exit::code(&fault), 2, "{words:?}");
            assert!(format!("{} {}", fault.what, fault.remedy).contains(near), "{words:?}: {fault:?}");
            assert!(!fault.what.contains('\n') && fault.what.ends_with('.'), "{fault:?}");
        }
    }

    #[test]
    fn words_that_scripts_use_are_understood() {
        for words in [
            "init --yes --data D --name City --account press --language en,de --no-demo",
            "serve --data D",
            "token new --data D --account press --scopes read,write",
            "post new --data D --as press --lang en --text Hello",
            "post new --as press --file - --lang en",
            "post new --as press --media a.png --alt A --media b.png --alt B --warning W --quiet --reply-to https://x.example/1 --text T",
            "post new --as press --lang en --text A --lang de --text B",
            "post edit 17 --text New --data D",
            "post edit https://x.example/ap/posts/17 --describe 1 Bridge --describe 2 Map",
            "podcast add talk --as press --title T --description D --mail a@b.example --category News --cover c.jpg --cover-alt C",
            "podcast edit talk --as press --lang de --title T --locked false --order serial",
            "post new --as press --podcast talk --title T --audio a.mp3 --season 1 --episode 2 --type bonus --chapters c.json --person A",
            "post edit 17 --title T --chapters - --person A",
            "post delete 17",
            "queue list --data D --json",
            "queue retry --all",
            "queue drop x.example",
            "user add ana@city.example --account press --role author --data D",
            "user list --json",
            "user role ana@city.example --account press --add editor,approver --remove author",
            "user role ana@city.example --add auditor",
            "user off ana@city.example",
            "user on ana@city.example",
            "user password ana@city.example --password-stdin --data D",
            "user sessions ana@city.example --json",
            "user sessions ana@city.example --end-all",
            "user second-factor --require",
            "user second-factor --remove ana@city.example",
            "user login-link --data D",
            "user login-link ana@city.example",
            "--json --data D account edit press --field A=B --field C=D --replies at-once --languages posts",
            "config set url https://x.example",
            "demo remove",
            "media show",
            "media move --to s3",
            "audit show --json",
            "audit show --account press --user ana@city.example --act post.publish --since 2026-11-01 --until 2026-11-30 --csv",
            "audit verify",
            "audit verify --head abc --json",
            "audit erase ana@city.example --why Art.17",
        ] {
            let parsed = Cli::command().try_get_matches_from(["instance"].into_iter().chain(words.split(' ')));
            assert!(parsed.is_ok(), "{words}: {}", parsed.unwrap_err());
        }
    }
}
