//! Logging in through the institution's identity provider: the authorization code flow of OpenID Connect with PKCE. What
//! has to be remembered of one log-in is in a cookie of the browser that began it and in nothing else; state, nonce and
//! verifier are made from it under a key of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use tokio::sync::{Mutex as Turn, Semaphore, SemaphorePermit};
use url::Url;

use super::App;
use crate::actions::identity::Rules;
use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::config::Config;
use crate::crypto::jwt::{self, KeySet};
use crate::crypto::{random, token};
use crate::error::{Error, Problem, Result};
use crate::limits::provider as limits;
use crate::model::oidc::{Expected, Person, check, is_thin, subject, tells_groups};
use crate::net::address::Reach;
use crate::net::provider::{Ask, Options, Provider as Caller};
use crate::net::resolve::Resolver;

pub struct Provider {
    pub rules: Rules,
    caller: Caller,
    client: String,
    secret: Option<String>,
    scope: String,
    groups: String,
    /// Where people come back to.
    back: String,
    key: [u8; 32],
    known: Turn<Known>,
    used: Mutex<HashMap<[u8; 32], Timestamp>>,
    seats: Semaphore,
    rates: Rates<u64>,
}

/// What the provider says of itself, as it was last asked.
#[derive(Default)]
struct Known {
    about: Option<(Arc<About>, Timestamp)>,
    keys: Option<(Arc<KeySet>, Timestamp)>,
    /// When it last did not answer.
    silent: Option<Timestamp>,
}

/// OpenID Connect Discovery §3, as far as we go by it.
struct About {
    authorization: Url,
    token: Url,
    keys: Url,
    userinfo: Option<Url>,
    end: Option<Url>,
    /// Whether it takes the secret by HTTP Basic, rather than in the form.
    basic: bool,
    /// Whether it says with each answer who it is (RFC 9207).
    signs: bool,
}

/// What comes back in the address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    pub code: &'a str,
    pub state: &'a str,
    pub iss: Option<&'a str>,
    pub error: Option<&'a str>,
}

/// One log-in that has begun.
struct Begun {
    /// The whole cookie: all else is made from it.
    cookie: String,
    at: Timestamp,
    to: String,
}

impl Begun {
    fn new(to: &str, now: Timestamp) -> Self {
        let to = if to.len() > limits::TO { "" } else { to };
        let cookie = format!("{}.{}.{}", token::new(), now.0, URL_SAFE_NO_PAD.encode(to));
        Self { cookie, at: now, to: to.to_owned() }
    }

    fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.');
        let (_, at, to) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let to = String::from_utf8(URL_SAFE_NO_PAD.decode(to).ok()?).ok()?;
        parts.next().is_none().then(|| Self { cookie: cookie.to_owned(), at: Timestamp(at), to })
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.at <= now && now.since(self.at) < limits::TIME
    }
}

impl Provider {
    /// The provider that the settings name; connects nowhere yet.
    pub fn new(config: &Config, origin: &str, reach: Reach, user_agent: &str) -> Result<Option<Self>> {
        let Some((issuer, client)) = config.login.as_set() else { return Ok(None) };
        let resolver = || config.network.resolver.map_or_else(Resolver::system, Resolver::asking);
        let caller = Caller::new(Options {
            issuer: Url::parse(issuer).map_err(|e| Error::broken("the issuer", e))?,
            reach,
            extra_ca: config.network.extra_ca.clone(),
            resolvers: [resolver(), resolver()],
            user_agent: user_agent.to_owned(),
        })?;
        let scopes = config.login.scopes.iter().filter(|scope| *scope != "openid");
        Ok(Some(Self {
            rules: Rules {
                issuer: issuer.to_owned(),
                match_email: config.login.match_email,
                create: config.login.create,
                grants: config.login.groups.clone(),
            },
            caller,
            client: client.to_owned(),
            secret: config.login.secret()?,
            scope: scopes.fold("openid".to_owned(), |all, scope| all + " " + scope),
            groups: config.login.groups_claim.clone(),
            back: format!("{origin}/desk/login/provider/back"),
            key: random::bytes(),
            known: Turn::default(),
            used: Mutex::default(),
            seats: Semaphore::new(limits::AT_ONCE),
            rates: Rates::new(limits::BACK),
        }))
    }

    /// What to call it before people.
    pub fn host(&self) -> String {
        self.caller.host()
    }

