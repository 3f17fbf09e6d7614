//! Forms with files: fields are read into memory, files are written down as they arrive.

use std::io::Write as _;

use multer::{Field, Multipart};

use super::pace::{Pace, Whole};
use super::request::{Form, Request, broken_off};
use crate::error::{Error, Problem, Result};
use crate::limits::inbound as limits;
use crate::media::files::{Files, Unfinished, unwritten};

/// A form that has arrived.
#[derive(Debug, Default)]
pub struct Parts {
    pub form: Form,
    /// By the name of their field, in order.
    pub files: Vec<(String, Unfinished)>,
}

/// Reads a multipart form of at most `cap` bytes. A part whose name begins with one of `prefixes` is a file, of which
/// there may be `most`; a field in which none was chosen is passed over. The names of files are ignored: some programs
/// send a path.
pub async fn read(request: &mut Request, files: &Files, prefixes: &[&str], most: usize, cap: u64) -> Result<Parts> {
    let Some(boundary) = request.boundary() else {
        return Err(Problem::new("E154", "The form cannot be read: it is not multipart.").into());
    };
    let announced: Option<u64> = request.header("content-length").and_then(|length| length.parse().ok());
    let parts = Multipart::new(request.stream(cap)?, boundary);
    let mut whole = Whole::Body;
    if most > 0 {
        let announced = announced.unwrap_or_default();
        files.expect_upload(announced, announced, 0)?;
        whole = Whole::Upload;
    }
    let parts = parse(parts, files, prefixes, most, Pace::begin(whole)).await?;
    request.remember(&parts.form);
    Ok(parts)
}

/// The fields of a form of any kind, of somebody who is not known: their room is that of strangers. Files are passed
/// over; what comes behind `cap` bytes of them is left out.
pub async fn fields(request: &mut Request, cap: u64) -> Result<Form> {
    let Some(boundary) = request.boundary() else { return request.form().await };
    let mut parts = Multipart::new(request.stream(u64::MAX)?, boundary);
    let (mut pace, mut pairs, mut passed, mut left) = (Pace::begin(Whole::Upload), Vec::new(), 0, limits::FORM);
    while let Some(mut part) = pace.next(parts.next_field()).await?.map_err(misread)? {
        if part.file_name().is_none() {
            let (name, before) = (part.name().unwrap_or_default().to_owned(), left);
            pairs.push((name, text(part, &mut left, &mut pace).await?));
            if !request.grow(before - left) {
                return Err(Error::Busy { retry_after: limits::COME_BACK });
            }
        } else {
            while let Some(chunk) = pace.next(part.chunk()).await?.map_err(misread)? {
                pace.came(chunk.len());
                passed += chunk.len() as u64;
                if passed > cap {
                    return Form::new(pairs);
                }
            }
        }
        if pairs.len() > limits::FIELDS {
            break;
        }
    }
    Form::new(pairs)
}

async fn parse(
    mut parts: Multipart<'_>,
    files: &Files,
    prefixes: &[&str],
    most: usize,
    mut pace: Pace,
) -> Result<Parts> {
    let (mut pairs, mut taken, mut left) = (Vec::new(), Vec::new(), limits::FORM);
    while let Some(mut part) = pace.next(parts.next_field()).await?.map_err(misread)? {
        let name = part.name().unwrap_or_default().to_owned();
        // `avatar` brings a file, `avatar_description` words.
        let brings = |prefix: &&str| name.starts_with(prefix) && (part.file_name().is_some() || name == *prefix);
        if prefixes.iter().any(brings) {
            // A field in which no file was chosen comes as an empty file without a name.
            let chosen = part.file_name().is_some_and(|name| !name.is_empty());
            let begin = || if taken.len() < most { files.begin() } else { Err(too_many()) };
            let came = file(&mut part, begin, chosen, &mut pace).await?;
            taken.extend(came.map(|file| (name, file)));
        } else {
            pairs.push((name, text(part, &mut left, &mut pace).await?));
        }
        if pairs.len() > limits::FIELDS {
            break;
        }
    }
    Ok(Parts { form: Form::new(pairs)?, files: taken })
}

