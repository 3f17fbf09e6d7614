//! The words about podcasts and their episodes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::base::lang::Lang;
use crate::model::episode::Kind;
use crate::model::podcast::Order;

#[derive(Debug, Subcommand)]
pub enum Podcast {
    /// Begin a podcast of an account; prints the address of its feed
    Add(Box<PodcastAdd>),
    /// List podcasts
    List {
        /// Of this account only
        #[arg(long = "as", value_name = "HANDLE")]
        account: Option<String>,
    },
    /// Show a podcast, its feeds, and what directories would miss
    Show(Which),
    /// Change a podcast
    Edit(Box<PodcastEdit>),
    /// Give a podcast up for good: its feed answers 410, its episodes stay posts
    Delete(Which),
}

#[derive(Debug, Args)]
pub struct Which {
    /// Its name in addresses
    pub podcast: String,
    /// The account it belongs to
    #[arg(long = "as", value_name = "HANDLE")]
    pub account: String,
}

#[derive(Debug, Args)]
pub struct PodcastAdd {
    #[command(flatten)]
    pub which: Which,
    /// Language; repeat --lang, --title and --description for more, each has a feed of its own [default: the account's]
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<Lang>,
    /// Its title
    #[arg(long, required = true)]
    pub title: Vec<String>,
    /// What it is about
    #[arg(long, required = true, value_name = "TEXT")]
    pub description: Vec<String>,
    /// Who makes it [default: the name of the account]
    #[arg(long)]
    pub author: Option<String>,
    /// Mail address of the owner, which stands in the feed
    #[arg(long)]
    pub mail: String,
    /// One of Apple's, such as "Government" or "News > Politics"; all: instance help podcast-categories
    #[arg(long)]
    pub category: String,
    /// A square JPEG or PNG of 1400 to 3000 pixels
    #[arg(long, value_name = "FILE")]
    pub cover: PathBuf,
    /// What the cover shows
    #[arg(long, value_name = "TEXT")]
    pub cover_alt: String,
    /// It has to be heard from the first episode on
    #[arg(long)]
    pub serial: bool,
    /// It is not for children
    #[arg(long)]
    pub explicit: bool,
    /// Other hosts may take the feed over
    #[arg(long)]
    pub unlocked: bool,
    /// The guid that it had elsewhere
    #[arg(long)]
    pub guid: Option<String>,
}

#[derive(Debug, Args)]
pub struct PodcastEdit {
    #[command(flatten)]
    pub which: Which,
    /// Which language; one that is not there is added [default: the main one]
    #[arg(long, value_name = "CODE")]
    pub lang: Option<Lang>,
    #[arg(long)]
    pub title: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    #[arg(long)]
    pub author: Option<String>,
    #[arg(long)]
    pub mail: Option<String>,
    #[arg(long)]
    pub category: Option<String>,
    /// A new cover
    #[arg(long, value_name = "FILE", requires = "cover_alt")]
    pub cover: Option<PathBuf>,
    /// What the cover shows
    #[arg(long, value_name = "TEXT", requires = "cover")]
    pub cover_alt: Option<String>,
    /// In which order it is to be heard
    #[arg(long, value_parser = order, value_name = "episodic|serial")]
    pub order: Option<Order>,
    /// Whether it is not for children
    #[arg(long, value_name = "true|false")]
    pub explicit: Option<bool>,
    /// Whether other hosts may not take the feed over
    #[arg(long, value_name = "true|false")]
    pub locked: Option<bool>,
    /// Whether there will be no more episodes
    #[arg(long, value_name = "true|false")]
    pub complete: Option<bool>,
    /// The guid that it had elsewhere
    #[arg(long)]
    pub guid: Option<String>,
}

/// What makes a new post an episode.
#[derive(Debug, Args)]
#[command(next_help_heading = "For an episode of a podcast")]
pub struct Episode {
    /// The podcast, by its name in addresses
    #[arg(long, requires = "title", requires = "audio", value_name = "NAME")]
    pub podcast: Option<String>,
    /// The title: once, or once for each text
    #[arg(long, requires = "podcast")]
    pub title: Vec<String>,
    /// The recording, as MP3 or M4A: once, or once for each text
    #[arg(long, requires = "podcast", value_name = "FILE")]
    pub audio: Vec<PathBuf>,
    /// Number of the season
    #[arg(long, requires = "podcast", value_name = "NUMBER")]
    pub season: Option<u32>,
    /// Number of the episode
    #[arg(long = "episode", requires = "podcast", value_name = "NUMBER")]
    pub number: Option<u32>,
    /// full, trailer or bonus
    #[arg(long = "type", requires = "podcast", value_parser = kind, value_name = "TYPE")]
    pub kind: Option<Kind>,
    /// It is not for children
    #[arg(long, requires = "podcast")]
    pub explicit: bool,
    /// A file with chapters: lines of 00:00 Title, or JSON chapters; - is standard input
    #[arg(long, requires = "podcast", value_name = "FILE")]
    pub chapters: Option<PathBuf>,
    /// Somebody who is heard; repeat it for more: `Ann Example; guest; https://ann.example`
    #[arg(long, requires = "podcast")]
    pub person: Vec<String>,
}

/// What changes of an episode.
#[derive(Debug, Args)]
#[command(next_help_heading = "For an episode of a podcast")]
pub struct EpisodeEdit {
    /// The new title, in that language
    #[arg(long)]
    pub title: Option<String>,
    /// Number of the season
    #[arg(long, value_name = "NUMBER")]
    pub season: Option<u32>,
    /// Number of the episode
    #[arg(long = "episode", value_name = "NUMBER")]
    pub number: Option<u32>,
    /// full, trailer or bonus
    #[arg(long = "type", value_parser = kind, value_name = "TYPE")]
    pub kind: Option<Kind>,
    /// Whether it is not for children
    #[arg(long, value_name = "true|false")]
    pub explicit: Option<bool>,
    /// A file with all chapters: lines of 00:00 Title, or JSON chapters; an empty one takes them away
    #[arg(long, value_name = "FILE")]
    pub chapters: Option<PathBuf>,
    /// Somebody who is heard; all old ones go, an empty one takes them away
    #[arg(long)]
    pub person: Option<Vec<String>>,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| "possible: full, trailer, bonus".into())
}

fn order(text: &str) -> Result<Order, String> {
    match text {
        "episodic" => Ok(Order::Episodic),
        "serial" => Ok(Order::Serial),
        _ => Err("possible: episodic, serial".into()),
    }
}
