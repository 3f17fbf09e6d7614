//! E000 to E099: commands, settings, the data directory, the object storage.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E001",
        "The words of the command were not understood. 'instance help' lists all commands, 'instance help post new' explains one; \
              a word that is nearly right is named in the message.",
    ),
    (
        "E002",
        "Words that belong together do not fit: each --text needs its --lang, --warning is given once or for each text, a line of \
              a profile is LABEL=VALUE, a picture is named by its number.",
    ),
    (
        "E003",
        "Every picture needs a description, for people who cannot see it: after each --media FILE comes its own --alt TEXT.",
    ),
    (
        "E010",
        "The data directory was not set up, or the command looks at another one than you mean. It is named by --data, else by the \
              variable INSTANCE_DATA, else it is ./instance-data. 'instance init' sets one up.",
    ),
    (
        "E011",
        "'init' only ever sets up an empty data directory. Run again with the same answers it does nothing; with other answers it \
              stops, because what is there may be in use. Use 'instance account' and 'instance config' for changes.",
    ),
    (
        "E012",
        "instance.toml, or the command, names a setting that does not exist. It is refused rather than ignored, since a misspelt \
              setting would have no effect and nobody would notice. 'instance config show' lists all settings.",
    ),
    (
        "E013",
        "A setting has a value that cannot be right. The message says where the value comes from: a line of instance.toml, a \
              variable INSTANCE_…, or the command line. Nothing was started or changed.",
    ),
    (
        "E014",
        "The file named by network.extra_ca cannot be used: it is a PEM file with one or more certificates of authorities, each \
              between BEGIN CERTIFICATE and END CERTIFICATE.",
    ),
    (
        "E015",
        "instance.toml is not readable by this user, or not TOML. Texts stand in quotation marks, lists in square brackets, and \
              no key stands twice. The message names the line.",
    ),
    (
        "E016",
        "There is a database without its instance.toml. Nothing was touched. Put the file back (an empty one stands for all \
              defaults), or choose another directory.",
    ),
    (
        "E017",
        "The answers for 'init --from' are a TOML file with any of: name, account, languages, url, handle_domain, time_zone, demo.",
    ),
    ("E018", "One of the answers for 'init' cannot be used; the message says which and why. Nothing was written."),
    (
        "E019",
        "'init' asked at the terminal and got no usable answer, or the input ended. Nothing was written. With --yes it takes the \
              default of every question that no flag answers.",
    ),
    (
        "E020",
        "A password is typed twice at a terminal, where nobody sees it, or comes from standard input with --password-stdin. It is \
              never taken from a flag or a variable, which other programs on the machine can read.",
    ),
    (
        "E021",
        "Two programs cannot listen on one port. A trial that names no port moves on by itself; a server with a domain, or one that \
              was told where to listen, does not, because a web server in front relies on it.",
    ),
    (
        "E022",
        "On Linux, ports below 1024 are for the system. Let a web server with a certificate listen on 443 and hand requests to this \
              program on a higher port of 127.0.0.1.",
    ),
    (
        "E023",
        "The data belongs to another user, or the file system is read-only. All commands on one data directory are run as one and \
              the same user; the directory is closed to all others, since keys are in it.",
    ),
    (
        "E024",
        "The setting 'listen' names an address that no network card of this machine has. 127.0.0.1 is this machine alone, 0.0.0.0 \
              and [::] are all its addresses.",
    ),
    (
        "E036",
        "A file named on the command line cannot be read, is too large, or is not text in UTF-8 where text is needed. - stands for \
              standard input.",
    ),
    ("E037", "Likes and boosts go to posts of other servers. A post of our own is seen by our followers anyway."),
    (
        "E038",
        "All pictures of a post travel to the running server together, and together they are too large. Make them smaller; 16 MB is \
              the most for one.",
    ),
    (
        "E039",
        "The running server closed the connection before it answered, most likely because it was being stopped. What was asked may \
              have been done: look first, then ask again.",
    ),
    (
        "E040",
        "What was named does not exist here: a post, a token, a server. The lists ('post list', 'token list', 'queue list') show \
              the right names.",
    ),
    (
        "E041",
        "No account has this handle. 'instance account list' shows them all. A handle is typed without the domain: press, or @press.",
    ),
    ("E042", "This needs somebody who is logged in, or a client program with a token."),
    ("E043", "Whoever asks is known and may not do this."),
    ("E044", "Something changed in the meantime, so that what was asked no longer makes sense. Look again."),
    (
        "E045",
        "More is waiting to be written than the server takes on. Nothing was done; try again after the time in the message.",
    ),
    (
        "E046",
        "It was deleted. Its number is never given to anything else, and its address goes on saying that it is gone.",
    ),
    (
        "E047",
        "Only one program may have the database open. Usually that is 'instance serve', and other commands then ask it over a socket \
              in the data directory. If you see this, a second 'serve' was started, or a server is just starting or stopping.",
    ),
    (
        "E048",
        "Another server did not answer, or answered something that could not be used. The message says which and what.",
    ),
    ("E049", "The running server is of another version than the command. Restart it, so that both are the same."),
    (
        "E061",
        "The data was written by a later version of this program. It was not touched. Go back to that version: data only ever moves \
              forward.",
    ),
    ("E062", "The database has a form that this version no longer reads. Open it once with the version in between."),
    (
        "E070",
        "Other servers know your accounts by their addresses, and the domain is part of each. After the first delivery it cannot \
              change: they would take your accounts for strangers. Set url back to what it was.",
    ),
    (
        "E071",
        "Without 'url' this is a trial, and nothing leaves this machine. Set the public address with 'instance config set url \
              https://…' and start the server again; posts of the trial come with you.",
    ),
    ("E081", "A key that another server offers is too short, damaged, or of a kind that is not used in the fediverse."),
    (
        "E082",
        "The object storage understood the request and refused it. The message names the code it gave: a key or secret that it \
              does not know, a bucket that does not exist, a right that the key does not have, or a clock that is wrong. Nothing was \
              lost: what was to be carried is still a row, and is tried again every minute while the server runs.",
    ),
    (
        "E083",
        "Media files are in an object storage, or are to be brought there, and the settings do not say where it is: s3.endpoint, \
              s3.bucket, s3.key_id and s3.secret_file belong together. The server does not start without them while files are there, \
              since readers could not have those; commands work regardless. Put the settings back as they were. Then, to do \
              without the storage, run 'instance media move --to disk' while it answers, and take them out afterwards. Nothing goes \
              to a storage that was not tried first: 'instance media move --to s3' changes nothing when a small file cannot be \
              written there, read back and removed.",
    ),
    (
        "E084",
        "A file was read back from the object storage, and its SHA-256 is not that of the file that was sent. The other copy was \
              kept. Something between here and there changes files, or the bucket is written by somebody else.",
    ),
    (
        "E085",
        "s3.secret_file names a file that cannot be read or does not hold one secret key. The secret is only ever read from that \
              file: what stands in settings, variables or on the command line is seen by others.",
    ),
    (
        "E086",
        "'instance demo remove' lists what it takes away and asks first, at a terminal; elsewhere it wants --yes. What people wrote \
              as a sample account stays, and so does that account.",
    ),
];
