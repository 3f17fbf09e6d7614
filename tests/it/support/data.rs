//! A data directory and the binary that works on it, as scripts use them.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::Folder;

pub const INIT: [&str; 9] =
    ["init", "--yes", "--name", "City of Example", "--account", "press", "--language", "en,de", "--no-demo"];

/// A data directory that goes away with its test.
pub struct Data {
    pub path: PathBuf,
    _folder: Folder,
}

impl Data {
    pub fn new() -> Self {
        Self::named("data")
    }

    pub fn named(name: &str) -> Self {
        let folder = Folder::new();
        Self { path: folder.0.join(name), _folder: folder }
    }

    pub fn set_up() -> Self {
        let data = Self::new();
        data.fine(&INIT);
        data
    }

    /// Nothing of the machine's environment reaches it.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instance"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("INSTANCE_") {
                command.env_remove(name);
            }
        }
        command.args(words).arg("--data").arg(&self.path).stdin(Stdio::null()).env_remove("SSH_CONNECTION");
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What a command printed that has to succeed.
    pub fn fine(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.fine(&[words, &["--json"]].concat())).unwrap()
    }

    /// The exit code and the message of a command that has to fail.
    pub fn fails(&self, words: &[&str]) -> (i32, String) {
        let output = self.run(words);
        assert!(!output.status.success(), "{words:?} succeeded");
        assert!(output.stdout.is_empty(), "{words:?}: an error is not an answer");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}
