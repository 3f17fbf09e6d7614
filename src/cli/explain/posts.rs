//! E100 to E199: accounts, posts, pictures and other files, forms.

pub(super) const TEXTS: &[(&str, &str)] = &[
    ("E100", "A language is named by its code (BCP 47): en, de, pt-BR, sr-Latn."),
    ("E110", "A display name is shown in lists on other servers; it has 1 to 100 characters."),
    ("E111", "The text of a profile is limited, since other servers cut what is longer."),
    ("E112", "Lines of a profile are limited in number and length; other servers drop what is beyond."),
    (
        "E113",
        "A handle is part of an address: letters a to z, digits and underscores, up to 30. Some words are reserved, so that nobody \
              takes an account for the machine room.",
    ),
    (
        "E114",
        "Every handle is given out once. After an account is closed its handle stays taken, so that nobody can speak in its name.",
    ),
    ("E120", "A post has at least one language version, and not more than there are official languages."),
    ("E121", "A post says something or shows something; this one does neither."),
    (
        "E122",
        "Texts are limited to 5,000 characters, counted as Mastodon does: every link counts 23, and of a mention only the name.",
    ),
    ("E123", "A content warning stands for the whole text, so it is short."),
    ("E124", "A post has one version for each language. Which of the two is meant?"),
    ("E125", "Mastodon shows four pictures and drops the rest; therefore no post has more."),
    ("E126", "The post that is to be answered was deleted, or never was here."),
    ("E127", "Five posts may be pinned to a profile; other servers show no more."),
    (
        "E129",
        "Official accounts speak in public. A post is public, or public but left out of the home page and tag pages ('unlisted').",
    ),
    (
        "E130",
        "Every file needs a description, for people who cannot see or hear it, in every language of its post, before it goes out; a \
         draft may lack them. A sentence that says what it shows is enough. On a command line --alt stands once for each \
         language; a program sends description[de] with the file. What was published or planned without one before this was \
         demanded stays, until it is edited at the desk.",
    ),
    (
        "E131",
        "Descriptions of up to 1,500 characters reach every server; longer ones are cut by some. What is longer belongs into the post.",
    ),
    (
        "E132",
        "The file was never uploaded by this account, or was part of nothing for a day and expired. Upload it again.",
    ),
    ("E133", "A file belongs to one post, draft or profile. Upload it again for the second one."),
    ("E134", "The file has no bytes. Was it saved to the end?"),
    (
        "E135",
        "Pictures are JPEG, PNG, GIF or WebP, recordings MP4, WebM, MP3, M4A, AAC, Ogg or FLAC: what every browser and every \
              other server shows. The file is judged by its content, not by its name.",
    ),
    ("E136", "The picture is too heavy or has too many pixels: other servers would refuse it."),
    ("E137", "The picture breaks off or is damaged, and could not be decoded."),
    ("E138", "The picture uses a form of its format that cannot be read here. Any picture program can save it anew."),
    (
        "E139",
        "An animation is too large or too long; other servers would show nothing. A shorter or smaller one works.",
    ),
    ("E140", "Tokens are given scopes, which say what a client program may do. The message lists those that exist."),
    ("E141", "A token without a scope could do nothing."),
    ("E142", "The name of a token is for you, to know later which program has it. It is short."),
    (
        "E143",
        "Sound and video are MP4 with H.264 and AAC, WebM, MP3, M4A or AAC, Ogg with Opus or Vorbis, and FLAC: what every \
              browser plays. The file is judged by its content, not by its name. The message says how to convert it.",
    ),
    (
        "E144",
        "The container is one that is taken, but what is in it is coded in a way that many browsers do not play, and that \
              other servers would have to convert. The message says how to do that once, before.",
    ),
    ("E145", "The file breaks off or contradicts itself, so that no player could be sure of it."),
    (
        "E146",
        "The file is heavier than the setting media.recording_mb allows, has more pixels or more pictures a second than other \
         servers take, or says that it is longer than a day.",
    ),
    (
        "E147",
        "A quote shows somebody's words beside ours: they have to be public, and there. A post of another account of this server is \
              linked, not quoted, because nobody answers for both; an earlier post of the same account can be quoted.",
    ),
    ("E150", "A request was larger than this server takes at that address."),
    ("E151", "The connection broke before the request was complete."),
    ("E152", "The request arrived too slowly. On a slow line, send smaller pictures."),
    ("E153", "The form has more fields than any form of this server."),
    ("E154", "The form is not written as browsers write forms."),
    ("E155", "A file was expected and there is none, or it is in a field of another name."),
    ("E156", "The form was opened for an account that has been closed since."),
    (
        "E157",
        "A description was written for a picture, but no file was chosen. A browser forgets chosen files when a form comes back.",
    ),
    (
        "E158",
        "The file was uploaded for another account, is part of something else by now, or has expired. Choose the file again.",
    ),
    ("E160", "WebFinger asks for one resource: /.well-known/webfinger?resource=acct:press@city.example"),
    ("E161", "WebFinger was asked for something that is no account's address."),
    ("E170", "Another server sent something in the name of an account of ours. It was refused."),
    ("E172", "What another server sent is JSON but no activity that can be understood."),
    (
        "E173",
        "The account of another server lacks something that is needed: an inbox, a key, or an id on its own server.",
    ),
    ("E174", "A post of another server lacks something that is needed, or is by somebody else than it says."),
    ("E180", "A document is not JSON, or repeats a key, so that two readers could understand it differently."),
    (
        "E190",
        "A picture is either described or marked as decorative: then screen readers pass over it, so it may say nothing that the \
              text does not say. Videos and sounds always need a description.",
    ),
    (
        "E191",
        "The place to look at in a picture is two numbers from -1 to 1: from left to right and from bottom to top. 0,0 is the middle.",
    ),
    (
        "E192",
        "What was published with a file is changed through its post or its profile, so that the servers that have a copy are told.",
    ),
    (
        "E193",
        "Each account has its share of the disk for pictures, videos and sounds: the setting media.quota_gb. Files of deleted posts \
              do not count. 'instance config set media.quota_gb 100' and a restart of the server raise it.",
    ),
    (
        "E194",
        "Files are refused before the disk is full, so that the database can go on: posts without files can still be published, and \
              everything can be read. Make room on the disk that holds the data directory; no restart is needed.",
    ),
    (
        "E195",
        "A poll needs at least two answers, and other servers show only some of very many. A survey belongs on a page of its own.",
    ),
    (
        "E196",
        "An answer of a poll stands on one line beside its share, on a telephone too, and so is short and not empty. The text of the \
              post has room for what needs explaining.",
    ),
    (
        "E197",
        "Other servers send a vote as the words of the answer: two answers that read the same could not be told apart.",
    ),
    (
        "E198",
        "A poll is open for 5 minutes to 31 days, as on Mastodon. How long is said in minutes, hours or days on the command line \
              (30m, 12h, 3d), in seconds by client programs.",
    ),
];
