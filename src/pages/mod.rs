//! Not furnished yet.
use crate::{
    app::App,
    error::*,
    web::{request::Request, response::*},
};
use std::sync::Arc;
pub async fn handle(_: &Arc<App>, _: &Request) -> Result<Response> {
    Err(Error::NotFound)
}
pub fn error(_: &App, _: &Error, _: &Request) -> Response {
    bare(hyper::StatusCode::NOT_FOUND)
}
