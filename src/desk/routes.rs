//! The whole door on one page. A path that is not here does not exist; `tests/it/powers.rs` has a line for each.

use hyper::Method;

use super::drafts::Step;

/// What a route does, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// For anybody: the ways in.
    Open(Open),
    /// Looks, and changes nothing: programs that check links call it too.
    Look(Look),
    /// Changes something, by a form of the session.
    Change(Change),
    /// The same, by a form that brings files.
    Upload(Upload),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    LogIn,
    EnterByPassword,
    EnterByPasskey,
    Link,
    EnterByLink,
    /// The calendar at a secret address.
    Feed,
    ToProvider,
    FromProvider,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Write,
    Drafts,
    Draft,
    /// Notes that somebody has it open, and nothing else.
    EditDraft,
    DropDraft,
    ManyDrafts,
    Calendar,
    Approval,
    Posts,
    Edit,
    Delete,
    Delivery,
    Statistics,
    Month,
    Episode,
    DraftEpisode,
    Podcasts,
    NewPodcast,
    Podcast,
    NewEpisode,
    DeletePodcast,
    Replies,
    Profiles,
    Profile,
    Emblem,
    Inbox,
    Case,
    Canned,
    CannedOne,
    Elsewhere,
    Users,
    NewUser,
    User,
    SwitchOff,
    Audit,
    AuditTable,
    AuditDocument,
    Settings,
    Legal,
    /// How far a file is that comes in pieces.
    Progress,
    Account,
    SecondFactor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Step(Step),
    DropDraft,
    DropDrafts,
    MakeLink,
    EndLinks,
    StopPlans,
    ResumePlans,
    MakeFeed,
    EndFeed,
    Approval,
    LogOut,
    Delete,
    Pin,
    Unpin,
    TryAgain,
    EditEpisode,
    EditDraftEpisode,
    DeletePodcast,
    Case(Deed),
    AddUser,
    RequireSecondFactor,
    Arrange,
    SwitchOff,
    SwitchOn,
    LogInLink,
    TakeSecondFactor,
    SetSettings,
    SetLegal,
    Describe,
    Password,
    SetSecondFactor,
    RecoveryCodes,
    DropSecondFactor,
    AddPasskey,
    RemovePasskey,
    EndSessions,
    EndSession,
    RevokeToken,
}

/// What is done with what strangers said, here or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Release,
    Hide,
    Set,
    Assign,
    Answer,
    Remark,
    Erase,
    Boost,
    KeepCanned,
    DropCanned,
    Elsewhere,
    Unboost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upload {
    Publish,
    Edit,
    EditDraft,
    AddPodcast,
    EditPodcast,
    PublishEpisode,
    EditProfile,
    SetEmblem,
    Begin,
    Piece,
    Finish,
}

use Verb::{Change as Do, Look as See, Open as Let, Upload as Take};

