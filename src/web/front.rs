//! What stands before every door: whom a request comes from, what that network may ask for, and how much may be in
//! memory meanwhile. The numbers are data, so that a test can set small ones; outside of tests they are the limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::HeaderMap;

use super::budget::{Budget, Held};
use super::network::{Mark, Marks};
use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::limits::{Rate, inbound, inbox};
use crate::net::address::Network;

/// The numbers of `limits::inbound` that a test may set.
#[derive(Debug, Clone)]
pub struct Rules {
    pub trusted: Vec<Network>,
    pub connections: usize,
    pub connections_of_network: usize,
    pub refusals: usize,
    pub bodies: usize,
    pub bodies_of_network: usize,
    pub reads: Rate,
    pub faults: Rate,
}

impl Rules {
    pub fn new(trusted: Vec<Network>) -> Self {
        Self {
            trusted,
            connections: inbound::CONNECTIONS,
            connections_of_network: inbound::CONNECTIONS_OF_NETWORK,
            refusals: inbound::REFUSALS,
            bodies: inbound::BODIES,
            bodies_of_network: inbound::BODIES_OF_NETWORK,
            reads: inbound::READS,
            faults: inbound::FAULTS,
        }
    }
}

/// What is counted of a network. Files and finished pages are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toll {
    /// Something has to be read and rendered.
    Read,
    /// What came was refused: not signed, not logged in, not understood. Whatever may end so asks first.
    Fault,
}

pub struct Front {
    pub rules: Rules,
    marks: Marks,
    reads: Rates<Mark>,
    faults: Rates<Mark>,
    bodies: Arc<Budget>,
    /// Bodies of those who have shown a session or a token.
    our_bodies: Arc<Budget>,
    /// Requests that wait for another server to answer, by the network they came from.
    asking: Arc<Budget>,
    /// Whether it was said already that a proxy does not tell who asks.
    said: AtomicBool,
}

/// One request's standing.
pub struct Visitor {
    network: Option<Mark>,
    body: Held,
    our_body: Held,
    asking: Held,
}

impl Front {
    pub fn new(rules: Rules, now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            marks: Marks::new(rules.trusted.clone(), now),
            reads: Rates::new(rules.reads),
            faults: Rates::new(rules.faults),
            bodies: Budget::new(rules.bodies, rules.bodies_of_network),
            our_bodies: Budget::new(inbound::OUR_BODIES, inbound::OUR_BODIES),
            asking: Budget::new(usize::MAX, inbox::ASKING_OF_NETWORK),
            rules,
            said: AtomicBool::new(false),
        })
    }

    /// Who connected; none for a trusted proxy.
    pub fn peer(&self, peer: IpAddr, now: Timestamp) -> Option<Mark> {
        self.marks.of_peer(peer, now)
    }

    /// Who asks.
    pub fn visitor(&self, peer: IpAddr, headers: &HeaderMap, now: Timestamp) -> Visitor {
        let network = self.marks.of_request(peer, headers, now);
        let [body, our_body, asking] = [&self.bodies, &self.our_bodies, &self.asking].map(|held| held.hold(network));
        Visitor { network, body, our_body, asking }
    }

    /// Lets a request of a network in, or says after how many seconds. Reading is counted now, faults when they happen:
    /// what is sent rightly is never counted. A network that is not known is not counted at all.
    pub fn admit(&self, network: Option<Mark>, toll: Toll, now: Timestamp) -> Result<(), u32> {
        match (network, toll) {
            (None, Toll::Read | Toll::Fault) => Ok(()),
            (Some(network), Toll::Read) => self.reads.take(&network, 1, now),
            (Some(network), Toll::Fault) => self.faults.look(&network, 1, now),
        }
    }

    pub fn fault(&self, network: Option<Mark>, now: Timestamp) {
        // Many that were let in together may find nothing left to count; they are the last for a while.
        let _ = network.map(|network| self.faults.take(&network, 1, now));
    }

    /// True once: that the proxy in front does not tell who asks is worth one line in the log.
    pub fn should_say(&self) -> bool {
        !self.said.swap(true, Ordering::Relaxed)
    }
}

impl Visitor {
    /// None behind a proxy that does not tell; then no network can be counted.
    pub fn network(&self) -> Option<Mark> {
        self.network
    }

    /// Room for so many more bytes of the body, kept as long as the request.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        self.body.grow(bytes)
    }

    /// Who asks is one of us: the body takes room that no stranger can fill.
    pub fn is_ours(&mut self) {
        std::mem::swap(&mut self.body, &mut self.our_body);
    }

    /// Whether one more request of its network may wait for another server; counted as long as the request.
    #[must_use]
    pub fn may_ask(&mut self) -> bool {
        self.asking.grow(1)
    }
}
