//! The `[gateway]` section.

use std::net::SocketAddr;
use std::path::PathBuf;

use kit_config::{Keys, Loader, Section};

use crate::{Network, Origin, Rate};

/// What the gateway needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// Where browsers find the gateway; `None` for `listen` itself over HTTP.
    pub public_url: Option<Origin>,
    /// The built web app; `None` to serve none.
    pub web: Option<PathBuf>,
    /// What the installation is called in titles and previews.
    pub site_name: String,
    /// Who may say by `x-forwarded-for` where a client is.
    pub trusted_proxies: Vec<Network>,
    /// Requests of one client address.
    pub requests: Rate,
    /// Attempts to sign in, sign up or reset a password of one client address.
    pub sign_ins: Rate,
    /// Signalling connections opened from one client address.
    pub sockets: Rate,
    /// Requests at the same time.
    pub requests_max: usize,
    /// gRPC streams at the same time.
    pub streams_max: usize,
    /// Signalling connections at the same time.
    pub sockets_max: usize,
    /// TCP connections at the same time.
    pub connections_max: usize,
}

impl Section for Config {
    const NAME: &'static str = "gateway";

    #[rustfmt::skip]
    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            listen: keys.get("listen", "127.0.0.1:8080", "Where to serve browsers and gRPC clients, over HTTP."),
            public_url: keys.get("public_url", "", "Where browsers find it: https://events.example.org. Empty for the address it listens on."),
            web: keys.get("web", "", "Folder of the built web app. Empty to serve none."),
            site_name: keys.get("site_name", "Plenary", "What the installation is called in titles and previews."),
            trusted_proxies: keys.get("trusted_proxies", "", "Addresses and networks whose x-forwarded-for is believed: 10.0.0.0/8, ::1"),
            requests: keys.get("requests_rate", "100/s burst 500", "Requests of one client address; 0 for no limit."),
            sign_ins: keys.get("sign_in_rate", "0.5/s burst 20", "Attempts to sign in, sign up or reset a password of one client address; 0 for no limit."),
            sockets: keys.get("socket_rate", "5/s burst 60", "Signalling connections opened from one client address; 0 for no limit."),
            requests_max: keys.get("requests_max", "2048", "Requests at the same time; more are told to come back."),
            streams_max: keys.get("streams_max", "20000", "gRPC streams at the same time; more are told to come back."),
            sockets_max: keys.get("sockets_max", "20000", "Signalling connections at the same time; more are told to come back."),
            connections_max: keys.get("connections_max", "50000", "TCP connections at the same time; more are closed."),
        }
    }
}

impl Config {
    /// Reads the section that the gateway uses.
    pub fn load(loader: &mut Loader) -> Self {
        loader.section()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<Config>();
    }
}
