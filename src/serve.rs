//! The front: listeners, connections, which door, and a graceful stop.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper::{Method, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::web::cache::{self, Asked};
use crate::web::request::Request;
use crate::web::response::{self, Body, Response};
use crate::{api, control, desk, federation, pages, work};

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
    doors(&app, listener, stop).await;
    for task in tasks {
        // A loop that panicked has said so already.
        let _ = tokio::time::timeout(limits::inbound::STOP_TIME, task).await;
    }
    control::close(&data);
    Ok(())
}

/// Answers requests until `stop` comes, tells everything else to stop, and lets requests end.
pub async fn doors(app: &Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    accept(app, &listener, &graceful, stop).await;
    drop(listener);
    app.stop();
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(limits::inbound::STOP_TIME) => tracing::warn!("some requests were cut off"),
    }
}

async fn accept(app: &Arc<App>, listener: &TcpListener, graceful: &GracefulShutdown, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(limits::inbound::CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (permit, listener.accept().await)
        };
        // A full house must not keep us from hearing the signal to stop.
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: some will be given back soon.
            tokio::time::sleep(limits::inbound::AGAIN).await;
            continue;
        };
        let (app, watcher) = (Arc::clone(app), graceful.watcher());
        let door = Arc::clone(&app);
        app.spawn(async move {
            connection(door, stream, watcher).await;
            drop(permit);
        });
    }
}

async fn connection(app: Arc<App>, stream: TcpStream, watcher: Watcher) {
    // Without it a small answer may wait 40 ms for the peer's acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::inbound::HEADER_TIME)
        .max_buf_size(limits::inbound::HEADERS)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits::inbound::HEADER_TIME)
        .max_concurrent_streams(limits::inbound::STREAMS)
        .max_header_list_size(u32::try_from(limits::inbound::HEADERS).unwrap_or(u32::MAX));
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(answer(&app, request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is its peer's affair.
    let _ = watcher.watch(connection).await;
}

/// One request to one answer, whatever happens.
async fn answer(app: &Arc<App>, request: hyper::Request<Incoming>) -> Response {
    let head = request.method() == Method::HEAD;
    let mut response = shown(app, request).await;
    if head {
        let length = response.body().size_hint().exact().unwrap_or_default();
        response::set_text(response.headers_mut(), header::CONTENT_LENGTH, &length.to_string());
        *response.body_mut() = Body::Full(None);
    }
    response
}

/// The answer that is kept, or else the one that a door makes.
async fn shown(app: &Arc<App>, request: hyper::Request<Incoming>) -> Response {
    let Some(asked) = Asked::new(&request) else { return route(app, request).await };
    if let Some(kept) = cache::find(app, &asked) {
        return kept;
    }
    let uri = request.uri().clone();
    let response = route(app, request).await;
    cache::finish(app, uri.path(), asked, response)
}

/// Which door a path leads to.
async fn route(app: &Arc<App>, request: hyper::Request<Incoming>) -> Response {
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > limits::inbound::TARGET) {
        return response::bare(StatusCode::URI_TOO_LONG);
    }
    let Ok(mut request) = Request::new(request) else { return response::bare(StatusCode::BAD_REQUEST) };
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
