//! The words of the command line, as data: what there is, what each takes, and one line of help for each.

mod audit;
mod config;
pub mod draft;
mod files;
pub mod global;
mod media;
pub mod podcast;
pub mod poll;
mod reply;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::base::lang::Lang;
use crate::model::account::{Kind, Languages, Replies};
pub use audit::Audit;
pub use config::Config;
pub use global::{Color, Global};
pub use media::Media;
pub use reply::Reply;
pub use user::{SecondFactor, User};

pub use files::{Pictures, Recordings};

#[derive(Debug, Parser)]
#[command(
    name = "instance",
    version,
    about = "Official accounts of an institution on the fediverse",
    disable_help_subcommand = true,
    infer_long_args = false
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub word: Option<Word>,
}

#[derive(Debug, Subcommand)]
pub enum Word {
    /// Set up a data directory: institution, first account, keys
    Init(Init),
    /// Run the server until it is stopped
    Serve(Serve),
    /// Compare every index of the database with its facts
    Check,
    /// Public accounts: add, list, show, edit
    #[command(subcommand)]
    Account(Account),
    /// Posts: new, list, show, edit, delete, like, boost, pin; drafts: ask, withdraw, approve, send-back, comment, plan,
    /// unplan, publish, preview; all plans: stop, resume
    #[command(subcommand)]
    Post(Post),
    /// Podcasts: add, list, show, edit, delete
    #[command(subcommand)]
    Podcast(podcast::Podcast),
    /// Answers of strangers: list, show, release, hide, assign, done, wait, reopen, note
    #[command(subcommand)]
    Reply(Reply),
    /// Deliveries to other servers: list, retry, drop
    #[command(subcommand)]
    Queue(Queue),
    /// Media files: show where they are, move them; the emblem
    #[command(subcommand)]
    Media(Media),
    /// Tokens for client programs: new, list, revoke
    #[command(subcommand)]
    Token(Token),
    /// People who use the desk: add, list, role, off, on, password, sessions, second-factor, identity, break-glass,
    /// login-link
    #[command(subcommand)]
    User(User),
    /// The log of who did what: show, verify, erase
    #[command(subcommand)]
    Audit(Audit),
    /// The sample posts of a trial: remove
    #[command(subcommand)]
    Demo(Demo),
    /// Settings: show, get, set, check
    #[command(subcommand)]
    Config(Config),
    /// Say more about an error, e.g. E047, or about the limits
    Explain {
        /// The id that stands before the message; or limits. Without it: every id
        id: Option<String>,
    },
    /// Say which version this is
    Version,
    /// Help for a command, or on a topic: exit-codes, podcast-categories
    Help {
        /// A command and perhaps its second word, or a topic
        words: Vec<String>,
    },
}

#[derive(Debug, Default, Args)]
pub struct Init {
    /// Name of the institution
    #[arg(long)]
    pub name: Option<String>,
    /// First account, without @
    #[arg(long, value_name = "HANDLE")]
    pub account: Option<String>,
    /// Languages you publish in, the main one first: en,de
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub language: Option<Vec<Lang>>,
    /// Public address, once you have one, such as `https://social.city.example`
    #[arg(long)]
    pub url: Option<String>,
    /// Domain in handles, where it is shorter than the host of the address
    #[arg(long, value_name = "DOMAIN")]
    pub handle_domain: Option<String>,
    /// Time zone of your pages, e.g. Europe/Berlin [default: that of this machine]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Fill it with sample posts to look around; this is the default
    #[arg(long, overrides_with = "no_demo")]
    pub demo: bool,
    /// Start empty
    #[arg(long)]
    pub no_demo: bool,
    /// Take the answers from a TOML file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Ask nothing, take the default of every question
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port, e.g. 127.0.0.1:8080
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Open an account and make its keys
    Add {
        /// The handle, without @
        handle: String,
        /// Display name [default: the handle]
        #[arg(long)]
        name: Option<String>,
        /// What other servers are told it is
        #[arg(long, value_parser = kind, default_value = "organization", value_name = "organization|person|service")]
        kind: Kind,
        /// Text of the profile
        #[arg(long, default_value = "", hide_default_value = true)]
        summary: String,
        /// Language of its posts when none is said [default: the main one]
        #[arg(long, value_name = "CODE")]
        language: Option<Lang>,
    },
    /// List all accounts
    List,
    /// Show one account
    Show { handle: String },
    /// Change a profile and tell the followers' servers
    Edit(Box<AccountEdit>),
}

