//! What every page of the desk has around it, and times as the desk shows them: never without their zone.

use askama::Template;
use hyper::StatusCode;

use super::faults::Faults;
use crate::actions::secrets;
use crate::app::App;
use crate::base::lang::{self, Lang};
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::institution::Institution;
use crate::model::power::Draft;
use crate::model::user::Asker;
use crate::store::{Rows, accounts, meta};
use crate::web::assets;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

pub(super) struct Frame {
    pub title: &'static str,
    /// The page comes back because something in its form is wrong.
    pub wrong: bool,
    pub institution: String,
    /// The session's token; empty when nobody is logged in.
    pub csrf: String,
    /// The place in the navigation.
    pub here: &'static str,
    pub places: Vec<(&'static str, &'static str)>,
    /// Whether they came by a link and have no password yet.
    pub new: bool,
    pub waiting: usize,
    /// Drafts that wait for whoever is here.
    pub drafts_wait: usize,
    pub public_css: String,
    pub desk_css: String,
    pub icon: String,
    /// The script, on pages that are the better for it.
    pub script: String,
}

impl Frame {
    fn bare(title: &'static str, found: Option<&Institution>) -> Self {
        Self {
            title,
            wrong: false,
            institution: found.map_or_else(|| "Desk".to_owned(), |institution| institution.name.clone()),
            icon: found.map_or_else(|| assets::path("emblem.svg"), assets::emblem),
            csrf: String::new(),
            here: "",
            places: Vec::new(),
            new: false,
            waiting: 0,
            drafts_wait: 0,
            public_css: assets::style(found.and_then(|institution| institution.settings.colours)),
            desk_css: assets::path("desk.css"),
            script: String::new(),
        }
    }

    /// Around a page for somebody who is logged in.
    pub(super) fn of(rows: &impl Rows, browser: &Browser, title: &'static str, here: &'static str) -> Result<Self> {
        let institution = meta::institution(rows)?;
        let asker = browser.asker();
        let waiting = super::inbox::open(rows, &asker)?;
        let mut places = vec![("/desk/posts", "Posts"), ("/desk/inbox", "Inbox")];
        let (mut drafts_wait, drafts) = (0, super::drafts::sees(rows, &asker)?);
        if drafts {
            drafts_wait = super::drafts::waiting(rows, &asker)?;
            places.splice(0..0, [("/desk/drafts", "Drafts"), ("/desk/calendar", "Calendar")]);
        }
        if writes(rows, &asker)? {
            places.insert(0, ("/desk", "Write"));
            places.insert(if drafts { 4 } else { 2 }, ("/desk/podcasts", "Podcasts"));
        }
        if super::profile::sees(rows, &asker)? {
            places.push(("/desk/accounts", "Profiles"));
        }
        places.push(("/desk/statistics", "Statistics"));
        if super::users::sees(rows, &asker)? {
            places.push(("/desk/users", "Users"));
        }
        if asker.may_audit().is_ok() {
            places.push(("/desk/audit", "Audit log"));
            places.push(("/desk/settings", "Settings"));
        }
        places.push(("/desk/account", "My account"));
        let by_link = browser.session.how.is_local() && here != "/desk/account";
        let new = by_link && secrets::of(rows, browser.user.id)?.password.is_none();
        let csrf = browser.session.csrf.clone();
        Ok(Self { csrf, here, places, new, waiting, drafts_wait, ..Self::bare(title, Some(&institution)) })
    }

    /// Around a page for anybody.
    pub(super) fn open(app: &App, title: &'static str) -> Self {
        let found = app.store.read(meta::find_institution).ok().flatten();
        Self::bare(title, found.as_ref())
    }

    /// Around a form in which this is wrong.
    pub(super) fn with(self, faults: &Faults) -> Self {
        Self { wrong: !faults.is_empty(), ..self }
    }

    /// With the script; see [`scripted`].
    pub(super) fn scripted(self, is: bool) -> Self {
        Self { script: if is { assets::path("desk.js") } else { String::new() }, ..self }
    }

    /// What waits at a place of the navigation; nothing where nothing does.
    pub(super) fn waits(&self, place: &str) -> String {
        let count = match place {
            "/desk/inbox" => self.waiting,
            "/desk/drafts" => self.drafts_wait,
            _ => 0,
        };
        match count {
            0 => String::new(),
            few if few < limits::desk::COUNTED => few.to_string(),
            _ => format!("{}+", limits::desk::COUNTED - 1),
        }
    }
}

/// Whether there is an account that somebody writes for.
pub(super) fn writes(rows: &impl Rows, asker: &Asker) -> Result<bool> {
    Ok(accounts::all(rows)?.iter().any(|account| asker.can::<Draft>(account.id)))
}

/// A template as an answer.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response> {
    let html = template.render().map_err(|e| Error::broken("render a page of the desk", e))?;
    Ok(response::html(status, html))
}

/// As `page`, with leave to run the desk's script where its frame has that.
pub(super) fn scripted(status: StatusCode, f: &Frame, template: &impl Template) -> Result<Response> {
    let mut response = page(status, template)?;
    if !f.script.is_empty() {
        response::set(response.headers_mut(), hyper::header::CONTENT_SECURITY_POLICY, response::SCRIPTED);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "desk/message.html")]
struct Message<'a> {
    f: Frame,
    lines: Vec<String>,
    command: &'a str,
}

/// A page that says something and nothing else.
pub(super) fn message(
    app: &App,
    status: StatusCode,
    title: &'static str,
    lines: Vec<String>,
    command: &str,
) -> Response {
    let message = Message { f: Frame::open(app, title), lines, command };
    page(status, &message).unwrap_or_else(|_| response::bare(status))
}

/// Writes moments as the institution's wall clock has them.
pub(super) struct Wall(Zone);

impl Wall {
    pub(super) fn of(institution: &Institution) -> Self {
        Self(Zone::named(&institution.time_zone))
    }

    pub(super) fn zone(&self) -> &Zone {
        &self.0
    }

    /// `23 November 2026, 10:15 (Europe/Brussels)`
    pub(super) fn time(&self, moment: Timestamp) -> String {
        format!("{} ({})", lang::date_long(moment, self.0.jiff(), &Lang::default()), self.0.name())
    }

    /// `10:15 (Europe/Brussels)`
    pub(super) fn clock(&self, moment: Timestamp) -> String {
        format!("{} ({})", moment.in_zone(self.0.jiff()).strftime("%H:%M"), self.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_zone() {
        let mut institution = Institution::new(String::new(), Vec::new(), "Europe/Brussels", Timestamp(0));
        let moment = Timestamp(1_795_425_300_000);
        assert_eq!(Wall::of(&institution).time(moment), "23 November 2026, 10:15 (Europe/Brussels)");
        assert_eq!(Wall::of(&institution).clock(moment), "10:15 (Europe/Brussels)");
        institution.time_zone = "Nowhere".into();
        assert_eq!(Wall::of(&institution).time(moment), "23 November 2026, 09:15 (UTC)");
    }
}
