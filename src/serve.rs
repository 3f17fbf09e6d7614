//! The front: listeners, connections, which door, and a graceful stop.

mod connection;
mod files;
mod seats;

use std::net::IpAddr;
use std::sync::Arc;

use hyper::body::{Body as _, Incoming};
use hyper::{Method, StatusCode, Version, header};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};

use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::web::cache::{self, Asked};
use crate::web::front::{Front, Rules, Toll};
use crate::web::request::Request;
use crate::web::response::{self, Body, Response};
use crate::{api, control, desk, federation, pages, work};
use seats::Seats;

/// Opens a socket with a backlog that a wave of connections fits in.
pub fn listen(address: std::net::SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::inbound::BACKLOG)
}

/// Serves until `stop` comes, then lets requests end and returns. Work that is not done stays as rows.
pub async fn run(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    let mut tasks = work::start(&app);
    let data = app.config.data.clone();
    let door = control::listen(&data)?;
    let control = Arc::clone(&app);
    tasks.push(app.spawn(async move { control::serve(control, door).await }));
    let rules = Rules { connections: files::connections(), ..Rules::new(app.trusted.clone()) };
    House::new(&app, rules).open(listener, stop).await;
    for task in tasks {
        // A loop that panicked has said so already.
        let _ = tokio::time::timeout(limits::inbound::STOP_TIME, task).await;
    }
    control::close(&data);
    Ok(())
}

/// Answers requests until `stop` comes, tells everything else to stop, and lets requests end.
pub async fn doors(app: &Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    House::new(app, Rules::new(app.trusted.clone())).open(listener, stop).await;
}

/// The house as it is entered from outside.
pub struct House {
    app: Arc<App>,
    front: Arc<Front>,
    seats: Arc<Seats>,
}

impl House {
    pub fn new(app: &Arc<App>, rules: Rules) -> Arc<Self> {
        let seats = Seats::new(rules.clone());
        Arc::new(Self { app: Arc::clone(app), front: Front::new(rules, app.now()), seats })
    }

    /// As [`doors`].
    pub async fn open(self: &Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let next = async {
                self.seats.room().await;
                listener.accept().await
            };
            // A full house must not keep us from hearing the signal to stop.
            let accepted = tokio::select! {
                next = next => next,
                () = &mut stop => break,
            };
            let Ok((stream, peer)) = accepted else {
                self.seats.make_room();
                tokio::time::sleep(limits::inbound::AGAIN).await;
                continue;
            };
            // Without it a small answer may wait 40 ms for the peer's acknowledgement.
            let _ = stream.set_nodelay(true);
            // What was written and is never taken would stay with the kernel when we are long gone.
            let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, limits::inbound::UNTAKEN_TIME);
            self.enter(stream, peer.ip());
        }
        drop(listener);
        self.app.stop();
        tokio::select! {
            () = self.seats.empty() => {}
            () = tokio::time::sleep(limits::inbound::STOP_TIME) => tracing::warn!("some requests were cut off"),
        }
    }

    /// Takes a connection in.
    pub fn enter<S>(self: &Arc<Self>, stream: S, peer: IpAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let seat = self.seats.take(self.front.peer(peer, self.app.now()));
        let (house, refused) = (Arc::clone(self), seat.refused);
        self.app.spawn(async move {
            let answer = |request| {
                let house = Arc::clone(&house);
                async move {
                    match refused {
                        Some(status) => closing(later(status, limits::inbound::COME_BACK)),
                        None => house.answer(peer, request).await,
                    }
                }
            };
            connection::serve(stream, seat, answer, house.app.stopping()).await;
        });
    }

    /// One request to one answer, whatever happens.
    async fn answer(&self, peer: IpAddr, request: hyper::Request<Incoming>) -> Response {
        let head = request.method() == Method::HEAD;
        // Where two lengths are given, the other end may believe the other one (RFC 9112 §6.3). hyper takes the chunks
        // and hides the number from us, so no such connection is used again.
        let closes = request.headers().contains_key(header::TRANSFER_ENCODING);
        let mut response = if is_addressed(&request) {
            self.shown(peer, request).await
        } else {
            response::bare(StatusCode::BAD_REQUEST)
        };
        if head {
            let length = response.body().size_hint().exact().unwrap_or_default();
            response::set_text(response.headers_mut(), header::CONTENT_LENGTH, &length.to_string());
            *response.body_mut() = Body::Full(None);
        }
        if closes { closing(response) } else { response }
    }

    /// The answer that is kept, or else the one that a door makes.
    async fn shown(&self, peer: IpAddr, request: hyper::Request<Incoming>) -> Response {
        let Some(asked) = Asked::new(&request) else { return self.admit(peer, request).await };
        if let Some(kept) = cache::find(&self.app, &asked) {
            return kept;
        }
        let uri = request.uri().clone();
        let response = self.admit(peer, request).await;
        cache::finish(&self.app, uri.path(), asked, response)
    }

    /// Answers what its network may ask for, and says to the rest when to come back.
    async fn admit(&self, peer: IpAddr, request: hyper::Request<Incoming>) -> Response {
        if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > limits::inbound::TARGET) {
            return response::bare(StatusCode::URI_TOO_LONG);
        }
        let now = self.app.now();
        let visitor = self.front.visitor(peer, request.headers(), now);
        let told = request.headers().contains_key("x-forwarded-for");
        let Ok(request) = Request::new(request, visitor) else { return response::bare(StatusCode::BAD_REQUEST) };
        let Some(toll) = request.toll(needs_secret(&request)) else { return route(&self.app, request).await };
        let network = request.visitor().network();
        if let Err(wait) = self.front.admit(network, toll, now) {
            return later(StatusCode::TOO_MANY_REQUESTS, wait);
        }
        // One that names itself or another that is trusted does say: somebody on this machine asks.
        if network.is_none() && !told && self.app.site.live && self.front.should_say() {
            tracing::warn!(
                "a proxy does not say who asks (X-Forwarded-For); limits for each network are off behind it"
            );
        }
        let is_log_in = !request.is_read() && request.path().starts_with("/desk/login");
        let response = route(&self.app, request).await;
        // Filling the line of those who log in is no way to try for nothing.
        let is_flood = is_log_in && response.status() == StatusCode::SERVICE_UNAVAILABLE;
        if toll == Toll::Fault && (is_fault(response.status()) || is_flood) {
            self.front.fault(network, now);
        }
        response
    }
}

