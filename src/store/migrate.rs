//! The form of the file, and the steps from each form to the next: an append-only list, run in one
//! transaction at start. New fields need no step, since records name their fields.

use redb::{Database, ReadableDatabase, ReadableTable, TableError, WriteTransaction};

use super::counts::SAMPLES;
use super::key::Key;
use super::schema::{
    ACT_BY_URI, ACTOR_BY_URI, ACTORS, CASES, CASES_BY_STAND, COPIES, COUNTS, DRAFTS, DRAFTS_BY_STAGE, FACTS,
    Fingerprint, INDEXES, LOGIN_LINKS, MEDIA_ROWS, META, NOTES, POSTS, RECEIVED, SESSIONS, WEIGHTS, fingerprint,
};
use super::slim::Slim;
use super::table::Span;
use super::tx::{Rows as _, Write, definition};
use super::{copies, drafts, media, meta};
use crate::base::id::Ids;
use crate::base::time::{Clock, Timestamp};
use crate::crypto::random;
use crate::error::{Error, Problem, Result};
use crate::model::case::{About, Case, Stand};
use crate::model::follow::ActRef;
use crate::model::ids::ActorId;
use crate::model::media::Weight;
use crate::model::note::{Note, Shown};

const FORM: &str = "form\0";

/// Step `n` leads from form `n` to form `n + 1`. Only ever add at the end.
const STEPS: &[fn(&WriteTransaction) -> Result<()>] =
    &[tables, wave, people, follows, samples, tables, cases, tables, names, places];

/// Form 1: every table exists. Also form 6, which has more of them, with nothing in them
/// yet, and form 8, whose table form 9 takes away.
fn tables(txn: &WriteTransaction) -> Result<()> {
    for name in FACTS.iter().chain(INDEXES) {
        txn.open_table(definition(name)).map_err(|e| Error::broken(format!("make '{name}'"), e))?;
    }
    Ok(())
}

/// Form 2: what was received waits in order of time, and actors take half the room.
fn wave(txn: &WriteTransaction) -> Result<()> {
    received_by_time(txn)?;
    actors_slim(txn)
}

/// Form 3: people log in as themselves. Whoever was logged in was nobody in particular, and comes in again by a link.
fn people(txn: &WriteTransaction) -> Result<()> {
    for name in [LOGIN_LINKS.name, SESSIONS.name] {
        txn.delete_table(definition(name)).map_err(|e| Error::broken(format!("empty '{name}'"), e))?;
    }
    tables(txn)
}

/// All of it is due: trying it early harms nothing.
fn received_by_time(txn: &WriteTransaction) -> Result<()> {
    let mut rows = open(txn, RECEIVED.name)?;
    for (id, value) in chunk(&rows, &[], usize::MAX)? {
        rows.remove(id.as_slice()).map_err(|e| Error::broken("move what was received", e))?;
        let key = [Timestamp(0).bytes(), id].concat();
        rows.insert(key.as_slice(), value.as_slice()).map_err(|e| Error::broken("move what was received", e))?;
    }
    Ok(())
}

/// A thousand at a time: there may be a hundred times as many.
fn actors_slim(txn: &WriteTransaction) -> Result<()> {
    txn.delete_table(definition(ACTOR_BY_URI.name)).map_err(|e| Error::broken("remove 'actor_by_uri'", e))?;
    let (mut rows, mut index) = (open(txn, ACTORS.name)?, open(txn, ACTOR_BY_URI.name)?);
    let mut from = Vec::new();
    loop {
        let old = chunk(&rows, &from, crate::limits::keep::STEP)?;
        let Some((last, _)) = old.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        for (key, value) in &old {
            let id = ActorId::read(&mut key.as_slice()).ok_or_else(|| Error::bug("an actor's key does not decode"))?;
            let broken = |e| Error::broken("read an actor of the form before", e);
            let actor = serde_json::from_slice::<Slim>(value).map_err(broken)?.whole(id);
            let slim = serde_json::to_vec(&Slim::new(&actor)).map_err(broken)?;
            let number = serde_json::to_vec(&id).map_err(broken)?;
            let written = rows.insert(key.as_slice(), slim.as_slice()).map(|_| ());
            let written = written
                .and_then(|()| index.insert(fingerprint(&actor.profile.uri).as_slice(), number.as_slice()).map(|_| ()));
            written.map_err(|e| Error::broken("write an actor anew", e))?;
        }
    }
}

