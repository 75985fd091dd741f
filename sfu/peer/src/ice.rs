//! ICE-lite (RFC 8445 §2.5): answers authenticated connectivity checks, never sends any.
//!
//! Own code on the STUN crate. The stack's ICE agent never moves its selected pair on a later USE-CANDIDATE, so a phone
//! that changes network stalls. Here the address of the latest authenticated nomination wins.

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod hostile;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{
    ATTR_FINGERPRINT, ATTR_ICE_CONTROLLED, ATTR_MESSAGE_INTEGRITY, ATTR_PRIORITY, ATTR_UNKNOWN_ATTRIBUTES,
    ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType,
};
use rtc_stun::error_code::{CODE_ROLE_CONFLICT, CODE_UNKNOWN_ATTRIBUTE, ErrorCode};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, MESSAGE_HEADER_SIZE, Message, Setter};
use rtc_stun::xoraddr::XorMappedAddress;
use smallvec::SmallVec;

use crate::demux::{self, PeerKey};
use crate::entropy::Entropy;
use crate::limits::{CONSENT_DURATION, FIRST_CHECK_DURATION, VALID_ADDRESSES_MAX};

/// Bytes of a STUN message we care to read: a check is about 100.
const MESSAGE_BYTES_MAX: usize = 1024;

/// A selected address without checks for so long gives way to one with them; RFC 7675 §5.1 has a check at least every
/// 6 s.
const STALE_SELECTION: Duration = Duration::from_secs(7);

/// A local ufrag and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) ufrag: String,
    pub(crate) password: String,
}

impl Credentials {
    fn generate(key: PeerKey, entropy: &mut Entropy) -> Self {
        use std::fmt::Write;
        let ufrag = demux::encode_ufrag(key, entropy.u32());
        // RFC 8839 §5.4: at least 128 bits. These are 160.
        let mut password = String::with_capacity(40);
        for byte in &entropy.bytes()[..20] {
            let _ = write!(password, "{byte:02x}");
        }
        Self { ufrag, password }
    }
}

/// What a check did, in the order in which the caller has to tell of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The response to send back to where the check came from; empty if the check was dropped.
    pub(crate) response: Vec<u8>,
    /// The address was not valid before.
    pub(crate) validated: bool,
    /// An address gave way to a newer one.
    pub(crate) retired: Option<SocketAddr>,
    /// The selected address changed to this check's.
    pub(crate) selected: bool,
    /// The check was the first with the credentials of a restart.
    pub(crate) restarted: bool,
}

#[derive(Clone, Copy, Debug)]
struct ValidAddress {
    address: SocketAddr,
    last_check: Instant,
}

/// The agent of one peer.
#[derive(Debug)]
pub(crate) struct Agent {
    key: PeerKey,
    credentials: Credentials,
    /// Credentials from before a restart; valid until the new ones are first used (RFC 8445 §9).
    previous: Option<Credentials>,
    addresses: SmallVec<[ValidAddress; 2]>,
    selected: Option<SocketAddr>,
    /// When the peer is given up; `None` until a description was exchanged.
    expiry: Option<Instant>,
}

impl Agent {
    pub(crate) fn new(key: PeerKey, entropy: &mut Entropy) -> Self {
        let credentials = Credentials::generate(key, entropy);
        Self {
            key,
            credentials,
            previous: None,
            addresses: SmallVec::new(),
            selected: None,
            expiry: None,
        }
    }

    /// The credentials to announce.
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Starts waiting for the first check, if that has not begun yet.
    pub(crate) fn expect_checks(&mut self, now: Instant) {
        self.expiry.get_or_insert(now + FIRST_CHECK_DURATION);
    }

    /// New credentials to announce. Those in use stay valid until the new ones are used.
    pub(crate) fn restart(&mut self, entropy: &mut Entropy) {
        let fresh = Credentials::generate(self.key, entropy);
        let current = std::mem::replace(&mut self.credentials, fresh);
        // A restart before the last one was taken up: what the client really uses is still `previous`.
        self.previous.get_or_insert(current);
    }

