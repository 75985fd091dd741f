//! The node's DTLS identity: one self-signed certificate, made once, shared by all peers.

use std::fmt;
use std::sync::Arc;

use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_dtls::crypto::Certificate;

use sha2::{Digest, Sha256};

use crate::dtls;

/// SHA-256 of a DER certificate, as `a=fingerprint:sha-256` carries it (RFC 8122 §5).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a DER certificate.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }

    /// Reads `AB:CD:…`, 32 bytes in upper or lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let mut pairs = text.split(':');
        for byte in &mut bytes {
            let pair = pairs.next().filter(|pair| pair.len() == 2)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        pairs.next().is_none().then_some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ":" };
            write!(formatter, "{separator}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

/// The certificate could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the DTLS certificate could not be generated: {0}")]
pub struct IdentityError(String);

/// What all peers of a node share: crypto provider, certificate and its fingerprint. Cheap to clone.
#[derive(Clone)]
pub struct NodeIdentity {
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    pub(crate) certificate: Certificate,
    fingerprint: Fingerprint,
}

impl NodeIdentity {
    /// Generates an ECDSA P-256 certificate with aws-lc-rs, the provider named here so that feature unification in some
    /// other crate cannot choose another.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness to give.
    pub fn generate() -> Result<Self, IdentityError> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(AwsLcRsProvider::new());
        let failed = |error: rtc_shared::error::Error| IdentityError(error.to_string());
        let certificate =
            Certificate::generate_self_signed(vec!["plenary".to_owned()], provider.crypto()).map_err(failed)?;
        let der = certificate
            .certificate
            .first()
            .ok_or_else(|| IdentityError("no certificate".to_owned()))?;
        let fingerprint = Fingerprint::of(der);
        dtls::check(&certificate, &provider).map_err(failed)?;
        Ok(Self {
            provider,
            certificate,
            fingerprint,
        })
    }

    /// The fingerprint announced in session descriptions.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl fmt::Debug for NodeIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NodeIdentity")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let fingerprint = NodeIdentity::generate().expect("a certificate").fingerprint();
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        assert_eq!(
            Fingerprint::parse(&fingerprint.to_string().to_lowercase()),
            Some(fingerprint)
        );
        for wrong in [
            "",
            "AB",
            "AB:CD",
            &format!("{fingerprint}:00"),
            &fingerprint.to_string().replace(':', " "),
        ] {
            assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
        }
    }
}
