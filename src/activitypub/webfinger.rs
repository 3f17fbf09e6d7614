//! WebFinger answers (RFC 7033) and host-meta (RFC 6415).

use serde_json::{Value, json};

use crate::base::html::escape;
use crate::model::site::Site;

/// The document for an account. `subject` is the one handle it has, whatever it was asked by. `avatar` is its media
/// type and address.
pub fn jrd(site: &Site, user: &str, actor: &str, profile: &str, avatar: Option<(&str, &str)>) -> Value {
    // The server's own actor belongs to the host: peers look it up there, not at an apex that may not answer.
    let domain = if actor == site.instance_actor() { site.authority() } else { &site.handle_domain };
    let mut links = vec![
        json!({ "rel": "self", "type": "application/activity+json", "href": actor }),
        json!({ "rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile }),
    ];
    if let Some((mime, url)) = avatar {
        links.push(json!({ "rel": "http://webfinger.net/rel/avatar", "type": mime, "href": url }));
    }
    json!({
        "subject": format!("acct:{user}@{domain}"),
        "aliases": [profile, actor],
        "links": links,
    })
}

/// Mastodon asks for it only after WebFinger answered 404.
pub fn host_meta(site: &Site) -> String {
    let origin = escape(&site.origin);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"{origin}/.well-known/webfinger?resource={{uri}}\"/>\n</XRD>\n"
    )
}
