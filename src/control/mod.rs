//! Not furnished yet.
use crate::{app::App, error::*}; use std::sync::Arc;
pub fn listen(_: &std::path::Path) -> Result<()> { Ok(()) }
pub async fn serve(_: Arc<App>, _: ()) {}
pub fn close(_: &std::path::Path) {}
