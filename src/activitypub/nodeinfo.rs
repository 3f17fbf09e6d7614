//! NodeInfo 2.0 and 2.1: numbers about this server for statistics sites and client programs.

use serde_json::{Value, json};

use crate::model::site::Site;

/// What is counted. People who only log in are not: accounts are.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    pub accounts: u64,
    pub posts: u64,
}

pub fn links(site: &Site) -> Value {
    let link = |version: &str| {
        json!({
            "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"),
            "href": format!("{}/nodeinfo/{version}", site.origin),
        })
    };
    json!({ "links": [link("2.0"), link("2.1")] })
}

/// `version` is `2.0` or `2.1`.
pub fn document(version: &str, numbers: Numbers, name: &str, software: &str) -> Value {
    json!({
        "version": version,
        "software": { "name": "instance", "version": software },
        "protocols": ["activitypub"],
        "services": { "inbound": [], "outbound": ["atom1.0", "rss2.0"] },
        "openRegistrations": false,
        "usage": { "users": { "total": numbers.accounts }, "localPosts": numbers.posts },
        "metadata": { "nodeName": name, "nodeDescription": format!("Official accounts of {name}") },
    })
}
