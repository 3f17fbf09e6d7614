//! From the words that were typed to the command that is sent: files are read here, and what belongs together is paired.

mod draft;
mod podcast;
mod poll;

use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::args::draft::Which;
use super::args::{
    Account, AccountEdit, Other, Pictures, Post, PostEdit, PostNew as NewArgs, Queue, Recordings, Reply, SecondFactor,
    Token, User,
};
use super::secret;
use crate::control::{
    AccountChange, AccountNew, Command, NewVersion, PostChange, PostNew, React, Recording, Upload, UserNew, UserRole,
    What,
};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::account::Field;
use crate::model::case::Stand;
use crate::model::draft::Stage;
use crate::model::media::{self, About};
use crate::model::note::Shown;
use crate::model::post::{Quoting, Visibility};

use draft::draft;
pub use podcast::podcast;

pub fn account(word: Account) -> Result<Command> {
    Ok(match word {
        Account::Add { handle, name, kind, summary, language } => {
            Command::AccountAdd(AccountNew { handle, name, kind, summary, language })
        }
        Account::List => Command::AccountList,
        Account::Show { handle } => Command::AccountShow { account: handle },
        Account::Edit(change) => Command::AccountEdit(Box::new(account_change(*change)?)),
    })
}

fn account_change(edit: AccountEdit) -> Result<AccountChange> {
    let picture = |file: Option<PathBuf>, alt: &Option<String>, typed: Option<String>| {
        let Some(file) = file else { return Ok::<_, Error>(None) };
        let focus = typed.map(|typed| media::focus(&typed)).transpose()?;
        upload(&file, About { focus, ..About::words(alt.clone().unwrap_or_default()) }).map(Some)
    };
    Ok(AccountChange {
        account: edit.handle,
        name: edit.name,
        summary: edit.summary,
        fields: edit
            .fields
            .map(|lines| lines.iter().filter(|line| !line.is_empty()).map(|line| field(line)).collect())
            .transpose()?,
        kind: edit.kind,
        language: edit.language,
        replies: edit.replies,
        languages: edit.languages,
        approval: edit.look.approval,
        urgent_first: edit.look.urgent_first,
        approve_answers: edit.look.approve_answers,
        avatar: picture(edit.avatar, &edit.avatar_alt, edit.avatar_focus)?,
        header: picture(edit.header, &edit.header_alt, edit.header_focus)?,
        avatar_alt: edit.avatar_alt,
        header_alt: edit.header_alt,
        no_avatar: edit.no_avatar,
        no_header: edit.no_header,
    })
}

fn field(line: &str) -> Result<Field> {
    let (name, value) = line.split_once('=').ok_or_else(|| {
        Problem::new("E002", format!("'{line}' is no line of a profile."))
            .remedy("For example: --field \"Web site=https://city.example\"")
    })?;
    Ok(Field { name: name.trim().to_owned(), value: value.trim().to_owned() })
}

pub fn post(word: Post) -> Result<Command> {
    Ok(match word {
        Post::New(new) => Command::PostNew(new_post(*new)?),
        Post::List { account, which: Which { drafts: true, .. }, .. } => Command::DraftList { account, stage: None },
        Post::List { account, which: Which { planned: true, .. }, .. } => {
            Command::DraftList { account, stage: Some(Stage::Planned) }
        }
        Post::List { account, limit, .. } => Command::PostList { account, limit },
        Post::Draft(word) => draft(word),
        Post::Show { post, delivery } => Command::PostShow { post, delivery },
        Post::Edit(edit) => Command::PostEdit(post_change(*edit)?),
        Post::Delete { post, lang, reason } => {
            let reason = versions(reason, lang, &[])?.into_iter().map(|version| (version.lang, version.text)).collect();
            Command::PostDelete { post, reason }
        }
        Post::Like(other) => react(other, React::Like, false),
        Post::Unlike(other) => react(other, React::Like, true),
        Post::Boost(other) => react(other, React::Boost, false),
        Post::Unboost(other) => react(other, React::Boost, true),
        Post::Pin { post } => Command::Pin { post, undo: false },
        Post::Unpin { post } => Command::Pin { post, undo: true },
    })
}

fn react(other: Other, kind: React, undo: bool) -> Command {
    Command::React { account: other.account, post: other.post, kind, undo }
}

