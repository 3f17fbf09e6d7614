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
    (
        "E315",
        "Turning the second factor off, fresh recovery codes and a new passkey ask for a code of the second factor that there \
              is: otherwise a browser that was left open, or a password that somebody has read, would be enough to take it away. Each \
              code opens one thing; after a log-in, wait for the next.",
    ),
    (
        "E316",
        "Two people of a server are not called alike, nor as pages call those who are no users, such as the operator: names \
              stand beside approvals, comments and choices. Capitals, accents, spaces and marks make no difference.",
    ),
    (
        "E320",
        "The identity provider named by login.issuer could not be used: it does not answer, or what it says of itself \
              (ISSUER/.well-known/openid-configuration) names another issuer or addresses that are not safe to call. The log says which. \
              Its own host may be an internal one; what it names on other hosts has to be on the public internet, or in \
              network.allow_private. The owner named by 'instance user break-glass' gets in without it.",
    ),
    (
        "E321",
        "What the identity provider said of somebody is checked in full (OpenID Connect Core 3.1.3.7), and something in it was not \
              right; the message says what. Often a clock is wrong (exp, iat), login.client_id is another than the provider knows (aud), \
              or the token is signed by an algorithm other than RS256, PS256, ES256 and EdDSA.",
    ),
    (
        "E322",
        "A log-in through the identity provider ends in the browser that began it, once, and within ten minutes. Who follows a link \
              with somebody else's log-in, goes back to it, or loads it again, begins anew. It also has to begin anew when the server was \
              started meanwhile.",
    ),
    (
        "E323",
        "The identity provider refused: somebody cancelled there (access_denied), or it does not take this server for its client \
              (invalid_client: compare login.client_id and the file named by login.client_secret_file), its address to come back to \
              (URL/desk/login/provider/back), or a scope (login.scopes).",
    ),
    (
        "E324",
        "The identity provider vouches for somebody who is no user here. An owner links them: 'instance user identity EMAIL \
              --subject SUBJECT', with the subject from the message. Or let the settings do it: login.match_email finds users by verified \
              e-mail address, login.create adds whoever is in a group of login.groups.",
    ),
    (
        "E325",
        "Somebody was vouched for and has nothing to do here: none of their groups is in login.groups, and nobody gave them a role. \
              What they had by groups they have left is taken away, and they are logged out. Compare the names of groups and \
              login.groups_claim with what the provider sends.",
    ),
    ("E326", "Who is switched off here stays off, whatever the identity provider says. An owner lets them in again."),
    (
        "E327",
        "There is a user with this e-mail address who is not the one that the identity provider means, or not known to be: the \
              address may have changed hands. An owner decides: 'instance user identity EMAIL --subject SUBJECT'.",
    ),
    (
        "E328",
        "The file named by login.client_secret_file holds the secret that the identity provider gave for this server, and nothing \
              else. It is never taken from a flag or a variable. With systemd: LoadCredential=oidc:/etc/instance/oidc.secret, and \
              login.client_secret_file = \"/run/credentials/instance.service/oidc\".",
    ),
    (
        "E329",
        "With login.passwords = false nobody comes in by password, link or passkey but one owner, in case the provider fails. Say \
              who: 'instance user break-glass EMAIL', and give them a password: 'instance user password EMAIL'.",
    ),
    (
        "E330",
        "Who gets in when the identity provider fails has to be able to mend things: an owner who is not switched off.",
    ),
    ("E331", "The identity provider's name for a person (the subject) belongs to one user here."),
    ("E332", "A command about the identity provider needs one: the settings login.issuer and login.client_id."),
    (
        "E333",
        "An authenticator has made a passkey whose name is taken here: it is kept already, by you or by somebody else.",
    ),
    ("E334", "Twenty passkeys of one person are enough; take those away that you do not use."),
    (
        "E335",
        "A passkey opens the desk only at the address that it was made for, when it asks who you are, and from a page that was opened \
              within the last half hour. One that was removed, or whose owner was switched off, opens nothing. With login.passwords = false \
              people come through the identity provider.",
    ),
    (
        "E336",
        "What the browser said of the new passkey could not be taken: the page was open for too long or used already, the address is \
              not the one in the settings (url), or the passkey did not ask who you are. Load the page anew and try once more.",
    ),
];
