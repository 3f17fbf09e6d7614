//! The door for the command line: each command is one value, answered by one function, whether it comes over the
//! socket in the data directory or from a command that opened the data itself because no server runs.

mod accounts;
mod audit;
mod drafts;
mod fault;
mod keep;
mod media;
mod podcasts;
mod posts;
mod queue;
mod recordings;
mod replies;
mod settings;
mod socket;
mod upload;
mod users;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::case::Stand;
use crate::model::draft::Stage;
use crate::model::note::Shown;
use crate::model::stored::Place;
use crate::store::accounts as rows;

pub use accounts::{AccountChange, AccountNew};
pub use audit::AuditShow;
pub use drafts::DraftStep;
pub use fault::{Fault, Kind};
pub use podcasts::{EpisodeChange, EpisodeNew, NewTold, PodcastChange, PodcastNew};
pub use posts::{NewVersion, PostChange, PostNew};
pub use recordings::{Recording, What};
pub use settings::document;
pub use socket::{call, close, listen, serve, served_by};
pub use upload::Upload;
pub use users::{UserNew, UserRole};

/// What the command line may ask for. Accounts are named by handle, posts by number or address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    AccountAdd(AccountNew),
    AccountList,
    AccountShow {
        account: String,
    },
    AccountEdit(Box<AccountChange>),
    PostNew(PostNew),
    PostList {
        account: Option<String>,
        limit: usize,
    },
    /// What is not published yet, of one stage or all.
    DraftList {
        account: Option<String>,
        stage: Option<Stage>,
    },
    DraftStep {
        draft: String,
        step: DraftStep,
    },
    /// A link that shows a draft to whoever has it.
    DraftLink {
        draft: String,
        /// Ends those that there are, instead.
        #[serde(default)]
        end: bool,
    },
    /// Stops everything that is planned, or lets it go out again.
    Plans {
        stop: bool,
    },
    PostShow {
        post: String,
        /// With how far it has come.
        #[serde(default)]
        delivery: bool,
    },
    PostEdit(PostChange),
    PostDelete {
        post: String,
        /// Why, for everybody to read; in the post's main language where none is said.
        #[serde(default)]
        reason: Vec<(Option<Lang>, String)>,
    },
    PodcastAdd(PodcastNew),
    PodcastList {
        account: Option<String>,
    },
    PodcastShow {
        account: String,
        podcast: String,
    },
    PodcastEdit(Box<PodcastChange>),
    PodcastDelete {
        account: String,
        podcast: String,
    },
    /// Likes or boosts somebody else's post, or takes that back.
    React {
        account: String,
        post: String,
        kind: React,
        undo: bool,
    },
    Pin {
        post: String,
        undo: bool,
    },
    /// Strangers' answers: what waits for a decision, or all.
    ReplyList {
        all: bool,
        /// Those of the inbox that are so far, instead.
        #[serde(default)]
        stand: Option<Stand>,
    },
    /// One, with what colleagues noted.
    ReplyOne {
        reply: String,
    },
    /// Gives it to a user, or to nobody.
    ReplyAssign {
        reply: String,
        user: Option<String>,
    },
    ReplySet {
        reply: String,
        stand: Stand,
    },
    ReplyNote {
        reply: String,
        text: String,
    },
    ReplyShow {
        reply: String,
        shown: Shown,
        /// What was looked at; nothing where nobody looked.
        #[serde(default)]
        seen: Option<String>,
    },
    QueueList,
    /// Tries at once, for one server or all.
    QueueRetry {
        server: Option<String>,
    },
    /// Gives up what waits, for one server or all.
    QueueDrop {
        server: Option<String>,
    },
    TokenNew {
        account: String,
        /// Whose it is; the operator's when there is none.
        user: Option<String>,
        scopes: String,
        name: String,
    },
    TokenList,
    TokenRevoke {
        token: String,
    },
    UserAdd(UserNew),
    UserList,
    /// Gives or takes roles, or a rank.
    UserRole(UserRole),
    /// Takes the way in away, with all that is open.
    UserOff {
        user: String,
        /// Who goes on with their drafts.
        heir: Option<String>,
    },
    UserOn {
        user: String,
    },
    UserPassword {
        user: String,
        password: String,
    },
    SessionList {
        user: String,
    },
    /// Logs out one browser, or all.
    SessionsEnd {
        user: String,
        session: Option<String>,
    },
    SecondFactorRequire {
        required: bool,
    },
    SecondFactorRemove {
        user: String,
    },
    /// By which subject the identity provider knows somebody; none to forget it.
    UserIdentity {
        user: String,
        subject: Option<String>,
    },
    /// Says who gets in without the identity provider; or asks it.
    BreakGlass {
        user: Option<String>,
    },
    /// A one-time link for a user: the first when there is none yet.
    LoginLink {
        user: Option<String>,
    },
    /// Takes the samples away, or looks what that would take.
    DemoRemove {
        #[serde(default)]
        look: bool,
    },
    /// Where media files are.
    MediaShow,
    /// Media files go there from now on, and the others follow.
    MediaMove {
        to: Place,
    },
    /// Carries some of them, and tells what is left.
    MediaCarry,
    /// A part of the audit log.
    AuditShow(AuditShow),
    /// Looks through the audit log; `head` must still be in it.
    AuditVerify {
        head: Option<String>,
    },
    /// Erases the words about somebody who has left.
    AuditErase {
        user: String,
        why: String,
    },
    /// A picture as the institution's emblem; none takes it away.
    EmblemSet {
        picture: Option<Upload>,
    },
    /// The settings of the institution.
    SettingList,
    SettingGet {
        name: String,
    },
    SettingSet {
        name: String,
        value: String,
    },
    /// The file of settings is about to be changed; `url` is what it says then.
    SettingFile {
        key: String,
        before: String,
        after: String,
        url: Option<String>,
    },
    /// The file of settings as the server has read it.
    SettingsRead,
    /// Compares every index with its facts.
    Check,
    /// What was set up.
    Institution,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum React {
    Like,
    Boost,
}

