//! Actor documents: who they are, where they take deliveries, and with which keys they sign.

use serde_json::Value;

use crate::activitypub::vocab::{self, id_of};
use crate::base::{text, uri};
use crate::crypto::keys::PublicKey;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::actor::{ActorKey, Profile};

pub fn is_actor(value: &Value) -> bool {
    matches!(vocab::kind(value), "Person" | "Organization" | "Service" | "Group" | "Application")
}

/// Reads an actor. Its inbox and keys have to be its own: on its own origin, owned by its own id.
pub fn actor(value: &Value) -> Result<Profile> {
    if !is_actor(value) {
        return Err(wrong("it is no actor"));
    }
    let id = vocab::address(value, "id").ok_or_else(|| wrong("it has no id"))?;
    let own = |address: &&str| uri::same_origin(address, id);
    let inbox = vocab::address(value, "inbox").filter(own).ok_or_else(|| wrong("it has no inbox of its own"))?;
    if !is_short(id) || !is_short(inbox) {
        return Err(wrong("its addresses are too long"));
    }
    let shared = value.get("endpoints").and_then(|endpoints| vocab::address(endpoints, "sharedInbox"));
    let user = vocab::text(value, "preferredUsername");
    if !text::valid_remote_user(user) {
        return Err(wrong("its name is none"));
    }
    let domain = uri::http(id).map(|url| uri::authority(&url)).unwrap_or_default();
    let keys = keys(value, id);
    if keys.is_empty() {
        return Err(wrong("it has no key that can be used"));
    }
    let mut profile = Profile {
        uri: id.to_owned(),
        inbox: inbox.to_owned(),
        // On another origin it would aim our deliveries at somebody else.
        shared_inbox: shared.filter(|shared| own(shared) && is_short(shared)).map(str::to_owned),
        user: user.to_owned(),
        domain,
        name: text::clean_name(vocab::text(value, "name"), limits::stranger::NAME),
        // On another host it would pass for somebody else's profile; Mastodon ignores it, too.
        url: vocab::link(value, "url")
            .filter(|url| own(&url.as_str()) && is_short(url))
            .unwrap_or_else(|| id.to_owned()),
        keys,
        also_known_as: aliases(value),
    };
    // What is listed first counts most; without aliases, one key always fits.
    while profile.weight() > limits::stranger::ACTOR
        && (profile.also_known_as.pop().is_some() || profile.keys.pop().is_some())
    {}
    Ok(profile)
}

/// Whether it is no longer than addresses of actors are: all that is kept of them is kept as often as there are actors.
fn is_short(address: &str) -> bool {
    address.len() <= limits::stranger::ADDRESS
}

/// Where its face is.
pub fn face(value: &Value) -> Option<String> {
    let icon = vocab::list(value, "icon").next()?;
    icon.as_str().map(str::to_owned).or_else(|| vocab::link(icon, "url")).filter(|url| uri::http(url).is_some())
}

fn aliases(value: &Value) -> Vec<String> {
    let addresses = vocab::ids(value, "alsoKnownAs").filter(|alias| is_short(alias) && uri::http(alias).is_some());
    addresses.take(limits::stranger::ALIASES).map(str::to_owned).collect()
}

fn wrong(what: &str) -> Error {
    Problem::new("E173", format!("The actor cannot be read: {what}.")).into()
}

/// Keys whose owner is this actor and which can be used: `publicKey`, then FEP-521a Multikeys.
fn keys(value: &Value, id: &str) -> Vec<ActorKey> {
    let pem = |key: &Value| {
        let owner = id_of(key, "owner").is_some_and(|owner| owner == id);
        let public = PublicKey::from_pem(vocab::text(key, "publicKeyPem")).ok()?;
        owner.then_some(ActorKey { id: own_id(key, id)?, key: public })
    };
    let multikey = |key: &Value| {
        let public = PublicKey::from_multibase(vocab::text(key, "publicKeyMultibase")).ok()?;
        let owner = id_of(key, "controller").is_some_and(|owner| owner == id);
        owner.then_some(ActorKey { id: own_id(key, id)?, key: public })
    };
    let pems = vocab::list(value, "publicKey").take(limits::signature::KEYS).filter_map(pem);
    let multikeys = vocab::list(value, "assertionMethod").take(limits::signature::KEYS).filter_map(multikey);
    pems.chain(multikeys).take(limits::signature::KEYS).collect()
}

