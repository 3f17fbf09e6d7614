//! Where this server is to be found. Rows hold ids; every address is made here, so that a trial becomes
//! a domain without a rewrite, and every address of ours that comes back in is read here.

use super::ids::{AccountId, ActivityId, PostId, QuoteId};
use crate::base::lang::Lang;
use crate::error::{Problem, Result};

/// The public face: made from the settings at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Scheme and authority without a slash at the end: `https://social.city.example`.
    pub origin: String,
    /// The domain in handles; differs from the host of `origin` where the institution wants `@press@city.example`.
    pub handle_domain: String,
    /// False in a trial: nothing federates.
    pub live: bool,
}

/// What an address of ours names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own {
    Instance,
    Account(AccountId),
    Post(PostId),
    Activity(ActivityId),
    Quote(QuoteId),
    /// A profile page, by handle.
    Profile(String),
}

impl Site {
    /// A trial has nothing to do with other servers. `what` cannot be done: "fetched from", "sent to".
    pub fn check_live(&self, what: &str) -> Result<()> {
        if self.live {
            return Ok(());
        }
        Err(Problem::new("E071", format!("This is a trial: nothing can be {what} other servers."))
            .remedy("Whoever runs this server sets url in instance.toml and starts it again.")
            .into())
    }

    /// Host and port of the origin, as in `Host` headers.
    pub fn authority(&self) -> &str {
        self.origin.split_once("://").map_or(self.origin.as_str(), |(_, rest)| rest)
    }

    /// `@press@city.example`
    pub fn handle(&self, user: &str) -> String {
        format!("@{user}@{}", self.handle_domain)
    }

    /// Where a one-time link with this code logs in.
    pub fn start(&self, code: &str) -> String {
        format!("{}/desk/start/{code}", self.origin)
    }

    /// The actor of the server itself.
    pub fn instance_actor(&self) -> String {
        format!("{}/ap/actor", self.origin)
    }

    /// Whether a name at a domain, or at none, is one of ours.
    pub fn is_ours(&self, domain: Option<&str>) -> bool {
        let is = |ours: &str| domain.is_none_or(|domain| domain.eq_ignore_ascii_case(ours));
        is(&self.handle_domain) || is(self.authority())
    }

    pub fn shared_inbox(&self) -> String {
        format!("{}/ap/inbox", self.origin)
    }

    /// The actor id of an account; of the server itself for `ids::INSTANCE`.
    pub fn actor(&self, id: AccountId) -> String {
        if id == super::ids::INSTANCE { self.instance_actor() } else { format!("{}/ap/accounts/{id}", self.origin) }
    }

    /// The `keyId` of an account's RSA key. Mastodon strips the fragment and finds the actor.
    pub fn key_id(&self, id: AccountId) -> String {
        format!("{}#main-key", self.actor(id))
    }

    /// A collection of an account: `inbox`, `outbox`, `followers`, `following`, `featured`, `tags`.
    pub fn of_account(&self, id: AccountId, name: &str) -> String {
        format!("{}/{name}", self.actor(id))
    }

    pub fn post(&self, id: PostId) -> String {
        format!("{}/ap/posts/{id}", self.origin)
    }

    /// The Note of a post's main version, or of a language that has its own.
    pub fn note(&self, id: PostId, lang: Option<&Lang>) -> String {
        lang.map_or_else(|| self.post(id), |lang| self.of_post(id, lang.as_str()))
    }

    /// A collection of a post: `replies`, `likes`, `shares`.
    pub fn of_post(&self, id: PostId, name: &str) -> String {
        format!("{}/{name}", self.post(id))
    }

    pub fn activity(&self, id: ActivityId) -> String {
        format!("{}/ap/activities/{id}", self.origin)
    }

    pub fn quote(&self, id: QuoteId) -> String {
        format!("{}/ap/quotes/{id}", self.origin)
    }

    /// Where a secret shows a draft.
    pub fn preview(&self, secret: &str) -> String {
        format!("{}/preview/{secret}", self.origin)
    }

    pub fn profile(&self, handle: &str) -> String {
        format!("{}/@{handle}", self.origin)
    }

    pub fn post_page(&self, handle: &str, id: PostId) -> String {
        format!("{}/@{handle}/{id}", self.origin)
    }

    /// The page of a version that is not the main one.
    pub fn version_page(&self, handle: &str, id: PostId, lang: &Lang) -> String {
        format!("{}/{lang}", self.post_page(handle, id))
    }

    /// A podcast's page; its feed ends in `.rss` instead, the feed of another language in `/de.rss`.
    pub fn podcast(&self, handle: &str, slug: &str) -> String {
        format!("{}/@{handle}/podcast/{slug}", self.origin)
    }

