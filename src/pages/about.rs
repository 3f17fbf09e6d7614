//! What this server is, and what it knows of its readers: plain, and made from facts.

use askama::Template;

use super::shell::{Card, FeedLink, Scene, Shell, name};
use super::words::fill;
use crate::error::Result;
use crate::store::counts::{self, Count};
use crate::store::{Rows, accounts};

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    s: Shell,
    card: Card,
    what: String,
    counts: String,
    privacy: [&'static str; 4],
    /// Each with what it is for, where that is not for anything.
    contacts: Vec<(&'static str, Contact)>,
    feeds: Vec<FeedLink>,
    software: String,
}

/// Whom to write to.
pub struct Contact {
    pub text: String,
    /// For a mail address or an address of the web.
    pub href: Option<String>,
}

impl Contact {
    pub fn read(text: &str) -> Self {
        let text = name(text);
        let href = if text.starts_with("https://") || text.starts_with("mailto:") || text.starts_with("tel:") {
            Some(text.clone())
        } else {
            (text.contains('@') && !text.contains(' ')).then(|| format!("mailto:{text}"))
        };
        Self { text, href }
    }
}

fn contacts(scene: &Scene<'_>, of_server: Option<&str>) -> Vec<(&'static str, Contact)> {
    let (w, chosen) = (scene.w, &scene.institution.settings.contacts);
    let email = if chosen.email.is_empty() { of_server.unwrap_or_default() } else { &chosen.email };
    let phone = Contact::read(&chosen.phone);
    let dialled: String = chosen.phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
    let phone = Contact { href: Some(format!("tel:{dialled}")).filter(|_| dialled.len() > 2), ..phone };
    let all = [
        ("", Contact::read(email)),
        (w.phone, phone),
        (w.for_authorities, Contact::read(&chosen.authorities)),
        (w.for_readers, Contact::read(&chosen.readers)),
    ];
    all.into_iter().filter(|(_, contact)| !contact.text.is_empty()).collect()
}

pub fn render(rows: &impl Rows, scene: &Scene<'_>, contact: Option<&str>) -> Result<String> {
    let w = scene.w;
    let posts = counts::get(rows, Count::AllPosts)?;
    let accounts = accounts::all(rows)?;
    let feed = |path: String, title: &str| FeedLink { kind: "", path, title: name(title) };
    super::text(&About {
        s: scene.shell(w.about),
        card: scene.card("website", "/about", w.about, &fill(w.about_what, &scene.institution.name)),
        what: fill(w.about_what, &name(&scene.institution.name)),
        counts: fill(w.about_counts, &w.count(&w.posts, posts)),
        privacy: [w.privacy_readers, w.privacy_others, w.privacy_kept, w.privacy_copies],
        contacts: contacts(scene, contact),
        feeds: accounts.iter().map(|a| feed(format!("/@{}/feed.atom", a.handle), &a.name)).collect(),
        software: fill(w.software_says, concat!("instance ", env!("CARGO_PKG_VERSION"))),
    })
}
