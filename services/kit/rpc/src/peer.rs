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
