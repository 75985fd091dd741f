//! Mutual TLS between processes: every service shows a certificate that bears its name, and looks at the other's.
//!
//! A service's certificate has one URI (`spiffe://plenary/service/<name>`), by which it is recognised as a caller, and
//! one DNS name (`<name>.service.plenary`), by which its callers make sure that they reached it. Whoever runs a SPIFFE
//! or another authority issues the same names from there; [`Authority`] is for a single machine and for tests.

use kit_core::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use thiserror::Error;
use time::Duration;
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

use crate::peer::spiffe_uri;

/// How long the certificates of [`Authority`] are good.
const VALIDITY: Duration = Duration::days(365);
/// Certificates are good from a little earlier on, for machines whose clocks are behind.
const BACKDATING: Duration = Duration::hours(1);

/// What a process needs to prove its name, as PEM.
#[derive(Clone)]
pub struct Credentials {
    /// The authority that everybody's certificates must come from.
    pub authority: String,
    /// Our certificate.
    pub certificate: String,
    /// Its key. Never logged.
    pub key: String,
}

/// A certificate authority in memory.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate could not be made.
#[derive(Debug, Error)]
#[error("a certificate could not be made")]
pub struct CertificateError(#[from] rcgen::Error);

// === impl Authority ===

impl Authority {
    /// A new authority, with a new key.
    pub fn generate(clock: &Clock) -> Result<Self, CertificateError> {
        let mut params = params("Plenary services", clock);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// Credentials for the service called `name`.
    pub fn issue(&self, name: &str, clock: &Clock) -> Result<Credentials, CertificateError> {
        let mut params = params(name, clock);
        params.subject_alt_names = vec![
            SanType::URI(spiffe_uri(name).try_into()?),
            SanType::DnsName(dns_name(name).try_into()?),
        ];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(Credentials {
            authority: self.0.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

// === impl Credentials ===

impl Credentials {
    /// Shows our certificate, and accepts only peers with one of the same authority.
    pub(crate) fn server(&self) -> ServerTlsConfig {
        let authority = Certificate::from_pem(&self.authority);
        ServerTlsConfig::new()
            .identity(Identity::from_pem(&self.certificate, &self.key))
            .client_ca_root(authority)
    }

    /// Shows our certificate, and accepts only the service called `to`.
    pub(crate) fn client(&self, to: &str) -> ClientTlsConfig {
        let identity = Identity::from_pem(&self.certificate, &self.key);
        let authority = Certificate::from_pem(&self.authority);
        ClientTlsConfig::new()
            .identity(identity)
            .ca_certificate(authority)
            .domain_name(dns_name(to))
    }
}

fn params(common_name: &str, clock: &Clock) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = clock.now() - BACKDATING;
    params.not_after = clock.now() + VALIDITY;
    params
}

fn dns_name(service: &str) -> String {
    format!("{service}.service.plenary")
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}
