//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The data directory [default: that in the variable `INSTANCE_DATA`, else ./instance-data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "For every command")]
    pub data: Option<PathBuf>,
    /// Answer with one JSON document
    #[arg(long, global = true, help_heading = "For every command")]
    pub json: bool,
    /// Colours: auto, always, never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        value_name = "WHEN",
        help_heading = "For every command"
    )]
    pub color: Color,
    /// Say more about what happens
    #[arg(short, long, global = true, help_heading = "For every command")]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}
