//! Samples come, look right, and go without a trace.

use std::path::{Path, PathBuf};

use super::*;
use crate::base::time::Clock;
use crate::config::Config;
use crate::model::ids::MediaId;
use crate::model::institution::Institution;
use crate::model::media::gaps;
use crate::model::post::Post;
use crate::store::schema::{KEYS, MEDIA};
use crate::store::{Rows, Span, check, deliveries, names, posts};

const NOW: Timestamp = Timestamp(1_795_424_400_000);

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A trial with one account and one real post.
async fn set_up(app: &Arc<App>) -> PostId {
    let owner = Asker::Operator.may_run().unwrap();
    let institution = Institution::new("City", vec!["en".parse().unwrap()], "UTC", NOW);
    let keys = [actions::accounts::new_keys(NOW).unwrap(), actions::accounts::new_keys(NOW).unwrap()];
    let new = NewAccount {
        // Takes the handle that a sample would like to have.
        handle: "water".into(),
        name: "City".into(),
        kind: Kind::Organization,
        summary: String::new(),
        language: "en".parse().unwrap(),
        demo: false,
    };
    let site = app.site.clone();
    let begin = move |tx: &mut crate::store::Write<'_>| {
        actions::setup::init(tx, owner, &institution, &keys[0])?;
        let account = actions::accounts::add(tx, owner, &new, &keys[1])?;
        let by = Asker::Operator.may(account.id)?;
        actions::publish::publish(tx, &site, by, &NewPost::plain("en".parse()?, "Not a sample"))
    };
    app.store.write(begin).await.unwrap().id
}

fn all_posts(app: &App) -> Vec<Post> {
    let mut found = Vec::new();
    app.store
        .read(|rows| {
            posts::each(rows, |_, post| {
                found.push(post);
                Ok(true)
            })
        })
        .unwrap();
    found
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

fn rows_of(app: &App) -> (usize, usize, usize) {
    let count = |rows: &crate::store::Read| {
        let media = rows.keys(&MEDIA, Span::all())?.len();
        Ok((media, rows.keys(&KEYS, Span::all())?.len(), accounts::all(rows)?.len()))
    };
    app.store.read(count).unwrap()
}

fn look(app: &App) {
    let posts = all_posts(app);
    let samples: Vec<&Post> = posts.iter().filter(|post| post.demo).collect();
    assert_eq!(samples.len(), POSTS.len());
    assert!(
        samples
            .iter()
            .all(|post| post.published < NOW && post.id.time() == post.published && post.activities.is_empty())
    );
    let answered = samples.iter().filter_map(|post| post.reply_to.map(|parent| (post.id, parent)));
    let thread: Vec<_> = answered.collect();
    assert_eq!(thread.len(), 2);
    assert_eq!(thread[1].1, ReplyTo::Own(thread[0].0), "the third post answers the second");
    assert!(samples.iter().any(|post| post.versions.len() == 3));
    assert!(samples.iter().any(|post| post.versions.iter().any(|v| v.lang.dir() == "rtl")));
    assert!(samples.iter().any(|post| !post.versions[0].warning.is_empty()));
    assert!(samples.iter().filter(|post| !post.media.is_empty()).count() >= 4);
    assert!(samples.iter().all(|post| !post.tags.is_empty()));
    let media = app.store.read(|rows| rows.rows(&MEDIA, Span::all())).unwrap();
    assert!(media.iter().all(|(_, media)| media.used && media.alt.len() > 10), "every picture is used and described");
    let of = |id: &MediaId| media.iter().find(|(other, _)| other == id).unwrap().1.about();
    for post in &samples {
        let about: Vec<_> = post.media.iter().map(of).collect();
        assert!(gaps(&about, &post.versions).is_empty(), "{}", post.versions[0].text);
    }
    assert_eq!(app.store.read(deliveries::waiting).unwrap(), 0);
}

#[test]
fn samples_come_and_go_without_a_trace() {
    let folder = Folder(std::env::temp_dir().join(format!("instance-demo-{}", std::process::id())));
    let _ = std::fs::remove_dir_all(&folder.0);
    let app = App::open(Config::new(&folder.0), Clock::by_hand(NOW)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let real = set_up(&app).await;
        let before = rows_of(&app);
        assert!(!is_there(&app).unwrap());
        let filled = fill(&app).await.unwrap();
        assert_eq!(filled, Filled { accounts: 2, posts: 14, languages: 4 });
        assert!(is_there(&app).unwrap());
        look(&app);
        assert!(check::check(&app.store).unwrap().is_sound());
        let named = app.store.read(names::all).unwrap();
        assert!(named.len() >= 10 && files(&folder.0.join("media")) == named.len(), "{named:?}");

        let removed = remove(&app).await.unwrap();
        assert_eq!((removed.accounts.len(), removed.posts, removed.kept.len()), (2, 14, 0));
        assert!(!is_there(&app).unwrap());
        assert_eq!(all_posts(&app).iter().map(|post| post.id).collect::<Vec<_>>(), [real]);
        assert_eq!(rows_of(&app), before);
        assert_eq!(files(&folder.0.join("media")), 0);
        assert!(check::check(&app.store).unwrap().is_sound());
        assert_eq!(remove(&app).await.unwrap(), Removed::default());
    });
}

#[test]
fn what_somebody_wrote_as_a_sample_account_stays() {
    let folder = Folder(std::env::temp_dir().join(format!("instance-demo-kept-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    let app = App::open(Config::new(&folder.0), Clock::by_hand(NOW)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let real = set_up(&app).await;
        fill(&app).await.unwrap();
        let sample = app.store.read(accounts::all).unwrap().into_iter().find(|account| account.demo).unwrap();
        let (site, by) = (app.site.clone(), Asker::Operator.may(sample.id).unwrap());
        let words = NewPost::plain("en".parse().unwrap(), "Written by hand");
        let own = app.store.write(move |tx| actions::publish::publish(tx, &site, by, &words)).await.unwrap();
        assert!(own.demo && own.written, "it is not sent while its account is a sample");

        let seen = super::look(&app).unwrap();
        assert_eq!((seen.posts, seen.accounts.len(), seen.kept.clone()), (14, 1, vec![sample.handle]));
        assert_eq!(remove(&app).await.unwrap(), seen);
        let mut left: Vec<PostId> = all_posts(&app).iter().map(|post| post.id).collect();
        left.sort_unstable();
        let mut expected = vec![real, own.id];
        expected.sort_unstable();
        assert_eq!(left, expected);
        let account = app.store.read(|rows| accounts::need(rows, sample.id)).unwrap();
        let post = app.store.read(|rows| posts::need(rows, own.id)).unwrap();
        assert!(!account.demo && !post.demo && !post.written && !is_there(&app).unwrap());
        assert!(check::check(&app.store).unwrap().is_sound());
        assert_eq!(remove(&app).await.unwrap(), Removed::default());
    });
}
