//! Strangers' actor documents: fetched when a signature has to be checked, once however many ask at the same time,
//! remembered within bounds, and never asked for more often than a peer's own traffic justifies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::client::{Client, Signer};
use super::gate::{Behalf, Gate, locked};
use crate::activitypub::read;
use crate::base::cache::Cache;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits::inbox::COME_BACK;
use crate::limits::outbound::{FRESH, REFETCH, REFUSED, REMEMBERED, TRIED};
use crate::model::actor::Profile;
use crate::store::schema::{Fingerprint, fingerprint};

/// Shared by the inbox and whoever else needs to know a stranger.
pub struct Actors {
    pub gate: Gate,
    /// Weighed by bytes: how long a document is, is its server's choice.
    known: Mutex<Cache<Fingerprint, (Arc<Profile>, Timestamp)>>,
    /// Apart from what is known, so that a flood of made-up names drives nothing good out.
    failed: Mutex<Cache<Fingerprint, Timestamp>>,
    refetched: Mutex<Cache<Fingerprint, Timestamp>>,
    flights: Mutex<HashMap<Flight, Weak<OnceCell<()>>>>,
}

/// A fetch under way: of whom, and whether it waits for its turn without end. Nobody at the door waits with such a one.
type Flight = (Fingerprint, bool);

/// A document that is wanted.
pub struct Ask<'a> {
    pub client: &'a Client,
    pub signer: Signer<'a>,
    pub actor: &'a str,
    pub behalf: Behalf,
    /// The key that we have does not fit: fetched anew once in a while only.
    pub anew: bool,
    pub now: Timestamp,
}

impl Default for Actors {
    fn default() -> Self {
        Self {
            gate: Gate::default(),
            known: Mutex::new(Cache::new(REMEMBERED)),
            failed: Mutex::new(Cache::new(TRIED)),
            refetched: Mutex::new(Cache::new(TRIED)),
            flights: Mutex::default(),
        }
    }
}

