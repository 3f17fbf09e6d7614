//! The files of `static/`, carried in the binary, at addresses that change with their content.

use std::collections::HashMap;
use std::sync::LazyLock;

use hyper::StatusCode;
use hyper::header;
use rust_embed::RustEmbed;

use super::cache;
use super::response::{Response, answer, set};
use crate::crypto::digest;
use crate::error::{Error, Result};
use crate::model::colour::Colours;
use crate::model::institution::Institution;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// File name to the first 12 digits of its SHA-256.
static VERSIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let version = |name: &str| {
        let file = Static::get(name)?;
        let hash = digest::hex(&digest::sha256(&file.data));
        Some((name.to_owned(), hash.get(..12)?.to_owned()))
    };
    Static::iter().filter_map(|name| version(&name)).collect()
});

/// The address of an embedded file: `/assets/0123456789ab/public.css`.
pub fn path(name: &str) -> String {
    let version = VERSIONS.get(name).map_or("0", String::as_str);
    format!("/assets/{version}/{name}")
}

/// The address of an institution's emblem: its own, or the neutral one.
pub fn emblem(institution: &Institution) -> String {
    institution.emblem.as_ref().map_or_else(|| path("emblem.svg"), |emblem| format!("/media/{}", emblem.file))
}

/// The style sheet of all pages, which may carry the institution's colours.
pub const STYLE: &str = "public.css";

/// Its address: it changes with the colours.
pub fn style(colours: Option<Colours>) -> String {
    let Some(colours) = colours else { return path(STYLE) };
    let hash = digest::hex(&digest::sha256([path(STYLE), colours.css()].concat().as_bytes()));
    format!("/assets/{}/{STYLE}", hash.get(..12).unwrap_or_default())
}

/// Serves it, the institution's colours behind ours. As `serve`, it is kept only under the address of today.
pub fn serve_style(address: &str, colours: Option<Colours>) -> Result<Response> {
    let Some(chosen) = colours else { return serve(address, STYLE) };
    let file = Static::get(STYLE).ok_or(Error::NotFound)?;
    let css = [file.data.as_ref(), chosen.css().as_bytes()].concat();
    let response = guarded(answer(StatusCode::OK, "text/css; charset=utf-8", css));
    Ok(if address == style(colours) { kept(response) } else { cache::passing(response) })
}

/// Serves an embedded file. A page that is older than the program still gets a style sheet: only under the version of
/// today it is kept.
pub fn serve(address: &str, name: &str) -> Result<Response> {
    let file = Static::get(name).ok_or(Error::NotFound)?;
    let kind = match name.rsplit_once('.').map(|(_, ext)| ext) {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "application/octet-stream",
    };
    let response = guarded(answer(StatusCode::OK, kind, file.data.into_owned()));
    Ok(if address == path(name) { cache::fixed(kept(response)) } else { cache::passing(response) })
}

/// For good: at this address there is never anything else.
fn kept(mut response: Response) -> Response {
    set(response.headers_mut(), header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    response
}

fn guarded(mut response: Response) -> Response {
    set(
        response.headers_mut(),
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
    response
}
