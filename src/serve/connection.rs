//! One connection from its first byte to its last: HTTP/1 or HTTP/2 by hyper, watched so that a peer that sends or
//! takes too little is let go.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::seats::{Guard, Seat, Work};
use crate::limits::inbound;
use crate::web::response::Body;

/// Why a connection is not simply served on.
enum Turn {
    Ended,
    /// The peer's time is up.
    Over,
    /// Its seat was given to somebody else.
    GivenAway,
    /// The server stops.
    Stop,
}

/// Serves a connection until it ends or its time is up. `answer` makes one answer of one request; `stop` comes when
/// the server is to stop: then what is under way is finished, and nothing new begun.
pub async fn serve<S, A, F>(stream: S, seat: Guard, answer: A, stop: impl Future<Output = ()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(hyper::Request<Incoming>) -> F,
    F: Future<Output = hyper::Response<Body>> + Send + 'static,
{
    let io = TokioIo::new(Watched { stream, seat: Arc::clone(&seat) });
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let work = Work::begin(&seat, request.version());
        let answer = answer(request);
        async move { Ok::<_, Infallible>(answer.await.map(|body| Counted { body, _work: work.answering() })) }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut sleep: Pin<&mut Sleep> = pin!(tokio::time::sleep(inbound::HEADER_TIME));
    let mut given_away = pin!(seat.given_away.notified());
    let mut stop = pin!(stop);
    let mut stopping = false;
    loop {
        let turn = poll_fn(|cx| {
            // A connection that breaks is its peer's affair.
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Turn::Ended);
            }
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Turn::Stop);
            }
            if given_away.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Turn::GivenAway);
            }
            ready!(over(&seat, sleep.as_mut(), cx));
            Poll::Ready(Turn::Over)
        })
        .await;
        match turn {
            Turn::Ended => return,
            Turn::GivenAway if !seat.is_busy() => return,
            Turn::Stop => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            // Whoever became busy in this very moment is served to the end of that request.
            Turn::GivenAway => {
                given_away.set(seat.given_away.notified());
                connection.as_mut().graceful_shutdown();
            }
            Turn::Over => {
                connection.as_mut().graceful_shutdown();
                let _ = tokio::time::timeout(inbound::GOODBYE, connection).await;
                return;
            }
        }
    }
}

/// Ready when the peer's time is up. The timer is only moved when it has to ring earlier than it would, so that a
/// request costs none of it.
fn over(seat: &Seat, mut sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        let Some(deadline) = seat.deadline() else { return Poll::Pending };
        if deadline < sleep.deadline() {
            sleep.as_mut().reset(deadline);
        }
        ready!(sleep.as_mut().poll(cx));
        if seat.is_over() {
            return Poll::Ready(());
        }
        // It rang for an earlier time; the present deadline is later, or there is none.
        sleep.as_mut().reset(seat.deadline().unwrap_or_else(|| tokio::time::Instant::now() + inbound::IDLE_TIME));
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The time for a head is ours to watch: hyper's begins only when it knows which HTTP is spoken.
    builder.http1().header_read_timeout(None).max_buf_size(inbound::HEADERS).half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(inbound::PING)
        .max_concurrent_streams(inbound::STREAMS)
        .max_pending_accept_reset_streams(inbound::RESETS)
        .max_local_error_reset_streams(inbound::RESETS)
        .initial_stream_window_size(inbound::WINDOW)
        .initial_connection_window_size(inbound::WINDOW)
        .max_send_buf_size(inbound::SEND_BUFFER)
        .max_header_list_size(u32::try_from(inbound::HEADERS).unwrap_or(u32::MAX));
    builder
}

/// A stream that tells its seat what goes in and out.
struct Watched<S> {
    stream: S,
    seat: Arc<Seat>,
}

impl<S> Watched<S> {
    fn went(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.seat.wrote(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.seat.stuck(),
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.seat.read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.went(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.went(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.seat.emptied();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A body that knows when it is out.
struct Counted {
    body: Body,
    _work: Work,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
