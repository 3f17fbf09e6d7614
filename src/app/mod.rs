//! `App`: everything a door or a worker needs, handed down as one `Arc`. No globals, no service locator.

pub mod advise;
pub mod challenges;
pub mod copies;
pub mod emblem;
pub mod files;
pub mod inbound;
pub mod kept;
pub mod login;
pub mod lookup;
pub mod mentions;
pub mod oidc;
pub mod once;
pub mod passes;
pub mod pieces;
pub mod places;
pub mod spoken;
pub mod storage;
pub mod upload;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use crate::actions::{accounts, go_live};
use crate::base::time::{Clock, Timestamp};
use crate::config::Config;
use crate::crypto::keys::{PublicKey, RsaKey};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::files::Files;
use crate::model::actor::Profile;
use crate::model::delivery::Wake;
use crate::model::ids::{AccountId, INSTANCE};
use crate::model::site::Site;
use crate::net::actors::{Actors, Ask};
use crate::net::address::{Network, Reach};
use crate::net::client::{Client, Signer};
use crate::net::gate::Behalf;
use crate::net::resolve::Resolver;
use crate::store::schema::KEYS;
use crate::store::{After, Options, Rows, Store, meta};
use places::Places;

pub struct App {
    pub config: Config,
    pub site: Site,
    pub store: Store,
    pub files: Files,
    pub storage: storage::Storage,
    pub client: Client,
    pub actors: Actors,
    pub wakers: Arc<Wakers>,
    /// Finished pages and documents.
    pub kept: kept::Kept,
    pieces: pieces::Pieces,
    pub passes: passes::Passes,
    attempts: Arc<once::Attempts>,
    pub logins: login::Logins,
    /// What passkeys are asked.
    pub challenges: challenges::Challenges,
    /// The institution's identity provider.
    pub provider: Option<oidc::Provider>,
    /// Proxies that are believed when they say who asks.
    pub trusted: Vec<Network>,
    /// One picture is decoded at a time: each may take 100 MB for a moment.
    pub decoding: Arc<Semaphore>,
    /// What is long to draw is drawn one at a time.
    drawing: Arc<Semaphore>,
    pub uploads: Places,
    /// Files are opened by few at a time.
    pub opening: Semaphore,
    pub inbound: inbound::Inbound,
    clock: Clock,
    keys: Mutex<HashMap<AccountId, Arc<Keyring>>>,
    stopping: watch::Sender<bool>,
}

/// What an account signs with, and what others check it by.
pub struct Keyring {
    pub rsa: RsaKey,
    pub public_rsa: PublicKey,
    pub public_ed25519: PublicKey,
}

/// What a commit sets in motion. Nothing is lost when nobody listens: the rows tell the same at the next start.
#[derive(Default)]
pub struct Wakers {
    /// Something was received.
    pub received: Notify,
    /// Some server has something to receive.
    pub deliver: Notify,
    /// Files have to be carried.
    pub errands: Notify,
    /// Something was planned.
    pub plans: Notify,
    /// Pictures of strangers are wanted.
    pub copies: Notify,
    due: Mutex<Vec<Wake>>,
}

impl Wakers {
    fn hear(&self, after: &After) {
        if after.received {
            self.received.notify_one();
        }
        if after.errands {
            self.errands.notify_one();
        }
        if after.plans {
            self.plans.notify_one();
        }
        if after.copies {
            self.copies.notify_one();
        }
        if !after.deliveries.is_empty()
            && let Ok(mut due) = self.due.lock()
        {
            due.extend_from_slice(&after.deliveries);
            self.deliver.notify_one();
        }
    }

    /// Servers with something new to receive since the last call.
    pub fn take_wakes(&self) -> Vec<Wake> {
        self.due.lock().map(|mut due| std::mem::take(&mut *due)).unwrap_or_default()
    }
}