/// A key's id, on its actor's origin.
fn own_id(key: &Value, actor: &str) -> Option<String> {
    let id = vocab::id(key)?;
    (is_short(id) && uri::same_origin(id, actor)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Ed25519Key, RsaKey};
    use serde_json::json;
    use std::sync::LazyLock;

    static PEM: LazyLock<String> = LazyLock::new(|| RsaKey::generate().unwrap().public().to_pem());

    fn document() -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://a.example/u",
            "type": "Person",
            "preferredUsername": "Ana",
            "name": "Ana\u{202e}\nB",
            "inbox": "https://a.example/u/inbox",
            "endpoints": { "sharedInbox": "https://a.example/inbox" },
            "url": [{ "type": "Link", "href": "https://a.example/@Ana" }],
            "alsoKnownAs": "https://old.example/u",
            "publicKey": { "id": "https://a.example/u#main-key", "owner": "https://a.example/u", "publicKeyPem": *PEM },
        })
    }

    fn with(field: &str, value: Value) -> Result<Profile> {
        let mut document = document();
        document.as_object_mut().unwrap().insert(field.into(), value);
        actor(&document)
    }

    #[test]
    fn an_actor_is_read() {
        let profile = actor(&document()).unwrap();
        assert_eq!(profile.handle(), "@Ana@a.example");
        assert_eq!(profile.delivery_inbox(), "https://a.example/inbox");
        assert_eq!(profile.url, "https://a.example/@Ana");
        assert_eq!(profile.also_known_as, ["https://old.example/u"]);
        assert!(!profile.name.contains(['\u{202e}', '\n']));
        assert!(profile.key("https://a.example/u#main-key").is_some());
        assert!(profile.key("https://a.example/u#other").is_none());
    }

    #[test]
    fn a_shared_inbox_elsewhere_is_not_used() {
        let profile = with("endpoints", json!({ "sharedInbox": "https://victim.example/inbox" })).unwrap();
        assert_eq!(profile.delivery_inbox(), "https://a.example/u/inbox");
    }

    #[test]
    fn what_is_not_its_own_is_refused() {
        let key = |id: &str, owner: &str| json!({ "id": id, "owner": owner, "publicKeyPem": *PEM });
        for (field, value) in [
            ("type", json!("Note")),
            ("id", json!("data:text/plain,x")),
            ("inbox", json!("https://victim.example/inbox")),
            ("inbox", json!(null)),
            ("preferredUsername", json!("a@b")),
            ("preferredUsername", json!("a".repeat(3_000))),
            ("publicKey", key("https://a.example/u#main-key", "https://victim.example/u")),
            ("publicKey", key("https://victim.example/u#main-key", "https://a.example/u")),
            ("publicKey", json!({ "id": "https://a.example/u#k", "publicKeyPem": "garbage" })),
            ("publicKey", json!([])),
        ] {
            assert!(with(field, value.clone()).is_err(), "{field}: {value}");
        }
    }

    #[test]
    fn of_the_fattest_document_little_is_kept() {
        let long = |tail: &str| format!("https://a.example/{}{tail}", "x".repeat(limits::stranger::ADDRESS - 30));
        let keys = |id: fn(usize) -> String| -> Value {
            let key = |n| json!({ "id": id(n), "owner": "https://a.example/u", "publicKeyPem": *PEM });
            (0..10).map(key).collect()
        };
        let mut fat = document();
        fat["alsoKnownAs"] = (0..20).map(|n| json!(long(&n.to_string()))).collect();
        fat["publicKey"] = keys(|n| format!("https://a.example/{}{n}", "k".repeat(450)));
        for (field, name) in [("inbox", "/inbox"), ("url", "/page")] {
            fat[field] = json!(long(name));
        }
        fat["name"] = json!("\u{1f600}".repeat(200));
        let profile = actor(&fat).unwrap();
        assert!(profile.weight() <= limits::stranger::ACTOR, "{}", profile.weight());
        assert_eq!(profile.keys[0].id, format!("https://a.example/{}0", "k".repeat(450)), "the first comes first");
        // What is longer than any address of an actor is not kept at all.
        let longer = json!(format!("https://a.example/{}", "x".repeat(limits::stranger::ADDRESS)));
        assert!(with("inbox", longer.clone()).is_err());
        assert_eq!(with("url", longer.clone()).unwrap().url, "https://a.example/u");
        assert!(with("alsoKnownAs", longer).unwrap().also_known_as.is_empty());
        fat["publicKey"] = keys(|n| format!("https://a.example/{}{n}", "k".repeat(limits::stranger::ADDRESS)));
        assert!(actor(&fat).is_err());
    }

    #[test]
    fn multikeys_and_several_keys_are_read_up_to_ten() {
        let ed25519 = Ed25519Key::generate().public().to_multibase();
        let multikey = json!({ "id": "https://a.example/u#ed", "type": "Multikey", "controller": "https://a.example/u", "publicKeyMultibase": ed25519 });
        let profile = with("assertionMethod", json!([multikey, "https://a.example/u#elsewhere"])).unwrap();
        assert!(matches!(profile.key("https://a.example/u#ed"), Some(PublicKey::Ed25519(_))));
        let many: Vec<Value> = (0..50)
            .map(|n| json!({ "id": format!("https://a.example/u#{n}"), "owner": "https://a.example/u", "publicKeyPem": *PEM }))
            .collect();
        assert_eq!(with("publicKey", json!(many)).unwrap().keys.len(), limits::signature::KEYS);
    }
}