/// Form 4: Follows are found by who sent them. Rows of followers and actors got shorter; those of before read the same.
fn follows(txn: &WriteTransaction) -> Result<()> {
    let is_follow = |mut key: &[u8]| matches!(<(Fingerprint, ActRef)>::read(&mut key), Some((_, ActRef::Follow(..))));
    let mut index = open(txn, ACT_BY_URI.name)?;
    index.retain(|key, _| !is_follow(key)).map_err(|e| Error::broken("take the follows out of 'act_by_uri'", e))
}

/// Form 5: sample posts are counted, so that a start need not look for them.
fn samples(txn: &WriteTransaction) -> Result<()> {
    let broken = |e| Error::broken("count the samples", e);
    let mut samples = 0_u64;
    for row in open(txn, POSTS.name)?.iter().map_err(broken)? {
        let (_, value) = row.map_err(broken)?;
        let post: Sample = serde_json::from_slice(value.value()).map_err(|e| Error::broken("read a post", e))?;
        samples += u64::from(post.demo);
    }
    if samples > 0 {
        let count = samples.to_string();
        open(txn, COUNTS.name)?.insert(SAMPLES.bytes().as_slice(), count.as_bytes()).map_err(broken)?;
    }
    Ok(())
}

/// Form 7: what strangers wrote waits in the inbox. What was decided about before is done, the rest is open.
fn cases(txn: &WriteTransaction) -> Result<()> {
    tables(txn)?;
    let broken = |e| Error::broken("put notes into the inbox", e);
    let (mut cases, mut index) = (open(txn, CASES.name)?, open(txn, CASES_BY_STAND.name)?);
    for row in open(txn, NOTES.name)?.iter().map_err(broken)? {
        let (_, value) = row.map_err(broken)?;
        let note: Note = serde_json::from_slice(value.value()).map_err(|e| Error::broken("read a note", e))?;
        let mut case = Case::new(About::Note(note.id), note.concerns);
        if note.shown != Shown::Waiting {
            (case.stand, case.closed) = (Stand::Done, Some(note.received));
            let value = serde_json::to_vec(&case).map_err(|e| Error::broken("write a case", e))?;
            cases.insert(case.id().bytes().as_slice(), value.as_slice()).map_err(broken)?;
        }
        for account in &case.accounts {
            index.insert((*account, case.stand, case.id()).bytes().as_slice(), b"null".as_slice()).map_err(broken)?;
        }
    }
    Ok(())
}

/// Form 9: of each file it is known which records name it, and of each account what its files weigh; new files are called
/// by what is in them. Up to form 8 a table named those that were not published.
fn names(txn: &WriteTransaction) -> Result<()> {
    txn.delete_table(definition("unpublished")).map_err(|e| Error::broken("remove 'unpublished'", e))?;
    tables(txn)?;
    let ids = Ids::default();
    let mut tx = Write::new(txn, &ids, &Clock::System);
    // One by one: they hold the words of films.
    for id in tx.keys(&MEDIA_ROWS, Span::all())? {
        let row = tx.need(&MEDIA_ROWS, &id)?;
        // As if it came only now: its weight is not counted yet.
        tx.remove(&MEDIA_ROWS, &id)?;
        media::put(&mut tx, &row)?;
    }
    meta::put_file_key(&mut tx, random::bytes())?;
    for id in tx.keys(&DRAFTS, Span::all())? {
        let row = tx.need(&DRAFTS, &id)?;
        drafts::put(&mut tx, &row)?;
    }
    for key in tx.keys(&COPIES, Span::all())? {
        let row = tx.need(&COPIES, &key)?;
        copies::put(&mut tx, key, &row)?;
    }
    Ok(())
}

