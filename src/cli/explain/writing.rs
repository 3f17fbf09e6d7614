//! E600 to E619: what is written in the composer.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E600",
        "A thread has too many posts. Each is a post that all followers get: a text for which 25 are not enough belongs on a \
              page of its own, with a post that links to it.",
    ),
    (
        "E601",
        "A thread is parted by lines of --- in every language at the same places, so that each of its posts has all languages. \
              Count the lines: one language has more or fewer than the main one.",
    ),
    (
        "E602",
        "Somebody else saved the draft after you opened it. Nothing of yours is lost: it is still in the form, and theirs stands \
              below it. Put together what should stay and save again; then theirs is replaced, and can be seen no more.",
    ),
    (
        "E603",
        "A form arrived without the field of its text, most likely because the connection broke. Nothing was saved of it, so \
              that nothing is taken away by accident. Open the page again and send it once more.",
    ),
    (
        "E604",
        "The post that is to be quoted could not be found. The address is that of the post itself, as its page has it; its server \
              must answer, and the post must be one that everybody may see.",
    ),
    (
        "E605",
        "What is planned goes out by itself as it was saved last. So nothing is saved by itself while somebody writes in it: a \
              button says when the text is whole.",
    ),
    (
        "E606",
        "A plan stands until it is planned anew: nobody moves it by a save. Another time in the field was typed for something, so \
              it is not dropped in silence either.",
    ),
];