/// Whether it says whom it is for, once, as HTTP/1.1 has to (RFC 9112 §3.2): a proxy could read another host than we do.
fn is_addressed(request: &hyper::Request<Incoming>) -> bool {
    request.version() != Version::HTTP_11 || request.headers().get_all(header::HOST).iter().count() == 1
}

/// Whether the door that a request leads to answers only who shows a secret.
fn needs_secret(request: &Request) -> bool {
    match request.segments().first().copied() {
        Some("desk") => true,
        Some("api") => api::needs_token(request),
        Some(_) | None => false,
    }
}

/// Whether the one who asked is to blame. Looking for what is not there is none, and neither is being sent away for a
/// while.
fn is_fault(status: StatusCode) -> bool {
    status.is_client_error() && status != StatusCode::NOT_FOUND && status != StatusCode::TOO_MANY_REQUESTS
}

/// Too much at the moment: says when to come back.
fn later(status: StatusCode, seconds: u32) -> Response {
    let words = format!("Too many requests at the moment. Come back in {seconds} s.\n");
    let mut response = response::answer(status, "text/plain; charset=utf-8", words);
    response::come_back(&mut response, seconds);
    response
}

/// The last answer on its connection.
fn closing(mut response: Response) -> Response {
    response::set(response.headers_mut(), header::CONNECTION, "close");
    response
}

/// Which door a path leads to.
async fn route(app: &Arc<App>, mut request: Request) -> Response {
    match request.segments().first().copied() {
        Some("ap" | "nodeinfo") => federation(app, &mut request).await,
        Some(".well-known") => match federation::handle(app, &mut request).await {
            Ok(Some(response)) => response,
            Ok(None) => public(app, &request).await,
            Err(e) => told(&e, federation::error),
        },
        Some("api") => match api::handle(app, request).await {
            Ok(response) => response,
            Err(e) => told(&e, api::error),
        },
        Some("desk") => match desk::handle(app, request).await {
            Ok(response) => response,
            Err(e) => told(&e, |e| desk::error(app, e)),
        },
        Some("healthz") => response::answer(StatusCode::OK, "text/plain", "ok\n"),
        Some(_) | None => public(app, &request).await,
    }
}

async fn federation(app: &Arc<App>, request: &mut Request) -> Response {
    let answer = federation::handle(app, request).await.and_then(|found| found.ok_or(Error::NotFound));
    answer.unwrap_or_else(|e| told(&e, federation::error))
}

async fn public(app: &Arc<App>, request: &Request) -> Response {
    match pages::handle(app, request).await {
        Ok(response) => response,
        Err(e) => told(&e, |e| pages::error(app, e, request)),
    }
}

/// Logs our own faults, once, and says the rest as the door says it.
fn told(error: &Error, door: impl FnOnce(&Error) -> Response) -> Response {
    if let Error::Broken(cause) = error {
        tracing::error!(what = %cause, "a request failed");
    }
    door(error)
}