impl Command {
    /// The files that come with it, in their order.
    #[expect(clippy::too_many_lines, reason = "an arm for each command, on one page")]
    fn uploads(&mut self) -> Vec<&mut Upload> {
        match self {
            Self::PostNew(new) => {
                new.media.iter_mut().chain(new.recordings.iter_mut().filter_map(Recording::upload)).collect()
            }
            Self::PostEdit(change) => {
                change.add.iter_mut().chain(change.recordings.iter_mut().filter_map(Recording::upload)).collect()
            }
            Self::AccountEdit(change) => change.avatar.iter_mut().chain(&mut change.header).collect(),
            Self::PodcastAdd(new) => vec![&mut new.cover],
            Self::PodcastEdit(change) => change.cover.iter_mut().collect(),
            Self::EmblemSet { picture } => picture.iter_mut().collect(),
            Self::AccountAdd(_)
            | Self::AccountList
            | Self::AccountShow { .. }
            | Self::PostList { .. }
            | Self::DraftList { .. }
            | Self::DraftStep { .. }
            | Self::DraftLink { .. }
            | Self::Plans { .. }
            | Self::PostShow { .. }
            | Self::PostDelete { .. }
            | Self::PodcastList { .. }
            | Self::PodcastShow { .. }
            | Self::PodcastDelete { .. }
            | Self::React { .. }
            | Self::Pin { .. }
            | Self::ReplyList { .. }
            | Self::ReplyShow { .. }
            | Self::ReplyOne { .. }
            | Self::ReplyAssign { .. }
            | Self::ReplySet { .. }
            | Self::ReplyNote { .. }
            | Self::QueueList
            | Self::QueueRetry { .. }
            | Self::QueueDrop { .. }
            | Self::TokenNew { .. }
            | Self::TokenList
            | Self::TokenRevoke { .. }
            | Self::UserAdd(_)
            | Self::UserList
            | Self::UserRole(_)
            | Self::UserOff { .. }
            | Self::UserOn { .. }
            | Self::UserPassword { .. }
            | Self::SessionList { .. }
            | Self::SessionsEnd { .. }
            | Self::SecondFactorRequire { .. }
            | Self::SecondFactorRemove { .. }
            | Self::UserIdentity { .. }
            | Self::BreakGlass { .. }
            | Self::LoginLink { .. }
            | Self::DemoRemove { .. }
            | Self::MediaShow
            | Self::MediaMove { .. }
            | Self::MediaCarry
            | Self::AuditShow(_)
            | Self::AuditVerify { .. }
            | Self::AuditErase { .. }
            | Self::SettingList
            | Self::SettingGet { .. }
            | Self::SettingSet { .. }
            | Self::SettingFile { .. }
            | Self::SettingsRead
            | Self::Check
            | Self::Institution => Vec::new(),
        }
    }

