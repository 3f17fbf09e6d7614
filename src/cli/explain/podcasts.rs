//! E400 to E499: podcasts and their episodes.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E400",
        "The words of a podcast: each language has a title in one line and a description, and there is an author. Directories refuse \
              a podcast that lacks one of them.",
    ),
    (
        "E401",
        "The name of a podcast stands in the address of its feed, by which apps know it; so it is short, plain, and stays.",
    ),
    (
        "E402",
        "Directories write to the owner of a podcast to ask whether the feed is theirs. The address stands in the feed for all to see.",
    ),
    (
        "E403",
        "Apple made the list of categories that all directories use. 'instance help podcast-categories' prints it.",
    ),
    (
        "E404",
        "A cover is what people see of a podcast. Directories take a square JPEG or PNG in RGB without transparency, of 1,400 to \
              3,000 pixels, and refuse the podcast otherwise.",
    ),
    (
        "E405",
        "The guid of a podcast follows it from host to host. It is made by itself; only a podcast that moves here brings one.",
    ),
    (
        "E406",
        "There is no podcast of that name, or the post is no episode. 'instance podcast list' shows all podcasts.",
    ),
    (
        "E407",
        "The name of a podcast is taken for good, also after the podcast was given up: apps would take one for the other.",
    ),
    (
        "E408",
        "An episode is heard: it needs a recording, one for all languages of the post or one for each. Directories play MP3 and M4A.",
    ),
    (
        "E409",
        "An episode has a title of its own, for all languages of the post or one for each. Numbers do not belong into it.",
    ),
    ("E410", "Seasons and episodes are counted from 1."),
    (
        "E411",
        "Chapters are lines that begin with a time (00:00 Welcome), or a file of JSON chapters as the podcast namespace has it. They \
              follow each other and lie within the recording.",
    ),
    (
        "E412",
        "A person has a name, and perhaps a role and an address: Ann Example; guest; https://ann.example. Without a role it is a host.",
    ),
    (
        "E413",
        "Two episodes of a season have the same number. Apps put them in an order of their own; a number is asked about once, and taken \
              when the form is sent again.",
    ),
];
