//! A small HTTP client for tests: one request, one answer, nothing followed.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Instance;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// Sends a request to a server on loopback.
pub async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    try_send(method, url, headers, body).await.unwrap()
}

/// As `send`, to a server that may end at any moment.
pub async fn try_send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let url: url::Url = url.parse().unwrap();
    let authority = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
    let stream = TcpStream::connect(&authority).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::task::spawn(connection);
    let mut request = Request::builder().method(method).uri(&url[url::Position::BeforePath..]);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request = request.header("host", &authority);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = sender.send_request(request.body(Full::new(body.into())).unwrap()).await?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    driver.abort();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

/// Of a form as browsers send one with files.
pub const PARTS: &str = "multipart/form-data; boundary=xyz";

/// Such a form: fields with their values, then fields with a file's bytes.
pub fn parts<'a>(fields: impl IntoIterator<Item = &'a (&'a str, &'a str)>, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (name, bytes) in files {
        let head = format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--xyz--\r\n");
    body
}

/// Sends the head of a request with so long a body, and waits for as many bytes of what the server says to that.
pub async fn announced<const N: usize>(
    server: &Instance,
    path: &str,
    kind: &str,
    who: (&str, &str),
    length: usize,
) -> (TcpStream, [u8; N]) {
    let origin = server.app.site.origin.as_str();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\n{}: {}\r\ncontent-type: {kind}\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        server.address, who.0, who.1
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = [0; N];
    stream.read_exact(&mut line).await.unwrap();
    (stream, line)
}

/// A request whose body is still on its way: the server has asked for it, so it has looked at who it is.
pub struct Held(TcpStream, Vec<u8>);

impl Held {
    pub async fn begin(server: &Instance, path: &str, kind: &str, who: (&str, &str), body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let (stream, line) = announced::<25>(server, path, kind, who, body.len()).await;
        assert!(line.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&line));
        Self(stream, body)
    }

    /// The status of the answer.
    pub async fn end(self) -> u16 {
        self.answer().await.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The whole answer, with its head.
    pub async fn answer(mut self) -> String {
        self.0.write_all(&self.1).await.unwrap();
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// A connection that is kept for one request after the other.
pub struct Line {
    sender: hyper::client::conn::http1::SendRequest<Full<Bytes>>,
    authority: String,
}

impl Line {
    pub async fn open(authority: impl ToString) -> Self {
        let authority = authority.to_string();
        let stream = TcpStream::connect(&authority).await.unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::task::spawn(connection);
        Self { sender, authority }
    }

    /// The status of the answer to a POST, and the seconds it asks to wait.
    pub async fn post(&mut self, path: &str, headers: &HeaderMap, body: Bytes) -> (u16, String) {
        let mut request = Request::post(path).body(Full::new(body)).unwrap();
        request.headers_mut().extend(headers.clone());
        request.headers_mut().insert("host", self.authority.parse().unwrap());
        let answer = self.sender.send_request(request).await.unwrap();
        let wait = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        (status, wait.unwrap_or_default())
    }

    /// The status of the answer to a GET, and the length of its body.
    pub async fn get(&mut self, path: &str) -> (u16, usize) {
        let request = Request::get(path).header("host", &self.authority).body(Full::default()).unwrap();
        self.sender.ready().await.unwrap();
        let answer = self.sender.send_request(request).await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.into_body().collect().await.unwrap().to_bytes().len())
    }
}

pub async fn get(url: &str, accept: &str) -> Answer {
    send("GET", url, &[("accept", accept)], Bytes::new()).await
}

pub async fn activity(url: &str) -> Answer {
    get(url, "application/activity+json").await
}

/// What comes back for bytes that are sent as they are, until either side has enough.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up before it has read all.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}
