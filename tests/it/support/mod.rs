//! Whole servers for tests: each with a folder of its own and a real socket, on one clock that is moved by hand. Work
//! is done by `drain`, never by waiting.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use instance::actions;
use instance::app::{App, lookup};
use instance::base::time::{Clock, Timestamp};
use instance::config::Config;
use instance::crypto::token;
use instance::error::Result;
use instance::media::files::Files;
use instance::model::account::{Account, Kind, NewAccount};
use instance::model::actor::{Actor, Profile};
use instance::model::client::Scopes;
use instance::model::delivery::State;
use instance::model::draft::Approval;
use instance::model::follow::Follower;
use instance::model::ids::{AccountId, MediaId, PostId, ReceivedId};
use instance::model::institution::Institution;
use instance::model::media::Media;
use instance::model::post::{NewPost, Post};
use instance::model::power::Power;
use instance::model::user::{Asker, By, Owner};
use instance::net::address::Reach;
use instance::net::client::{Client, Options};
use instance::net::resolve::Resolver;
use instance::store::schema::RECEIVED;
use instance::store::{Rows, Span, Write, actors, deliveries, follows, media, meta};
use instance::work;
use serde_json::json;
use tokio::sync::oneshot;

pub mod crash;
pub mod data;
pub mod evil;
pub mod http;
pub mod seat;

/// 2026-11-23T09:00:00Z
pub const START: Timestamp = Timestamp(1_795_424_400_000);

/// A folder that goes away with its test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("instance-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

type Names = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// What a server reaches, and who answers it for names.
#[derive(Clone)]
pub struct World {
    pub reach: Vec<&'static str>,
    pub names: Names,
    /// How long it waits for another server; none is as long as it likes.
    pub patience: Option<Duration>,
}

impl World {
    /// These addresses and no other, and no name.
    pub fn of(reach: &[&'static str]) -> Self {
        Self { reach: reach.to_vec(), names: Arc::new(|_| Vec::new()), patience: None }
    }

    fn resolver(&self) -> Resolver {
        let names = Arc::clone(&self.names);
        Resolver::Told(Box::new(move |name| names(name)))
    }

    fn hasty(&self, patience: Duration) -> Client {
        let options = Options {
            reach: Reach { allow_private: self.reach.iter().map(|network| network.parse().unwrap()).collect() },
            extra_ca: None,
            resolver: self.resolver(),
            user_agent: "instance/test".to_owned(),
        };
        Client::with_deadline(options, patience).unwrap()
    }
}

/// A running server with one account, `press`.
pub struct Instance {
    pub app: Arc<App>,
    pub account: Account,
    pub address: SocketAddr,
    /// What was received and has a copy, or is one.
    doubled: Mutex<Vec<ReceivedId>>,
    stop: Option<oneshot::Sender<()>>,
    _folder: Folder,
}

impl Instance {
    /// A published file of these bytes, whatever they are; answers its name.
    pub async fn file(&self, bytes: &[u8], ext: &str) -> String {
        let mut hold = self.app.files.hold();
        let name = hold.put(bytes, ext).unwrap();
        let row = json!({ "id": 0, "account": self.account.id, "created": 0, "alt": "Bytes", "file": name, "mime": Files::mime(&name),
            "width": 1, "height": 1, "bytes": bytes.len(), "used": true });
        let mut row: Media = serde_json::from_value(row).unwrap();
        let put = move |tx: &mut Write<'_>| {
            row.id = MediaId(tx.id());
            media::put(tx, &row)
        };
        self.app.store.write(put).await.unwrap();
        name
    }

    /// A live one, known by its address on loopback.
    pub async fn start(clock: &Clock) -> Self {
        Self::start_as(clock, true).await
    }

    pub async fn start_as(clock: &Clock, live: bool) -> Self {
        Self::start_with(clock, live, &World::of(&["127.0.0.0/8"])).await
    }

    /// A live one in a world of its own.
    pub async fn start_in(clock: &Clock, world: &World) -> Self {
        Self::start_with(clock, true, world).await
    }

    /// A live one with other settings.
    pub async fn start_set(clock: &Clock, set: impl FnOnce(&mut Config)) -> Self {
        Self::begin(clock, true, &World::of(&["127.0.0.0/8"]), set).await
    }

