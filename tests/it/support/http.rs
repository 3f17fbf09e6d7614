//! A small HTTP client for tests: one request, one answer, nothing followed.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

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

pub async fn get(url: &str, accept: &str) -> Answer {
    send("GET", url, &[("accept", accept)], Bytes::new()).await
}

pub async fn activity(url: &str) -> Answer {
    get(url, "application/activity+json").await
}
