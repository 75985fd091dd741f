//! The `[rpc]` section.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use kit_config::{Keys, Secret, Section};

use crate::tls::Credentials;

/// How this process serves, and where it finds the services that it does not run itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to serve; `None` for the part's own port on the loopback address.
    pub listen: Option<SocketAddr>,
    /// Calls that do not stream, at the same time. More are shed.
    pub calls_max: usize,
    /// Streams at the same time. More are shed.
    pub streams_max: usize,
    /// How long a process that has been told to end may take to finish what it has.
    pub drain_duration: Duration,
    /// Addresses by the names of services.
    pub addresses: BTreeMap<&'static str, String>,
    /// The authority that all services' certificates come from, as PEM.
    pub tls_ca: Option<Secret>,
    /// This process's certificate, as PEM.
    pub tls_certificate: Option<Secret>,
    /// The certificate's key, as PEM.
    pub tls_key: Option<Secret>,
}

/// Service, key of its address, the address on one machine, and what the key does.
const ADDRESSES: [(&str, &str, &str, &str); 6] = [
    (
        "identity",
        "identity_url",
        "https://127.0.0.1:7101",
        "Where identity is.",
    ),
    ("events", "events_url", "https://127.0.0.1:7102", "Where events is."),
    (
        "ticketing",
        "ticketing_url",
        "https://127.0.0.1:7103",
        "Where ticketing is.",
    ),
    (
        "engagement",
        "engagement_url",
        "https://127.0.0.1:7104",
        "Where engagement is.",
    ),
    (
        "notifications",
        "notifications_url",
        "https://127.0.0.1:7105",
        "Where notifications is.",
    ),
    ("live", "live_url", "https://127.0.0.1:7106", "Where live is."),
];

/// What else has a port of its own when it runs alone: SFU nodes are found through `live`.
const OTHER_PORTS: [(&str, u16); 2] = [("sfu", 7107), ("edge-gateway", 7108)];

/// A part's operations port is so much above its own.
const OPERATIONS_PORT_OFFSET: u16 = 100;

impl Section for Config {
    const NAME: &'static str = "rpc";

    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            listen: keys.get(
                "listen",
                "",
                "Where to serve gRPC. Each service has a default port on 127.0.0.1.",
            ),
            calls_max: keys.get(
                "calls_max",
                "1024",
                "Calls at the same time; more are told to come back.",
            ),
            streams_max: keys.get(
                "streams_max",
                "20000",
                "Streams at the same time; more are told to come back.",
            ),
            drain_duration: keys.get(
                "drain_duration",
                "20s",
                "How long an ending process may finish what it has.",
            ),
            addresses: ADDRESSES
                .iter()
                .map(|&(name, key, url, doc)| (name, keys.get(key, url, doc)))
                .collect(),
            tls_ca: keys.get(
                "tls_ca",
                "",
                "PEM of the authority that all services' certificates come from.",
            ),
            tls_certificate: keys.get("tls_certificate", "", "PEM of this service's certificate."),
            tls_key: keys.get("tls_key", "", "PEM of the certificate's key."),
        }
    }
}

impl Config {
    /// The defaults.
    pub fn defaults() -> Self {
        kit_config::Loader::new(kit_config::Sources::empty()).section()
    }

    /// The certificate of this process, if all three parts of it are there.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        Some(Credentials {
            authority: text(&self.tls_ca)?,
            certificate: text(&self.tls_certificate)?,
            key: text(&self.tls_key)?,
        })
    }

    /// Where the part called `name` serves.
    pub(crate) fn address(&self, name: &str) -> SocketAddr {
        self.listen
            .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port(name))))
    }
}

/// Where the part called `name` has its operations port unless told otherwise.
pub(crate) fn operations_address(name: &str) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port(name) + OPERATIONS_PORT_OFFSET))
}

fn port(name: &str) -> u16 {
    let listed = ADDRESSES.iter().find(|address| address.0 == name);
    let from_url = listed.and_then(|address| address.2.rsplit(':').next()?.parse().ok());
    let other = || OTHER_PORTS.iter().find(|port| port.0 == name).map(|port| port.1);
    from_url
        .or_else(other)
        .unwrap_or_else(|| panic!("{name} needs a port in kit_rpc::config"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<Config>();
    }

    #[test]
    fn each_part_has_ports_of_its_own() {
        let config = Config::defaults();
        assert_eq!(config.address("identity").to_string(), "127.0.0.1:7101");
        assert_eq!(config.address("sfu").to_string(), "127.0.0.1:7107");
        assert_eq!(operations_address("live").to_string(), "127.0.0.1:7206");
        assert!(config.credentials().is_none());
    }
}
