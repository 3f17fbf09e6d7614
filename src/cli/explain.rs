//! `instance explain E047`: a paragraph for every id that an error can carry. A test compares the list with the sources.

use crate::control::Fault;
use crate::error::{Error, Problem};

/// The paragraph of an id, typed in any case, with or without the E.
pub fn on(typed: &str) -> Result<(&'static str, &'static str), Fault> {
    let wanted = format!("E{:0>3}", typed.trim_start_matches(['e', 'E']));
    let found = TEXTS.iter().find(|(id, _)| *id == wanted).copied();
    found.ok_or_else(|| {
        let problem = Problem::new("E001", format!("There is no error '{typed}'."));
        Error::from(problem.remedy("An id is the letter E and three digits, as it stands before a message: E047."))
            .into()
    })
}

const TEXTS: &[(&str, &str)] = &[
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
              s3.bucket, s3.key_id and s3.secret_file belong together. The server does not start without them while files are there; \
              'instance media move --to disk' brings them back first.",
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
    ("E128", "Client programs offer scheduled posts and polls; this server does not take them yet."),
    (
        "E129",
        "Official accounts speak in public. A post is public, or public but left out of the home page and tag pages ('unlisted').",
    ),
    (
        "E130",
        "Every picture needs a description, for people who cannot see it. A sentence that says what it shows is enough.",
    ),
    (
        "E131",
        "Descriptions of up to 1,500 characters reach every server; longer ones are cut by some. What is longer belongs into the post.",
    ),
    (
        "E132",
        "The picture was never uploaded by this account, or was not used within a day and expired. Upload it again.",
    ),
    ("E133", "A picture belongs to one post. Upload it again for the second one."),
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
    ("E146", "The file is too heavy, too large or too long: other servers would not fetch it."),
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
    ("E158", "The picture was uploaded for another account, or has expired. Choose the file again."),
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
        "E200",
        "A video is not published without captions: people who cannot hear it would miss what is said. They are a file in WebVTT or \
              SRT for each language. Where none are needed, say why: no-speech, in-picture (what is said is written there), in-text \
              (the post says the same), or a sentence; readers see it.",
    ),
    (
        "E201",
        "A recording is not published without a transcript: what is said, written down or taken from captions. Where none is needed, \
              say why, as for captions: no-speech, in-text, or a sentence that readers see.",
    ),
    (
        "E202",
        "Captions are WebVTT or SubRip (SRT), as text in UTF-8: for each caption a line with its times, its text, and an empty \
              line. The message names the line that is wrong. Of marks in the text, voices, italics and bold stay.",
    ),
    (
        "E203",
        "Captions stand in the order in which they are shown, end after they begin, and begin before the recording ends. \
              Otherwise they are damaged, or belong to another recording.",
    ),
    ("E204", "Captions are text and small; these are larger, or in more languages, than any recording needs."),
    (
        "E205",
        "Mastodon fetches every file within 30 seconds or shows a link instead, and all followers' servers come at the same time. \
              A file of 20 MiB needs 6 Mbit/s for each. Make it smaller, or publish it all the same.",
    ),
    (
        "E206",
        "Whoever publishes without captions for another reason says which, in up to 500 characters that readers see.",
    ),
    ("E207", "Pictures have descriptions; captions, transcripts and posters belong to video and sound."),
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
        "E900",
        "This is a fault of the program or of the machine under it (disk, memory), not of yours. What was answered before is safe on \
              the disk. The log has the cause; please report it if it comes again.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every id in quotation marks in the sources.
    fn used(folder: &Path, ids: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, ids);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("cli/explain.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let quoted = text.match_indices("\"E").filter_map(|(at, _)| text.get(at + 1..at + 6));
                let is_id = |word: &&str| word.ends_with('"') && word[1..4].bytes().all(|b| b.is_ascii_digit());
                ids.extend(quoted.filter(is_id).map(|word| word[..4].to_owned()));
            }
        }
    }

    #[test]
    fn every_id_is_explained_once_and_no_other() {
        let mut ids = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut ids);
        let explained: Vec<String> = TEXTS.iter().map(|(id, _)| (*id).to_owned()).collect();
        let mut sorted = explained.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(explained, sorted, "sorted, each once");
        let missing: Vec<_> = ids.iter().filter(|id| !explained.contains(id)).collect();
        let unused: Vec<_> = explained.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "without a paragraph in src/cli/explain.rs: {missing:?}; used nowhere: {unused:?}"
        );
    }

    #[test]
    fn an_id_may_be_typed_as_one_likes() {
        for typed in ["E047", "e047", "047", "47"] {
            assert_eq!(on(typed).unwrap().0, "E047");
        }
        assert_eq!(on("E999").unwrap_err().id, "E001");
        assert!(on("").is_err() && on("Énorme").is_err());
    }
}