    /// Where to send a browser that wants to log in, and what it is to keep meanwhile.
    pub async fn begin(&self, app: &App, to: &str) -> Result<(String, String)> {
        let _seat = self.seat()?;
        let about = self.about(app.now()).await?;
        let begun = Begun::new(to, app.now());
        let mut url = about.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client)
            .append_pair("redirect_uri", &self.back)
            .append_pair("scope", &self.scope)
            .append_pair("state", &self.of(&begun, "state"))
            .append_pair("nonce", &self.of(&begun, "nonce"))
            .append_pair("code_challenge", &token::challenge(&self.of(&begun, "verifier")))
            .append_pair("code_challenge_method", "S256");
        Ok((url.into(), begun.cookie))
    }

    /// Who has come back, and where they wanted to go. Each log-in ends once, in the browser that began it.
    pub async fn finish(
        &self,
        app: &App,
        cookie: Option<&str>,
        answer: Answer<'_>,
        network: Option<u64>,
    ) -> Result<(Person, String)> {
        let now = app.now();
        let begun = self.claimed(cookie, answer, now)?;
        network.map_or(Ok(()), |network| self.rates.take(&network, 1, now)).map_err(busy)?;
        let _seat = self.seat()?;
        let about = self.about(now).await?;
        if answer.iss.map_or(about.signs, |iss| iss != self.rules.issuer) {
            return Err(refused("the answer does not come from the issuer (iss)"));
        }
        if let Some(said) = answer.error {
            return Err(said_no(said));
        }
        let (id, access) = self.exchange(&about, answer.code, &self.of(&begun, "verifier")).await?;
        let claims = self.proven(&about, &id, now).await?;
        let nonce = self.of(&begun, "nonce");
        let expected = Expected { issuer: &self.rules.issuer, client: &self.client, nonce: &nonce };
        check(&claims, expected, now).map_err(refused)?;
        let more = match self.more(&about, &claims, access.as_deref()).await {
            // Nobody loses what their groups give because the provider cannot tell these now.
            Err(e) if !self.rules.grants.is_empty() && !tells_groups(&claims, &self.groups) => return Err(e),
            other => other.unwrap_or_default(),
        };
        let person = Person::read(&claims, more.as_ref(), &self.groups).ok_or_else(|| refused("it names nobody"))?;
        Ok((person, begun.to))
    }

    /// Where somebody ends the provider's own session too, when that is known.
    pub fn farewell(&self, origin: &str) -> Option<String> {
        let about = self.known.try_lock().ok()?.about.as_ref().map(|(about, _)| Arc::clone(about))?;
        let mut url = about.end.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.client)
            .append_pair("post_logout_redirect_uri", &format!("{origin}/desk/login"));
        Some(url.into())
    }

    fn of(&self, begun: &Begun, purpose: &str) -> String {
        token::derived(&self.key, purpose, &begun.cookie)
    }

    fn seat(&self) -> Result<SemaphorePermit<'_>> {
        self.seats.try_acquire().map_err(|_| busy(limits::COME_BACK))
    }

    /// The log-in that an answer belongs to. It is used up here, before anybody else is asked.
    fn claimed(&self, cookie: Option<&str>, answer: Answer<'_>, now: Timestamp) -> Result<Begun> {
        let begun = cookie.and_then(Begun::read).filter(|begun| begun.is_open(now)).ok_or_else(not_begun)?;
        let state = self.of(&begun, "state");
        let long = [answer.code, answer.iss.unwrap_or_default()].iter().any(|text| text.len() > limits::PARAMETER);
        let empty = answer.code.is_empty() && answer.error.is_none();
        if long || empty || !token::equal(state.as_bytes(), answer.state.as_bytes()) {
            return Err(not_begun());
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = token::hash(&state);
        if used.contains_key(&mark) {
            return Err(not_begun());
        }
        if used.len() >= limits::USED {
            used.retain(|_, at| now.since(*at) < limits::TIME);
        }
        if used.len() >= limits::USED {
            return Err(busy(limits::COME_BACK));
        }
        used.insert(mark, now);
        Ok(begun)
    }

    /// Trades the code for the tokens.
    async fn exchange(&self, about: &About, code: &str, verifier: &str) -> Result<(String, Option<String>)> {
        let ask = self.trade(about, code, verifier);
        let (status, value) = self.caller.ask(&about.token, ask).await.map_err(|e| unreachable(&e))?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match (status, text("id_token")) {
            (200, Some(id)) => Ok((id, text("access_token"))),
            (200, None) => Err(refused("there is no ID token in the answer")),
            _ => Err(said_no(&text("error").unwrap_or_default())),
        }
    }

    fn trade(&self, about: &About, code: &str, verifier: &str) -> Ask<'static> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.back)
            .append_pair("code_verifier", verifier);
        let basic = self.secret.as_ref().filter(|_| about.basic).map(|secret| {
            // RFC 6749 §2.3.1: both are written as in forms before they are put together.
            let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            STANDARD.encode(format!("{}:{}", part(&self.client), part(secret)))
        });
        if basic.is_none() {
            form.append_pair("client_id", &self.client);
            if let Some(secret) = &self.secret {
                form.append_pair("client_secret", secret);
            }
        }
        Ask::Form { body: form.finish(), basic }
    }

    /// What a token says, once a key of the provider proves it; with keys fetched anew when those known do not.
    async fn proven(&self, about: &About, id: &str, now: Timestamp) -> Result<Value> {
        let keys = self.keys(about, limits::FRESH, now).await?;
        match jwt::verify(id, &keys) {
            Err(refusal) if refusal.may_be_old_keys() => {
                let keys = self.keys(about, limits::REFETCH, now).await?;
                jwt::verify(id, &keys).map_err(refused)
            }
            other => other.map_err(refused),
        }
    }

    /// What the provider tells only when it is asked: many leave address and groups out of the token.
    async fn more(&self, about: &About, claims: &Value, access: Option<&str>) -> Result<Option<Value>> {
        let (Some(url), Some(access)) = (&about.userinfo, access) else { return Ok(None) };
        if !is_thin(claims, &self.groups) {
            return Ok(None);
        }
        match self.caller.ask(url, Ask::Bearer(access)).await.map_err(|e| unreachable(&e))? {
            (200, value) if subject(&value) == subject(claims) => Ok(Some(value)),
            (200, _) => Err(refused("what it tells besides is about somebody else")),
            (status, _) => Err(refused(format!("asked for more about somebody, it says {status}"))),
        }
    }

    async fn about(&self, now: Timestamp) -> Result<Arc<About>> {
        let mut known = self.known.lock().await;
        if let Some((about, at)) = &known.about
            && now.since(*at) < limits::FRESH
        {
            return Ok(Arc::clone(about));
        }
        if known.silent.is_some_and(|at| now.since(at) < limits::REST) {
            return Err(silent());
        }
        let base = self.rules.issuer.trim_end_matches('/');
        let read = async {
            let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
            let url = url.map_err(|e| Error::broken("the issuer", e))?;
            let (status, value) = self.caller.ask(&url, Ask::Open).await?;
            if status != 200 {
                return Err(Error::peer_later(self.host(), format!("answered {status}")));
            }
            About::read(&value, &self.rules.issuer, &self.caller)
        };
        let about = read.await.map(Arc::new).map_err(|e| unreachable(&e));
        match &about {
            Ok(about) => known.about = Some((Arc::clone(about), now)),
            Err(_) => known.silent = Some(now),
        }
        about
    }

    /// Keys that are younger than `age`.
    async fn keys(&self, about: &About, age: std::time::Duration, now: Timestamp) -> Result<Arc<KeySet>> {
        let mut known = self.known.lock().await;
        if let Some((keys, at)) = &known.keys
            && now.since(*at) < age
        {
            return Ok(Arc::clone(keys));
        }
        if known.silent.is_some_and(|at| now.since(at) < limits::REST) {
            return Err(silent());
        }
        let read = self.caller.ask(&about.keys, Ask::Open).await.and_then(|(status, set)| {
            let keys = KeySet::read(&set);
            let good = status == 200 && !keys.is_empty();
            let wrong = || Error::peer_later(self.host(), format!("answered {status} and no key that we can use"));
            if good { Ok(Arc::new(keys)) } else { Err(wrong()) }
        });
        match &read {
            Ok(keys) => known.keys = Some((Arc::clone(keys), now)),
            Err(_) => known.silent = Some(now),
        }
        read.map_err(|e| unreachable(&e))
    }
}

