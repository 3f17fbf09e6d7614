//! E580 to E599: what becomes of posts after they were published, and of what strangers say about them.

pub(super) const TEXTS: &[(&str, &str)] = &[
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
