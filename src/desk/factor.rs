//! The second factor: an app gets a secret, shows codes, and ten codes on paper stand in for it.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::account::{done, prove};
use super::faults::Faults;
use super::frame::{self, Frame};
use super::qr;
use crate::actions::secrets;
use crate::app::App;
use crate::crypto::{token, totp};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::meta;
use crate::web::request::Form;
use crate::web::response::Response;
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/factor.html")]
struct Factor {
    f: Frame,
    faults: Faults,
    on: bool,
    required: bool,
    has_password: bool,
    left: usize,
    spelled: String,
    /// Safe: drawn by us.
    picture: String,
}

#[derive(Template)]
#[template(path = "desk/codes.html")]
struct Codes {
    f: Frame,
    codes: Vec<String>,
}

pub(super) fn page(app: &App, browser: &Browser) -> Result<Response> {
    shown(app, browser, totp::secret(), Faults::default())
}

/// The secret stays the same while its code is typed wrong: the phone has it already.
fn shown(app: &App, browser: &Browser, secret: totp::Secret, faults: Faults) -> Result<Response> {
    let status = faults.status();
    let factor = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Second factor", "/desk/account")?.with(&faults);
        let kept = secrets::of(rows, browser.user.id)?;
        let institution = meta::institution(rows)?;
        let named = if browser.user.email.is_empty() { "owner" } else { &browser.user.email };
        let short = crate::base::text::clip(&institution.name, limits::desk::SHORT_WORDS).into_owned();
        Ok(Factor {
            f,
            on: kept.has_second(),
            required: institution.second_factor,
            has_password: kept.password.is_some(),
            left: kept.recovery.len(),
            spelled: totp::spelled(&secret),
            picture: qr::svg(&totp::address(&secret, &short, named))?,
            faults,
        })
    })?;
    frame::page(status, &factor)
}

/// Takes the secret of the page into use.
pub(super) async fn set(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let Some(secret) = totp::read(form.find("secret").unwrap_or_default()) else { return page(app, browser) };
    let mut faults = Faults::default();
    let kept = prove(app, browser, form, "current", &mut faults).await?;
    if kept.has_second() {
        return Err(Error::Conflict("There is a second factor already. Turn it off first."));
    }
    let (codes, hashes) = fresh();
    if faults.is_empty() {
        let (typed, here) = (form.text("code"), browser.key);
        match browser.write(app, move |tx| secrets::set_second(tx, own, secret, &typed, &hashes, here)).await {
            Ok(()) => return codes_shown(app, browser, codes),
            Err(Error::Invalid(problem)) => faults.push("code", &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, secret, faults)
}

/// Codes, and what is stored of them.
fn fresh() -> (Vec<String>, Vec<[u8; 32]>) {
    let codes: Vec<String> = (0..limits::login::RECOVERY).map(|_| token::code()).collect();
    let hashes = codes.iter().map(|code| token::hash(code)).collect();
    (codes, hashes)
}

/// The only page that ever shows them.
fn codes_shown(app: &App, browser: &Browser, codes: Vec<String>) -> Result<Response> {
    let f = app.store.read(|rows| Frame::of(rows, browser, "Recovery codes", "/desk/account"))?;
    frame::page(StatusCode::OK, &Codes { f, codes })
}

pub(super) async fn codes(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let mut faults = Faults::default();
    prove(app, browser, form, "current", &mut faults).await?;
    if !faults.is_empty() {
        return shown(app, browser, totp::secret(), faults);
    }
    let ((codes, hashes), typed) = (fresh(), form.text("code"));
    match browser.write(app, move |tx| secrets::set_codes(tx, own, &typed, &hashes)).await {
        Ok(()) => codes_shown(app, browser, codes),
        Err(Error::Invalid(problem)) => shown(app, browser, totp::secret(), Faults::of("code", &problem)),
        Err(e) => Err(e),
    }
}

pub(super) async fn off(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let mut faults = Faults::default();
    prove(app, browser, form, "current", &mut faults).await?;
    if !faults.is_empty() {
        return shown(app, browser, totp::secret(), faults);
    }
    let typed = form.text("code");
    match browser.write(app, move |tx| secrets::drop_second(tx, own, &typed)).await {
        Ok(()) => Ok(done("second")),
        Err(Error::Invalid(problem)) => shown(app, browser, totp::secret(), Faults::of("code", &problem)),
        Err(e) => Err(e),
    }
}