/// Form 10: captions and posters that an open change brings weigh too, and beside the place of a draft stands whose it is.
fn places(txn: &WriteTransaction) -> Result<()> {
    for name in [WEIGHTS.name, DRAFTS_BY_STAGE.name] {
        txn.delete_table(definition(name)).map_err(|e| Error::broken(format!("empty '{name}'"), e))?;
    }
    tables(txn)?;
    let ids = Ids::default();
    let mut tx = Write::new(txn, &ids, &Clock::System);
    for id in tx.keys(&MEDIA_ROWS, Span::all())? {
        let row = tx.need(&MEDIA_ROWS, &id)?;
        media::weigh(&mut tx, row.account, Weight::default(), media::of(Some(&row)))?;
    }
    for id in tx.keys(&DRAFTS, Span::all())? {
        let row = tx.need(&DRAFTS, &id)?;
        drafts::index(&mut tx, &row)?;
    }
    Ok(())
}

/// What there is to know of a post to count it.
#[derive(serde::Deserialize)]
struct Sample {
    #[serde(default)]
    demo: bool,
}

type Raw<'a> = redb::Table<'a, &'static [u8], &'static [u8]>;

fn open<'a>(txn: &'a WriteTransaction, table: &'static str) -> Result<Raw<'a>> {
    txn.open_table(definition(table)).map_err(|e| Error::broken(format!("open '{table}'"), e))
}

/// Up to `limit` rows, from a key on.
fn chunk(rows: &Raw<'_>, from: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let broken = |e| Error::broken("read a table to migrate", e);
    let range = rows.range::<&[u8]>(from..).map_err(broken)?;
    range
        .take(limit)
        .map(|row| row.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())).map_err(broken))
        .collect()
}

pub(super) fn run(database: &Database) -> Result<()> {
    let form = form(database)?;
    if form > STEPS.len() {
        return Err(Problem::new(
            "E061",
            format!("The data has form {form}; this program knows forms up to {}.", STEPS.len()),
        )
        .remedy("Use the version of the program that wrote it, or a later one.")
        .into());
    }
    let Some(steps) = STEPS.get(form..).filter(|steps| !steps.is_empty()) else { return Ok(()) };
    let broken = |what: &str, e: String| Error::bug(format!("{what}: {e}"));
    let txn = super::writer::begin(database).map_err(|e| broken("begin to migrate", e))?;
    for step in steps {
        step(&txn)?;
    }
    {
        let mut meta = txn.open_table(definition(META.name)).map_err(|e| broken("open 'meta'", e.to_string()))?;
        let value = STEPS.len().to_string();
        meta.insert(FORM.as_bytes(), value.as_bytes()).map_err(|e| broken("write 'meta'", e.to_string()))?;
    }
    txn.commit().map_err(|e| broken("commit the migration", e.to_string()))
}