    /// The page of a recording alone; its post's files are counted from 1.
    pub fn player(&self, handle: &str, id: PostId, n: usize) -> String {
        format!("{}/play/{n}", self.post_page(handle, id))
    }

    /// A tag's page; `folded` is lower case. Letters of every script are percent-encoded.
    pub fn tag(&self, folded: &str) -> String {
        let encoded = percent_encoding::utf8_percent_encode(folded, percent_encoding::NON_ALPHANUMERIC);
        format!("{}/tags/{encoded}", self.origin)
    }

    /// Whether our origin is https.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    pub fn media(&self, name: &str) -> String {
        format!("{}/media/{name}", self.origin)
    }

    /// True for any address under our origin.
    pub fn is_own(&self, uri: &str) -> bool {
        uri.strip_prefix(&self.origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }

    /// What an address of ours names, `None` for strangers' addresses and for what we do not know.
    pub fn own(&self, uri: &str) -> Option<Own> {
        let path = uri.strip_prefix(&self.origin)?.strip_prefix('/')?;
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["ap", "actor"] => Some(Own::Instance),
            ["ap", "accounts", id] => id.parse().ok().map(Own::Account),
            ["ap", "posts", id] => id.parse().ok().map(Own::Post),
            ["ap", "posts", id, lang] if lang.parse::<Lang>().is_ok() => id.parse().ok().map(Own::Post),
            ["ap", "activities", id] => id.parse().ok().map(Own::Activity),
            ["ap", "quotes", id] => id.parse().ok().map(Own::Quote),
            [handle] => handle.strip_prefix('@').map(|h| Own::Profile(h.to_owned())),
            [handle, id] if handle.starts_with('@') => id.parse().ok().map(Own::Post),
            [handle, id, lang] if handle.starts_with('@') && lang.parse::<Lang>().is_ok() => {
                id.parse().ok().map(Own::Post)
            }
            _ => None,
        }
    }

    /// The post that an address names, whether by id or by page.
    pub fn own_post(&self, uri: &str) -> Option<PostId> {
        match self.own(uri)? {
            Own::Post(id) => Some(id),
            Own::Instance | Own::Account(_) | Own::Activity(_) | Own::Quote(_) | Own::Profile(_) => None,
        }
    }

    /// The language whose own Note an id names; `None` also for a post's main one.
    pub fn own_lang(&self, uri: &str) -> Option<Lang> {
        let path = uri.strip_prefix(&self.origin)?.strip_prefix("/ap/posts/")?;
        path.split_once('/').and_then(|(_, lang)| lang.parse().ok())
    }

    /// The account that an actor id names.
    pub fn own_account(&self, uri: &str) -> Option<AccountId> {
        match self.own(uri)? {
            Own::Account(id) => Some(id),
            Own::Instance | Own::Post(_) | Own::Activity(_) | Own::Quote(_) | Own::Profile(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site { origin: "https://s.example".into(), handle_domain: "example".into(), live: true }
    }

    #[test]
    fn addresses_lead_back() {
        let site = site();
        assert_eq!(site.own(&site.actor(AccountId(7))), Some(Own::Account(AccountId(7))));
        assert_eq!(site.own(&site.post(PostId(9))), Some(Own::Post(PostId(9))));
        assert_eq!(site.own(&site.post_page("press", PostId(9))), Some(Own::Post(PostId(9))));
        let lang: Lang = "de-simple".parse().unwrap();
        let note = site.note(PostId(9), Some(&lang));
        assert_eq!((site.own(&note), site.own_lang(&note)), (Some(Own::Post(PostId(9))), Some(lang.clone())));
        assert_eq!(site.own(&site.version_page("press", PostId(9), &lang)), Some(Own::Post(PostId(9))));
        assert_eq!((site.own(&site.of_post(PostId(9), "likes")), site.own_lang(&site.post(PostId(9)))), (None, None));
        assert_eq!(site.own(&site.profile("press")), Some(Own::Profile("press".into())));
        assert_eq!(site.own(&site.instance_actor()), Some(Own::Instance));
    }

    #[test]
    fn a_name_is_ours_at_either_domain_in_any_case() {
        for ours in [None, Some("Example"), Some("example"), Some("S.example")] {
            assert!(site().is_ours(ours), "{ours:?}");
        }
        assert!(!site().is_ours(Some("t.example")) && !site().is_ours(Some("")));
    }

    #[test]
    fn only_our_origin_is_ours() {
        let site = site();
        for foreign in
            ["https://s.example.evil/ap/posts/9", "http://s.example/ap/posts/9", "https://s.example:8443/ap/posts/9"]
        {
            assert_eq!(site.own(foreign), None, "{foreign}");
            assert!(!site.is_own(foreign), "{foreign}");
        }
        assert_eq!(site.own("https://s.example/ap/posts/09"), None);
    }
}
