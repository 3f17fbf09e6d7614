//! A stranger's account, as far as we need to know it: to verify what it signs, to deliver to it, to name it.

use serde::{Deserialize, Serialize};

use super::ids::{ActorId, InboxId};
use crate::base::time::Timestamp;
use crate::crypto::keys::PublicKey;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Actor {
    pub id: ActorId,
    #[serde(flatten)]
    pub profile: Profile,
    /// Where deliveries go: the shared inbox when it is on the actor's own origin.
    pub delivery: InboxId,
    pub fetched: Timestamp,
    /// Where it went, when it said so and the new place agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

/// What an actor document says, checked and cut to size by `activitypub::read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The actor id: an address, compared byte for byte.
    pub uri: String,
    pub inbox: String,
    /// Only when it is on the same origin as `inbox` (otherwise a stranger could aim our deliveries at a victim).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_inbox: Option<String>,
    /// `user` of `@user@domain`.
    pub user: String,
    /// `domain` of the handle; the host of `uri` unless proven otherwise.
    pub domain: String,
    /// The display name as plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The profile page; the uri where the document names none.
    pub url: String,
    pub keys: Vec<ActorKey>,
    /// Addresses this actor says it also has; needed to believe a Move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_known_as: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorKey {
    pub id: String,
    pub key: PublicKey,
}

impl Profile {
    /// The inbox to deliver to.
    pub fn delivery_inbox(&self) -> &str {
        self.shared_inbox.as_deref().unwrap_or(&self.inbox)
    }

    /// `@user@domain`
    pub fn handle(&self) -> String {
        format!("@{}@{}", self.user, self.domain)
    }

    /// About the bytes it takes, in memory or as a row.
    pub fn weight(&self) -> usize {
        let texts = [&self.uri, &self.inbox, &self.user, &self.domain, &self.name, &self.url];
        let keys = self.keys.iter().map(|key| key.id.len() + key.key.weight() + size_of::<ActorKey>());
        let aliases = self.also_known_as.iter().map(|alias| alias.len() + size_of::<String>());
        let shared = self.shared_inbox.as_ref().map_or(0, String::len);
        size_of::<Self>() + shared + texts.map(String::len).iter().sum::<usize>() + keys.chain(aliases).sum::<usize>()
    }

    /// The key that a `keyId` names. GoToSocial's key ids are addresses of their own, hence the exact comparison
    /// first; an actor with a single key is taken at its word when the id is the actor's own address.
    pub fn key(&self, key_id: &str) -> Option<&PublicKey> {
        let exact = self.keys.iter().find(|k| k.id == key_id);
        let only = || if key_id == self.uri { self.keys.first() } else { None };
        exact.or_else(only).map(|k| &k.key)
    }
}
