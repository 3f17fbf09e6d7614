//! `polls`: how one stands. Official accounts ask; they do not vote.

use hyper::StatusCode;

use super::{entities, input};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::PostId;
use crate::model::poll::{Answer, NewPoll};
use crate::store::{material, posts};
use crate::web::request::Form;
use crate::web::response::{self, Response};

/// A poll has the number of its post.
pub(super) fn poll(app: &App, id: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let material = app.store.read(|rows| material::of(rows, posts::need(rows, id)?))?;
    response::json(StatusCode::OK, &entities::poll::poll(&material).ok_or(Error::NotFound)?)
}

/// `poll[options][]`, `poll[expires_in]` (seconds), `poll[multiple]`. Totals are never hidden: `poll[hide_totals]` is
/// passed over.
pub(super) fn read(form: &Form) -> Result<Option<NewPoll>> {
    let answers: Vec<Answer> = form.all("poll[options]").map(Answer::plain).collect();
    if answers.is_empty() {
        return Ok(None);
    }
    let lasts = match form.find("poll[expires_in]").unwrap_or_default() {
        "" => limits::poll::USUAL.as_secs(),
        seconds => seconds.parse().map_err(|_| Problem::new("E198", "A poll lasts a number of seconds."))?,
    };
    Ok(Some(NewPoll { answers, multiple: input::truth(form, "poll[multiple]"), lasts }))
}