fn form(database: &Database) -> Result<usize> {
    let txn = database.begin_read().map_err(|e| Error::broken("begin to read", e))?;
    let meta = match txn.open_table(definition(META.name)) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(0),
        Err(e) => return Err(Error::broken("open 'meta'", e)),
    };
    let row = meta.get(FORM.as_bytes()).map_err(|e| Error::broken("read 'meta'", e))?;
    let Some(value) = row else { return Ok(0) };
    // Never taken for an empty file: steps that ran would run again.
    let text = std::str::from_utf8(value.value()).map_err(|e| Error::broken("read the form of the data", e))?;
    text.parse().map_err(|e| Error::broken("read the form of the data", e))
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;
    use crate::model::draft::Stage;
    use crate::model::ids::{AccountId, CaseId, DraftId, InboxId, MediaId, NoteId};
    use crate::model::stored::Holder;
    use crate::model::user::Who;
    use crate::store::cases as store_cases;
    use crate::store::{Options, Store, actors, check, counts, follows, names, users};

    /// Rows as they were written in form 1.
    const ACTOR: &str = r#"{"id":117677379205627713,"uri":"https://h.example/users/u","inbox":"https://h.example/users/u/inbox",
        "shared_inbox":"https://h.example/inbox","user":"u","domain":"h.example","name":"U","url":"https://h.example/@u",
        "keys":[{"id":"https://h.example/users/u#main-key","key":{"Ed25519":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="}}],
        "delivery":7,"fetched":1795614306726}"#;
    const RECEIVED_ROW: &str =
        r#"{"actor":"https://h.example/users/u","at":5,"json":{},"profile":null,"refetch":null,"tries":0,"due":5}"#;

    const NOTE: &str = r#"{"id":21,"author":117677379205627713,"uri":"https://h.example/n/21","url":"https://h.example/n/21","html":"<p>Hi</p>",
        "published":5,"public":true,"concerns":[3],"received":5,"shown":"waiting"}"#;

    const MEDIA_ROW: &str = r#"{"id":31,"account":3,"created":5,"alt":"A map","file":"aa.png","mime":"image/png","width":9,
        "height":9,"bytes":9,"small":{"file":"aa.webp","mime":"image/webp","width":9,"height":9},"used":false}"#;

    const ACCOUNT: AccountId = AccountId(3);
    const FOLLOW: &str = "https://h.example/users/u0#follow";
    const BLOCK: &str = "https://h.example/users/u1#block";

    /// One who follows and one who blocks, as both were written up to form 2.
    fn followed(txn: &WriteTransaction) {
        let put = |table: &'static str, key: &[u8], value: &str| {
            open(txn, table).unwrap().insert(key, value.as_bytes()).unwrap();
        };
        let (u0, u1) = (ActorId(117_677_379_205_627_713), ActorId(117_677_379_205_627_714));
        put("followers", &(ACCOUNT, u0).bytes(), &format!(r#"{{"uri":"{FOLLOW}","since":5}}"#));
        put("blocks", &(ACCOUNT, u1).bytes(), &format!(r#"{{"uri":"{BLOCK}","at":5}}"#));
        put("act_by_uri", &(fingerprint(FOLLOW), ActRef::Follow(ACCOUNT, u0)).bytes(), "null");
        put("act_by_uri", &(fingerprint(BLOCK), ActRef::Block(ACCOUNT, u1)).bytes(), "null");
        put("followed_by", &(u0, ACCOUNT).bytes(), "null");
        put("audience", &(ACCOUNT, InboxId(7)).bytes(), "1");
        put("counts", &(1_u64, ACCOUNT).bytes(), "1");
    }

    /// A change of a post that brings captions, and a copy of a stranger's picture, as both were written up to form 8.
    fn naming(txn: &WriteTransaction) {
        let put = |table: &'static str, key: &[u8], value: &str| {
            open(txn, table).unwrap().insert(key, value.as_bytes()).unwrap();
        };
        put("unpublished", b"aa.png\0", "31");
        let captions = r#"{"lang":"en","file":"cc.vtt","bytes":5,"said":"Hi"}"#;
        let about = format!(r#"{{"alt":"A film","spoken":{{"captions":[{captions}]}}}}"#);
        let content =
            format!(r#"{{"parts":[{{"versions":[],"media":[{{"id":32,"about":{about}}}]}}],"visibility":"public"}}"#);
        let was = r#"{"parts":[],"visibility":"public"}"#;
        let draft = format!(
            r#"{{"id":41,"account":3,"writer":"operator","hands":["operator"],"saved":5,"saved_by":"operator","revision":1,
               "content":{content},"state":"draft","edits":{{"post":11,"of":1,"was":{was}}}}}"#
        );
        put("drafts", &41_u64.bytes(), &draft);
        put("drafts_by_stage", &(ACCOUNT, Stage::Draft, DraftId(41)).bytes(), "null");
        put(
            "copies",
            &(21_u64, 1_u64).bytes(),
            r#"{"from":"https://h.example/p.png","since":5,"state":{"here":{"file":"dd.jpg","width":1,"height":1}}}"#,
        );
    }

    fn form_1(database: &Database) {
        let txn = database.begin_write().unwrap();
        tables(&txn).unwrap();
        for n in 0..2_500_u64 {
            let (id, uri) = (117_677_379_205_627_713 + n, format!("https://h.example/users/u{n}"));
            let row = ACTOR.replace("https://h.example/users/u", &uri).replace("117677379205627713", &id.to_string());
            open(&txn, ACTORS.name).unwrap().insert(id.bytes().as_slice(), row.as_bytes()).unwrap();
            let key = [uri.as_bytes(), &[0]].concat();
            let mut index = open(&txn, ACTOR_BY_URI.name).unwrap();
            index.insert(key.as_slice(), id.to_string().as_bytes()).unwrap();
        }
        for (table, id, row) in [
            ("servers", 5_u64, r#"{"id":5,"host":"h.example"}"#),
            ("inboxes", 7, r#"{"id":7,"url":"https://h.example/inbox","server":5}"#),
            ("received", 117_677_379_205_627_999, RECEIVED_ROW),
            ("sessions", 9, r#"{"created":1,"expires":9999999999999,"csrf":"x"}"#),
            ("login_links", 9, r#"{"expires":9999999999999}"#),
            ("posts", 11, r#"{"id":11,"account":3,"published":1,"deleted":2,"versions":[]}"#),
            ("media", 31, MEDIA_ROW),
            ("media", 32, &MEDIA_ROW.replace("31", "32").replace("aa", "bb").replace("false", "true")),
            ("notes", 21, NOTE),
            ("notes", 22, &NOTE.replace("21", "22").replace("waiting", "released")),
            ("posts", 12, r#"{"id":12,"account":3,"published":1,"deleted":2,"versions":[],"demo":true}"#),
        ] {
            open(&txn, table).unwrap().insert(id.bytes().as_slice(), row.as_bytes()).unwrap();
        }
        for (table, key, id) in
            [("server_by_host", "h.example\0", "5"), ("inbox_by_url", "https://h.example/inbox\0", "7")]
        {
            open(&txn, table).unwrap().insert(key.as_bytes(), id.as_bytes()).unwrap();
        }
        naming(&txn);
        followed(&txn);
        for id in [21_u64, 22] {
            let put = |table: &'static str, key: &[u8], value: &str| {
                open(&txn, table).unwrap().insert(key, value.as_bytes()).unwrap();
            };
            put("note_by_uri", format!("https://h.example/n/{id}\0").as_bytes(), &id.to_string());
            put("notes_by_author", &(ActorId(117_677_379_205_627_713), NoteId(id)).bytes(), "null");
        }
        open(&txn, "notes_waiting").unwrap().insert(21_u64.bytes().as_slice(), b"null".as_slice()).unwrap();
        open(&txn, META.name).unwrap().insert(FORM.as_bytes(), b"1".as_slice()).unwrap();
        txn.commit().unwrap();
    }

    #[test]
    fn a_file_of_the_first_form_is_opened() {
        let file = std::env::temp_dir().join(format!("instance-form-1-{}.redb", std::process::id()));
        form_1(&Database::create(&file).unwrap());
        let store = Store::open(&file, Options::alone(1 << 20, Clock::System)).unwrap();
        assert!(check::check(&store).unwrap().is_sound(), "{:?}", check::check(&store).unwrap().wrong);
        store
            .read(|rows| {
                for n in [0, 999, 1_000, 2_499] {
                    let uri = format!("https://h.example/users/u{n}");
                    let actor = actors::by_uri(rows, &uri)?.unwrap();
                    assert_eq!((actor.id.0, &actor.profile.uri), (117_677_379_205_627_713 + n, &uri));
                    assert_eq!(actor.profile.inbox, format!("{uri}/inbox"));
                    assert_eq!(actor.profile.keys[0].id, format!("{uri}#main-key"));
                }
                assert!(
                    rows.keys(&SESSIONS, Span::all())?.is_empty() && rows.keys(&LOGIN_LINKS, Span::all())?.is_empty()
                );
                assert!(users::all(rows)?.is_empty());
                assert_eq!(counts::get(rows, counts::Count::Samples)?, 1);
                for (name, id, public) in
                    [("aa.png", 31, false), ("aa.webp", 31, false), ("bb.png", 32, true), ("bb.webp", 32, true)]
                {
                    assert_eq!(names::holders(rows, name)?, [(Holder::Media(MediaId(id)), public)]);
                }
                assert_eq!(names::holders(rows, "cc.vtt")?, [(Holder::Change(DraftId(41)), false)]);
                assert_eq!(names::holders(rows, "dd.jpg")?, [(Holder::Copy((21, 1)), true)]);
                // Two pictures of nine bytes, and five of captions.
                assert_eq!(media::weight(rows, ACCOUNT)?, Weight { media: 2, bytes: 23 });
                assert_eq!(drafts::open(rows, ACCOUNT)?, [(Stage::Draft, DraftId(41), Who::Operator)]);
                let cases = |stand| store_cases::of_account(rows, ACCOUNT, stand, None, 9);
                assert_eq!((cases(Stand::Open)?, cases(Stand::Done)?), (vec![CaseId(21)], vec![CaseId(22)]));
                let known = |n: u64| actors::by_uri(rows, &format!("https://h.example/users/u{n}")).map(Option::unwrap);
                let (follower, blocker) = (known(0)?, known(1)?);
                assert_eq!(follows::get(rows, ACCOUNT, &follower)?.unwrap().uri, FOLLOW);
                assert_eq!(follows::acts(rows, &follower, FOLLOW)?, [ActRef::Follow(ACCOUNT, follower.id)]);
                assert!(follows::acts(rows, &blocker, FOLLOW)?.is_empty());
                assert_eq!(follows::acts(rows, &follower, BLOCK)?, [ActRef::Block(ACCOUNT, blocker.id)]);
                let received = rows.keys(&RECEIVED, Span::all())?;
                assert_eq!(
                    received.iter().map(|(due, id)| (due.0, id.0)).collect::<Vec<_>>(),
                    [(0, 117_677_379_205_627_999)]
                );
                Ok(())
            })
            .unwrap();
        drop(store);
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_an_open_change_brings_weighs_from_form_10_on() {
        let database = redb::Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        run(&database).unwrap();
        let txn = database.begin_write().unwrap();
        naming(&txn);
        open(&txn, META.name).unwrap().insert(FORM.as_bytes(), b"9".as_slice()).unwrap();
        txn.commit().unwrap();
        run(&database).unwrap();
        let txn = database.begin_write().unwrap();
        let ids = Ids::default();
        let tx = Write::new(&txn, &ids, &Clock::System);
        assert_eq!(media::weight(&tx, ACCOUNT).unwrap(), Weight { media: 0, bytes: 5 });
        assert_eq!(drafts::open(&tx, ACCOUNT).unwrap(), [(Stage::Draft, DraftId(41), Who::Operator)]);
    }

    #[test]
    fn a_new_file_has_the_newest_form() {
        let memory = redb::Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        run(&memory).unwrap();
        assert_eq!(form(&memory).unwrap(), STEPS.len());
    }
}
