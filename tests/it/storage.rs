//! Files between the disk and an object storage: what the rows say, and that nothing else leads there. What a real
//! storage makes of it is tried by `make check-s3`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use instance::actions::storage::{done, move_to, straighten};
use instance::app::files::{Found, Shown};
use instance::app::{App, files, storage};
use instance::base::time::Clock;
use instance::config::Config;
use instance::control::Command;
use instance::error::Error;
use instance::model::media::About;
use instance::model::stored::{Errand, Place, Stored};
use instance::store::schema::{ERRANDS, STORED};
use instance::store::{Rows, Span};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Folder, Instance, START, owner};

/// A storage that counts who comes, and only says no.
async fn refusing() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&came);
    tokio::task::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let no = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
            let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", no.len());
            let _ = stream.write_all(format!("{head}{no}").as_bytes()).await;
        }
    });
    (address, came)
}

fn config(folder: &Folder, endpoint: String) -> Config {
    let secret = folder.0.join("s3.secret");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(&secret, "secret\n").unwrap();
    let mut config = Config::new(&folder.0);
    config.s3.endpoint = Some(endpoint);
    config.s3.bucket = Some("media".into());
    config.s3.key_id = Some("key".into());
    config.s3.secret_file = Some(secret);
    config
}

fn stored(bytes: u64) -> Stored {
    Stored { bytes, sha256: "0".repeat(64) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_row_knows_leads_nowhere() {
    let folder = Folder::new();
    let (endpoint, came) = refusing().await;
    let app = App::open(config(&folder, endpoint), Clock::by_hand(START)).unwrap();
    let known = format!("{:032x}.png", 7);
    for name in [&known, "../../../../etc/passwd", "x", "0123456789abcdef0123456789abcdef.svg", "//127.0.0.1/x"] {
        assert!(matches!(files::find(&app, name, Shown::Everybody(0)).await, Err(Error::NotFound)), "{name}");
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let name = known.clone();
    app.store.write(move |tx| tx.put(&STORED, &name, &stored(9))).await.unwrap();
    let found = files::find(&app, &known, Shown::Everybody(0)).await;
    let Ok(Found::Far(far)) = found else { panic!("it is not where the row says") };
    assert_eq!(came.load(Ordering::SeqCst), 0, "a row alone tells its length and that it is there");
    // What the storage says no to is told to nobody but the log.
    assert!(matches!(storage::small(&app, &far).await, Err(Error::Busy { .. })));
    assert_eq!(came.load(Ordering::SeqCst), 1);
    let refused = app.storage.bucket().unwrap().remove(&known, app.now()).await.unwrap_err();
    assert!(matches!(&refused, Error::Invalid(problem) if problem.id == "E082" && !problem.remedy.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_settings_files_that_are_elsewhere_are_not_forgotten() {
    let folder = Folder::new();
    let (endpoint, _) = refusing().await;
    {
        let app = App::open(config(&folder, endpoint), Clock::by_hand(START)).unwrap();
        app.store.write(|tx| tx.put(&STORED, &format!("{:032x}.png", 7), &stored(9))).await.unwrap();
    }
    // Commands work, that the settings can be put right; only readers cannot be served.
    let app = App::open(Config::new(&folder.0), Clock::by_hand(START)).unwrap();
    let refused = storage::may_serve(&app).err().unwrap();
    assert!(matches!(refused, Error::Invalid(problem) if problem.id == "E083" && problem.what.starts_with("1 media")));
    assert!(
        matches!(ask(&app, Command::MediaMove { to: Place::Disk }).await, Err(Error::Invalid(p)) if p.id == "E083")
    );
    assert_eq!(ask(&app, Command::MediaShow).await.unwrap()["stored"], 1);
}

async fn ask(app: &Arc<App>, command: Command) -> instance::error::Result<serde_json::Value> {
    instance::control::run(app, command).await
}

/// One who typed the address of a storage wrong gets out by what the messages say, whatever they try first.
#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_says_no_gets_no_files_and_locks_nobody_out() {
    let folder = Folder::new();
    let (endpoint, came) = refusing().await;
    let set = config(&folder, endpoint);
    let place = |app: &Arc<App>| app.store.read(storage::count).unwrap();
    {
        let app = App::open(set.clone(), Clock::by_hand(START)).unwrap();
        assert!(ask(&app, Command::MediaMove { to: Place::S3 }).await.is_err());
        assert!(came.load(Ordering::SeqCst) > 0, "it was tried");
        assert_eq!(place(&app).place, Place::Disk, "nothing has changed");
        // As an earlier version left it: files were to go there, and none has.
        app.store.write(|tx| move_to(tx, owner(), Place::S3)).await.unwrap();
        app.store.write(|tx| tx.put(&ERRANDS, &format!("{:032x}.png", 7), &Errand::Remove)).await.unwrap();
        assert_eq!(ask(&app, Command::MediaMove { to: Place::Disk }).await.unwrap()["place"], "disk");
        let carried = ask(&app, Command::MediaCarry).await.unwrap();
        assert_eq!((&carried["left"], &carried["over_there"]), (&0.into(), &1.into()), "the way back is at its end");
        app.store.write(|tx| move_to(tx, owner(), Place::S3)).await.unwrap();
    }
    // Without the settings, with half of them, or with a secret that is gone, everything starts: nothing is over there.
    let mut half = set.clone();
    half.s3.bucket = None;
    let mut secretless = set;
    secretless.s3.secret_file = Some(folder.0.join("gone"));
    for config in [Config::new(&folder.0), half, secretless] {
        let app = App::open(config, Clock::by_hand(START)).unwrap();
        storage::may_serve(&app).unwrap();
        assert!(ask(&app, Command::MediaMove { to: Place::S3 }).await.is_err());
        ask(&app, Command::MediaMove { to: Place::Disk }).await.unwrap();
        assert_eq!(ask(&app, Command::MediaCarry).await.unwrap()["left"], 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_say_what_is_to_be_carried_and_turning_round_is_harmless() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let app = &server.app;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(90, 60).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let take = async |bytes: Vec<u8>| {
        instance::app::upload::take_bytes(app, server.by(), &bytes, About::words("Black")).await.unwrap()
    };
    let first = take(bytes.get_ref().clone()).await;
    let errands = || app.store.read(|rows| rows.rows(&ERRANDS, Span::all())).unwrap();
    let to = async |place| app.store.write(move |tx| move_to(tx, owner(), place)).await.unwrap();
    assert!(errands().is_empty(), "the disk is where files go");

    let count = first.files().collect::<BTreeSet<_>>().len();
    to(Place::S3).await;
    to(Place::S3).await;
    assert!(errands().len() == count && errands().iter().all(|(_, errand)| *errand == Errand::Out));
    take(bytes.get_ref().clone()).await;
    assert_eq!(errands().len(), count, "it is the same file");
    take(instance::media::draw::avatar("press", "P")).await;
    assert_eq!(errands().len(), 2 * count, "a new one follows at once");
    to(Place::Disk).await;
    assert!(errands().iter().all(|(_, errand)| *errand == Errand::Remove), "part of them may be there");
    to(Place::S3).await;

    let name = first.file.clone();
    let settle = async |errand, is: Option<Stored>| {
        let name = name.clone();
        app.store.write(move |tx| done(tx, &name, errand, is.as_ref())).await.unwrap();
    };
    let is_here = || app.files.path(&name).unwrap().exists();
    let count = || app.store.read(storage::count).unwrap().stored;
    settle(Errand::Back, Some(stored(9))).await;
    assert!(count() == 0 && is_here(), "that was not asked for");
    settle(Errand::Out, Some(stored(9))).await;
    assert!(count() == 1 && !is_here());
    settle(Errand::Out, Some(stored(7))).await;
    assert_eq!(app.store.read(|rows| rows.get(&STORED, &name)).unwrap(), Some(stored(9)), "once is enough");
    // Whoever brings it once more brings what is there: the copy here is of no use.
    assert_eq!(take(bytes.get_ref().clone()).await.file, name);
    assert!(!is_here() && count() == 1);
    to(Place::Disk).await;
    assert!(errands().contains(&(name.clone(), Errand::Back)));
    settle(Errand::Back, Some(stored(9))).await;
    assert!(errands().contains(&(name.clone(), Errand::Remove)));
    settle(Errand::Remove, None).await;
    assert_eq!(count(), 0);

    // What no record names any more goes there too, however it came about.
    let lost = format!("{:032x}.png", 7);
    let row = lost.clone();
    app.store.write(move |tx| tx.put(&STORED, &row, &stored(9))).await.unwrap();
    app.store.write(straighten).await.unwrap();
    assert!(errands().contains(&(lost, Errand::Remove)));
}
