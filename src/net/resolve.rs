//! From a name to all its addresses: `/etc/hosts`, then the system's DNS servers; or one server that the settings
//! name; or whoever the caller names, in tests. Both files are read again when they change, so that a machine that
//! boots without network heals by itself.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::system_conf::parse_resolv_conf;

use crate::error::{Error, Result};
use crate::limits;

type Names = HashMap<String, Vec<IpAddr>>;

/// Who answers for names.
pub enum Resolver {
    System(Box<System>),
    /// Whoever is asked, in lower case and without port; no address is no such name.
    Told(Box<Told>),
}

type Told = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

impl Resolver {
    /// The machine's own way. Never fails: what is missing shows when a name is asked for.
    pub fn system() -> Self {
        Self::reading("/etc/hosts".into(), "/etc/resolv.conf".into())
    }

    fn reading(hosts: PathBuf, resolv: PathBuf) -> Self {
        Self::System(Box::new(System { hosts, resolv, state: Mutex::default() }))
    }

    /// Exactly these names, in lower case and without port.
    #[cfg(test)]
    pub fn table(names: Names) -> Self {
        Self::Told(Box::new(move |name| names.get(name).cloned().unwrap_or_default()))
    }

    /// This one DNS server, and no hosts file.
    pub fn asking(server: SocketAddr) -> Self {
        let port = server.port();
        let mut server = NameServerConfig::udp_and_tcp(server.ip());
        server.connections.iter_mut().for_each(|connection| connection.port = port);
        let dns = dns(ResolverConfig::from_name_servers(vec![server]), ResolverOpts::default());
        let state = Mutex::new(State { read: Some([None, None]), names: Arc::default(), dns });
        Self::System(Box::new(System { hosts: "/nonexistent".into(), resolv: "/nonexistent".into(), state }))
    }

    /// All addresses of a host, at least one. An IP address, also in brackets, is its own answer. A failure is
    /// always `Again::Later`: what DNS says today it may not say tomorrow.
    pub async fn lookup(&self, host: &str) -> Result<Vec<IpAddr>> {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if let Ok(ip) = bare.parse() {
            return Ok(vec![ip]);
        }
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        match self {
            Self::System(system) => system.lookup(&name).await,
            Self::Told(told) => Some(told(&name)).filter(|all| !all.is_empty()).ok_or_else(|| no_address(&name)),
        }
    }
}

/// The two files and what they said when they were last read.
pub struct System {
    hosts: PathBuf,
    resolv: PathBuf,
    state: Mutex<State>,
}

#[derive(Clone, Default)]
struct State {
    read: Option<[Option<SystemTime>; 2]>,
    names: Arc<Names>,
    dns: Option<TokioResolver>,
}

impl System {
    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>> {
        let State { names, dns, .. } = self.current();
        if let Some(addresses) = names.get(name) {
            return Ok(addresses.clone());
        }
        let Some(dns) = dns else {
            return Err(Error::peer_later(name, "no DNS server is known: /etc/resolv.conf is missing or names none"));
        };
        // Written out to the root, so that the machine's search domains are never appended to a stranger's name.
        let full = Name::from_ascii(format!("{name}.")).map_err(|_| no_address(name))?;
        match dns.lookup_ip(full).await {
            Ok(found) if found.iter().next().is_some() => Ok(found.iter().collect()),
            Ok(_) => Err(no_address(name)),
            Err(e) if e.is_nx_domain() || e.is_no_records_found() => Err(no_address(name)),
            Err(_) => Err(Error::peer_later(name, "the name lookup failed")),
        }
    }

    /// What the files say now; they are read again when one of them is not what it was.
    fn current(&self) -> State {
        let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        let stamp = Some([changed(&self.hosts), changed(&self.resolv)]);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.read != stamp {
            let names = fs::read_to_string(&self.hosts).map(|text| hosts(&text)).unwrap_or_default();
            let dns = fs::read(&self.resolv).ok().and_then(|text| {
                let (config, options) = parse_resolv_conf(text).ok()?;
                dns(config, options)
            });
            *state = State { read: stamp, names: Arc::new(names), dns };
        }
        state.clone()
    }
}

