//! Uploads that go on where they broke off, as the tus protocol 1.0 has them: core, creation and termination
//! (<https://tus.io/protocols/resumable-upload>).

use http_body_util::BodyExt as _;
use hyper::StatusCode;
use hyper::header::{self, HeaderName};

use super::pace::{Pace, Whole};
use super::request::{Request, broken_off};
use super::response::{Response, bare, set, set_text};
use crate::app::{App, pieces};
use crate::error::{Problem, Result};
use crate::model::power::Attach;
use crate::model::user::By;

const VERSION: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// What a piece is called.
const PIECE: &str = "application/offset+octet-stream";

fn answer(status: StatusCode) -> Response {
    let mut response = bare(status);
    set(response.headers_mut(), VERSION, "1.0.0");
    set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

fn number(request: &Request, name: &HeaderName) -> Result<u64> {
    request.header(name.as_str()).and_then(|text| text.trim().parse().ok()).ok_or_else(|| {
        let what = format!("The header {name} is missing, or is no number.");
        Problem::new("E208", what).remedy("Speak tus 1.0: Upload-Length first, Upload-Offset with each piece.").into()
    })
}

/// Begins an upload; `path` is where its address goes on with its name.
pub fn begin(app: &App, request: &Request, by: By<Attach>, path: &str) -> Result<Response> {
    let name = pieces::begin(app, by, number(request, &LENGTH)?)?;
    let mut response = answer(StatusCode::CREATED);
    set_text(response.headers_mut(), header::LOCATION, &format!("{}{path}/{name}", app.site.origin));
    set(response.headers_mut(), OFFSET, "0");
    Ok(response)
}

/// How far it is.
pub fn progress(app: &App, by: By<Attach>, name: &str) -> Result<Response> {
    let (come, length) = pieces::progress(app, by, name)?;
    let mut response = answer(StatusCode::OK);
    set_text(response.headers_mut(), OFFSET, &come.to_string());
    set_text(response.headers_mut(), LENGTH, &length.to_string());
    Ok(response)
}

/// Takes a piece. What came of one that breaks off stays.
pub async fn add(app: &App, request: &mut Request, by: By<Attach>, name: &str) -> Result<Response> {
    let _permit = app.uploads.take(by.who())?;
    let mut open = pieces::open(app, by, name, number(request, &OFFSET)?)?;
    if request.header("content-type") != Some(PIECE) {
        return Err(Problem::new("E208", format!("A piece of an upload is of the type {PIECE}.")).into());
    }
    app.files.expect_upload(open.left(), open.length(), 0)?;
    let mut body = request.body(open.left())?;
    let mut pace = Pace::begin(Whole::Upload);
    loop {
        match pace.next(body.frame()).await? {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(&[][..], |bytes| &bytes[..]);
                pace.came(bytes.len());
                open.write(bytes)?;
            }
            Some(Err(e)) => return Err(broken_off(&*e)),
            None => break,
        }
    }
    let mut response = answer(StatusCode::NO_CONTENT);
    set_text(response.headers_mut(), OFFSET, &open.offset().to_string());
    Ok(response)
}

/// Ends it before it is whole.
pub fn end(app: &App, by: By<Attach>, name: &str) -> Result<Response> {
    pieces::forget(app, by, name).map(|()| answer(StatusCode::NO_CONTENT))
}
