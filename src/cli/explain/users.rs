//! E300 to E399: the people of the institution and how they log in.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E300",
        "People log in by their e-mail address, so each user has one of their own, written as name@city.example. Case makes no \
              difference.",
    ),
    ("E301", "A user's name is shown in lists; a hundred characters are enough for any."),
    (
        "E302",
        "An auditor reads everything and changes nothing; roles for accounts would let them change something. Take the roles away \
              first, or let somebody else be the auditor.",
    ),
    (
        "E303",
        "Two users cannot share an e-mail address. People who left are switched off and kept: \
              'instance user list' shows them too, and 'instance user on' lets them in again.",
    ),
    (
        "E304",
        "A server needs somebody who may do everything. The last owner can neither be switched off nor become anything else. \
              'instance user role EMAIL --add owner' makes another one.",
    ),
    (
        "E305",
        "For an account, named by --account, there are the roles author (drafts), editor (publishes), approver, replier (answers), \
              moderator (releases and hides replies) and admin (profile and roles). Without an account there are owner (may do \
              everything) and auditor (reads everything, changes nothing).",
    ),
    (
        "E306",
        "Somebody who is switched off cannot log in, by a link neither. 'instance user on EMAIL' lets them in again, with the \
              roles they had.",
    ),
    (
        "E307",
        "A link without a name is for the owner, and there are several. 'instance user login-link EMAIL' says for whom.",
    ),
    (
        "E308",
        "A password has at least 12 characters, at most 500, and is neither the e-mail address nor one sign over and over. No \
              signs of certain kinds are asked for: they make it harder to remember, not to guess. A few words are best.",
    ),
    (
        "E309",
        "A second factor is taken into use when the app shows a code for the very secret on the page. Codes follow the clock: a \
              phone that is minutes off shows others.",
    ),
    (
        "E310",
        "The log-in failed. It is not said what was wrong, nor whether the address is known here. Whoever has lost a password gets \
              a link from an owner, or by 'instance user login-link EMAIL' on the server.",
    ),
    (
        "E311",
        "Log-ins are counted for each address: ten at once from one network and a hundred from everywhere, then one a minute. \
              Nothing is kept of whoever tried. A one-time link is not held up by it.",
    ),
    (
        "E312",
        "A one-time link stands in for the password, not for the second factor. Whoever has lost phone and recovery codes asks an \
              owner to take the second factor away.",
    ),
    (
        "E313",
        "A password is typed together with an e-mail address. The first owner says theirs under My account first.",
    ),
    ("E314", "What is dangerous asks for the password again, in case somebody else sits at the browser."),
];
