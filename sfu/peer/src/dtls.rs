//! The DTLS server of one peer, and its choice of SRTP profile.
//!
//! Four things the stack does not do by itself are done here. It picks the SRTP profile in the client's order, and
//! Chromium puts the slow one first: so the ClientHello is read ahead ([`hello`]) and the server configured to its
//! best. It keys connections by remote address: so it is given one constant address, and a change of path does not end
//! DTLS. It leaves the certificate to its caller: so nothing decrypted leaves this module before the certificate's
//! fingerprint is the one that signalling announced. It protects each record with a random nonce and half a dozen
//! buffers: so once the handshake is done, [`records`] does that.

pub(crate) mod hello;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod hostile;
mod keeper;
mod records;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::cipher_suite::CipherSuiteId;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use std::sync::Arc;

use crate::error::CloseReason;
use crate::identity::{Fingerprint, NodeIdentity};
use crate::limits::HANDSHAKE_DURATION;
use crate::srtp::{Profile, Session};
use hello::Hello;
use keeper::Keeper;
use records::{Opened, Records};

/// RFC 5764 §4.2.
const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// The stack repeats a flight seven times at this interval, without back-off; clients of ours repeat theirs too.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(700);
/// What the stack sees as the client's address, whatever it really is (TEST-NET-1).
const CLIENT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9));
const SERVER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 2), 9));

/// Whether servers can be made of a certificate.
pub(crate) fn check(
    certificate: &Certificate,
    provider: &Arc<dyn RTCCryptoProvider>,
) -> Result<(), rtc_shared::error::Error> {
    configuration(certificate, provider, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm).map(drop)
}

/// A server's configuration for one connection, and what keeps its keys.
fn configuration(
    certificate: &Certificate,
    provider: &Arc<dyn RTCCryptoProvider>,
    profile: SrtpProtectionProfile,
) -> Result<(Arc<HandshakeConfig>, Arc<Keeper>), rtc_shared::error::Error> {
    let keeper = Arc::new(Keeper::new(Arc::clone(provider)));
    let config = ConfigBuilder::default()
        .with_crypto_provider(keeper.clone())
        .with_certificates(vec![certificate.clone()])
        // The suite that every client has (RFC 8827 §6.5), so that there is one way to protect a record.
        .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
        .with_srtp_protection_profiles(vec![profile])
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        // No chain of trust in WebRTC: the fingerprint is verified by `Dtls::complete`.
        .with_insecure_skip_verify(true)
        .with_flight_interval(FLIGHT_INTERVAL)
        .build(false, None)?;
    Ok((Arc::new(config), keeper))
}

/// What came of a datagram.
#[derive(Debug)]
pub(crate) enum Step {
    /// The handshake is done and the client is who signalling said.
    Connected(Box<Session>),
    /// Decrypted application data: SCTP.
    Data(Bytes),
    /// The connection is over.
    Closed(CloseReason),
}

/// Where the connection stands.
enum Stage {
    /// Reading the ClientHello ahead. Also waits here for the client's fingerprint, for a subscriber's checks and hello
    /// may overtake its answer.
    Hello(Box<Hello>),
    Handshake(Arc<Keeper>),
    Connected(Box<Records>),
    Closed,
}

/// The DTLS connection of one peer.
pub(crate) struct Dtls {
    endpoint: Endpoint,
    stage: Stage,
    fingerprint: Option<Fingerprint>,
    /// When the handshake is given up; set by its first datagram.
    deadline: Option<Instant>,
    /// close_notify, until it is sent.
    farewell: Option<Bytes>,
}