    /// Where to send: the latest nomination, or before the first one the first address that passed a check.
    #[inline]
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.selected
            .or_else(|| self.addresses.first().map(|valid| valid.address))
    }

    #[inline]
    pub(crate) fn is_valid(&self, address: SocketAddr) -> bool {
        self.addresses.iter().any(|valid| valid.address == address)
    }

    /// When [`Agent::handle_timeout`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let addresses = self.addresses.iter().map(|valid| valid.last_check + CONSENT_DURATION);
        addresses.chain(self.expiry).min()
    }

    /// Retires addresses without a check for 30 s. `true`: consent to send has expired, the peer is over.
    pub(crate) fn handle_timeout(&mut self, now: Instant, mut retired: impl FnMut(SocketAddr)) -> bool {
        self.addresses.retain(|valid| {
            let keep = now < valid.last_check + CONSENT_DURATION;
            if !keep {
                retired(valid.address);
            }
            keep
        });
        if self.selected.is_some_and(|selected| !self.is_valid(selected)) {
            self.selected = None;
        }
        self.expiry.is_some_and(|expiry| now >= expiry)
    }

    /// Takes a STUN datagram. `None`: malformed, not a check, or not authentic.
    pub(crate) fn handle_check(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Option<Checked> {
        // First what costs least: of a flood of forged checks, those without the whole ufrag are not even parsed.
        let ufrag = demux::local_ufrag(datagram)?;
        let is_current = ufrag == self.credentials.ufrag.as_bytes();
        let credentials = if is_current {
            &self.credentials
        } else {
            self.previous
                .as_ref()
                .filter(|previous| ufrag == previous.ufrag.as_bytes())?
        };
        let mut message = parse(datagram)?;
        MessageIntegrity::check(&mut message, credentials.password.as_bytes(), crypto).ok()?;

        let response = Response {
            request: &message,
            password: &credentials.password,
            crypto,
        };
        let unknown = unknown_attributes(&message);
        if !unknown.is_empty() {
            let bytes = response.error(CODE_UNKNOWN_ATTRIBUTE, &unknown)?;
            return Some(Checked {
                response: bytes,
                ..Checked::default()
            });
        }
        if message.contains(ATTR_ICE_CONTROLLED) {
            // A lite agent is always the controlled one (RFC 8445 §6.1.1).
            return Some(Checked {
                response: response.error(CODE_ROLE_CONFLICT, &[])?,
                ..Checked::default()
            });
        }
        let mut checked = Checked {
            response: response.success(from)?,
            ..Checked::default()
        };
        if is_current {
            checked.restarted = self.previous.take().is_some();
        }
        self.expiry = Some(now + CONSENT_DURATION);
        (checked.validated, checked.retired) = self.validate(now, from);
        let nominated = message.contains(ATTR_USE_CANDIDATE) || self.is_selection_stale(now);
        if nominated && self.selected != Some(from) {
            self.selected = Some(from);
            checked.selected = true;
        }
        Some(checked)
    }

    /// A client behind a NAT that has given it another port goes on checking from there, but not all nominate again.
    fn is_selection_stale(&self, now: Instant) -> bool {
        let selected = self
            .selected
            .and_then(|selected| self.addresses.iter().find(|valid| valid.address == selected));
        selected.is_some_and(|selected| now >= selected.last_check + STALE_SELECTION)
    }

    fn validate(&mut self, now: Instant, address: SocketAddr) -> (bool, Option<SocketAddr>) {
        if let Some(valid) = self.addresses.iter_mut().find(|valid| valid.address == address) {
            valid.last_check = now;
            return (false, None);
        }
        let mut retired = None;
        if self.addresses.len() >= VALID_ADDRESSES_MAX {
            let idle = |valid: &ValidAddress| (Some(valid.address) != self.selected).then_some(valid.last_check);
            let oldest = (0..self.addresses.len())
                .filter(|index| idle(&self.addresses[*index]).is_some())
                .min_by_key(|index| idle(&self.addresses[*index]));
            retired = oldest.map(|index| self.addresses.remove(index).address);
        }
        self.addresses.push(ValidAddress {
            address,
            last_check: now,
        });
        (true, retired)
    }
}

/// Parses a binding request whose protected part is in order: nothing but FINGERPRINT may follow MESSAGE-INTEGRITY, for
/// what follows it is not authenticated (RFC 8489 §14.5).
fn parse(datagram: &[u8]) -> Option<Message> {
    if datagram.len() > MESSAGE_BYTES_MAX {
        return None;
    }
    let mut message = Message::new();
    message.unmarshal_binary(datagram).ok()?;
    if message.typ != BINDING_REQUEST || message.length as usize + MESSAGE_HEADER_SIZE != datagram.len() {
        return None;
    }
    match message.attributes.0.as_slice() {
        [protected @ .., integrity, fingerprint]
            if integrity.typ == ATTR_MESSAGE_INTEGRITY
                && fingerprint.typ == ATTR_FINGERPRINT
                && !protected
                    .iter()
                    .any(|attribute| attribute.typ == ATTR_MESSAGE_INTEGRITY) => {}
        _ => return None,
    }
    FINGERPRINT.check(&message).ok()?;
    Some(message)
}

/// Comprehension-required attributes (below 0x8000) that a connectivity check has no business with.
fn unknown_attributes(message: &Message) -> SmallVec<[AttrType; 4]> {
    const KNOWN: [AttrType; 4] = [ATTR_USERNAME, ATTR_MESSAGE_INTEGRITY, ATTR_PRIORITY, ATTR_USE_CANDIDATE];
    let types = message.attributes.0.iter().map(|attribute| attribute.typ);
    types.filter(|kind| kind.0 < 0x8000 && !KNOWN.contains(kind)).collect()
}

/// Builds responses to one request.
struct Response<'a> {
    request: &'a Message,
    password: &'a str,
    crypto: &'a dyn RTCCrypto,
}

impl Response<'_> {
    fn success(&self, to: SocketAddr) -> Option<Vec<u8>> {
        let mut message = Message::new();
        message.transaction_id = self.request.transaction_id;
        message.typ = BINDING_SUCCESS;
        message.write_header();
        XorMappedAddress {
            ip: to.ip(),
            port: to.port(),
        }
        .add_to(&mut message)
        .ok()?;
        self.seal(message)
    }

    fn error(&self, code: ErrorCode, unknown: &[AttrType]) -> Option<Vec<u8>> {
        let mut message = Message::new();
        message.transaction_id = self.request.transaction_id;
        message.typ = BINDING_ERROR;
        message.write_header();
        code.add_to(&mut message).ok()?;
        if !unknown.is_empty() {
            let types: Vec<u8> = unknown.iter().flat_map(|kind| kind.0.to_be_bytes()).collect();
            message.add(ATTR_UNKNOWN_ATTRIBUTES, &types);
        }
        self.seal(message)
    }

    fn seal(&self, mut message: Message) -> Option<Vec<u8>> {
        MessageIntegrity::new_short_term_integrity_with_provider(self.password.to_owned(), self.crypto)
            .add_to(&mut message)
            .ok()?;
        FINGERPRINT.add_to(&mut message).ok()?;
        Some(message.raw)
    }
}

#[cfg(test)]
mod tests;