/// `left`: what all fields together may still take of memory.
async fn text(mut part: Field<'_>, left: &mut usize, pace: &mut Pace) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = pace.next(part.chunk()).await?.map_err(misread)? {
        pace.came(chunk.len());
        let Some(rest) = left.checked_sub(chunk.len()) else {
            let what = format!("The texts of the form are together larger than {} bytes.", limits::FORM);
            return Err(Problem::new("E150", what).into());
        };
        *left = rest;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn too_many() -> Error {
    Problem::new("E154", "The form cannot be read: it has too many files.").into()
}

/// A part that has content is a file, whatever it is called.
async fn file(
    part: &mut Field<'_>,
    begin: impl Fn() -> Result<Unfinished>,
    chosen: bool,
    pace: &mut Pace,
) -> Result<Option<Unfinished>> {
    let mut file = None;
    while let Some(chunk) = pace.next(part.chunk()).await?.map_err(misread)? {
        if chunk.is_empty() {
            continue;
        }
        pace.came(chunk.len());
        if file.is_none() {
            file = Some(begin()?);
        }
        // Into the system's cache, not to the disk: short enough to be done here.
        file.iter_mut().try_for_each(|file| file.file.write_all(&chunk)).map_err(unwritten)?;
    }
    if file.is_none() && chosen { begin().map(Some) } else { Ok(file) }
}

fn misread(error: multer::Error) -> Error {
    if let multer::Error::StreamReadFailed(inner) = error {
        return broken_off(&*inner);
    }
    Problem::new("E154", format!("The form cannot be read: {error}.")).into()
}

#[cfg(test)]
pub mod tests {
    use std::io::{Read as _, Seek as _};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body_util::{BodyDataStream, Full};
    use hyper::body::{Body, Frame};

    use super::*;
    use crate::crypto::random;

    /// A folder for files that goes away with its test.
    pub struct Scratch {
        pub files: Files,
        root: std::path::PathBuf,
    }

    impl Scratch {
        pub fn make() -> Self {
            let name = format!("instance-parts-{:032x}", u128::from_be_bytes(random::bytes::<16>()));
            let root = std::env::temp_dir().join(name);
            Self { files: Files::open(&root).unwrap(), root }
        }

        /// How many files are being written.
        pub fn unfinished(&self) -> usize {
            std::fs::read_dir(self.root.join("unfinished")).unwrap().count()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            _ = std::fs::remove_dir_all(&self.root);
        }
    }

    /// Reads parts: name, name of the file if it is one, content.
    pub async fn parsed(files: &Files, prefix: &str, parts: &[(&str, Option<&str>, &str)]) -> Result<Parts> {
        let mut body = String::new();
        for (name, file, value) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend([head.as_str(), value, "\r\n"]);
        }
        raw(files, prefix, body + "--x--\r\n").await
    }

    pub async fn raw(files: &Files, prefix: &str, body: impl Into<Bytes>) -> Result<Parts> {
        let stream = BodyDataStream::new(Full::new(body.into()));
        parse(Multipart::new(stream, "x"), files, &[prefix], 2, Pace::begin(Whole::Upload)).await
    }

    pub fn content(file: &mut Unfinished) -> String {
        file.file.rewind().unwrap();
        let mut text = String::new();
        file.file.read_to_string(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn fields_are_read_and_files_written_down() {
        let place = Scratch::make();
        let sent = [
            ("text", None, "One"),
            ("file1", Some("/tmp/a.png"), "bytes"),
            ("file2", Some(""), ""),
            ("file3", Some("b.png"), ""),
        ];
        let mut parts = parsed(&place.files, "file", &sent).await.unwrap();
        assert_eq!(parts.form.text("text"), "One");
        let names: Vec<_> = parts.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["file1", "file3"], "what was chosen, even when it is empty, and no more than two");
        assert_eq!(content(&mut parts.files[0].1), "bytes");
        assert_eq!(place.unfinished(), 2);
        drop(parts);
        assert_eq!(place.unfinished(), 0, "what is not kept goes away");
    }

    /// Says something, and then nothing for ever.
    struct Silence(Option<Bytes>);

    impl Body for Silence {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<std::result::Result<Frame<Bytes>, Self::Error>>> {
            self.0.take().map_or(Poll::Pending, |said| Poll::Ready(Some(Ok(Frame::data(said)))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_nothing_any_more_gives_up_the_place() {
        let place = Scratch::make();
        let start = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf a fi";
        let parts = Multipart::new(BodyDataStream::new(Silence(Some(start.into()))), "x");
        match parse(parts, &place.files, &["file"], 2, Pace::begin(Whole::Upload)).await {
            Err(Error::Invalid(problem)) => assert_eq!(problem.id, "E152"),
            other => panic!("{other:?}"),
        }
        assert_eq!(place.unfinished(), 0);
    }

    #[tokio::test]
    async fn nonsense_leaves_nothing_behind() {
        let place = Scratch::make();
        let cut = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf a fi";
        for body in ["no parts at all", cut] {
            assert!(matches!(raw(&place.files, "file", body).await, Err(Error::Invalid(_))), "{body}");
        }
        let many: Vec<_> = (0..=limits::FIELDS).map(|_| ("a", None, "b")).collect();
        assert!(parsed(&place.files, "file", &many).await.is_err());
        for named in [Some("a"), Some(""), None] {
            let three = [("file", named, "b"); 3];
            assert!(parsed(&place.files, "file", &three).await.is_err(), "{named:?}");
            assert!(parsed(&place.files, "file", &three[..2]).await.is_ok(), "{named:?}");
        }
        let long = "x".repeat(limits::FORM + 1);
        assert!(parsed(&place.files, "file", &[("text", None, &long)]).await.is_err());
        let half = "x".repeat(limits::FORM / 2 + 1);
        assert!(parsed(&place.files, "file", &[("one", None, &half), ("two", None, &half)]).await.is_err());
        assert!(parsed(&place.files, "file", &[("one", None, &half), ("file", Some("a"), &half)]).await.is_ok());
        assert_eq!(place.unfinished(), 0);
    }
}