    /// The name of the document that answers.
    pub fn schema(&self) -> &'static str {
        match self {
            Self::AccountAdd(_) | Self::AccountShow { .. } | Self::AccountEdit(_) => "instance.account/1",
            Self::AccountList => "instance.accounts/1",
            Self::PostNew(_) | Self::PostShow { .. } | Self::PostEdit(_) => "instance.post/1",
            Self::PostList { .. } => "instance.posts/1",
            Self::DraftList { .. } => "instance.drafts/1",
            Self::DraftStep { .. } => "instance.draft/1",
            Self::DraftLink { .. } => "instance.draft-link/1",
            Self::Plans { .. } => "instance.plans/1",
            Self::PostDelete { .. } | Self::PodcastDelete { .. } => "instance.deleted/1",
            Self::PodcastAdd(_) | Self::PodcastShow { .. } | Self::PodcastEdit(_) => "instance.podcast/1",
            Self::PodcastList { .. } => "instance.podcasts/1",
            Self::React { .. } => "instance.reaction/1",
            Self::Pin { .. } => "instance.pin/1",
            Self::ReplyList { .. } => "instance.replies/1",
            Self::ReplyShow { .. }
            | Self::ReplyOne { .. }
            | Self::ReplyAssign { .. }
            | Self::ReplySet { .. }
            | Self::ReplyNote { .. } => "instance.reply/1",
            Self::QueueList => "instance.queue/1",
            Self::QueueRetry { .. } => "instance.retried/1",
            Self::QueueDrop { .. } => "instance.dropped/1",
            Self::TokenNew { .. } => "instance.token/1",
            Self::TokenList => "instance.tokens/1",
            Self::TokenRevoke { .. } => "instance.revoked/1",
            Self::UserAdd(_)
            | Self::UserRole(_)
            | Self::UserOff { .. }
            | Self::UserOn { .. }
            | Self::UserPassword { .. }
            | Self::UserIdentity { .. }
            | Self::SecondFactorRemove { .. } => "instance.user/1",
            Self::SessionList { .. } | Self::SessionsEnd { .. } => "instance.sessions/1",
            Self::SecondFactorRequire { .. } => "instance.second-factor/1",
            Self::UserList => "instance.users/1",
            Self::BreakGlass { .. } => "instance.break-glass/1",
            Self::LoginLink { .. } => "instance.login-link/1",
            Self::DemoRemove { .. } => "instance.demo/1",
            Self::MediaShow | Self::MediaMove { .. } | Self::MediaCarry => "instance.media/1",
            Self::AuditShow(_) => "instance.audit/1",
            Self::AuditVerify { .. } => "instance.audit-check/1",
            Self::AuditErase { .. } => "instance.audit-erased/1",
            Self::SettingList | Self::SettingsRead => "instance.config/1",
            Self::SettingGet { .. } | Self::SettingSet { .. } | Self::SettingFile { .. } => "instance.setting/1",
            Self::Check => "instance.check/1",
            Self::Institution | Self::EmblemSet { .. } => "instance.institution/1",
        }
    }
}

