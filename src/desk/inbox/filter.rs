//! Which list, and which part of it: as the address has it, and as the form above the list offers it.

use crate::base::lang::Lang;
use crate::desk::write::Choice;
use crate::error::Result;
use crate::limits;
use crate::model::case::Stand;
use crate::model::ids::{AccountId, CaseId, PostId, UserId};
use crate::model::note::Shown;
use crate::model::site::Site;
use crate::store::{Rows, accounts, cases, meta, posts};
use crate::views::inbox::{self, Wanted, Which};
use crate::web::request::Request;

/// One of the four lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    So(Stand),
    Mine,
}

impl List {
    const ALL: [(Self, &str, &str); 4] = [
        (Self::So(Stand::Open), "open", "Open"),
        (Self::Mine, "mine", "Mine"),
        (Self::So(Stand::Waiting), "waiting", "Waiting"),
        (Self::So(Stand::Done), "done", "Done"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(list, ..)| *list == self).map_or("open", |(_, name, _)| name)
    }
}

/// A list as the navigation names it.
pub(super) struct Tab {
    pub href: String,
    pub name: &'static str,
    pub here: bool,
    /// How much is on it; empty for none, and for what is done.
    pub count: String,
}

/// What the address asks for.
pub(super) struct Filter {
    pub tab: List,
    account: Option<AccountId>,
    lang: Option<Lang>,
    post: Option<PostId>,
    server: String,
    shown: Option<Shown>,
    before: Option<CaseId>,
}

/// The form above the list.
pub(super) struct Filters {
    pub tab: &'static str,
    pub accounts: Vec<Choice>,
    pub langs: Vec<Choice>,
    pub shown: Vec<Choice>,
    pub server: String,
    /// The number and the first words of the only post.
    pub post: Option<(PostId, String)>,
    /// Something is left out.
    pub on: bool,
    /// The list without filters.
    pub all: String,
}

const SHOWN: [(Shown, &str, &str); 3] = [
    (Shown::Waiting, "waiting", "not decided yet"),
    (Shown::Released, "released", "shown"),
    (Shown::Hidden, "hidden", "hidden"),
];

impl Filter {
    pub(super) fn of(request: &Request) -> Self {
        let wanted = request.query("tab").unwrap_or_default();
        let named = List::ALL.iter().find(|(_, name, _)| *name == wanted);
        let server = request.query("server").unwrap_or_default().trim().trim_start_matches('@').to_lowercase();
        let shown = request.query("shown").unwrap_or_default();
        Self {
            tab: named.map_or(List::So(Stand::Open), |(list, ..)| *list),
            account: request.position("account"),
            lang: request.query("lang").and_then(|lang| lang.parse().ok()),
            post: request.position("post"),
            server: crate::base::text::head(&server, limits::text::DOMAIN).to_owned(),
            shown: SHOWN.iter().find(|(_, name, _)| *name == shown).map(|(shown, ..)| *shown),
            before: request.position("before"),
        }
    }

    /// The question to ask: of the accounts that somebody sees, and no others.
    pub(super) fn wanted(&self, me: UserId, seen: &[AccountId]) -> Wanted {
        let accounts = seen.iter().copied().filter(|account| self.account.is_none_or(|wanted| wanted == *account));
        Wanted {
            which: match self.tab {
                List::So(stand) => Which::So(stand),
                List::Mine => Which::Mine(me),
            },
            accounts: accounts.collect(),
            lang: self.lang.clone(),
            post: self.post,
            server: Some(self.server.clone()).filter(|server| !server.is_empty()),
            shown: self.shown,
            before: self.before,
        }
    }

    /// The address of the page itself.
    pub(super) fn here(&self) -> String {
        self.href(self.tab, self.before)
    }

    /// The address of a list with the same filters.
    pub(super) fn href(&self, tab: List, before: Option<CaseId>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if tab != List::So(Stand::Open) {
            query.append_pair("tab", tab.name());
        }
        let shown = SHOWN.iter().find(|(shown, ..)| Some(*shown) == self.shown).map(|(_, name, _)| (*name).to_owned());
        let pairs = [
            ("account", self.account.map(|id| id.to_string())),
            ("lang", self.lang.as_ref().map(ToString::to_string)),
            ("post", self.post.map(|id| id.to_string())),
            ("server", Some(self.server.clone()).filter(|server| !server.is_empty())),
            ("shown", shown),
            ("before", before.map(|id| id.to_string())),
        ];
        query.extend_pairs(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let query = query.finish();
        if query.is_empty() { "/desk/inbox".to_owned() } else { format!("/desk/inbox?{query}") }
    }

    pub(super) fn tabs(&self, rows: &impl Rows, me: UserId, seen: &[AccountId]) -> Result<Vec<Tab>> {
        let most = limits::desk::COUNTED;
        let mut tabs = Vec::new();
        for (list, _, name) in List::ALL {
            let count = match list {
                List::So(Stand::Open) => inbox::open(rows, seen, most)?,
                List::Mine => cases::of_owner(rows, me, None, most)?.len(),
                List::So(_) => 0,
            };
            let count = match count {
                0 => String::new(),
                many if many >= most => format!("{}+", most - 1),
                some => some.to_string(),
            };
            tabs.push(Tab { href: self.href(list, None), name, here: list == self.tab, count });
        }
        Ok(tabs)
    }

    pub(super) fn filters(&self, rows: &impl Rows, site: &Site, seen: &[AccountId]) -> Result<Filters> {
        let mut choices = Vec::new();
        for id in seen {
            let name = site.handle(&accounts::need(rows, *id)?.handle);
            choices.push(Choice { value: id.to_string(), name, chosen: Some(*id) == self.account });
        }
        let mut langs = meta::institution(rows)?.languages;
        langs.extend(self.lang.clone().filter(|lang| !langs.contains(lang)));
        let lang = |lang: Lang| Choice {
            chosen: Some(&lang) == self.lang.as_ref(),
            name: lang.own_name().to_owned(),
            value: lang.to_string(),
        };
        let shown = |(shown, name, words): (Shown, &str, &str)| Choice {
            value: name.to_owned(),
            name: words.to_owned(),
            chosen: Some(shown) == self.shown,
        };
        let post = match self.post {
            Some(id) => posts::get(rows, id)?.filter(|post| seen.contains(&post.account)),
            None => None,
        };
        let on = self.account.is_some() || self.lang.is_some() || !self.server.is_empty() || self.shown.is_some();
        Ok(Filters {
            tab: self.tab.name(),
            accounts: choices,
            langs: langs.into_iter().map(lang).collect(),
            shown: SHOWN.into_iter().map(shown).collect(),
            server: self.server.clone(),
            post: post.map(|post| (post.id, crate::desk::listing::first(&post, limits::desk::SHORT_WORDS))),
            on: on || self.post.is_some(),
            all: match self.tab {
                List::So(Stand::Open) => "/desk/inbox".to_owned(),
                List::So(_) | List::Mine => format!("/desk/inbox?tab={}", self.tab.name()),
            },
        })
    }
}