impl std::fmt::Debug for Dtls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Dtls")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl Dtls {
    pub(crate) fn new() -> Self {
        Self {
            endpoint: Endpoint::new(SERVER, TransportProtocol::UDP, None),
            stage: Stage::Hello(Box::default()),
            fingerprint: None,
            deadline: None,
            farewell: None,
        }
    }

    /// The fingerprint the client has to show, once known.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// Learns the client's fingerprint and goes on with what was held back for it.
    pub(crate) fn expect_fingerprint(
        &mut self,
        now: Instant,
        fingerprint: Fingerprint,
        identity: &NodeIdentity,
        steps: &mut Vec<Step>,
    ) {
        if self.fingerprint.is_none() {
            self.fingerprint = Some(fingerprint);
            self.begin(now, identity, steps);
        }
    }

    /// Takes a datagram from an ICE-validated address; its records are opened in place. `false`: it was dropped.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &mut [u8],
        identity: &NodeIdentity,
        steps: &mut Vec<Step>,
    ) -> bool {
        match &mut self.stage {
            Stage::Closed => false,
            Stage::Hello(hello) => {
                self.deadline.get_or_insert(now + HANDSHAKE_DURATION);
                let held = hello.hold(datagram);
                self.begin(now, identity, steps);
                held
            }
            Stage::Handshake(_) => self.feed(now, BytesMut::from(&*datagram), steps),
            Stage::Connected(_) => {
                let (mut taken, mut rest) = (false, datagram);
                while let Some((record, after)) = records::split(rest) {
                    taken |= self.take_record(now, record, steps);
                    rest = after;
                }
                taken
            }
        }
    }

    /// Takes a record of an established connection.
    fn take_record(&mut self, now: Instant, record: &mut [u8], steps: &mut Vec<Step>) -> bool {
        if records::is_handshake(record) {
            // The client's last flight again: ours was lost (RFC 6347 §4.2.4).
            return self.feed(now, BytesMut::from(&*record), steps);
        }
        let Stage::Connected(records) = &mut self.stage else {
            return false;
        };
        match records.open(record) {
            Some(Opened::Data(data)) => steps.push(Step::Data(Bytes::copy_from_slice(data))),
            Some(Opened::Close) => {
                self.close(now);
                steps.push(Step::Closed(CloseReason::Remote));
            }
            Some(Opened::Nothing) => {}
            None => return false,
        }
        true
    }

    /// Starts the handshake if the ClientHello is complete and the fingerprint known.
    fn begin(&mut self, now: Instant, identity: &NodeIdentity, steps: &mut Vec<Step>) {
        let Stage::Hello(hello) = &mut self.stage else { return };
        let Some(offers_gcm) = hello
            .offers(hello::SRTP_AEAD_AES_128_GCM)
            .filter(|_| self.fingerprint.is_some())
        else {
            return;
        };
        let profile = if offers_gcm {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm
        } else {
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80
        };
        // Taken when the identity was made.
        let Ok((config, keeper)) = configuration(&identity.certificate, &identity.provider, profile) else {
            return;
        };
        self.endpoint.set_server_config(Some(config));
        let held = hello.take();
        self.stage = Stage::Handshake(keeper);
        for datagram in held {
            self.feed(now, datagram, steps);
        }
    }

    fn feed(&mut self, now: Instant, datagram: BytesMut, steps: &mut Vec<Step>) -> bool {
        // An error says that a record was bad, and anyone may forge one: it is dropped (RFC 6347 §4.1.2.7). A handshake
        // that really failed does not complete and runs into its deadline.
        let Ok(events) = self.endpoint.read(now, CLIENT, None, datagram) else {
            return false;
        };
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => self.complete(now, steps),
                // Ahead of the last flight, and kept until it came.
                EndpointEvent::ApplicationData(data) if matches!(self.stage, Stage::Connected(_)) => {
                    steps.push(Step::Data(data.freeze()));
                }
                EndpointEvent::PeerClosed => {
                    self.stage = Stage::Closed;
                    steps.push(Step::Closed(CloseReason::Remote));
                }
                _ => {}
            }
        }
        true
    }

    /// Verifies the client's certificate and derives the SRTP keys.
    fn complete(&mut self, now: Instant, steps: &mut Vec<Step>) {
        self.deadline = None;
        let step = match self.verify_and_export() {
            Ok((session, records)) => {
                self.stage = Stage::Connected(Box::new(records));
                Step::Connected(Box::new(session))
            }
            Err(reason) => {
                self.close(now);
                Step::Closed(reason)
            }
        };
        steps.push(step);
    }

    fn verify_and_export(&self) -> Result<(Session, Records), CloseReason> {
        let Stage::Handshake(keeper) = &self.stage else {
            return Err(CloseReason::HandshakeFailed);
        };
        let state = self
            .endpoint
            .get_connection_state(CLIENT)
            .ok_or(CloseReason::HandshakeFailed)?;
        // RFC 8827 §6.5, with a constant-time comparison for good measure.
        let shown = state
            .peer_certificates
            .first()
            .map(|certificate| Fingerprint::of(certificate));
        let (Some(shown), Some(expected)) = (shown, self.fingerprint) else {
            return Err(CloseReason::FingerprintMismatch);
        };
        if !rtc_crypto::constant_time_eq(&shown.0, &expected.0) {
            return Err(CloseReason::FingerprintMismatch);
        }
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => Profile::Aes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => Profile::Aes128CmSha1,
            _ => return Err(CloseReason::HandshakeFailed),
        };
        let material = state
            .export_keying_material(EXPORTER_LABEL, &[], Session::material_bytes(profile))
            .map_err(|_| CloseReason::HandshakeFailed)?;
        let session = Session::for_server(profile, material.as_ref());
        session.zip(keeper.records()).ok_or(CloseReason::HandshakeFailed)
    }

    /// Protects application data; `None` unless connected.
    pub(crate) fn seal(&mut self, data: &[u8]) -> Option<Bytes> {
        match &mut self.stage {
            Stage::Connected(records) => records.seal(data),
            _ => None,
        }
    }

    /// Queues close_notify.
    pub(crate) fn close(&mut self, now: Instant) {
        match &mut self.stage {
            Stage::Connected(records) => self.farewell = records.close_notify(),
            _ => drop(self.endpoint.stop(now, CLIENT)),
        }
        self.stage = Stage::Closed;
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Closed | Stage::Connected(_) => None,
            Stage::Hello(_) => self.deadline,
            Stage::Handshake(_) => self
                .endpoint
                .poll_timeout(&CLIENT)
                .into_iter()
                .chain(self.deadline)
                .min(),
        }
    }

    /// Repeats a flight, or gives up.
    pub(crate) fn handle_timeout(&mut self, now: Instant, steps: &mut Vec<Step>) {
        if matches!(self.stage, Stage::Closed | Stage::Connected(_)) {
            return;
        }
        let retries_spent =
            matches!(self.stage, Stage::Handshake(_)) && self.endpoint.handle_timeout(CLIENT, now).is_err();
        if retries_spent || self.deadline.is_some_and(|deadline| now >= deadline) {
            self.close(now);
            steps.push(Step::Closed(CloseReason::HandshakeFailed));
        }
    }

    /// The next datagram of the handshake or of its end.
    pub(crate) fn poll_transmit(&mut self) -> Option<Bytes> {
        let handshake = self.endpoint.poll_transmit().map(|transmit| transmit.message.freeze());
        handshake.or_else(|| self.farewell.take())
    }
}

#[cfg(test)]
mod tests;
