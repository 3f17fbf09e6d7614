//! Actors and followers as they are written. There may be a hundred thousand of them, and most of what their documents
//! say follows from their id: addresses under it begin with `~`, others on its origin with `^`, and what nearly all have
//! alike is left out.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::base::uri;
use crate::crypto::keys::PublicKey;
use crate::model::actor::{Actor, ActorKey, Profile};
use crate::model::follow::Follower;
use crate::model::ids::{ActorId, InboxId};

/// A row of `actors`. Rows of the time before it say all in full, which reads the same.
#[derive(Serialize, Deserialize)]
pub struct Slim {
    uri: String,
    #[serde(default = "usual_inbox", skip_serializing_if = "is_usual_inbox")]
    inbox: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared_inbox: Option<String>,
    /// Absent when `uri` ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// Absent when it is the host of `uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    /// Absent when it is `/@user` on the origin of `uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    keys: Vec<Key>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also_known_as: Vec<String>,
    delivery: InboxId,
    fetched: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    #[serde(default = "usual_key", skip_serializing_if = "is_usual_key")]
    id: String,
    key: PublicKey,
}

/// A row of `followers`: the address of the Follow is written as those of the actor are.
#[derive(Serialize, Deserialize)]
pub struct SlimFollower {
    uri: String,
    since: Timestamp,
}

impl SlimFollower {
    /// `actor`: the actor's id, as an address.
    pub fn new(follower: &Follower, actor: &str) -> Self {
        Self { uri: shortened(actor, &follower.uri), since: follower.since }
    }

    pub fn whole(self, actor: &str) -> Follower {
        Follower { uri: lengthened(actor, &self.uri), since: self.since }
    }
}

/// The commonest place of an inbox, under its actor.
fn usual_inbox() -> String {
    "~/inbox".to_owned()
}

fn is_usual_inbox(inbox: &str) -> bool {
    inbox == usual_inbox()
}

/// The commonest id of a key, under its actor.
fn usual_key() -> String {
    "~#main-key".to_owned()
}

fn is_usual_key(id: &str) -> bool {
    id == usual_key()
}

/// The last part of an actor's id.
fn usual_user(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or_default()
}

/// The commonest place of a profile page.
fn usual_url(user: &str) -> String {
    format!("^/@{user}")
}

impl Slim {
    pub fn new(actor: &Actor) -> Self {
        let profile = &actor.profile;
        let short = |address: &str| shortened(&profile.uri, address);
        let domain = (profile.domain != host(&profile.uri)).then(|| profile.domain.clone());
        let user = (profile.user != usual_user(&profile.uri)).then(|| profile.user.clone());
        let url = Some(short(&profile.url)).filter(|url| *url != usual_url(&profile.user));
        Self {
            uri: profile.uri.clone(),
            inbox: short(&profile.inbox),
            shared_inbox: profile.shared_inbox.as_deref().map(short),
            user,
            domain,
            name: profile.name.clone(),
            url,
            keys: profile.keys.iter().map(|key| Key { id: short(&key.id), key: key.key.clone() }).collect(),
            also_known_as: profile.also_known_as.clone(),
            delivery: actor.delivery,
            fetched: actor.fetched,
            moved_to: actor.moved_to.clone(),
        }
    }

    pub fn whole(self, id: ActorId) -> Actor {
        let long = |address: &str| lengthened(&self.uri, address);
        let user = self.user.unwrap_or_else(|| usual_user(&self.uri).to_owned());
        let profile = Profile {
            inbox: long(&self.inbox),
            shared_inbox: self.shared_inbox.as_deref().map(long),
            url: long(&self.url.unwrap_or_else(|| usual_url(&user))),
            keys: self.keys.into_iter().map(|key| ActorKey { id: long(&key.id), key: key.key }).collect(),
            domain: self.domain.unwrap_or_else(|| host(&self.uri)),
            user,
            name: self.name,
            also_known_as: self.also_known_as,
            uri: self.uri,
        };
        Actor { id, profile, delivery: self.delivery, fetched: self.fetched, moved_to: self.moved_to }
    }
}

/// No address begins with either sign.
fn shortened(uri: &str, address: &str) -> String {
    match (address.strip_prefix(uri), address.strip_prefix(origin(uri))) {
        (Some(rest), _) => format!("~{rest}"),
        (None, Some(rest)) => format!("^{rest}"),
        (None, None) => address.to_owned(),
    }
}

fn lengthened(uri: &str, address: &str) -> String {
    match (address.strip_prefix('~'), address.strip_prefix('^')) {
        (Some(rest), _) => format!("{uri}{rest}"),
        (None, Some(rest)) => format!("{}{rest}", origin(uri)),
        (None, None) => address.to_owned(),
    }
}

