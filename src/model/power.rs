//! What can be done for an account, and which roles do it: the one table that says who may do what.

use super::user::Role;

/// Something that can be done for an account.
pub trait Power: Copy + Default + std::fmt::Debug + Send + Sync + 'static + sealed::Sealed {
    /// Any of these roles has it.
    const ROLES: &'static [Role];
    /// What a client's token must cover; none: no client program may.
    const SCOPE: Option<&'static str>;
    /// Whether it changes nothing, so that an auditor has it too.
    const READS: bool;
    /// What is said to somebody who has no such role.
    const MISSING: &'static str;
}

/// A power that has another in it.
pub trait Covers<Other: Power>: Power {}

impl<P: Power> Covers<P> for P {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! powers {
    ($($(#[$doc:meta])* $name:ident: $roles:expr, $scope:expr, $reads:literal, $missing:literal, covers $covered:tt;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
            pub struct $name;
            impl sealed::Sealed for $name {}
            impl Power for $name {
                const ROLES: &'static [Role] = $roles;
                const SCOPE: Option<&'static str> = $scope;
                const READS: bool = $reads;
                const MISSING: &'static str = $missing;
            }
            covers!($name $covered);
        )*
    };
}
macro_rules! covers {
    ($name:ident [$($covered:ident),*]) => { $(impl Covers<$covered> for $name {})* };
}

use Role::{Admin, Approver, Author, Editor, Moderator, Replier};

powers! {
    /// See at the desk what an account does.
    Read: &Role::ALL, Some("read:statuses"), true, "This needs a role for the account.", covers [];
    /// Write what somebody else publishes.
    Draft: &[Author, Editor], Some("write:statuses"), false, "Writing for this account needs the role author or editor.",
        covers [Read];
    /// Bring pictures, videos and sounds.
    Attach: &[Author, Editor, Replier, Admin], Some("write:media"), false,
        "Files for this account need the role author, editor, replier or admin.", covers [Read];
    /// Publish, change, delete, pin, boost.
    Publish: &[Editor], Some("write:statuses"), false, "Publishing for this account needs the role editor.",
        covers [Read, Draft, Attach, Reply];
    /// Let pass what somebody else wrote.
    Approve: &[Approver], None, false, "Approving for this account needs the role approver.", covers [Read];
    /// Answer those who wrote to the account.
    Reply: &[Editor, Replier], Some("write:statuses"), false, "Answering for this account needs the role replier or editor.",
        covers [Read, Attach];
    /// Decide which answers of strangers are shown.
    Moderate: &[Moderator], None, false, "Deciding about replies to this account needs the role moderator.", covers [Read];
    /// Change the profile, and who has which role for the account.
    Administer: &[Admin], Some("write:accounts"), false, "Changing this account needs the role admin.", covers [Read, Attach];
}
