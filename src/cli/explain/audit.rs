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
    (
        "E703",
        "A colour is written as six digits from 0 to f, two each for red, green and blue: #0b3d91. Three digits do, too.",
    ),
    (
        "E704",
        "Words need a contrast of 4.5 : 1 to what is behind them, or many people cannot read them (WCAG 2.2, 1.4.3). The message names \
              the nearest shade of the colour that can be read; choose that, or change what is behind, both at once: \
              instance config set colour.ground '#ffd400 #000000'.",
    ),
    (
        "E705",
        "A setting of the institution has a value that cannot be right; nothing was changed. 'instance config show' lists all of \
              them, and the page Settings at the desk says what each does.",
    ),
    (
        "E706",
        "A legal page may be long, and this text is longer than any. Part of it may belong on a page of your own web site.",
    ),
];