fn new_post(new: NewArgs) -> Result<PostNew> {
    let mut texts = new.text;
    for file in &new.file {
        texts.push(text(file)?);
    }
    if texts.is_empty() {
        texts.push(String::new());
    }
    let versions = versions(texts, new.lang, &new.warning)?;
    let mut media = files(&new.media, new.alt, &new.pictures, &versions)?;
    let mut episode = None;
    if let Some((found, sounds)) = podcast::episode(new.episode)? {
        media.splice(0..0, sounds);
        episode = Some(found);
    }
    Ok(PostNew {
        account: new.account,
        media,
        recordings: recordings(new.recordings)?,
        versions,
        sensitive: new.sensitive,
        visibility: if new.quiet { Visibility::Quiet } else { Visibility::Public },
        quoting: if new.no_quotes { Quoting::Nobody } else { Quoting::Anyone },
        urgent: new.later.urgent,
        at: new.later.at,
        draft: new.later.draft,
        reply_to: new.reply_to,
        quote: new.quote,
        episode,
        poll: poll::poll(new.poll)?,
    })
}

/// One language for each text, except that a single text may do without; one warning for all, or one for each.
fn versions(texts: Vec<String>, langs: Vec<crate::base::lang::Lang>, warnings: &[String]) -> Result<Vec<NewVersion>> {
    let count = texts.len();
    if langs.len() != count && !(count == 1 && langs.is_empty()) {
        let what = format!("There are {count} texts and {} languages.", langs.len());
        return Err(Problem::new("E002", what)
            .remedy("Each text needs its --lang: --lang en --text \"…\" --lang de --text \"…\"")
            .into());
    }
    if warnings.len() > 1 && warnings.len() != count {
        let what = format!("There are {count} texts and {} content warnings.", warnings.len());
        return Err(Problem::new("E002", what).remedy("Give one --warning for all texts, or one for each.").into());
    }
    let mut langs = langs.into_iter();
    let warning = |n: usize| warnings.get(n).or(warnings.first()).cloned().unwrap_or_default();
    Ok(texts
        .into_iter()
        .enumerate()
        .map(|(n, text)| NewVersion { lang: langs.next(), text, warning: warning(n) })
        .collect())
}

fn post_change(edit: PostEdit) -> Result<PostChange> {
    let new = match (edit.text, &edit.file) {
        (Some(text), _) => Some(text),
        (None, Some(file)) => Some(text(file)?),
        (None, None) => None,
    };
    let mut alts = Vec::new();
    let mut words = edit.describe.into_iter();
    while let (Some(place), Some(alt)) = (words.next(), words.next()) {
        alts.push((number(&place)?, alt));
    }
    let nothing = Pictures { decorative: Vec::new(), focus: Vec::new() };
    let (alt, add_alts) = by_file(edit.alt, edit.media.len());
    Ok(PostChange {
        post: edit.post,
        lang: edit.lang,
        text: new,
        warning: edit.warning,
        alts,
        decorative: edit.pictures.decorative,
        focus: focus(&edit.pictures.focus)?,
        remove: edit.remove,
        add: files(&edit.media, alt, &nothing, &[])?,
        add_alts,
        episode: podcast::episode_change(edit.episode)?,
        recordings: recordings(edit.recordings)?,
        urgent: edit.urgent,
    })
}

fn number(place: &str) -> Result<usize> {
    place.parse().map_err(|_| Problem::new("E002", format!("'{place}' is not the number of a picture.")).into())
}

/// `NUMBER X,Y` as often as they were typed.
fn focus(typed: &[String]) -> Result<Vec<(usize, (f32, f32))>> {
    let pairs = typed.iter().step_by(2).zip(typed.iter().skip(1).step_by(2));
    pairs.map(|(place, point)| Ok((number(place)?, media::focus(point)?))).collect()
}

/// Files with their descriptions, in order: one for each, or one for each language version of each. Decorative ones have
/// none.
fn files(paths: &[PathBuf], alts: Vec<String>, pictures: &Pictures, versions: &[NewVersion]) -> Result<Vec<Upload>> {
    let points = focus(&pictures.focus)?;
    let mut places = pictures.decorative.iter().chain(points.iter().map(|(place, _)| place));
    if let Some(place) = places.find(|place| **place == 0 || **place > paths.len()) {
        return Err(Problem::new("E002", format!("There is no picture {place}.")).into());
    }
    let decorative = |n: usize| pictures.decorative.contains(&(n + 1));
    let described = (0..paths.len()).filter(|n| !decorative(*n)).count();
    let each = if alts.len() == described { 1 } else { versions.len().max(1) };
    if alts.len() != described * each {
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let what = format!("{} but {}.", counted(paths.len(), "file"), counted(alts.len(), "description"));
        return Err(Problem::new("E003", what)
            .remedy("After each --media FILE comes its own --alt \"What it shows\", or one for each language.")
            .into());
    }
    let mut alts = alts.into_iter();
    let mut all = Vec::new();
    for (n, path) in paths.iter().enumerate() {
        let mut about = About { decorative: decorative(n), ..About::default() };
        about.focus = points.iter().find(|(place, _)| *place == n + 1).map(|(_, point)| *point);
        if !about.decorative {
            about.alt = alts.next().unwrap_or_default();
            for lang in versions.iter().take(each).skip(1).filter_map(|version| version.lang.as_ref()) {
                about.describe(lang, alts.next().unwrap_or_default());
            }
        }
        all.push(upload(path, about)?);
    }
    Ok(all)
}

