//! What stands before every door: whom a request comes from, what that network may ask for, and how much may be in
//! memory meanwhile. The numbers are data, so that a test can set small ones; outside of tests they are the limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::HeaderMap;

use super::budget::{Budget, Held};
use super::network::{Mark, Marks};
use super::tolls::{Rate, Toll, Tolls};
use crate::base::time::Timestamp;
use crate::limits::inbound;
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
            reads: Rate { burst: inbound::READS, per_second: inbound::READS_PER_SECOND },
            faults: Rate { burst: inbound::FAULTS, per_second: inbound::FAULTS_PER_SECOND },
        }
    }
}

pub struct Front {
    pub rules: Rules,
    marks: Marks,
    tolls: Tolls,
    bodies: Arc<Budget>,
    /// Whether it was said already that a proxy does not tell who asks.
    said: AtomicBool,
}

/// One request's standing.
pub struct Visitor {
    front: Arc<Front>,
    network: Option<Mark>,
    body: Held,
}

impl Front {
    pub fn new(rules: Rules, now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            marks: Marks::new(rules.trusted.clone(), now),
            tolls: Tolls::new(rules.reads, rules.faults),
            bodies: Budget::new(rules.bodies, rules.bodies_of_network),
            rules,
            said: AtomicBool::new(false),
        })
    }

    /// Who connected; none for a trusted proxy.
    pub fn peer(&self, peer: IpAddr, now: Timestamp) -> Option<Mark> {
        self.marks.of_peer(peer, now)
    }

    /// Who asks.
    pub fn visitor(self: &Arc<Self>, peer: IpAddr, headers: &HeaderMap, now: Timestamp) -> Visitor {
        let network = self.marks.of_request(peer, headers, now);
        Visitor { front: Arc::clone(self), network, body: self.bodies.hold(network) }
    }

    pub fn count(&self, network: Option<Mark>, toll: Toll, now: Timestamp) {
        if let Some(network) = network {
            self.tolls.count(network, toll, now);
        }
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

    /// The seconds to wait before more of this is answered.
    pub fn wait(&self, toll: Toll, now: Timestamp) -> Option<u32> {
        self.network.and_then(|network| self.front.tolls.wait(network, toll, now))
    }

    /// Room for so many more bytes of the body, kept as long as the request.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        self.body.grow(bytes)
    }
}

/// How long a body of up to `cap` bytes may take.
pub fn time_for(cap: usize) -> Duration {
    if cap > inbound::FORM { inbound::UPLOAD_TIME } else { inbound::BODY_TIME }
}