impl Actors {
    /// What is remembered of an actor; `Err` when a fetch failed a moment ago.
    pub fn remembered(&self, actor: &str, now: Timestamp) -> Result<Option<Arc<Profile>>> {
        let name = fingerprint(actor);
        if let Some((profile, at)) = locked(&self.known).get(&name)
            && is_within(at, FRESH, now)
        {
            return Ok(Some(profile));
        }
        match locked(&self.failed).get(&name) {
            Some(at) if is_within(at, REFUSED, now) => {
                Err(Error::peer_later(host(actor), "its actor could not be fetched a moment ago"))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// An actor's document, fetched with a GET signed by this server. Whoever asks while it is on its way gets the same.
    pub async fn fetch(&self, ask: &Ask<'_>) -> Result<Arc<Profile>> {
        // Also for who joins a fetch that is under way: it waits no less.
        let _room = self.gate.room(ask.behalf)?;
        let flight = self.flight((fingerprint(ask.actor), ask.behalf == Behalf::Received));
        let mut own = None;
        flight.get_or_init(async || own = Some(self.fetch_alone(ask).await)).await;
        match own {
            Some(fetched) => fetched,
            None => self.remembered(ask.actor, ask.now)?.ok_or(Error::Busy { retry_after: COME_BACK }),
        }
    }

    fn flight(&self, name: Flight) -> Arc<OnceCell<()>> {
        let mut flights = locked(&self.flights);
        if let Some(flight) = flights.get(&name).and_then(Weak::upgrade) {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::default();
        flights.insert(name, Arc::downgrade(&flight));
        flight
    }

    async fn fetch_alone(&self, ask: &Ask<'_>) -> Result<Arc<Profile>> {
        if ask.anew && !self.may_refetch(ask.actor, ask.now) {
            let known = self.remembered(ask.actor, ask.now)?;
            return known.ok_or_else(|| Error::peer_later(host(ask.actor), "its key was fetched a moment ago"));
        }
        let fetched = self.load(ask).await;
        let name = fingerprint(ask.actor);
        match &fetched {
            Ok(profile) => {
                locked(&self.failed).remove(&name);
                locked(&self.known).insert_weighing(name, (Arc::clone(profile), ask.now), profile.weight());
            }
            // Nobody was asked.
            Err(Error::Busy { .. }) => {}
            // What was good a moment ago stays so: a forged request must not shut out the one it names.
            Err(_) => locked(&self.failed).insert(name, ask.now),
        }
        fetched
    }

    async fn load(&self, ask: &Ask<'_>) -> Result<Arc<Profile>> {
        let Some(url) = uri::http(ask.actor) else {
            return Err(Error::peer_never(host(ask.actor), "the actor is no web address"));
        };
        let document = self.gate.fetch(ask.client, &url, &ask.signer, ask.behalf, ask.now).await?;
        let profile = read::actor::actor(&document)?;
        if profile.uri == ask.actor {
            return Ok(Arc::new(profile));
        }
        Err(Error::peer_never(host(ask.actor), "its actor calls itself something else"))
    }

    /// Whether an actor whose key does not fit may be fetched anew; true once in a while for each.
    fn may_refetch(&self, actor: &str, now: Timestamp) -> bool {
        let (mut refetched, name) = (locked(&self.refetched), fingerprint(actor));
        if refetched.get(&name).is_some_and(|last| is_within(last, REFETCH, now)) {
            return false;
        }
        refetched.insert(name, now);
        true
    }
}

/// Whether `now` is in the span from `at` on. A clock that was put back makes nothing last longer.
fn is_within(at: Timestamp, span: Duration, now: Timestamp) -> bool {
    at <= now && now.since(at) < span
}

fn host(actor: &str) -> String {
    uri::http(actor).map_or_else(|| "unknown".to_owned(), |url| uri::authority(&url))
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::super::peer;
    use super::*;

    impl Actors {
        async fn fetch_of(&self, ask: Ask<'_>) -> Result<Arc<Profile>> {
            self.fetch(&ask).await
        }
    }

    #[test]
    fn a_key_is_fetched_anew_once_in_a_while() {
        let actors = Actors::default();
        let now = Timestamp(1_000_000);
        assert!(actors.may_refetch("https://x.example/a", now));
        assert!(!actors.may_refetch("https://x.example/a", Timestamp(now.plus(REFETCH).0 - 1)));
        assert!(actors.may_refetch("https://x.example/a", now.plus(REFETCH)));
        assert!(actors.may_refetch("https://x.example/a", Timestamp(0)), "the clock was put back");
    }

    #[tokio::test]
    async fn whoever_asks_for_the_same_document_at_the_same_time_gets_the_same() {
        let pem = crate::crypto::keys::Ed25519Key::from_seed([1; 32]).public().to_pem();
        let peer = peer::Peer::start("127.0.0.31", move |request| {
            let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            let id = format!("http://{host}{}", request.split(' ').nth(1).unwrap());
            let body = format!(
                r#"{{"id":"{id}","type":"Person","preferredUsername":"ann","inbox":"{id}/inbox",
                "publicKey":{{"id":"{id}#main-key","owner":"{id}","publicKeyPem":{}}}}}"#,
                serde_json::Value::from(pem.as_str())
            );
            let status = if id.ends_with("/gone") { 410 } else { 200 };
            peer::answer(status, "content-type: application/activity+json\r\n", &body)
        })
        .await;
        let (client, actors) = (peer::client(&["127.0.0.31"], &[]), Actors::default());
        let ask = |actor: &'static str| Ask {
            client: &client,
            signer: peer::signer(),
            actor,
            behalf: Behalf::Known,
            anew: false,
            now: peer::NOW,
        };
        let (there, gone): (&str, &str) =
            (peer.url("/u/ann").to_string().leak(), peer.url("/u/gone").to_string().leak());
        let mut asking: Vec<_> = (0..20).map(|_| Box::pin(actors.fetch_of(ask(there)))).collect();
        let mut refused: Vec<_> = (0..20).map(|_| Box::pin(actors.fetch_of(ask(gone)))).collect();
        let (mut found, mut missed) = (0, 0);
        // All of them ask before the first is answered.
        std::future::poll_fn(|cx| {
            let pending = |result: Poll<_>| result.is_pending();
            asking.retain_mut(|ask| pending(ask.as_mut().poll(cx).map(|got| found += usize::from(got.is_ok()))));
            refused.retain_mut(|ask| pending(ask.as_mut().poll(cx).map(|got| missed += usize::from(got.is_err()))));
            if asking.is_empty() && refused.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        assert_eq!((found, missed, peer.requests().len()), (20, 20, 2));
    }

    fn profile(name: &str, aliases: usize) -> Profile {
        let key = crate::crypto::keys::Ed25519Key::from_seed([1; 32]).public();
        let uri = format!("https://x.example/{name}");
        Profile {
            inbox: format!("{uri}/inbox"),
            shared_inbox: None,
            user: "a".into(),
            domain: "x.example".into(),
            name: String::new(),
            url: uri.clone(),
            keys: vec![crate::model::actor::ActorKey { id: format!("{uri}#main-key"), key }],
            also_known_as: vec!["x".repeat(500); aliases],
            uri,
        }
    }

    fn know(actors: &Actors, profile: Profile, now: Timestamp) {
        let weight = profile.weight();
        locked(&actors.known).insert_weighing(fingerprint(&profile.uri), (Arc::new(profile), now), weight);
    }

    #[test]
    fn a_flood_of_failures_drives_no_document_out() {
        let (actors, now) = (Actors::default(), Timestamp(1_000_000));
        know(&actors, profile("a", 0), now);
        for n in 0..20_000 {
            locked(&actors.failed).insert(fingerprint(&format!("https://y.example/{n}")), now);
        }
        assert!(locked(&actors.failed).len() <= TRIED);
        assert!(actors.remembered("https://y.example/19999", now).is_err());
        assert!(actors.remembered("https://x.example/a", now).unwrap().is_some());
        assert!(actors.remembered("https://x.example/a", now.plus(FRESH)).unwrap().is_none());
    }

    #[test]
    fn a_flood_of_the_fattest_documents_takes_no_more_memory_than_thousands_of_usual_ones() {
        let (actors, now) = (Actors::default(), Timestamp(1_000_000));
        let fat = profile("0", 14).weight();
        for n in 0..4_000 {
            know(&actors, profile(&n.to_string(), 14), now);
        }
        let known = locked(&actors.known).len() * fat;
        assert!((REMEMBERED / 3..=REMEMBERED).contains(&known), "{known}");
    }
}