#[derive(Debug, Args)]
pub struct AccountEdit {
    pub handle: String,
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub summary: Option<String>,
    /// A line of the profile; repeat it for more. All old lines go; an empty one takes them away
    #[arg(long = "field", value_name = "LABEL=VALUE")]
    pub fields: Option<Vec<String>>,
    #[arg(long, value_name = "CODE")]
    pub language: Option<Lang>,
    #[arg(long, value_parser = kind, value_name = "organization|person|service")]
    pub kind: Option<Kind>,
    /// When strangers' replies are shown on your pages
    #[arg(long, value_parser = replies, value_name = "released|at-once|never")]
    pub replies: Option<Replies>,
    /// How posts in several languages reach other servers: the main one with links to the others, a post for each
    /// language, or all below each other where they are short
    #[arg(long, value_parser = languages, value_name = "links|posts|stacked")]
    pub languages: Option<Languages>,
    #[command(flatten)]
    pub look: draft::Look,
    /// Picture of the account
    #[arg(long, value_name = "FILE", requires = "avatar_alt")]
    pub avatar: Option<PathBuf>,
    /// What the picture shows; alone, of the one that is there
    #[arg(long, value_name = "TEXT")]
    pub avatar_alt: Option<String>,
    /// What stays in the middle where the picture is cut square: two numbers from -1 to 1, to the right and upwards
    #[arg(long, value_name = "X,Y", requires = "avatar", allow_hyphen_values = true)]
    pub avatar_focus: Option<String>,
    /// Take the picture away
    #[arg(long, conflicts_with_all = ["avatar", "avatar_alt"])]
    pub no_avatar: bool,
    /// Wide picture over the profile
    #[arg(long, value_name = "FILE", requires = "header_alt")]
    pub header: Option<PathBuf>,
    /// What the wide picture shows; alone, of the one that is there
    #[arg(long, value_name = "TEXT")]
    pub header_alt: Option<String>,
    /// What stays in the middle where the wide picture is cut three to one
    #[arg(long, value_name = "X,Y", requires = "header", allow_hyphen_values = true)]
    pub header_focus: Option<String>,
    /// Take the wide picture away
    #[arg(long, conflicts_with_all = ["header", "header_alt"])]
    pub no_header: bool,
}