impl App {
    /// Opens the data directory that the settings name. On a live site this is also where a trial becomes a domain.
    pub fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        let resolver = config.network.resolver.map_or_else(Resolver::system, Resolver::asking);
        Self::open_with(config, clock, resolver)
    }

    /// As `open`, with names resolved by a resolver of the caller's.
    pub fn open_with(config: Config, clock: Clock, resolver: Resolver) -> Result<Arc<Self>> {
        let files = Files::open(config.data.join("media"))?;
        let wakers = Arc::new(Wakers::default());
        let store = {
            let (wakers, files, there) = (Arc::clone(&wakers), files.clone(), files.clone());
            let after = Box::new(move |after: &After| {
                wakers.hear(after);
                files::hear(&files, after);
            });
            let options = Options {
                cache: config.store.cache_mb << 20,
                clock: clock.clone(),
                after,
                there: Box::new(move |name| there.has(name)),
            };
            Store::open(&config.data.join("store.redb"), options)?
        };
        let files = files.keyed(store.read(meta::file_key)?);
        let site = config.site();
        match store.read(meta::find_institution)? {
            Some(institution) if !site.live => go_live::may_be_trial(&institution)?,
            Some(_) => {
                let site = site.clone();
                store.write_blocking(move |tx| go_live::go_live(tx, &site))?;
            }
            None => {}
        }
        let user_agent = format!("instance/{} (+{}/)", env!("CARGO_PKG_VERSION"), site.origin);
        let storage = storage::Storage::new(&config, &user_agent)?;
        let provider = oidc::Provider::new(&config, &site.origin, reach(&config)?, &user_agent)?;
        let client = client(&config, user_agent, resolver)?;
        let trusted = networks("network.trusted_proxies", &config.network.trusted_proxies)?;
        Ok(Arc::new(Self {
            config,
            site,
            store,
            files,
            storage,
            client,
            actors: Actors::default(),
            wakers,
            kept: kept::Kept::default(),
            decoding: Arc::new(Semaphore::new(1)),
            drawing: Arc::new(Semaphore::new(1)),
            uploads: Places::default(),
            opening: Semaphore::new(limits::media::OPENING),
            inbound: inbound::Inbound::default(),
            clock,
            keys: Mutex::default(),
            attempts: Arc::default(),
            pieces: pieces::Pieces::default(),
            passes: passes::Passes::default(),
            logins: login::Logins::default(),
            challenges: challenges::Challenges::default(),
            provider,
            trusted,
            stopping: watch::Sender::new(false),
        }))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The place of who looks at a file: there is one, and nobody stands in line for it for ever.
    pub async fn decoding_room(&self) -> Result<OwnedSemaphorePermit> {
        place(&self.decoding, limits::media::IN_LINE).await
    }

    /// Draws what may take a moment: beside the threads that answer, one thing at a time.
    pub async fn apart<T: Send + 'static>(
        self: &Arc<Self>,
        draw: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let room = place(&self.drawing, limits::desk::DRAWING_IN_LINE).await?;
        let app = Arc::clone(self);
        let job = move || {
            // Kept until it ends, also when its client hangs up.
            let _kept = room;
            draw(&app)
        };
        tokio::task::spawn_blocking(job).await.map_err(|e| Error::broken("draw a page", e))?
    }

    /// Bytes of the largest sound or video that is taken.
    pub fn heaviest(&self) -> u64 {
        self.config.media.recording_mb << 20
    }

    /// Bytes of a form with files.
    pub fn form_with_files(&self) -> u64 {
        self.heaviest() + limits::inbound::UPLOAD
    }

    /// The keys of an account, parsed once: parsing costs as much as signing.
    pub fn keys(&self, account: AccountId) -> Result<Arc<Keyring>> {
        let mut keys = self.keys.lock().map_err(|_| Error::bug("a thread panicked while it held the keys"))?;
        if let Some(known) = keys.get(&account) {
            return Ok(Arc::clone(known));
        }
        let (stored, public) =
            self.store.read(|rows| Ok((rows.need(&KEYS, &account)?, accounts::public_keys(rows, account)?)))?;
        let keyring =
            Arc::new(Keyring { rsa: RsaKey::from_pkcs8(&stored.rsa)?, public_rsa: public.0, public_ed25519: public.1 });
        keys.insert(account, Arc::clone(&keyring));
        Ok(keyring)
    }

    /// The server's own key id and key, which sign our GETs.
    fn own_key(&self) -> Result<(String, Arc<Keyring>)> {
        Ok((self.site.key_id(INSTANCE), self.keys(INSTANCE)?))
    }

    /// Fetches an actor document, signed by the server itself, for one of us.
    pub async fn fetch_actor(&self, actor: &str) -> Result<Arc<Profile>> {
        self.fetch_actor_for(actor, Behalf::Ours, false).await
    }

    /// The same on a stranger's account; `anew` when its key turned out not to fit.
    pub async fn fetch_actor_for(&self, actor: &str, behalf: Behalf, anew: bool) -> Result<Arc<Profile>> {
        let (key_id, key) = self.own_key()?;
        let signer = Signer { key_id: &key_id, key: &key.rsa };
        self.actors.fetch(&Ask { client: &self.client, signer, actor, behalf, anew, now: self.now() }).await
    }

    /// Fetches any ActivityPub object, within its host's budget.
    pub async fn fetch_object(&self, address: &str, behalf: Behalf) -> Result<serde_json::Value> {
        let Some(url) = crate::base::uri::http(address) else {
            return Err(Error::peer_never("unknown", "the object is no web address"));
        };
        let (key_id, key) = self.own_key()?;
        let signer = Signer { key_id: &key_id, key: &key.rsa };
        self.actors.gate.fetch(&self.client, &url, &signer, behalf, self.now()).await
    }

    /// Starts a task that is to end when `stopping` says so.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
    pub fn spawn<F>(self: &Arc<Self>, task: F) -> tokio::task::JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(task)
    }

    /// Tells every task to come to an end.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Comes back when the server is to stop.
    pub async fn stopping(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = stopping.wait_for(|stop| *stop).await;
    }

    /// Sleeps by the system's clock, or less when the server is to stop; true when it is.
    pub async fn pause(&self, span: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(span) => false,
            () = self.stopping() => true,
        }
    }
}

/// A place for one, or none when that takes too long.
async fn place(places: &Arc<Semaphore>, wait: Duration) -> Result<OwnedSemaphorePermit> {
    let room = tokio::time::timeout(wait, Arc::clone(places).acquire_owned()).await;
    let room = room.map_err(|_| Error::Busy { retry_after: limits::inbound::COME_BACK })?;
    room.map_err(|_| Error::bug("the semaphore is closed"))
}

fn client(config: &Config, user_agent: String, resolver: Resolver) -> Result<Client> {
    Client::new(crate::net::client::Options {
        reach: reach(config)?,
        extra_ca: config.network.extra_ca.clone(),
        resolver,
        user_agent,
    })
}

fn reach(config: &Config) -> Result<Reach> {
    Ok(Reach { allow_private: networks("network.allow_private", &config.network.allow_private)? })
}

fn networks(setting: &str, texts: &[String]) -> Result<Vec<Network>> {
    let read = |text: &String| {
        text.parse().map_err(|_| {
            let wrong = Problem::new("E013", format!("{setting}: '{text}' is no network."));
            wrong.remedy("Write networks as 10.0.0.0/8 or fd00::/8.").into()
        })
    };
    texts.iter().map(read).collect()
}
