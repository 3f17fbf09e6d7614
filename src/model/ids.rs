//! One type for each kind of id, so that none is taken for another.

use crate::base::id::id_type;

id_type! {
    /// One of the institution's accounts. `INSTANCE` (zero) stands for the server itself.
    AccountId
}
id_type! {
    /// A person of the institution who logs in.
    UserId
}
id_type! {
    /// A post of ours.
    PostId
}
id_type! {
    /// A post of ours that is not one yet.
    DraftId
}
id_type! {
    /// A post of a stranger that concerns us (a reply, a mention).
    NoteId
}
id_type! {
    /// A stranger's account as we know it.
    ActorId
}
id_type! {
    /// An activity of ours, at its own address for good.
    ActivityId
}
id_type! {
    /// An uploaded picture.
    MediaId
}
id_type! {
    /// Somebody else's machine, by host.
    ServerId
}
id_type! {
    /// A place that takes deliveries.
    InboxId
}
id_type! {
    /// An activity that was received and waits for its effect.
    ReceivedId
}
id_type! {
    /// A report by a stranger's server.
    ReportId
}
id_type! {
    /// A quote of a post of ours that we let pass.
    QuoteId
}

id_type! {
    /// What there is to do about a note, or about what was shared of a post: the number of either.
    CaseId
}
id_type! {
    /// A text from which answers begin.
    CannedId
}

/// The server itself: its keys sign our GETs.
pub const INSTANCE: AccountId = AccountId(0);