#[derive(Debug, Subcommand)]
pub enum Post {
    /// Publish; prints the address of the post
    New(Box<PostNew>),
    /// List posts, newest first; or what is not published yet
    List {
        /// Of this account only
        #[arg(long = "as", value_name = "HANDLE")]
        account: Option<String>,
        #[command(flatten)]
        which: draft::Which,
        /// At most so many
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    /// Show one post or draft
    Show {
        /// Its number or its address
        post: String,
        /// How far it has come, and what the servers said that do not have it
        #[arg(long)]
        delivery: bool,
    },
    #[command(flatten)]
    Draft(draft::Step),
    /// Change a post; servers that have a copy are told
    Edit(Box<PostEdit>),
    /// Delete a post here and ask other servers to do so; or drop a draft
    Delete {
        /// Its number or its address
        post: String,
        /// Why, for everybody who comes to its address; repeat --lang and --reason for more languages
        #[arg(long, value_name = "TEXT")]
        reason: Vec<String>,
        /// Language of the reason [default: the post's main one]
        #[arg(long, value_name = "CODE", requires = "reason")]
        lang: Vec<Lang>,
    },
    /// Like somebody else's post
    Like(Other),
    /// Take a like back
    Unlike(Other),
    /// Boost somebody else's post to your followers
    Boost(Other),
    /// Take a boost back
    Unboost(Other),
    /// Pin a post to its account's profile
    Pin {
        /// Its number or its address
        post: String,
    },
    /// Take a post off the profile
    Unpin {
        /// Its number or its address
        post: String,
    },
}

#[derive(Debug, Args)]
pub struct PostNew {
    /// The account that speaks
    #[arg(long = "as", value_name = "HANDLE")]
    pub account: String,
    /// Language of the text; repeat --lang and --text for more versions [default: the account's]
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<Lang>,
    /// The text
    #[arg(long, required_unless_present_any = ["file", "media", "audio"], conflicts_with = "file")]
    pub text: Vec<String>,
    /// A file with the text; - is standard input
    #[arg(long)]
    pub file: Vec<PathBuf>,
    /// Content warning, shown instead of the text until a click; once for all versions, or once for each
    #[arg(long, value_name = "TEXT")]
    pub warning: Vec<String>,
    /// A picture, video or sound; each needs its own --alt
    #[arg(long, value_name = "FILE")]
    pub media: Vec<PathBuf>,
    /// What it shows, in each language of the post: once for each version
    #[arg(long, value_name = "TEXT")]
    pub alt: Vec<String>,
    #[command(flatten)]
    pub pictures: Pictures,
    #[command(flatten)]
    pub recordings: Recordings,
    /// Hide the pictures behind a click
    #[arg(long)]
    pub sensitive: bool,
    /// Leave it out of the home page and tag pages
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub later: draft::Later,
    /// Nobody may quote it
    #[arg(long)]
    pub no_quotes: bool,
    /// Address of the post it answers
    #[arg(long, value_name = "URL")]
    pub reply_to: Option<String>,
    /// Address of the post it quotes; its author is asked
    #[arg(long, value_name = "URL")]
    pub quote: Option<String>,
    #[command(flatten)]
    pub poll: poll::Poll,
    #[command(flatten)]
    pub episode: podcast::Episode,
}

#[derive(Debug, Args)]
pub struct PostEdit {
    /// Its number or its address
    pub post: String,
    /// Which version; one that is not there is added [default: the main one]
    #[arg(long, value_name = "CODE")]
    pub lang: Option<Lang>,
    /// The new text
    #[arg(long, conflicts_with = "file", required_unless_present_any = ["file", "warning", "describe", "media", "remove", "decorative", "focus", "title", "season", "number", "kind", "explicit", "chapters", "person", "captions", "poster", "transcript", "no_captions"])]
    pub text: Option<String>,
    /// A file with the new text; - is standard input
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// The new content warning; empty for none
    #[arg(long, value_name = "TEXT")]
    pub warning: Option<String>,
    /// A new description of a picture, by its place: --describe 1 "A bridge"; with --lang in that language
    #[arg(long, num_args = 2, value_names = ["NUMBER", "TEXT"])]
    pub describe: Vec<String>,
    #[command(flatten)]
    pub pictures: Pictures,
    #[command(flatten)]
    pub recordings: Recordings,
    /// A further picture, video or sound; each needs its own --alt
    #[arg(long, value_name = "FILE")]
    pub media: Vec<PathBuf>,
    /// What it shows, once in each language of the post, in their order
    #[arg(long, value_name = "TEXT")]
    pub alt: Vec<String>,
    /// Take a picture out, by its place
    #[arg(long, value_name = "NUMBER")]
    pub remove: Vec<usize>,
    #[command(flatten)]
    pub episode: podcast::EpisodeEdit,
    /// An emergency: change it at once, where somebody has to approve that, and have it approved afterwards
    #[arg(long)]
    pub urgent: bool,
}

/// A post of somebody else, and who acts on it.
#[derive(Debug, Args)]
pub struct Other {
    /// Its address
    pub post: String,
    /// The account that acts
    #[arg(long = "as", value_name = "HANDLE")]
    pub account: String,
}

#[derive(Debug, Subcommand)]
pub enum Queue {
    /// List what waits and what failed, server by server
    List,
    /// Try at once what waits for a server
    Retry(Servers),
    /// Give up what waits for a server
    Drop(Servers),
}

#[derive(Debug, Args)]
pub struct Servers {
    /// The server, as 'queue list' names it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub server: Option<String>,
    /// All servers
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token for a client program; prints it, once
    New {
        /// The account it acts for
        #[arg(long, value_name = "HANDLE")]
        account: String,
        /// Whose it is: it can do no more than they can [default: the operator's]
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// What it may do
        #[arg(long, default_value = "read,write", value_name = "LIST")]
        scopes: String,
        /// What you call it
        #[arg(long, default_value = "command line", value_name = "TEXT")]
        name: String,
    },
    /// List the tokens, without their secrets
    List,
    /// Make a token worthless
    Revoke {
        /// The id that 'token list' shows
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Demo {
    /// Take the sample accounts and posts away; what people wrote stays
    Remove {
        /// Ask nothing
        #[arg(long)]
        yes: bool,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    match text {
        "organization" => Ok(Kind::Organization),
        "person" => Ok(Kind::Person),
        "service" => Ok(Kind::Service),
        _ => Err("possible: organization, person, service".into()),
    }
}

fn languages(text: &str) -> Result<Languages, String> {
    Languages::named(text).ok_or_else(|| "possible: links, posts, stacked".into())
}

fn replies(text: &str) -> Result<Replies, String> {
    match text {
        "released" => Ok(Replies::Released),
        "at-once" => Ok(Replies::AtOnce),
        "never" => Ok(Replies::Never),
        _ => Err("possible: released, at-once, never".into()),
    }
}
