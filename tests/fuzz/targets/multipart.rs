//! Forms with files: read to the end however they arrive, nothing in them that was not sent, and written out they read
//! the same.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::BodyDataStream;
use hyper::body::{Body, Frame};
use multer::{Multipart, parse_boundary};

/// A line with the content type, a byte that says in how long pieces it arrives, then the body.
pub fn multipart(data: &[u8]) {
    let Some((kind, rest)) = data.iter().position(|byte| *byte == b'\n').and_then(|end| data.split_at_checked(end))
    else {
        return;
    };
    let ([_, length, body @ ..], Ok(kind)) = (rest, str::from_utf8(kind)) else { return };
    let Ok(boundary) = parse_boundary(kind) else { return };
    let whole = read(body, &boundary, body.len());
    // Where pieces end makes no difference to what is read; an error may come sooner or later.
    let pieces = read(body, &boundary, usize::from(*length).max(1));
    let Ok(parts) = whole else {
        assert!(pieces.is_err(), "whole it is none");
        return;
    };
    assert_eq!(pieces.as_ref(), Ok(&parts), "in pieces");
    let sent: usize = parts.iter().map(|part| part.bytes.len()).sum();
    assert!(sent <= body.len());
    for part in &parts {
        assert!(part.bytes.is_empty() || body.windows(part.bytes.len()).any(|sent| sent == part.bytes));
    }
    again(&parts);
}

#[derive(Debug, PartialEq)]
pub struct Part {
    name: Option<String>,
    file: Option<String>,
    bytes: Vec<u8>,
}

/// As the doors read it, with every piece that was asked for answered once by "not yet".
pub fn read(body: &[u8], boundary: &str, length: usize) -> Result<Vec<Part>, String> {
    let pieces: Vec<Bytes> = body.chunks(length.max(1)).rev().map(Bytes::copy_from_slice).collect();
    let mut polls = 3 * pieces.len() + 3;
    let mut form = Multipart::new(BodyDataStream::new(Arriving { pieces, late: false }), boundary);
    let mut reading = pin!(async move {
        let mut parts = Vec::new();
        while let Some(mut part) = form.next_field().await? {
            let (name, file) = (part.name().map(str::to_owned), part.file_name().map(str::to_owned));
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await? {
                bytes.extend_from_slice(&chunk);
            }
            parts.push(Part { name, file, bytes });
        }
        Ok::<_, multer::Error>(parts)
    });
    loop {
        if let Poll::Ready(parts) = reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return parts.map_err(|error| error.to_string());
        }
        polls = polls.checked_sub(1).expect("it waits for what will never come");
    }
}

struct Arriving {
    /// The last comes first.
    pieces: Vec<Bytes>,
    late: bool,
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.late = !self.late;
        if self.late { Poll::Pending } else { Poll::Ready(self.pieces.pop().map(|piece| Ok(Frame::data(piece)))) }
    }
}

fn again(parts: &[Part]) {
    const BOUNDARY: &str = "----of-the-second-time";
    let mut body = Vec::new();
    for Part { name, file, bytes } in parts {
        let plain = |name: &Option<String>| name.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric()));
        let taken = bytes.windows(BOUNDARY.len()).any(|part| part == BOUNDARY.as_bytes());
        if !plain(name) || !plain(file) || taken {
            return;
        }
        let field = |key: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("; {key}=\"{value}\"")).unwrap_or_default()
        };
        let (name, file) = (field("name", name), field("filename", file));
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data{name}{file}\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    assert_eq!(read(&body, BOUNDARY, body.len()).as_deref(), Ok(parts));
}
