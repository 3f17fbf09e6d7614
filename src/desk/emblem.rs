//! The institution's emblem: for an owner to choose, and to take away again; an auditor sees it.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::frame::{self, Frame};
use super::intake;
use crate::actions;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::limits;
use crate::media::picture::Shape;
use crate::model::ids::INSTANCE;
use crate::model::institution::Emblem;
use crate::model::power::Administer;
use crate::model::user::By;
use crate::store::meta;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};
use crate::web::{csrf, multipart};

#[derive(Template)]
#[template(path = "desk/emblem.html")]
struct Page {
    f: Frame,
    faults: Faults,
    notice: &'static str,
    /// Whether whoever looks may change it.
    changes: bool,
    emblem: Option<Emblem>,
}

/// `GET /desk/settings/emblem`
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = if request.query("done").is_some() { "Saved. Pages show it from now on." } else { "" };
    shown(app, browser, Faults::default(), notice)
}

fn shown(app: &App, browser: &Browser, faults: Faults, notice: &'static str) -> Result<Response> {
    browser.asker().may_audit()?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Emblem", "/desk/settings")?.with(&faults);
        let changes = browser.asker().may_run().is_ok();
        Ok(Page { f, faults, notice, changes, emblem: meta::institution(rows)?.emblem })
    })?;
    frame::page(status, &page)
}

/// `POST /desk/settings/emblem`
pub(super) async fn set(app: &Arc<App>, request: &mut Request, browser: &Browser) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let mut parts = multipart::read(request, &app.files, &["picture"], 1, limits::inbound::UPLOAD).await?;
    csrf::check_form(app, browser, &parts.form)?;
    let owner = browser.asker().may_run()?;
    let by: By<Administer> = owner.of(INSTANCE);
    let picture = if parts.form.find("remove").is_some() {
        None
    } else {
        let Some((_, file)) = parts.files.pop() else {
            let problem = Problem::new("E155", "There is no file.").remedy("Choose a picture.");
            return shown(app, browser, Faults::of("picture", &problem), "");
        };
        let (mut kept, mut faults) = (None, Faults::default());
        let place = intake::Place {
            field: "picture".to_owned(),
            file: Some(file),
            kept: &mut kept,
            of: &[],
            shape: Shape::Emblem,
            check: |_| Ok(()),
        };
        let Some(media) = intake::take(app, by.to(), place, &mut faults).await? else {
            return shown(app, browser, faults, "");
        };
        Some(media.id)
    };
    browser.write(app, move |tx| actions::emblem::set(tx, owner, picture).map(drop)).await?;
    Ok(response::see_other("/desk/settings/emblem?done=1"))
}
