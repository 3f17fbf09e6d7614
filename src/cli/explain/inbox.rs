//! E550 to E559 and E580 to E599: what becomes of posts after they were published, and of what strangers say about them.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E550",
        "Whoever wrote an answer can change it at any time, also between your look at it and the button. What you release is what you \
              have seen: after a change it is shown once more, and nothing was released; nor is what a colleague hid meanwhile. At the command line, 'instance reply show --json' \
              tells a stamp of what it says as \"seen\", and 'instance reply release --seen' releases that and nothing else. A boost announces what \
              was looked at in the same way: a post that was changed meanwhile is shown once more, and nothing was boosted.",
    ),
    (
        "E551",
        "Somebody's log-in had ended while they wrote. The log-in page keeps what they typed; it comes back when they log in there, or in \
              another window of the same browser.",
    ),
    (
        "E581",
        "Who comes to the address of a deleted post reads when it was deleted, and why, where somebody said so: in a sentence or two \
              (500 characters), once in each language. Servers that had a copy are told, too.",
    ),
    (
        "E582",
        "Two people changed the same post. The form comes back with both texts; nothing is lost, and the second one replaces the first \
              only when it is saved once more.",
    ),
    (
        "E583",
        "A boost is public. Posts that were written for followers, or for the people whom they name, cannot be boosted.",
    ),
    (
        "E584",
        "Internal notes are for colleagues who answer: up to 20 about one thing, each of up to 1,000 characters. What is settled can be \
              erased.",
    ),
    (
        "E585",
        "A canned answer has a title to choose it by (80 characters), a language, and a text that fits into a post. An account keeps \
              up to 100.",
    ),
    (
        "E586",
        "What strangers write is given to somebody who may answer for the account: an editor, a replier, or an owner of the server.",
    ),
    (
        "E587",
        "A post of another server is named by its address there, as a browser shows it. It is fetched once from its own server, which \
              has to answer.",
    ),
    (
        "E588",
        "What was said by somebody is open, waits for something, or is done. A form of another page, or one that was changed on its way, \
              does not say which.",
    ),
];