/// Paths behind `/desk`; `:id` stands for one part.
pub(super) const ROUTES: &[(&Method, &str, Verb)] = &[
    (&Method::GET, "login", Let(Open::LogIn)),
    (&Method::POST, "login", Let(Open::EnterByPassword)),
    (&Method::POST, "login/passkey", Let(Open::EnterByPasskey)),
    (&Method::GET, "login/provider", Let(Open::ToProvider)),
    (&Method::GET, "login/provider/back", Let(Open::FromProvider)),
    (&Method::GET, "start/:id", Let(Open::Link)),
    (&Method::POST, "start/:id", Let(Open::EnterByLink)),
    (&Method::POST, "logout", Do(Change::LogOut)),
    (&Method::GET, "", See(Look::Write)),
    (&Method::GET, "drafts", See(Look::Drafts)),
    (&Method::GET, "drafts/:id", See(Look::Draft)),
    (&Method::GET, "drafts/:id/edit", See(Look::EditDraft)),
    (&Method::POST, "drafts/:id/edit", Take(Upload::EditDraft)),
    (&Method::GET, "drafts/:id/episode", See(Look::DraftEpisode)),
    (&Method::POST, "drafts/:id/episode", Do(Change::EditDraftEpisode)),
    (&Method::POST, "drafts/:id/ask", Do(Change::Step(Step::Ask))),
    (&Method::POST, "drafts/:id/withdraw", Do(Change::Step(Step::Withdraw))),
    (&Method::POST, "drafts/:id/approve", Do(Change::Step(Step::Approve))),
    (&Method::POST, "drafts/:id/send-back", Do(Change::Step(Step::SendBack))),
    (&Method::POST, "drafts/:id/comment", Do(Change::Step(Step::Comment))),
    (&Method::POST, "drafts/:id/plan", Do(Change::Step(Step::Plan))),
    (&Method::POST, "drafts/:id/unplan", Do(Change::Step(Step::Unplan))),
    (&Method::POST, "drafts/:id/publish", Do(Change::Step(Step::Publish))),
    (&Method::GET, "drafts/:id/drop", See(Look::DropDraft)),
    (&Method::POST, "drafts/:id/drop", Do(Change::DropDraft)),
    (&Method::POST, "drafts/:id/link", Do(Change::MakeLink)),
    (&Method::POST, "drafts/:id/link/end", Do(Change::EndLinks)),
    (&Method::GET, "calendar", See(Look::Calendar)),
    (&Method::GET, "calendar/:id", Let(Open::Feed)),
    (&Method::POST, "calendar/stop", Do(Change::StopPlans)),
    (&Method::POST, "calendar/resume", Do(Change::ResumePlans)),
    (&Method::POST, "calendar/feed", Do(Change::MakeFeed)),
    (&Method::POST, "calendar/feed/end", Do(Change::EndFeed)),
    (&Method::GET, "accounts/:id/drafts", See(Look::ManyDrafts)),
    (&Method::POST, "accounts/:id/drafts", Do(Change::DropDrafts)),
    (&Method::GET, "accounts/:id/approval", See(Look::Approval)),
    (&Method::POST, "accounts/:id/approval", Do(Change::Approval)),
    (&Method::GET, "posts", See(Look::Posts)),
    (&Method::POST, "posts", Take(Upload::Publish)),
    (&Method::GET, "posts/:id/edit", See(Look::Edit)),
    (&Method::POST, "posts/:id/edit", Take(Upload::Edit)),
    (&Method::GET, "posts/:id/delete", See(Look::Delete)),
    (&Method::POST, "posts/:id/delete", Do(Change::Delete)),
    (&Method::POST, "posts/:id/pin", Do(Change::Pin)),
    (&Method::POST, "posts/:id/unpin", Do(Change::Unpin)),
    (&Method::GET, "posts/:id/delivery", See(Look::Delivery)),
    (&Method::POST, "posts/:id/delivery", Do(Change::TryAgain)),
    (&Method::GET, "statistics", See(Look::Statistics)),
    (&Method::GET, "statistics/:id", See(Look::Month)),
    (&Method::GET, "posts/:id/episode", See(Look::Episode)),
    (&Method::POST, "posts/:id/episode", Do(Change::EditEpisode)),
    (&Method::GET, "podcasts", See(Look::Podcasts)),
    (&Method::POST, "podcasts", Take(Upload::AddPodcast)),
    (&Method::GET, "podcasts/new", See(Look::NewPodcast)),
    (&Method::GET, "podcasts/:id/:id", See(Look::Podcast)),
    (&Method::POST, "podcasts/:id/:id", Take(Upload::EditPodcast)),
    (&Method::GET, "podcasts/:id/:id/episodes", See(Look::NewEpisode)),
    (&Method::POST, "podcasts/:id/:id/episodes", Take(Upload::PublishEpisode)),
    (&Method::GET, "podcasts/:id/:id/delete", See(Look::DeletePodcast)),
    (&Method::POST, "podcasts/:id/:id/delete", Do(Change::DeletePodcast)),
    (&Method::GET, "replies", See(Look::Replies)),
    (&Method::GET, "accounts", See(Look::Profiles)),
    (&Method::GET, "accounts/:id", See(Look::Profile)),
    (&Method::POST, "accounts/:id", Take(Upload::EditProfile)),
    (&Method::GET, "settings/emblem", See(Look::Emblem)),
    (&Method::POST, "settings/emblem", Take(Upload::SetEmblem)),
    (&Method::POST, "uploads/:id", Take(Upload::Begin)),
    (&Method::GET, "uploads/:id/:id", See(Look::Progress)),
    (&Method::POST, "uploads/:id/:id", Take(Upload::Piece)),
    (&Method::POST, "uploads/:id/:id/finish", Take(Upload::Finish)),
    (&Method::GET, "inbox", See(Look::Inbox)),
    (&Method::GET, "inbox/:id", See(Look::Case)),
    (&Method::POST, "inbox/:id/release", Do(Change::Case(Deed::Release))),
    (&Method::POST, "inbox/:id/hide", Do(Change::Case(Deed::Hide))),
    (&Method::POST, "inbox/:id/stand", Do(Change::Case(Deed::Set))),
    (&Method::POST, "inbox/:id/assign", Do(Change::Case(Deed::Assign))),
    (&Method::POST, "inbox/:id/answer", Do(Change::Case(Deed::Answer))),
    (&Method::POST, "inbox/:id/notes", Do(Change::Case(Deed::Remark))),
    (&Method::POST, "inbox/:id/notes/:id/erase", Do(Change::Case(Deed::Erase))),
    (&Method::POST, "inbox/:id/boost", Do(Change::Case(Deed::Boost))),
    (&Method::GET, "answers", See(Look::Canned)),
    (&Method::GET, "answers/:id/:id", See(Look::CannedOne)),
    (&Method::POST, "answers/:id/:id", Do(Change::Case(Deed::KeepCanned))),
    (&Method::POST, "answers/:id/:id/delete", Do(Change::Case(Deed::DropCanned))),
    (&Method::GET, "elsewhere", See(Look::Elsewhere)),
    (&Method::POST, "elsewhere", Do(Change::Case(Deed::Elsewhere))),
    (&Method::POST, "elsewhere/unboost", Do(Change::Case(Deed::Unboost))),
    (&Method::GET, "users", See(Look::Users)),
    (&Method::GET, "users/new", See(Look::NewUser)),
    (&Method::POST, "users/new", Do(Change::AddUser)),
    (&Method::POST, "users/second-factor", Do(Change::RequireSecondFactor)),
    (&Method::GET, "users/:id", See(Look::User)),
    (&Method::POST, "users/:id", Do(Change::Arrange)),
    (&Method::GET, "users/:id/off", See(Look::SwitchOff)),
    (&Method::POST, "users/:id/off", Do(Change::SwitchOff)),
    (&Method::POST, "users/:id/on", Do(Change::SwitchOn)),
    (&Method::POST, "users/:id/link", Do(Change::LogInLink)),
    (&Method::POST, "users/:id/second-factor", Do(Change::TakeSecondFactor)),
    (&Method::GET, "audit", See(Look::Audit)),
    (&Method::GET, "audit/log.csv", See(Look::AuditTable)),
    (&Method::GET, "audit/log.json", See(Look::AuditDocument)),
    (&Method::GET, "settings", See(Look::Settings)),
    (&Method::POST, "settings", Do(Change::SetSettings)),
    (&Method::GET, "settings/legal/:id/:id", See(Look::Legal)),
    (&Method::POST, "settings/legal/:id/:id", Do(Change::SetLegal)),
    (&Method::GET, "account", See(Look::Account)),
    (&Method::POST, "account", Do(Change::Describe)),
    (&Method::POST, "account/password", Do(Change::Password)),
    (&Method::GET, "account/second-factor", See(Look::SecondFactor)),
    (&Method::POST, "account/second-factor", Do(Change::SetSecondFactor)),
    (&Method::POST, "account/second-factor/codes", Do(Change::RecoveryCodes)),
    (&Method::POST, "account/second-factor/off", Do(Change::DropSecondFactor)),
    (&Method::POST, "account/passkeys", Do(Change::AddPasskey)),
    (&Method::POST, "account/passkeys/:id/remove", Do(Change::RemovePasskey)),
    (&Method::POST, "account/sessions/end", Do(Change::EndSessions)),
    (&Method::POST, "account/sessions/:id/end", Do(Change::EndSession)),
    (&Method::POST, "account/tokens/:id/revoke", Do(Change::RevokeToken)),
];