    async fn start_with(clock: &Clock, live: bool, world: &World) -> Self {
        Self::begin(clock, live, world, |_| ()).await
    }

    async fn begin(clock: &Clock, live: bool, world: &World, set: impl FnOnce(&mut Config)) -> Self {
        let folder = Folder::new();
        let listener = instance::serve::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config::new(&folder.0);
        config.listen = address.to_string();
        if live {
            config.url = Some(format!("http://{address}"));
            config.handle_domain = Some(address.to_string());
            config.network.allow_private = world.reach.iter().map(|&network| network.to_owned()).collect();
        }
        set(&mut config);
        let mut app = App::open_with(config, clock.clone(), world.resolver()).unwrap();
        if let Some(patience) = world.patience {
            Arc::get_mut(&mut app).unwrap().client = world.hasty(patience);
        }
        let account = set_up(&app).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let door = Arc::clone(&app);
        app.spawn(async move {
            instance::serve::doors(&door, listener, async { stopped.await.unwrap_or_default() }).await;
        });
        Self { app, account, address, doubled: Mutex::default(), stop: Some(stop), _folder: folder }
    }

    /// Proof of whatever power a verb asks for.
    pub fn by<P: Power>(&self) -> By<P> {
        Asker::Operator.may(self.account.id).unwrap()
    }

    /// What a client program with these scopes puts into `Authorization`.
    pub async fn bearer(&self, scopes: &str) -> String {
        self.bearer_of(self.account.id, scopes).await
    }

    /// The same for another account.
    pub async fn bearer_of(&self, account: AccountId, scopes: &str) -> String {
        let (text, scopes) = (token::new(), Scopes::parse(scopes).unwrap());
        let hash = token::hash(&text);
        self.app
            .store
            .write(move |tx| actions::tokens::add(tx, owner(), account, None, &scopes, "test", hash))
            .await
            .unwrap();
        format!("Bearer {text}")
    }

    pub async fn publish(&self, text: &str) -> Post {
        self.publish_new(NewPost::plain("en".parse().unwrap(), text)).await
    }

    pub async fn publish_new(&self, new: NewPost) -> Post {
        let (site, by) = (self.app.site.clone(), self.by());
        self.app.store.write(move |tx| actions::publish::publish(tx, &site, by, &new)).await.unwrap()
    }

    /// The actor id of `press`.
    pub fn actor(&self) -> String {
        self.app.site.actor(self.account.id)
    }

    pub fn post_uri(&self, id: PostId) -> String {
        self.app.site.post(id)
    }