fn no_address(name: &str) -> Error {
    Error::peer_later(name, super::connect::REFUSED)
}

fn dns(config: ResolverConfig, mut options: ResolverOpts) -> Option<TokioResolver> {
    options.timeout = options.timeout.min(limits::outbound::DNS_TIME);
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.cache_size = limits::outbound::NAMES;
    options.positive_max_ttl = Some(limits::outbound::NAME_TTL);
    options.negative_max_ttl = Some(limits::outbound::NO_NAME_TTL);
    options.preserve_intermediates = false;
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options).build().ok()
}

/// Reads a hosts(5) file; lines that make no sense are skipped. Other than glibc we keep every address of a name.
fn hosts(text: &str) -> Names {
    let mut names = Names::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(ip) = words.next().and_then(|word| word.parse().ok()) else { continue };
        for name in words {
            names.entry(name.to_ascii_lowercase()).or_default().push(ip);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::client::{Client, Options};
    use super::super::peer;
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("instance-resolve-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[tokio::test]
    async fn addresses_are_their_own_answer() {
        let table = Resolver::table(Names::new());
        for (host, wanted) in [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("2001:db8::1", "2001:db8::1")] {
            assert_eq!(table.lookup(host).await.unwrap(), [wanted.parse::<IpAddr>().unwrap()]);
        }
        for host in ["", ".", "[", "[]", "127.1", "0x7f.1", "unknown.test"] {
            assert!(matches!(table.lookup(host).await, Err(Error::Peer { .. })), "{host}");
        }
    }

    #[tokio::test]
    async fn names_match_whatever_their_case_and_final_dot() {
        let ip: IpAddr = "127.0.0.11".parse().unwrap();
        let table = Resolver::table(Names::from([("peer.test".into(), vec![ip]), ("empty.test".into(), vec![])]));
        for host in ["peer.test", "Peer.TEST", "peer.test."] {
            assert_eq!(table.lookup(host).await.unwrap(), [ip]);
        }
        assert!(table.lookup("empty.test").await.is_err());
    }

    #[tokio::test]
    async fn without_files_it_says_what_is_missing() {
        let none = PathBuf::from("/nonexistent");
        let system = Resolver::reading(none.clone(), none);
        let error = system.lookup("peer.test").await.unwrap_err();
        assert!(error.to_string().contains("/etc/resolv.conf"), "{error}");
    }

    #[tokio::test]
    async fn hosts_file_answers_alone_and_is_read_again_when_it_changes() {
        let folder = folder("hosts");
        let file = folder.join("hosts");
        let system = Resolver::reading(file.clone(), folder.join("resolv.conf"));
        assert!(system.lookup("h1.peer.test").await.is_err());

        fs::write(
            &file,
            "# test\n127.77.0.1 h1.peer.test H2.peer.test # both\n::1 h1.peer.test\nnonsense h3.peer.test\n\n",
        )
        .unwrap();
        let both: [IpAddr; 2] = ["127.77.0.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(system.lookup("h1.peer.test").await.unwrap(), both);
        assert_eq!(system.lookup("h2.peer.test").await.unwrap(), both[..1]);
        assert!(system.lookup("h3.peer.test").await.is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_name_server_that_is_silent_is_not_waited_for() {
        let silent = tokio::net::UdpSocket::bind(("127.0.0.53", 0)).await.unwrap();
        let resolver = Resolver::asking(silent.local_addr().unwrap());
        let options = Options { resolver, ..peer::options(&["127.0.0.11"], &[]) };
        let client = Client::with_deadline(options, std::time::Duration::from_millis(250)).unwrap();
        let url = "https://peer.test/".parse().unwrap();
        let result = client.get(&url, "*/*", None, 1, peer::NOW).await;
        assert!(matches!(&result, Err(Error::Peer { what, .. }) if what.ends_with("in time")), "{result:?}");
        let mut question = [0; 512];
        assert!(silent.try_recv(&mut question).is_ok(), "it was asked");
    }
}
