//! `instance`: what this server is and takes.

use hyper::StatusCode;

use super::entities;
use crate::app::App;
use crate::error::Result;
use crate::store::counts::{self, Count};
use crate::store::{accounts, meta};
use crate::web::response::{self, Response};

pub(super) fn v1(app: &App) -> Result<Response> {
    let (institution, people, posts) = app
        .store
        .read(|rows| Ok((meta::institution(rows)?, accounts::all(rows)?.len(), counts::get(rows, Count::AllPosts)?)))?;
    response::json(StatusCode::OK, &entities::instance::v1(app, &institution, people, posts))
}

pub(super) fn v2(app: &App) -> Result<Response> {
    let institution = app.store.read(meta::institution)?;
    response::json(StatusCode::OK, &entities::instance::v2(app, &institution))
}
