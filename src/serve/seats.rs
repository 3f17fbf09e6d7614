//! A seat for each connection: so many in all, so many for one network. When they are all taken, the one that has been
//! idle the longest is given to who comes; only when nobody is idle is the newcomer refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::{StatusCode, Version};
use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use crate::limits::inbound;
use crate::web::front::Rules;
use crate::web::network::Mark;

pub struct Seats {
    rules: Rules,
    began: Instant,
    taken: Mutex<Taken>,
    /// Rung when a connection ended.
    ended: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
    networks: HashMap<Mark, usize>,
    /// Connections that are open: those with a seat, those that are refused, and those whose seat was given away.
    open: usize,
}

/// How a connection stands, seen by the task that serves it and by who looks for an idle one. Moments are in
/// milliseconds since the front opened, counted from 1; 0 is never.
pub struct Seat {
    number: u64,
    network: Option<Mark>,
    seats: Arc<Seats>,
    /// What a refused connection is answered.
    pub refused: Option<StatusCode>,
    /// Requests that have arrived and whose answer is not out yet.
    requests: AtomicU32,
    /// Those of them whose answer is on its way.
    answers: AtomicU32,
    /// The peer has not taken all that was written.
    blocked: AtomicBool,
    idle_since: AtomicU64,
    /// Whether it speaks HTTP/2, where bytes without a request are mostly answers to our own pings.
    pinged: AtomicBool,
    /// Since when a head is arriving.
    head_since: AtomicU64,
    /// Since when, and how much, the peer has taken of answers.
    span_since: AtomicU64,
    span_bytes: AtomicU64,
    /// Rung when the seat was given to somebody else.
    pub given_away: Notify,
}

impl Seats {
    pub fn new(rules: Rules) -> Arc<Self> {
        Arc::new(Self { rules, began: Instant::now(), taken: Mutex::default(), ended: Notify::new() })
    }

    /// Comes back when there is room for one more connection, be it only to refuse it.
    pub async fn room(&self) {
        let most = self.rules.connections + self.rules.refusals;
        self.until(|open| open < most).await;
    }

    /// Comes back when no connection is left.
    pub async fn empty(&self) {
        self.until(|open| open == 0).await;
    }

    async fn until(&self, is_so: impl Fn(usize) -> bool) {
        loop {
            let ended = self.ended.notified();
            if is_so(self.lock().open) {
                return;
            }
            ended.await;
        }
    }