impl About {
    fn read(value: &Value, issuer: &str, caller: &Caller) -> Result<Self> {
        let wrong = |what: &str| Error::peer_never(caller.host(), format!("its description of itself {what}"));
        if value.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(wrong("names another issuer than the settings"));
        }
        let url = |name: &str| {
            let url = value.get(name)?.as_str().and_then(|text| Url::parse(text).ok());
            url.filter(|url| caller.may_call(url))
        };
        let need = |name: &str| url(name).ok_or_else(|| wrong(&format!("has no safe {name}")));
        let methods = value.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let takes = |method: &str| methods.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(method)));
        Ok(Self {
            authorization: need("authorization_endpoint")?,
            token: need("token_endpoint")?,
            keys: need("jwks_uri")?,
            userinfo: url("userinfo_endpoint"),
            end: url("end_session_endpoint"),
            basic: takes("client_secret_basic") || !takes("client_secret_post"),
            signs: value.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        })
    }
}

fn busy(retry_after: u32) -> Error {
    Error::Busy { retry_after }
}

/// The log says why; whoever logs in can do nothing about it.
fn unreachable(e: &Error) -> Error {
    tracing::warn!(why = %e.cause(), "the identity provider cannot be used");
    silent()
}

fn silent() -> Error {
    Problem::new("E320", "The identity provider does not answer as it should.")
        .remedy("Try again in a moment. The log of the server says what is wrong.")
        .into()
}

fn refused(why: impl std::fmt::Display) -> Error {
    tracing::warn!(%why, "an answer of the identity provider was not taken");
    Problem::new("E321", format!("The answer of the identity provider was not taken: {why}."))
        .remedy("Log in again. If it comes back, show this to whoever runs the server.")
        .into()
}

fn not_begun() -> Error {
    Problem::new("E322", "This log-in was not begun in this browser, took too long, or was used already.")
        .remedy("Log in again.")
        .into()
}

/// What the provider said no with is a word from a list (RFC 6749 §4.1.2.1); anything else is not repeated.
fn said_no(said: &str) -> Error {
    let plain = !said.is_empty() && said.len() <= 64 && said.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let said = if plain { said } else { "unknown" };
    tracing::warn!(said, "the identity provider did not let somebody in");
    Problem::new("E323", format!("The identity provider said no: {said}."))
        .remedy("Log in again. If it comes back, show this to whoever runs the provider.")
        .into()
}
