//! Where browsers find the gateway, and whether a browser's request comes from a page of it.

use std::net::SocketAddr;

use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri, header};
use kit_config::Value;
use kit_rpc::{Code, Error};

use crate::DOMAIN;

/// Says, in every current browser, how the page that makes a request relates to where it goes. Pages cannot set it.
const FETCH_SITE: &str = "sec-fetch-site";

/// A scheme, a host and a port: `https://events.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    authority: Authority,
}

impl Origin {
    /// Of a gateway without a public name.
    pub(crate) fn local(address: SocketAddr) -> Self {
        let authority = address.to_string().parse().expect("an address is an authority");
        Self {
            secure: false,
            authority,
        }
    }

    /// Whether browsers reach it by TLS, which a proxy in front of the gateway ends.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The address of a path: `origin.url("/events/evt_1")`.
    pub fn url(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// The same place for WebSockets: `wss://events.example.org`.
    pub(crate) fn web_socket(&self) -> String {
        let scheme = if self.secure { "wss" } else { "ws" };
        format!("{scheme}://{}", self.authority)
    }

    /// Refuses what a page of somebody else makes a browser send.
    ///
    /// A request without either header comes from no browser that could hold somebody's cookie: browsers send `origin`
    /// with everything but GET and HEAD.
    pub(crate) fn require_own_page(&self, headers: &HeaderMap) -> Result<(), Error> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let from_own_site = text(FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none");
        let from_own_origin = text(header::ORIGIN.as_str()).is_none_or(|origin| self.is_own(origin, headers));
        if from_own_site && from_own_origin {
            Ok(())
        } else {
            Err(DOMAIN.error(
                Code::PermissionDenied,
                "ORIGIN_REFUSED",
                "this can only be asked by a page of this site",
            ))
        }
    }

    /// The public origin, or the host that the request itself names, as behind a development server.
    fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let named = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        origin == self.to_string() || named.is_some_and(|named| Some(named) == host)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

impl Value for Origin {
    const EXAMPLE: &'static str = "https://events.example.org";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be an address without a path, such as https://events.example.org".to_owned();
        let parts = text.parse::<Uri>().map_err(|_| wrong())?.into_parts();
        let secure = match parts.scheme {
            Some(scheme) if scheme == Scheme::HTTPS => true,
            Some(scheme) if scheme == Scheme::HTTP => false,
            _ => return Err(wrong()),
        };
        let path = parts.path_and_query.map_or_else(String::new, |path| path.to_string());
        let authority = parts.authority.filter(|authority| !authority.as_str().contains('@'));
        match authority {
            Some(authority) if path.is_empty() || path == "/" => {
                let authority = authority.as_str().to_ascii_lowercase().parse().map_err(|_| wrong())?;
                Ok(Self { secure, authority })
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::parse("https://Events.example.org/").expect("an origin")
    }

    fn allows(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a header"));
        }
        origin().require_own_page(&headers).is_ok()
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!(origin().url("/x"), "https://events.example.org/x");
        assert_eq!(origin().web_socket(), "wss://events.example.org");
        assert!(origin().is_secure());
        for bad in [
            "",
            "events.example.org",
            "ftp://x",
            "https://x/y",
            "https://x?y",
            "https://me@x",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pages_of_others_are_refused() {
        let host = ("host", "events.example.org");
        assert!(allows(&[host]), "no browser");
        assert!(allows(&[host, ("origin", "https://events.example.org")]));
        assert!(allows(&[
            host,
            ("origin", "https://events.example.org"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(
            allows(&[("host", "127.0.0.1:5173"), ("origin", "http://127.0.0.1:5173")]),
            "a development server"
        );
        assert!(
            allows(&[("host", "internal:8080"), ("origin", "https://events.example.org")]),
            "behind a proxy"
        );
        assert!(!allows(&[host, ("origin", "https://evil.example")]));
        assert!(!allows(&[host, ("origin", "null")]));
        assert!(!allows(&[host, ("origin", "")]));
        assert!(!allows(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(
            !allows(&[host, ("sec-fetch-site", "same-site")]),
            "a neighbour's subdomain"
        );
        assert!(!allows(&[host, ("origin", "https://events.example.org.evil.example")]));
    }
}