    /// A seat for a new connection, or the place to be refused at.
    pub fn take(self: &Arc<Self>, network: Option<Mark>) -> Guard {
        let mut taken = self.lock();
        let own = network.and_then(|network| taken.networks.get(&network).copied()).unwrap_or_default();
        let refused = if own >= self.rules.connections_of_network {
            (!taken.give_away(|seat| seat.network == network)).then_some(StatusCode::TOO_MANY_REQUESTS)
        } else if taken.seats.len() >= self.rules.connections {
            (!taken.give_away(|_| true)).then_some(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            None
        };
        let number = taken.next;
        taken.next += 1;
        taken.open += 1;
        let seat = Arc::new(Seat::new(self, number, network, refused));
        if refused.is_none() {
            taken.seats.insert(number, Arc::clone(&seat));
            if let Some(network) = network {
                *taken.networks.entry(network).or_default() += 1;
            }
        }
        Guard(seat)
    }

    /// Gives one idle connection up, when the system has no file left for a new one.
    pub fn make_room(&self) {
        self.lock().give_away(|_| true);
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Taken {
    /// Frees the seat, among those that fit, of who has been without a request the longest.
    fn give_away(&mut self, fits: impl Fn(&Seat) -> bool) -> bool {
        let idle = self.seats.values().filter(|seat| !seat.is_busy() && fits(seat));
        let Some(seat) = idle.min_by_key(|seat| seat.idle_since.load(Ordering::Relaxed)).map(Arc::clone) else {
            return false;
        };
        self.free(&seat);
        seat.given_away.notify_one();
        true
    }

    fn free(&mut self, seat: &Seat) {
        if self.seats.remove(&seat.number).is_none() {
            return;
        }
        if let Some(network) = seat.network
            && let Some(own) = self.networks.get_mut(&network)
        {
            *own = own.saturating_sub(1);
            if *own == 0 {
                self.networks.remove(&network);
            }
        }
    }
}

impl Seat {
    fn new(seats: &Arc<Seats>, number: u64, network: Option<Mark>, refused: Option<StatusCode>) -> Self {
        let now = seats.now();
        Self {
            number,
            network,
            seats: Arc::clone(seats),
            refused,
            requests: AtomicU32::new(0),
            answers: AtomicU32::new(0),
            blocked: AtomicBool::new(false),
            idle_since: AtomicU64::new(now),
            pinged: AtomicBool::new(false),
            head_since: AtomicU64::new(now),
            span_since: AtomicU64::new(0),
            span_bytes: AtomicU64::new(0),
            given_away: Notify::new(),
        }
    }

    /// Whether somebody would miss something if the connection ended now.
    pub fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0 || self.is_answering()
    }

    fn is_answering(&self) -> bool {
        self.answers.load(Ordering::Relaxed) > 0 || self.blocked.load(Ordering::Relaxed)
    }

    /// When the connection's patience with its peer ends, as things are now; none while it is our turn.
    pub fn deadline(&self) -> Option<Instant> {
        let (since, time) = if self.is_answering() {
            (&self.span_since, inbound::ANSWER_TIME)
        } else if self.requests.load(Ordering::Relaxed) > 0 {
            return None;
        } else if self.refused.is_some() {
            (&self.idle_since, inbound::REFUSAL_TIME)
        } else if self.head_since.load(Ordering::Relaxed) > 0 {
            (&self.head_since, inbound::HEADER_TIME)
        } else {
            (&self.idle_since, inbound::IDLE_TIME)
        };
        let since = Duration::from_millis(since.load(Ordering::Relaxed).saturating_sub(1));
        Some(self.seats.began + since + time)
    }

    /// At a deadline: whether the peer did too little. When it took enough of an answer, a new span begins.
    pub fn is_over(&self) -> bool {
        let enough = self.is_answering() && self.span_bytes.load(Ordering::Relaxed) >= inbound::ANSWER_LEAST;
        if enough {
            self.new_span();
        }
        !enough && self.deadline().is_some_and(|deadline| deadline <= Instant::now())
    }

    fn new_span(&self) {
        self.span_since.store(self.seats.now(), Ordering::Relaxed);
        self.span_bytes.store(0, Ordering::Relaxed);
    }

    /// Bytes came in. Of HTTP/2 only the first head is waited for so; a later one has the time of who is idle.
    pub fn read(&self) {
        let resting = self.requests.load(Ordering::Relaxed) == 0 && self.head_since.load(Ordering::Relaxed) == 0;
        if resting && !self.pinged.load(Ordering::Relaxed) {
            self.head_since.store(self.seats.now(), Ordering::Relaxed);
        }
    }

    /// Bytes went out.
    pub fn wrote(&self, bytes: usize) {
        self.span_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Nothing is left that has to go out.
    pub fn emptied(&self) {
        self.blocked.store(false, Ordering::Relaxed);
    }

    /// Bytes could not go out.
    pub fn stuck(&self) {
        if !self.is_answering() {
            self.new_span();
        }
        self.blocked.store(true, Ordering::Relaxed);
    }
}

/// Holds the seat as long as the connection lives.
pub struct Guard(Arc<Seat>);

impl std::ops::Deref for Guard {
    type Target = Arc<Seat>;

    fn deref(&self) -> &Arc<Seat> {
        &self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut taken = self.0.seats.lock();
        taken.free(&self.0);
        taken.open = taken.open.saturating_sub(1);
        drop(taken);
        self.0.seats.ended.notify_waiters();
    }
}

/// A request under way, from its head to the last byte of its answer.
pub struct Work {
    seat: Arc<Seat>,
    answering: bool,
}

impl Work {
    pub fn begin(seat: &Arc<Seat>, version: Version) -> Self {
        seat.requests.fetch_add(1, Ordering::Relaxed);
        seat.pinged.store(version == Version::HTTP_2, Ordering::Relaxed);
        seat.head_since.store(0, Ordering::Relaxed);
        Self { seat: Arc::clone(seat), answering: false }
    }

    /// The answer is known; now the peer has to take it.
    #[must_use]
    pub fn answering(mut self) -> Self {
        if !self.seat.is_answering() {
            self.seat.new_span();
        }
        self.seat.answers.fetch_add(1, Ordering::Relaxed);
        self.answering = true;
        self
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if self.answering {
            self.seat.answers.fetch_sub(1, Ordering::Relaxed);
        }
        self.seat.idle_since.store(self.seat.seats.now(), Ordering::Relaxed);
        self.seat.requests.fetch_sub(1, Ordering::Relaxed);
    }
}