/// Descriptions of files of which each has one, or one for each language of its post, which only the server knows: the
/// first of each file, and the others.
fn by_file(alts: Vec<String>, files: usize) -> (Vec<String>, Vec<Vec<String>>) {
    let each = alts.len().checked_div(files).unwrap_or_default();
    if each < 2 || alts.len() != each * files {
        return (alts, Vec::new());
    }
    alts.chunks(each).filter_map(|all| all.split_first()).map(|(first, more)| (first.clone(), more.to_vec())).unzip()
}

/// What belongs to recordings; a number and a colon before it say to which.
fn recordings(words: Recordings) -> Result<Vec<Recording>> {
    let mut all = Vec::new();
    for typed in words.captions {
        let (place, rest) = placed(&typed);
        let (lang, file) = rest.split_once('=').ok_or_else(|| {
            Problem::new("E002", format!("'{typed}' does not say the language of the captions."))
                .remedy("For example: --captions en=film.vtt")
        })?;
        all.push(Recording { place, what: What::Captions(lang.parse()?, upload(Path::new(file), About::default())?) });
    }
    for typed in words.poster {
        let (place, file) = placed(&typed);
        all.push(Recording { place, what: What::Poster(upload(Path::new(file), About::default())?) });
    }
    for typed in words.transcript {
        let (place, file) = placed(&typed);
        all.push(Recording { place, what: What::Transcript(text(Path::new(file))?) });
    }
    for typed in words.no_captions {
        let (place, why) = placed(&typed);
        all.push(Recording { place, what: What::Without(why.to_owned()) });
    }
    Ok(all)
}

fn placed(typed: &str) -> (Option<usize>, &str) {
    let place = typed.split_once(':').and_then(|(place, rest)| Some((place.parse().ok()?, rest)));
    place.map_or((None, typed), |(place, rest)| (Some(place), rest))
}

pub fn reply(word: Reply) -> Command {
    match word {
        Reply::List { all, state } => Command::ReplyList { all, stand: state },
        Reply::Show { reply } => Command::ReplyOne { reply },
        Reply::Assign { reply, to, .. } => Command::ReplyAssign { reply, user: to },
        Reply::Done { reply } => Command::ReplySet { reply, stand: Stand::Done },
        Reply::Wait { reply } => Command::ReplySet { reply, stand: Stand::Waiting },
        Reply::Reopen { reply } => Command::ReplySet { reply, stand: Stand::Open },
        Reply::Note { reply, text } => Command::ReplyNote { reply, text },
        Reply::Release { reply, seen } => Command::ReplyShow { reply, shown: Shown::Released, seen },
        Reply::Hide { reply } => Command::ReplyShow { reply, shown: Shown::Hidden, seen: None },
    }
}

pub fn queue(word: Queue) -> Command {
    match word {
        Queue::List => Command::QueueList,
        Queue::Retry(servers) => Command::QueueRetry { server: servers.server },
        Queue::Drop(servers) => Command::QueueDrop { server: servers.server },
    }
}

pub fn token(word: Token) -> Command {
    match word {
        Token::New { account, user, scopes, name } => Command::TokenNew { account, user, scopes, name },
        Token::List => Command::TokenList,
        Token::Revoke { token } => Command::TokenRevoke { token },
    }
}

