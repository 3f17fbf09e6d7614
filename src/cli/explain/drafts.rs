//! E500 to E599: drafts, approval, plans.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E500",
        "The account publishes only what somebody let pass who did not write it: 'instance account show' tells by which rule. Keep \
              the text as a draft and ask for approval. In an emergency it may go out at once where the account allows that, marked as \
              urgent; it is written down, and somebody approves it afterwards. A single answer to somebody needs no look unless the rule \
              says so; with a poll, a quote or a second post it is no mere answer. Whoever may only answer keeps no drafts, and \
              asks somebody with the role author or editor to write what is more than that.",
    ),
    (
        "E501",
        "A thread is released as a unit, and every part of it is a post that all followers get; so there are not too many.",
    ),
    ("E502", "Drafts keep more than can be published, so that nothing typed is lost, but not without end."),
    (
        "E503",
        "Four eyes: whoever wrote any of the words, or took the draft over, does not approve it. Somebody else has to look at it.",
    ),
    ("E504", "A plan is for a moment that is still to come, and not so far away that the year is most likely a slip."),
    (
        "E505",
        "Days and times are typed as 2026-12-01T09:00, on the clocks of the institution's time zone, or with an offset from UTC.",
    ),
    (
        "E506",
        "When the clocks are set forward, an hour is left out. A time in it never comes; the message names the time that the clocks \
              show then.",
    ),
    (
        "E507",
        "When the clocks are set back, an hour comes twice. Say which is meant, or give the offset from UTC: 2026-10-25T02:30+02:00 is \
              the first in Central Europe, +01:00 the second.",
    ),
    ("E508", "Comments on a draft are for colleagues; each is short, and there is room for many, not for any number."),
    (
        "E509",
        "An account keeps a bounded number of drafts, and whoever does not publish for it has a share of them, so that nobody takes \
              every place. What is published needs none. Those that nobody needs can be dropped, many at a time, at the foot of the \
              page of drafts; who publishes can drop those of everybody.",
    ),
    ("E510", "Drafts of somebody who leaves go to another user who may log in and may write for the same account."),
    (
        "E511",
        "Between the page and the button somebody else saved, approved or planned the draft, or it went out. Nothing was overwritten: \
              the page shows it as it is now.",
    ),
    ("E512", "The rule of an account is one of three: nobody looks, somebody else does, or an approver does."),
    (
        "E513",
        "Drafts are written at the desk, where each change names the text it was made from and an approval falls with it.",
    ),
    ("E514", "Many drafts are dropped at once by ticking them; nothing was ticked, and nothing is dropped."),
    (
        "E520",
        "Other servers name an answer of a poll by its words in the post's main language. One that has words in another \
              language alone could be chosen by nobody there.",
    ),
    ("E521", "Each text of a post says in which language it is: readers filter by it, and screen readers speak by it."),
    (
        "E530",
        "What is planned goes out in the name of whoever planned it, and they must still have the role editor at that moment. Whoever \
              has left, was switched off or lost the role publishes nothing any more: somebody who may looks at it and plans it anew.",
    ),
    (
        "E531",
        "A link to look at a draft is a secret that lies in somebody's mail; of one draft only a few are open at a time. Each ends \
              after 24 hours.",
    ),
    (
        "E532",
        "Who may quote a post its account says when it is published. What another account of this server lets everybody quote, \
              is quoted at once; what it lets nobody quote, is not.",
    ),
    (
        "E540",
        "What somebody let pass nobody changes alone: a change of a post goes the way of the post. At the desk it is kept as a draft \
              with the difference, approved by somebody else and then published. Where the account allows that in an emergency, it is \
              made at once, marked as urgent, and approved afterwards. To delete a post needs nobody's look.",
    ),
    (
        "E541",
        "A published post has one change at a time, so that whoever approves it knows what it will say. Go on with the draft that is \
              there, or drop it and begin another.",
    ),
    (
        "E542",
        "A change names the state of the post that it was made from. When the post became another meanwhile, the draft shows what it \
              says now; saved again, the change is one of that, and has to be approved as such.",
    ),
    ("E543", "A draft has a word, a file or a poll in it; one without anything would only stand in everybody's list."),
];