    /// What this server knows of another's account.
    pub fn knows(&self, other: &Self) -> Option<Actor> {
        self.app.store.read(|rows| actors::by_uri(rows, &other.actor())).unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Deliveries by state.
    pub fn deliveries(&self, wanted: State) -> usize {
        let mut count = 0;
        self.app
            .store
            .read(|rows| {
                deliveries::each(rows, |_, delivery| {
                    count += usize::from(delivery.state == wanted);
                    Ok(true)
                })
            })
            .unwrap();
        count
    }

    /// Puts a second copy of everything received behind the first, once: effects have to be idempotent. What has its
    /// effect at the door has it twice there, whenever assertions are checked.
    async fn double(&self) {
        let done = self.doubled.lock().unwrap().clone();
        let doubled = self.app.store.write(move |tx| {
            let mut doubled = Vec::new();
            for ((due, id), row) in tx.rows(&RECEIVED, Span::all())? {
                if !done.contains(&id) {
                    let copy = ReceivedId(tx.id());
                    tx.put(&RECEIVED, &(due, copy), &row)?;
                    doubled.extend([id, copy]);
                }
            }
            Ok(doubled)
        });
        let doubled = doubled.await.unwrap();
        self.doubled.lock().unwrap().extend(doubled);
    }

    /// True when something was done.
    async fn turn(&self) -> bool {
        self.double().await;
        let received = work::receive::turn(&self.app).await.unwrap();
        let published = work::publish::turn(&self.app).await.unwrap();
        let delivered = work::deliver::drain(&self.app).await.unwrap();
        let copied = work::copies::turn(&self.app).await.unwrap();
        received + published + delivered + copied > 0
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if std::thread::panicking() {
            return;
        }
        let received = self.app.store.read(|rows| Ok(rows.keys(&RECEIVED, Span::all())?.len())).unwrap();
        assert_eq!(received, 0, "received activities were left over");
        let due = self.app.store.read(deliveries::lanes).unwrap();
        let now = self.app.now();
        assert!(due.iter().all(|(_, at)| *at > now), "due deliveries were left over");
        let report = instance::store::check::check(&self.app.store).unwrap();
        assert!(report.is_sound(), "{:?}", report.wrong);
        let log = self.app.store.read(|rows| instance::store::audit::verify(rows, None)).unwrap();
        assert!(log.is_sound(), "{:?}", log.findings);
    }
}

pub fn owner() -> Owner {
    Asker::Operator.may_run().unwrap()
}

async fn set_up(app: &Arc<App>) -> Result<Account> {
    let now = app.now();
    let institution = Institution::new("City of Example", vec!["en".parse()?, "de".parse()?], "UTC", now);
    let (own, press) = (actions::accounts::new_keys(now)?, actions::accounts::new_keys(now)?);
    let site = app.site.clone();
    let new = NewAccount {
        handle: "press".into(),
        name: "Press Office".into(),
        kind: Kind::Organization,
        summary: "News of the city.".into(),
        language: "en".parse()?,
        demo: false,
    };
    app.store
        .write(move |tx| {
            actions::setup::init(tx, owner(), &institution, &own)?;
            if site.live {
                actions::go_live::go_live(tx, &site)?;
            }
            actions::accounts::add(tx, owner(), &new, &press)
        })
        .await
}

/// `who` asks to follow `whom`; `drain` brings the answer.
pub async fn follow(who: &Instance, whom: &Instance) {
    let actor = lookup::by_uri(&who.app, &whom.actor()).await.unwrap();
    let (site, by) = (who.app.site.clone(), who.by());
    who.app.store.write(move |tx| actions::follow::follow(tx, &site, by, &actor.profile)).await.unwrap();
}

/// "Publish" at the desk does not wait, for a test about something else.
pub async fn at_once(server: &Instance) {
    let set = |tx: &mut Write<'_>| {
        let institution = Institution { hold: 0, ..meta::institution(tx)? };
        meta::put_institution(tx, &institution)
    };
    server.app.store.write(set).await.unwrap();
}

/// Says whose look the posts of its account need.
pub async fn rule(server: &Instance, approval: Approval) {
    let by = server.by();
    server.app.store.write(move |tx| actions::drafts::set_rule(tx, by, approval).map(drop)).await.unwrap();
}

/// Another account of the server, `water`.
pub async fn second_account(server: &Instance) -> Account {
    let new = NewAccount {
        handle: "water".into(),
        name: "Water Works".into(),
        kind: Kind::Organization,
        summary: String::new(),
        language: "en".parse().unwrap(),
        demo: false,
    };
    let keys = actions::accounts::new_keys(server.app.now()).unwrap();
    server.app.store.write(move |tx| actions::accounts::add(tx, owner(), &new, &keys)).await.unwrap()
}

/// Makes people of other servers followers of an account, as if they had asked.
pub async fn followers(us: &Instance, account: AccountId, profiles: Vec<Profile>) {
    let verb = move |tx: &mut Write<'_>| {
        for profile in &profiles {
            let actor = actors::learn(tx, profile)?;
            let follower = Follower { uri: format!("{}/follow", profile.uri), since: tx.now() };
            follows::put(tx, account, &actor, &follower)?;
        }
        Ok(())
    };
    us.app.store.write(verb).await.unwrap();
}

/// Gives up what waits for other servers.
pub async fn let_go(us: &Instance) {
    us.app.store.write(move |tx| actions::queue::drop(tx, owner(), None)).await.unwrap();
}

/// What comes between two marks, in the first place where they come.
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// As JWTs and browsers write bytes.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Lets all of them work until nobody has anything to do at this moment.
pub async fn drain(instances: &[&Instance]) {
    for _ in 0..100 {
        let mut busy = false;
        for instance in instances {
            busy |= instance.turn().await;
        }
        if !busy {
            return;
        }
    }
    panic!("the servers do not come to rest");
}
