//! Help: the commands in groups, the usual ones for whoever types `instance` alone, and topics.

use clap::{Command, CommandFactory as _};

use super::args::Cli;
use super::exit;
use crate::control::Fault;
use crate::error::{Error, Problem};

/// Every command stands in one group.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Start", &["init", "serve", "demo"]),
    ("Publish", &["post", "podcast", "reply", "queue"]),
    ("Run", &["account", "user", "token", "media", "config"]),
    ("Look", &["audit", "check", "explain", "version"]),
    ("Help", &["help"]),
];

/// What most people need most days.
const USUAL: [&str; 8] = ["init", "serve", "post", "account", "queue", "config", "user", "help"];

/// Topics that are no commands.
const EXIT_CODES: &str = "exit-codes";
const CATEGORIES: &str = "podcast-categories";
/// A topic of `explain`.
pub const LIMITS: &str = "limits";

/// For `instance` alone.
pub fn usual() -> String {
    let tree = Cli::command();
    let mut text = format!("{}\n\n", tree.get_about().map(ToString::to_string).unwrap_or_default());
    for name in USUAL {
        text += &line(&tree, name);
    }
    text + "\nAll commands: instance help        First steps: instance init, then instance serve\n"
}

/// All commands, in groups.
pub fn all() -> String {
    let tree = Cli::command();
    let mut text = format!(
        "{}\n\nUsage: instance COMMAND [OPTIONS]\n",
        tree.get_about().map(ToString::to_string).unwrap_or_default()
    );
    for (group, names) in GROUPS {
        text.extend(["\n", group, "\n"]);
        for name in names {
            text += &line(&tree, name);
        }
    }
    text + "\nOptions of every command\n  \
            --data DIR   the data directory (or $INSTANCE_DATA, else ./instance-data)\n  \
            --json       answer with one JSON document\n  \
            --color WHEN auto, always, never\n  \
            -v           say more about what happens\n\n\
            More: instance help COMMAND, instance help exit-codes, instance explain E047\n"
}

fn line(tree: &Command, name: &str) -> String {
    let about = tree.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string).unwrap_or_default();
    format!("  {name:<9}{about}\n")
}

/// `instance help WORDS`.
pub fn on(words: &[String]) -> Result<String, Fault> {
    if words.is_empty() {
        return Ok(all());
    }
    if words == [EXIT_CODES] {
        return Ok(exit::table());
    }
    if words == [LIMITS] {
        return Ok("Every bound of this server, and what happens beyond it: instance explain limits\n".to_owned());
    }
    if words == [CATEGORIES] {
        return Ok(categories());
    }
    let mut tree = Cli::command();
    // So that options of every command are there, and usage lines carry all words.
    tree.build();
    let mut found = &mut tree;
    for word in words {
        let known: Vec<String> = found.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        found = match found.find_subcommand_mut(word) {
            Some(command) => command,
            None => return Err(unknown(word, &known).into()),
        };
    }
    Ok(found.render_help().to_string())
}

/// As they are typed: `News`, `News > Politics`.
fn categories() -> String {
    let mut text = "Categories of podcasts, as Apple and other directories have them:\n\n".to_owned();
    for (top, subs) in crate::model::podcast::CATEGORIES {
        text.extend(["  ", top, "\n"]);
        for sub in *subs {
            text.extend(["  ", top, " > ", sub, "\n"]);
        }
    }
    text
}

fn unknown(word: &str, known: &[String]) -> Error {
    let problem = Problem::new("E001", format!("There is no command or topic '{word}'."));
    let names = known.iter().map(String::as_str).chain([EXIT_CODES, CATEGORIES]);
    let near =
        names.map(|name| (strsim::normalized_damerau_levenshtein(name, word), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    match near.filter(|(near, _)| *near >= 0.5) {
        Some((_, name)) => problem.remedy(format!("Did you mean '{name}'?")).into(),
        None => problem.remedy("All commands: instance help").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let tree = Cli::command();
        let mut there: Vec<&str> = tree.get_subcommands().map(Command::get_name).collect();
        listed.sort_unstable();
        there.sort_unstable();
        assert_eq!(listed, there);
        assert!(there.len() <= 22, "more commands than anybody reads");
        assert!(USUAL.iter().all(|name| there.contains(name)));
    }

    #[test]
    fn every_command_says_what_it_does() {
        fn walk(command: &Command) {
            for inner in command.get_subcommands() {
                assert!(inner.get_about().is_some(), "{}", inner.get_name());
                walk(inner);
            }
        }
        Cli::command().debug_assert();
        walk(&Cli::command());
    }

    #[test]
    fn every_command_names_what_is_below_it() {
        // Said by the word that they take back.
        let taken_back = ["unlike", "unboost", "unpin"];
        for command in Cli::command().get_subcommands() {
            let about = command.get_about().unwrap().to_string();
            let words: Vec<&str> = about.split(|c: char| !c.is_ascii_lowercase() && c != '-').collect();
            for below in command.get_subcommands().map(Command::get_name).filter(|below| !taken_back.contains(below)) {
                assert!(words.contains(&below), "'{}' does not name '{below}': {about}", command.get_name());
            }
        }
    }

    #[test]
    fn help_reaches_every_depth_and_corrects() {
        let on = |words: &[&str]| on(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(on(&["post", "new"]).unwrap().contains("--reply-to"));
        assert!(on(&["exit-codes"]).unwrap().contains("no restart"));
        let fault = on(&["pots"]).unwrap_err();
        assert!(fault.remedy.contains("'post'") && fault.id == "E001");
        assert!(on(&["post", "nwe"]).unwrap_err().remedy.contains("'new'"));
    }
}
