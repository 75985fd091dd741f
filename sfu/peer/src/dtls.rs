//! DTLS of one peer, and its choice of SRTP profile. It is the server unless the client's answer wants to be that.
//!
//! Four things the stack does not do by itself are done here. It picks the SRTP profile in the client's order, and
//! Chromium puts the slow one first: so the ClientHello is read ahead ([`hello`]) and the server configured to its
//! best. It keys connections by remote address: so it is given one constant address, and a change of path does not end
//! DTLS. It leaves the certificate to its caller: so nothing decrypted leaves this module before the certificate's
//! fingerprint is the one that signalling announced. It protects each record with a random nonce and half a dozen
//! buffers, and holds on to the handshake, 10 KiB of it, for as long as the connection lasts: so once the handshake is
//! done, [`records`] has the keys and the last flight, and nothing else of it is kept.

pub(crate) mod hello;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod hostile;
mod keeper;
mod records;

use std::collections::VecDeque;
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

const GCM: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm;
const CM: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80;
/// RFC 5764 §4.2.
const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// The stack repeats a flight seven times at this interval, without back-off; clients of ours repeat theirs too.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(700);
/// What the stack sees as the client's address, whatever it really is (TEST-NET-1).
const REMOTE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9));
const LOCAL: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 2), 9));

/// Which end of the handshake is ours (RFC 8842 §5). Offers leave it to the answer: browsers answer as the client; stacks
/// like pion, which the Go SDK and LiveKit's load tester are made with, as the server, since we are ICE-lite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DtlsRole {
    Server,
    Client,
}

/// What signalling says of the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) fingerprint: Fingerprint,
    /// Ours towards it.
    pub(crate) role: DtlsRole,
}

/// Whether servers can be made of a certificate.
pub(crate) fn check(
    certificate: &Certificate,
    provider: &Arc<dyn RTCCryptoProvider>,
) -> Result<(), rtc_shared::error::Error> {
    configuration(certificate, provider, DtlsRole::Server, vec![GCM]).map(drop)
}

/// The configuration for one connection, and what keeps its keys.
fn configuration(
    certificate: &Certificate,
    provider: &Arc<dyn RTCCryptoProvider>,
    role: DtlsRole,
    profiles: Vec<SrtpProtectionProfile>,
) -> Result<(Arc<HandshakeConfig>, Arc<Keeper>), rtc_shared::error::Error> {
    let keeper = Arc::new(Keeper::new(Arc::clone(provider)));
    let config = ConfigBuilder::default()
        .with_crypto_provider(keeper.clone())
        .with_certificates(vec![certificate.clone()])
        // The suite that every client has (RFC 8827 §6.5), so that there is one way to protect a record.
        .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
        .with_srtp_protection_profiles(profiles)
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        // No chain of trust in WebRTC: the fingerprint is verified by `Dtls::complete`.
        .with_insecure_skip_verify(true)
        .with_flight_interval(FLIGHT_INTERVAL)
        // A client names a server, which nobody reads here; without an address the stack warns that it has to guess.
        .build(role == DtlsRole::Client, Some(REMOTE))?;
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
    /// As the client: waiting for an address to send a ClientHello to.
    Ready,
    Handshake(Box<Handshake>),
    Connected(Box<Records>),
    Closed,
}

/// A handshake that is under way.
struct Handshake {
    endpoint: Endpoint,
    keeper: Arc<Keeper>,
}

/// The DTLS connection of one peer.
pub(crate) struct Dtls {
    stage: Stage,
    remote: Option<Remote>,
    /// When the handshake is given up; set by its first datagram.
    deadline: Option<Instant>,
    /// Datagrams to send.
    outgoing: VecDeque<Bytes>,
}

impl std::fmt::Debug for Dtls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Dtls")
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

impl Dtls {
    pub(crate) fn new() -> Self {
        Self {
            stage: Stage::Hello(Box::default()),
            remote: None,
            deadline: None,
            outgoing: VecDeque::new(),
        }
    }

    /// What signalling said of the other end, if it has.
    pub(crate) fn remote(&self) -> Option<Remote> {
        self.remote
    }

    /// Learns of the other end and goes on with what was held back for it. As the client, [`Dtls::call`] is to follow.
    pub(crate) fn expect(&mut self, now: Instant, remote: Remote, identity: &NodeIdentity, steps: &mut Vec<Step>) {
        if self.remote.is_some() || matches!(self.stage, Stage::Closed) {
            return;
        }
        self.remote = Some(remote);
        match remote.role {
            DtlsRole::Server => self.begin(now, identity, steps),
            DtlsRole::Client => self.stage = Stage::Ready,
        }
    }