/// The part of an address before its path, byte for byte.
fn origin(uri: &str) -> &str {
    let start = uri.find("://").map_or(0, |at| at + 3);
    let (_, rest) = uri.split_at_checked(start).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).map_or(uri.len(), |at| start + at);
    uri.get(..end).unwrap_or(uri)
}

fn host(uri: &str) -> String {
    uri::http(uri).map(|url| uri::authority(&url)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Ed25519Key, RsaKey};

    fn actor(uri: &str, rest: &[&str]) -> Actor {
        let [inbox, shared, url, key, domain] = rest else { panic!() };
        let rsa = RsaKey::generate().unwrap().public();
        let ed25519 = Ed25519Key::from_seed([1; 32]).public();
        let keys = vec![
            ActorKey { id: (*key).to_owned(), key: rsa },
            ActorKey { id: format!("{uri}#ed25519-key"), key: ed25519 },
        ];
        let profile = Profile {
            uri: uri.to_owned(),
            inbox: (*inbox).to_owned(),
            shared_inbox: (!shared.is_empty()).then(|| (*shared).to_owned()),
            user: "ann".into(),
            domain: (*domain).to_owned(),
            name: "Ann".into(),
            url: (*url).to_owned(),
            keys,
            also_known_as: vec!["https://old.example/ann".into()],
        };
        Actor { id: ActorId(7), profile, delivery: InboxId(8), fetched: Timestamp(9), moved_to: None }
    }

    fn same(a: &Actor, b: &Actor) -> bool {
        a.profile == b.profile
            && (a.id, a.delivery, a.fetched, &a.moved_to) == (b.id, b.delivery, b.fetched, &b.moved_to)
    }

    #[test]
    fn what_is_left_out_comes_back() {
        for (uri, rest) in [
            (
                "https://a.example/users/ann",
                [
                    "https://a.example/users/ann/inbox",
                    "https://a.example/inbox",
                    "https://a.example/@ann",
                    "https://a.example/users/ann#main-key",
                    "a.example",
                ],
            ),
            (
                "https://a.example/users/117",
                [
                    "https://a.example/users/117/inbox",
                    "https://a.example/inbox",
                    "https://a.example/@117",
                    "https://a.example/users/117#main-key",
                    "a.example",
                ],
            ),
            (
                "https://a.example/u",
                ["https://a.example/uu/inbox", "", "https://a.example/u", "https://a.example/u/main-key", "example"],
            ),
            (
                "https://a.example:8443",
                [
                    "https://a.example:8443/inbox",
                    "",
                    "https://a.example:8443?x",
                    "https://a.example:8443#k",
                    "a.example:8443",
                ],
            ),
            (
                "https://A.example/u",
                [
                    "https://a.example/u/inbox",
                    "https://a.example:443/inbox",
                    "https://a.example.evil/",
                    "https://a.example/u#main-key",
                    "a.example",
                ],
            ),
        ] {
            let actor = actor(uri, &rest);
            let row = serde_json::to_vec(&Slim::new(&actor)).unwrap();
            let back = serde_json::from_slice::<Slim>(&row).unwrap().whole(ActorId(7));
            assert!(same(&actor, &back), "{}", String::from_utf8_lossy(&row));
            // As they were written before.
            let old = serde_json::to_vec(&actor).unwrap();
            assert!(same(&actor, &serde_json::from_slice::<Slim>(&old).unwrap().whole(ActorId(7))));
        }
    }

    #[test]
    fn a_follow_comes_back_as_it_was_called() {
        let ann = "https://a.example/users/ann";
        for (uri, row) in [
            ("https://a.example/users/ann#follow", "~#follow"),
            ("https://a.example/1e7f", "^/1e7f"),
            ("https://a.example/users/anna#follow", "~a#follow"),
            ("https://A.example/1e7f", "https://A.example/1e7f"),
        ] {
            let slim = SlimFollower::new(&Follower { uri: uri.into(), since: Timestamp(9) }, ann);
            assert_eq!(slim.uri, row);
            assert_eq!(slim.whole(ann).uri, uri);
            // As it was written before.
            let old = SlimFollower { uri: uri.into(), since: Timestamp(9) };
            assert_eq!(old.whole(ann).uri, uri);
        }
    }

    #[test]
    fn an_ordinary_actor_is_short() {
        let uri = "https://social.example/users/ann";
        let mut actor = actor(
            uri,
            &[
                &format!("{uri}/inbox"),
                "https://social.example/inbox",
                "https://social.example/@ann",
                &format!("{uri}#main-key"),
                "social.example",
            ],
        );
        actor.profile.keys.truncate(1);
        actor.profile.also_known_as.clear();
        let length = serde_json::to_vec(&Slim::new(&actor)).unwrap().len();
        assert!(length < 540, "{length} bytes");
    }
}
