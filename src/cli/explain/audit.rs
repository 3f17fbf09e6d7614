//! E700 to E719: the audit log and the settings of the institution.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E700",
        "A part of the audit log was asked for by something that is not there: an account, a user, a kind of act, a day. The part \
              before the dot of an act stands for all of its kind: 'post' for post.publish, post.edit and the others. Days are days \
              in the institution's time zone; the last one is taken in.",
    ),
    (
        "E701",
        "The head of the audit log is the hash of its last entry: 64 digits, as 'instance audit verify' prints it. Keep it on paper \
              or on another machine; with --head it is looked for later, and must still be there.",
    ),
    (
        "E702",
        "What the log tells of a person can be erased when they have left: their names, and the words of what they did and of what was \
              done to them. That something was done, when, and by which number, stays, so that the log can still be proven. While \
              somebody may log in, each act of theirs would bring the name back.",
    ),
];