    /// As the client, sends the ClientHello: there is an address to send it to.
    pub(crate) fn call(&mut self, now: Instant, identity: &NodeIdentity) {
        if !matches!(self.stage, Stage::Ready) {
            return;
        }
        let profiles = vec![GCM, CM];
        let Ok((config, keeper)) = configuration(&identity.certificate, &identity.provider, DtlsRole::Client, profiles)
        else {
            return;
        };
        let mut endpoint = Endpoint::new(LOCAL, TransportProtocol::UDP, None);
        if endpoint.connect(now, REMOTE, config, None).is_err() {
            return;
        }
        let mut handshake = Box::new(Handshake { endpoint, keeper });
        self.outgoing.extend(handshake.transmits());
        self.stage = Stage::Handshake(handshake);
        self.deadline = Some(now + HANDSHAKE_DURATION);
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
            Stage::Closed | Stage::Ready => false,
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
        let Stage::Connected(records) = &mut self.stage else {
            return false;
        };
        match records.open(record) {
            Some(Opened::Data(data)) => steps.push(Step::Data(Bytes::copy_from_slice(data))),
            Some(Opened::Close) => {
                self.close(now);
                steps.push(Step::Closed(CloseReason::Remote));
            }
            // The client's last flight again: ours was lost (RFC 6347 §4.2.4).
            Some(Opened::Finished) => self.outgoing.extend(records.last_flight()),
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
            .filter(|_| self.remote.is_some())
        else {
            return;
        };
        let profiles = vec![if offers_gcm { GCM } else { CM }];
        // Taken when the identity was made.
        let Ok((config, keeper)) = configuration(&identity.certificate, &identity.provider, DtlsRole::Server, profiles)
        else {
            return;
        };
        let held = hello.take();
        let endpoint = Endpoint::new(LOCAL, TransportProtocol::UDP, Some(config));
        self.stage = Stage::Handshake(Box::new(Handshake { endpoint, keeper }));
        for datagram in held {
            self.feed(now, datagram, steps);
        }
    }

    /// Takes a datagram of the handshake.
    fn feed(&mut self, now: Instant, datagram: BytesMut, steps: &mut Vec<Step>) -> bool {
        let Stage::Handshake(handshake) = &mut self.stage else {
            return false;
        };
        // An error says that a record was bad, and anyone may forge one: it is dropped (RFC 6347 §4.1.2.7). A handshake
        // that really failed does not complete and runs into its deadline.
        let events = handshake.endpoint.read(now, REMOTE, None, datagram);
        let flight = handshake.transmits();
        self.outgoing.extend(flight.iter().cloned());
        let is_good = events.is_ok();
        for event in events.unwrap_or_default() {
            match event {
                EndpointEvent::HandshakeComplete => self.complete(now, &flight, steps),
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
        is_good
    }

    /// Verifies the client's certificate and derives the SRTP keys. From here on the handshake is our last flight alone.
    fn complete(&mut self, now: Instant, flight: &[Bytes], steps: &mut Vec<Step>) {
        self.deadline = None;
        let step = match self.verify_and_export(flight) {
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

    fn verify_and_export(&self, flight: &[Bytes]) -> Result<(Session, Records), CloseReason> {
        let Stage::Handshake(handshake) = &self.stage else {
            return Err(CloseReason::HandshakeFailed);
        };
        let Handshake { endpoint, keeper } = &**handshake;
        let state = endpoint
            .get_connection_state(REMOTE)
            .ok_or(CloseReason::HandshakeFailed)?;
        // RFC 8827 §6.5, with a constant-time comparison for good measure.
        let shown = state
            .peer_certificates
            .first()
            .map(|certificate| Fingerprint::of(certificate));
        let (Some(shown), Some(remote)) = (shown, self.remote) else {
            return Err(CloseReason::FingerprintMismatch);
        };
        if !rtc_crypto::constant_time_eq(&shown.0, &remote.fingerprint.0) {
            return Err(CloseReason::FingerprintMismatch);
        }
        let profile = match state.srtp_protection_profile() {
            GCM => Profile::Aes128Gcm,
            CM => Profile::Aes128CmSha1,
            _ => return Err(CloseReason::HandshakeFailed),
        };
        let material = state
            .export_keying_material(EXPORTER_LABEL, &[], Session::material_bytes(profile))
            .map_err(|_| CloseReason::HandshakeFailed)?;
        // The handshake ends with the server's flight, so the client has nothing to repeat.
        let (session, last_flight) = match remote.role {
            DtlsRole::Server => (
                Session::for_server(profile, material.as_ref()),
                Some(flight.concat().into()),
            ),
            DtlsRole::Client => (Session::for_client(profile, material.as_ref()), None),
        };
        let records = keeper.records(last_flight);
        session.zip(records).ok_or(CloseReason::HandshakeFailed)
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
            Stage::Connected(records) => self.outgoing.extend(records.close_notify()),
            Stage::Handshake(handshake) => {
                handshake.endpoint.stop(now, REMOTE);
                self.outgoing.extend(handshake.transmits());
            }
            Stage::Hello(_) | Stage::Ready | Stage::Closed => {}
        }
        self.stage = Stage::Closed;
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Closed | Stage::Ready | Stage::Connected(_) => None,
            Stage::Hello(_) => self.deadline,
            Stage::Handshake(handshake) => {
                let repeat = handshake.endpoint.poll_timeout(&REMOTE);
                repeat.into_iter().chain(self.deadline).min()
            }
        }
    }

    /// Repeats a flight, or gives up.
    pub(crate) fn handle_timeout(&mut self, now: Instant, steps: &mut Vec<Step>) {
        let retries_spent = match &mut self.stage {
            Stage::Closed | Stage::Ready | Stage::Connected(_) => return,
            Stage::Hello(_) => false,
            Stage::Handshake(handshake) => {
                let repeated = handshake.endpoint.handle_timeout(REMOTE, now);
                self.outgoing.extend(handshake.transmits());
                repeated.is_err()
            }
        };
        if retries_spent || self.deadline.is_some_and(|deadline| now >= deadline) {
            self.close(now);
            steps.push(Step::Closed(CloseReason::HandshakeFailed));
        }
    }

    /// The next datagram of the handshake or of its end.
    pub(crate) fn poll_transmit(&mut self) -> Option<Bytes> {
        self.outgoing.pop_front()
    }
}

impl Handshake {
    /// What is to be sent.
    fn transmits(&mut self) -> Vec<Bytes> {
        let Self { endpoint, .. } = self;
        std::iter::from_fn(|| endpoint.poll_transmit().map(|transmit| transmit.message.freeze())).collect()
    }
}

#[cfg(test)]
mod tests;
