//! Who holds the other end of the connection, as opposed to who is calling.

use std::sync::Arc;

use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// The gateway's name. It speaks for people, so it is never a service to an access rule.
pub const GATEWAY: &str = "edge-gateway";

/// The metadata in which the gateway says where a client is. From anybody else it is not read.
pub const CLIENT_ADDRESS: &str = "x-client-address";

/// In front of a service's name in its certificate.
const SPIFFE_PREFIX: &str = "spiffe://plenary/service/";

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Somebody whom we do not know.
    Unknown,
    /// A part of Plenary, by name.
    Service(Arc<str>),
}

impl Peer {
    /// The part that a verified certificate names; unknown when it names none.
    pub fn from_certificate(der: &[u8]) -> Self {
        service_name(der).map_or(Self::Unknown, |name| Self::Service(name.into()))
    }

    /// Whether it is the gateway, which speaks for people.
    pub(crate) fn is_gateway(&self) -> bool {
        matches!(self, Self::Service(name) if &**name == GATEWAY)
    }

    /// The name to which rules for services apply.
    pub(crate) fn service(&self) -> Option<&str> {
        match self {
            Self::Service(name) if &**name != GATEWAY => Some(name),
            _ => None,
        }
    }
}

/// The URI of a service in its certificate.
pub(crate) fn spiffe_uri(name: &str) -> String {
    format!("{SPIFFE_PREFIX}{name}")
}

fn service_name(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    let mut uris = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    });
    // SPIFFE X.509-SVID section 2: exactly one URI, or the certificate names nobody.
    let uri = uris.next().filter(|_| uris.next().is_none())?;
    uri.strip_prefix(SPIFFE_PREFIX)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    fn peer(uris: &[&str]) -> Peer {
        let mut params = CertificateParams::default();
        let name = |uri: &&str| SanType::URI((*uri).try_into().expect("ASCII"));
        params.subject_alt_names = uris.iter().map(name).collect();
        let certificate = params.self_signed(&KeyPair::generate().expect("made")).expect("signed");
        Peer::from_certificate(certificate.der())
    }

    #[test]
    fn exactly_one_uri_of_ours_names_a_service() {
        let events = spiffe_uri("events");
        assert_eq!(peer(&[&events]), Peer::Service("events".into()));
        assert_eq!(peer(&[]), Peer::Unknown);
        assert_eq!(peer(&[&events, "https://example.org"]), Peer::Unknown);
        assert_eq!(peer(&["spiffe://plenary/service/"]), Peer::Unknown);
        assert_eq!(peer(&["spiffe://elsewhere/service/events"]), Peer::Unknown);
        assert_eq!(Peer::from_certificate(b"no certificate"), Peer::Unknown);
    }

    #[test]
    fn the_gateway_is_known_but_is_no_service() {
        let gateway = peer(&[&spiffe_uri(GATEWAY)]);
        assert_eq!(gateway, Peer::Service(GATEWAY.into()));
        assert_eq!(gateway.service(), None);
    }
}