/// Turns a command into its verb and answers with one document. The asker is the operator: whoever can read the data
/// directory can do everything anyway.
#[expect(clippy::too_many_lines, reason = "an arm for each command, on one page")]
pub async fn run(app: &Arc<App>, command: Command) -> Result<Value> {
    let schema = command.schema();
    let answer = match command {
        Command::AccountAdd(new) => accounts::add(app, new).await,
        Command::AccountList => accounts::list(app),
        Command::AccountShow { account } => accounts::show(app, &account),
        Command::AccountEdit(change) => accounts::edit(app, *change).await,
        Command::PostNew(new) => posts::new(app, new).await,
        Command::PostList { account, limit } => posts::list(app, account.as_deref(), limit),
        Command::DraftList { account, stage } => drafts::list(app, account.as_deref(), stage),
        Command::DraftStep { draft, step } => drafts::step(app, &draft, step).await,
        Command::DraftLink { draft, end } => drafts::link(app, &draft, end).await,
        Command::Plans { stop } => drafts::stop(app, stop).await,
        Command::PostShow { post, delivery } => posts::show(app, &post, delivery),
        Command::PostEdit(change) => posts::edit(app, change).await,
        Command::PostDelete { post, reason } => posts::delete(app, &post, reason).await,
        Command::PodcastAdd(new) => podcasts::add(app, new).await,
        Command::PodcastList { account } => podcasts::list(app, account.as_deref()),
        Command::PodcastShow { account, podcast } => podcasts::show(app, &account, &podcast),
        Command::PodcastEdit(change) => podcasts::edit(app, *change).await,
        Command::PodcastDelete { account, podcast } => podcasts::delete(app, &account, podcast).await,
        Command::React { account, post, kind, undo } => posts::react(app, &account, &post, kind, undo).await,
        Command::Pin { post, undo } => posts::pin(app, &post, undo).await,
        Command::ReplyList { all, stand } => replies::list(app, all, stand),
        Command::ReplyOne { reply } => replies::one(app, &reply),
        Command::ReplyAssign { reply, user } => replies::assign(app, &reply, user.as_deref()).await,
        Command::ReplySet { reply, stand } => replies::set(app, &reply, stand).await,
        Command::ReplyNote { reply, text } => replies::note(app, &reply, text).await,
        Command::ReplyShow { reply, shown, seen } => replies::show(app, &reply, shown, seen).await,
        Command::QueueList => queue::list(app).await,
        Command::QueueRetry { server } => queue::retry(app, server).await,
        Command::QueueDrop { server } => queue::drop(app, server).await,
        Command::TokenNew { account, user, scopes, name } => {
            keep::token_new(app, &account, user.as_deref(), &scopes, name).await
        }
        Command::TokenList => keep::token_list(app),
        Command::TokenRevoke { token } => keep::token_revoke(app, token).await,
        Command::UserAdd(new) => users::add(app, new).await,
        Command::UserList => users::list(app),
        Command::UserRole(change) => users::role(app, change).await,
        Command::UserOff { user, heir } => users::off(app, &user, heir.as_deref()).await,
        Command::UserOn { user } => users::on(app, &user).await,
        Command::UserPassword { user, password } => users::password(app, &user, password).await,
        Command::SessionList { user } => users::sessions(app, &user),
        Command::SessionsEnd { user, session } => users::sessions_end(app, &user, session).await,
        Command::SecondFactorRequire { required } => users::require_second(app, required).await,
        Command::SecondFactorRemove { user } => users::take_second(app, &user).await,
        Command::UserIdentity { user, subject } => users::identity(app, &user, subject).await,
        Command::BreakGlass { user } => users::break_glass(app, user.as_deref()).await,
        Command::LoginLink { user } => users::login_link(app, user.as_deref()).await,
        Command::DemoRemove { look } => keep::demo_remove(app, look).await,
        Command::MediaShow => media::show(app),
        Command::MediaMove { to } => media::move_to(app, to).await,
        Command::MediaCarry => media::carry(app).await,
        Command::AuditShow(meant) => audit::show(app, &meant),
        Command::AuditVerify { head } => audit::verify(app, head.as_deref()).await,
        Command::AuditErase { user, why } => audit::erase(app, &user, why).await,
        Command::EmblemSet { picture } => keep::emblem(app, picture).await,
        Command::SettingList => settings::list(app),
        Command::SettingGet { name } => settings::get(app, &name),
        Command::SettingSet { name, value } => settings::set(app, name, value).await,
        Command::SettingFile { key, before, after, url } => settings::file(app, key, before, after, url).await,
        Command::SettingsRead => Ok(settings::read(app)),
        Command::Check => keep::check(app).await,
        Command::Institution => keep::institution(app),
    }?;
    let mut document = Map::new();
    document.insert("schema".to_owned(), schema.into());
    if let Value::Object(fields) = answer {
        document.extend(fields);
    }
    Ok(Value::Object(document))
}

/// An account by handle, with or without `@` and with or without our own domain.
fn account(app: &App, typed: &str) -> Result<Account> {
    let bare = typed.trim_start_matches('@');
    let handle = match bare.split_once('@') {
        Some((user, domain)) if domain == app.site.handle_domain || domain == app.site.authority() => user,
        Some(_) | None => bare,
    };
    let found = app.store.read(|read| match rows::by_handle(read, handle)? {
        Some(id) => rows::need(read, id).map(Some),
        None => Ok(None),
    })?;
    found.ok_or_else(|| {
        Problem::new("E041", format!("There is no account @{handle}."))
            .remedy("All accounts: instance account list")
            .into()
    })
}

/// Says what was not found, where that is all that went wrong.
fn unknown(e: Error, what: impl Into<String>, remedy: &str) -> Error {
    if matches!(e, Error::NotFound) { Problem::new("E040", what).remedy(remedy).into() } else { e }
}