pub fn user(word: User) -> Result<Command> {
    Ok(match word {
        User::Add { email, name, language, account, roles } => {
            Command::UserAdd(UserNew { email, name, language, account, roles })
        }
        User::List => Command::UserList,
        User::Role { email: user, account, add, remove } => Command::UserRole(UserRole { user, account, add, remove }),
        User::Off { email: user, drafts_to: heir } => Command::UserOff { user, heir },
        User::On { email: user } => Command::UserOn { user },
        User::Password { email: user, password_stdin } => {
            Command::UserPassword { user, password: secret::password(password_stdin)? }
        }
        User::Sessions { email: user, end: Some(id), .. } => Command::SessionsEnd { user, session: Some(id) },
        User::Sessions { email: user, end_all: true, .. } => Command::SessionsEnd { user, session: None },
        User::Sessions { email: user, .. } => Command::SessionList { user },
        User::SecondFactor(SecondFactor { remove: Some(user), .. }) => Command::SecondFactorRemove { user },
        User::SecondFactor(SecondFactor { require, .. }) => Command::SecondFactorRequire { required: require },
        User::Identity { email: user, subject, .. } => Command::UserIdentity { user, subject },
        User::BreakGlass { email: user } => Command::BreakGlass { user },
        User::LoginLink { email: user } => Command::LoginLink { user },
    })
}

/// A text, without the line end that editors and `echo` put behind it.
pub fn text(file: &Path) -> Result<String> {
    let bytes = limited(file, limits::control::TEXT)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new("E036", format!("{} is not text in UTF-8.", file.display())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A file to be sent. What comes from a pipe is written down first: its length has to be known.
pub(super) fn upload(file: &Path, about: About) -> Result<Upload> {
    let failed = |e| unreadable(file, &e);
    if file != Path::new("-") {
        let open = std::fs::File::open(file).map_err(failed)?;
        if !open.metadata().map_err(failed)?.is_file() {
            return Err(Problem::new("E036", format!("{} is not a file.", file.display())).into());
        }
        return Upload::new(open, about).map_err(failed);
    }
    let path = std::env::temp_dir().join(format!("instance-{}", crate::crypto::token::new()));
    let mut options = std::fs::OpenOptions::new();
    let mut open = options.read(true).write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
    // It stays for as long as it is open.
    std::fs::remove_file(&path).map_err(failed)?;
    let copied = std::io::copy(&mut std::io::stdin().lock().take(limits::clip::ADDRESSED + 1), &mut open);
    copied.and_then(|_| Upload::new(open, about)).map_err(failed)
}

fn unreadable(file: &Path, e: &std::io::Error) -> Error {
    Problem::new("E036", format!("{} cannot be read: {e}.", file.display())).into()
}

fn limited(file: &Path, most: usize) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| unreadable(file, &e);
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        std::fs::File::open(file).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > most {
        return Err(Problem::new("E036", format!("{} is larger than {most} bytes.", file.display())).into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(texts: &[&str], langs: &[&str], warnings: &[&str]) -> Result<Vec<(String, String, String)>> {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let langs = langs.iter().map(|lang| lang.parse().unwrap()).collect();
        let versions = versions(owned(texts), langs, &owned(warnings))?;
        Ok(versions.into_iter().map(|v| (v.lang.map_or(String::new(), |l| l.to_string()), v.text, v.warning)).collect())
    }

    #[test]
    fn texts_languages_and_warnings_are_paired() {
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(paired(&["a"], &[], &[]).unwrap(), [row("", "a", "")]);
        assert_eq!(paired(&["a", "b"], &["en", "de"], &["w"]).unwrap(), [row("en", "a", "w"), row("de", "b", "w")]);
        assert_eq!(
            paired(&["a", "b"], &["en", "de"], &["v", "w"]).unwrap(),
            [row("en", "a", "v"), row("de", "b", "w")]
        );
        assert!(paired(&["a", "b"], &["en"], &[]).is_err());
        assert!(paired(&["a"], &["en", "de"], &[]).is_err());
        assert!(paired(&["a", "b"], &[], &[]).is_err());
        assert!(paired(&["a", "b", "c"], &["en", "de", "fr"], &["v", "w"]).is_err());
    }

    #[test]
    fn a_number_before_it_says_which_recording_is_meant() {
        assert_eq!(placed("2:en=film.vtt"), (Some(2), "en=film.vtt"));
        assert_eq!(placed("en=film.vtt"), (None, "en=film.vtt"));
        assert_eq!(placed("Ours: a song"), (None, "Ours: a song"));
        let typed = |captions: &str| Recordings { captions: vec![captions.to_owned()], ..Recordings::default() };
        assert!(recordings(typed("film.vtt")).is_err() && recordings(typed("en=/nowhere.vtt")).is_err());
    }

    #[test]
    fn a_file_ends_without_its_line_end() {
        let path = std::env::temp_dir().join(format!("instance-text-{}", std::process::id()));
        std::fs::write(&path, "Hello\n\nyou \r\n").unwrap();
        assert_eq!(text(&path).unwrap(), "Hello\n\nyou ");
        std::fs::write(&path, b"\xff").unwrap();
        assert!(text(&path).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(text(&path).is_err());
    }
}