/// What a path names, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named(Vec<String>);

impl Named {
    pub(super) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    pub(super) fn second(&self) -> &str {
        self.0.get(1).map_or("", String::as_str)
    }
}

/// The verb of a method and path, with the parts that `:id` stands for. A path wins that spells itself out.
pub(super) fn find(method: &Method, path: &[&str]) -> Option<(Verb, Named)> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ROUTES.iter().filter(|(wanted, ..)| *wanted == method).find_map(|(_, pattern, verb)| {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        let fits =
            parts.len() == path.len() && parts.iter().zip(path).all(|(part, given)| *part == ":id" || part == given);
        let named = parts.iter().zip(path).filter(|(part, _)| **part == ":id").map(|(_, given)| (*given).to_owned());
        fits.then(|| (*verb, Named(named.collect())))
    })
}

/// Whether somebody may go there who has yet to set up the second factor that is required.
pub(super) fn is_for_enrolment(verb: Verb) -> bool {
    matches!(
        verb,
        Let(_)
            | See(Look::Account | Look::SecondFactor)
            | Do(Change::LogOut
                | Change::Describe
                | Change::Password
                | Change::SetSecondFactor
                | Change::EndSessions
                | Change::EndSession
                | Change::RevokeToken)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_spells_itself_out_wins() {
        let found = |method, path: &[&str]| find(method, path);
        assert_eq!(found(&Method::GET, &["users", "new"]), Some((See(Look::NewUser), Named(Vec::new()))));
        assert_eq!(found(&Method::HEAD, &["users", "17"]), Some((See(Look::User), Named(vec!["17".into()]))));
        assert_eq!(found(&Method::GET, &[]), Some((See(Look::Write), Named(Vec::new()))));
        assert_eq!(found(&Method::POST, &["users"]), None);
        assert_eq!(found(&Method::PUT, &["posts"]), None);
    }

    #[test]
    fn what_is_only_looked_at_is_asked_for_by_get_and_the_reverse() {
        for (method, path, verb) in ROUTES {
            let changes =
                matches!(verb, Do(_) | Take(_) | Let(Open::EnterByLink | Open::EnterByPasskey | Open::EnterByPassword));
            assert_eq!(**method == Method::POST, changes, "{method} {path}");
        }
    }
}
