//! Calls to the institution's identity provider. Its host stands in the settings, so that it may be an internal one; what
//! it names elsewhere is reached as any other server is, so that its description of itself leads nowhere inside. No
//! redirect is followed, no answer is larger than it may be, and nothing of what is said comes into an error.

use std::path::PathBuf;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use tokio::time::timeout;
use url::Url;

use super::address::Reach;
use super::client::{End, collect, failure, label, too_slow};
use super::connect::Connector;
use super::resolve::Resolver;
use super::tls;
use crate::base::json;
use crate::error::{Error, Result};
use crate::limits::outbound::{DEADLINE, HEADERS};
use crate::limits::provider::ANSWER;

type Pool = legacy::Client<Connector, Full<Bytes>>;

pub struct Options {
    pub issuer: Url,
    /// Of everything that is not on the issuer's own host and port.
    pub reach: Reach,
    pub extra_ca: Option<PathBuf>,
    /// One for each of the two.
    pub resolvers: [Resolver; 2],
    pub user_agent: String,
}

pub struct Provider {
    issuer: Url,
    own: Pool,
    others: Pool,
    user_agent: HeaderValue,
}

/// What is asked.
pub enum Ask<'a> {
    /// A document for everybody.
    Open,
    /// A document that this token opens.
    Bearer(&'a str),
    /// A form is sent, perhaps with name and secret as HTTP Basic has them.
    Form { body: String, basic: Option<String> },
}

impl Provider {
    /// Connects nowhere yet.
    pub fn new(options: Options) -> Result<Self> {
        let tls = tls::config(options.extra_ca.as_deref())?;
        let [first, second] = options.resolvers;
        let pool = |reach, resolver| -> Pool {
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_max_idle_per_host(0)
                .http1_max_buf_size(HEADERS)
                .build(Connector::new(reach, resolver, tls.clone(), DEADLINE))
        };
        let user_agent = HeaderValue::from_str(&options.user_agent).map_err(|e| Error::broken("the user agent", e))?;
        let (own, others) = (pool(Reach::anywhere(), first), pool(options.reach, second));
        Ok(Self { issuer: options.issuer, own, others, user_agent })
    }

    /// The issuer's host, for people.
    pub fn host(&self) -> String {
        label(&self.issuer)
    }

    /// Whether an address that the provider names may be called: as safe as its own, or at the same place.
    pub fn may_call(&self, url: &Url) -> bool {
        let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
        plain && (url.scheme() == "https" || self.is_own(url))
    }

    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.issuer.origin()
    }

    /// The status and the JSON of an answer.
    pub async fn ask(&self, url: &Url, ask: Ask<'_>) -> Result<(u16, Value)> {
        if !self.may_call(url) {
            return Err(Error::peer_never(label(url), "the provider names an address that is not safe to call"));
        }
        let request = self.request(url, ask)?;
        let pool = if self.is_own(url) { &self.own } else { &self.others };
        let whole = async {
            let response = pool.request(request).await.map_err(|e| failure(url, &e))?;
            let (head, body) = response.into_parts();
            let mut bytes = Vec::new();
            match collect(body, ANSWER, &mut bytes).await {
                End::Whole => Ok((head.status.as_u16(), bytes)),
                End::TooLong => Err(Error::peer_never(label(url), "the answer is too large")),
                End::Broken(_) => Err(Error::peer_later(label(url), "the answer broke off")),
            }
        };
        let (status, bytes) = timeout(DEADLINE, whole).await.unwrap_or_else(|_| Err(too_slow(url)))?;
        if (300..400).contains(&status) || status >= 500 {
            return Err(Error::peer_later(label(url), format!("answered {status}")));
        }
        let value = json::parse(&bytes).map_err(|_| Error::peer_never(label(url), "the answer is no JSON"))?;
        Ok((status, value))
    }

    fn request(&self, url: &Url, ask: Ask<'_>) -> Result<Request<Full<Bytes>>> {
        let (method, authorization, body) = match ask {
            Ask::Open => (Method::GET, None, None),
            Ask::Bearer(token) => (Method::GET, Some(format!("Bearer {token}")), None),
            Ask::Form { body, basic } => (Method::POST, basic.map(|basic| format!("Basic {basic}")), Some(body)),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, "application/json");
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(&authorization)
                .map_err(|_| Error::peer_never(label(url), "the provider's token is no header"))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request
            .body(Full::from(body.unwrap_or_default()))
            .map_err(|e| Error::broken("a request to the identity provider", e))
    }
}
