//! The agent against checks as clients make them.

use std::time::Duration;

use proptest::prelude::*;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::message::Getter;

use super::*;

const WIFI: &str = "192.0.2.10:5000";
const MOBILE: &str = "198.51.100.20:6000";

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// An agent, its clock, and a client that knows its credentials.
struct Scene {
    agent: Agent,
    entropy: Entropy,
    now: Instant,
    provider: AwsLcRsProvider,
}

impl Scene {
    #[expect(
        clippy::disallowed_methods,
        reason = "an instant to start from; the agent is told the time"
    )]
    fn new() -> Self {
        let mut entropy = Entropy::new([7; 32]);
        let agent = Agent::new(PeerKey(42), &mut entropy);
        Self {
            agent,
            entropy,
            now: Instant::now(),
            provider: AwsLcRsProvider::new(),
        }
    }

    fn check(&mut self, from: &str, attributes: &[(AttrType, &[u8])]) -> Option<Checked> {
        let credentials = self.agent.credentials().clone();
        self.check_with(from, attributes, &credentials)
    }

    fn check_with(
        &mut self,
        from: &str,
        attributes: &[(AttrType, &[u8])],
        credentials: &Credentials,
    ) -> Option<Checked> {
        let request = request(credentials, attributes, self.provider.crypto());
        self.agent
            .handle_check(self.now, address(from), &request, self.provider.crypto())
    }
}

fn request(credentials: &Credentials, attributes: &[(AttrType, &[u8])], crypto: &dyn RTCCrypto) -> Vec<u8> {
    let attributes: Vec<_> = attributes.iter().map(|(kind, value)| (kind.0, *value)).collect();
    hostile::request(credentials, &attributes, crypto).expect("short")
}

fn decode(response: &[u8]) -> Message {
    let mut message = Message::new();
    message.unmarshal_binary(response).expect("a STUN message");
    message
}

#[test]
fn a_check_is_answered_with_the_address_it_came_from() {
    let mut scene = Scene::new();
    let checked = scene.check(WIFI, &[]).expect("authentic");
    assert!(checked.validated && !checked.selected);
    let message = decode(&checked.response);
    assert_eq!(message.typ, BINDING_SUCCESS);
    let mut mapped = XorMappedAddress::default();
    mapped.get_from(&message).expect("XOR-MAPPED-ADDRESS");
    assert_eq!(SocketAddr::new(mapped.ip, mapped.port), address(WIFI));
    assert_eq!(
        scene.agent.remote(),
        Some(address(WIFI)),
        "used before anything is nominated"
    );
}

#[test]
fn the_latest_nomination_wins() {
    let mut scene = Scene::new();
    assert!(
        scene
            .check(WIFI, &[(ATTR_USE_CANDIDATE, &[])])
            .expect("authentic")
            .selected
    );
    assert!(
        scene
            .check(MOBILE, &[(ATTR_USE_CANDIDATE, &[])])
            .expect("authentic")
            .selected
    );
    assert_eq!(scene.agent.remote(), Some(address(MOBILE)));
    assert!(!scene.check(WIFI, &[]).expect("authentic").selected);
    assert_eq!(
        scene.agent.remote(),
        Some(address(MOBILE)),
        "a check without nomination moves nothing"
    );
    assert!(
        scene
            .check(WIFI, &[(ATTR_USE_CANDIDATE, &[])])
            .expect("authentic")
            .selected
    );
    assert_eq!(scene.agent.remote(), Some(address(WIFI)));
}

#[test]
fn forged_checks_are_dropped() {
    let mut scene = Scene::new();
    let wrong = Credentials {
        password: "guess".to_owned(),
        ..scene.agent.credentials().clone()
    };
    assert_eq!(scene.check_with(WIFI, &[], &wrong), None);
    let other = Credentials {
        ufrag: demux::encode_ufrag(PeerKey(43), 0),
        ..scene.agent.credentials().clone()
    };
    assert_eq!(scene.check_with(WIFI, &[], &other), None);
    assert!(!scene.agent.is_valid(address(WIFI)));
}

#[test]
fn a_nomination_appended_after_the_integrity_is_not_believed() {
    let mut scene = Scene::new();
    let credentials = scene.agent.credentials().clone();
    let mut message = Message::new();
    message.typ = BINDING_REQUEST;
    message.write_header();
    message.add(ATTR_USERNAME, format!("{}:remote", credentials.ufrag).as_bytes());
    MessageIntegrity::new_short_term_integrity_with_provider(credentials.password, scene.provider.crypto())
        .add_to(&mut message)
        .expect("integrity");
    message.add(ATTR_USE_CANDIDATE, &[]);
    FINGERPRINT.add_to(&mut message).expect("fingerprint");
    let checked = scene
        .agent
        .handle_check(scene.now, address(WIFI), &message.raw, scene.provider.crypto());
    assert_eq!(checked, None);
}

#[test]
fn errors_are_told_as_the_rfc_says() {
    let mut scene = Scene::new();
    let code = |checked: Option<Checked>| {
        let message = decode(&checked.expect("authentic").response);
        let mut code = ErrorCodeAttribute::default();
        code.get_from(&message).expect("ERROR-CODE");
        code.code.0
    };
    assert_eq!(
        code(scene.check(WIFI, &[(ATTR_ICE_CONTROLLED, &[0; 8])])),
        CODE_ROLE_CONFLICT.0
    );
    assert_eq!(
        code(scene.check(WIFI, &[(AttrType(0x7777), &[])])),
        CODE_UNKNOWN_ATTRIBUTE.0
    );
    assert!(!scene.agent.is_valid(address(WIFI)));
}

#[test]
fn old_credentials_work_until_the_new_ones_are_used() {
    let mut scene = Scene::new();
    let old = scene.agent.credentials().clone();
    scene.agent.restart(&mut scene.entropy);
    let skipped = scene.agent.credentials().clone();
    scene.agent.restart(&mut scene.entropy);
    assert_ne!(old, *scene.agent.credentials());
    assert!(
        scene
            .check_with(WIFI, &[], &old)
            .is_some_and(|checked| !checked.restarted)
    );
    assert!(scene.check(WIFI, &[]).is_some_and(|checked| checked.restarted));
    assert!(scene.check(WIFI, &[]).is_some_and(|checked| !checked.restarted));
    assert_eq!(scene.check_with(WIFI, &[], &old), None);
    assert_eq!(scene.check_with(WIFI, &[], &skipped), None);
    assert_eq!(
        demux::decode_ufrag(scene.agent.credentials().ufrag.as_bytes()),
        Some(PeerKey(42))
    );
}

#[test]
fn consent_expires_thirty_seconds_after_the_last_check() {
    let mut scene = Scene::new();
    assert_eq!(scene.agent.deadline(), None);
    scene.agent.expect_checks(scene.now);
    assert!(scene.agent.deadline().is_some());
    scene.check(WIFI, &[(ATTR_USE_CANDIDATE, &[])]).expect("authentic");
    scene.now += Duration::from_secs(20);
    scene.check(MOBILE, &[(ATTR_USE_CANDIDATE, &[])]).expect("authentic");
    let mut retired = Vec::new();
    scene.now += Duration::from_secs(10);
    assert!(!scene.agent.handle_timeout(scene.now, |address| retired.push(address)));
    assert_eq!(retired, [address(WIFI)]);
    scene.now += Duration::from_secs(20);
    assert!(scene.agent.handle_timeout(scene.now, |address| retired.push(address)));
    assert_eq!(scene.agent.remote(), None);
}

#[test]
fn addresses_are_bounded_and_the_selected_one_is_kept() {
    let mut scene = Scene::new();
    scene.check(WIFI, &[(ATTR_USE_CANDIDATE, &[])]).expect("authentic");
    for port in 1..100u16 {
        scene.now += Duration::from_millis(1);
        let checked = scene.check(&format!("203.0.113.1:{port}"), &[]).expect("authentic");
        assert_eq!(checked.retired.is_some(), usize::from(port) >= VALID_ADDRESSES_MAX);
    }
    assert_eq!(scene.agent.addresses.len(), VALID_ADDRESSES_MAX);
    assert_eq!(scene.agent.remote(), Some(address(WIFI)));
}

proptest! {
    #[test]
    fn arbitrary_and_damaged_checks_never_panic(noise: Vec<u8>, at: prop::sample::Index, flip: u8) {
        let mut scene = Scene::new();
        let from = address(WIFI);
        prop_assert_eq!(scene.agent.handle_check(scene.now, from, &noise, scene.provider.crypto()), None);
        let mut request = request(scene.agent.credentials(), &[], scene.provider.crypto());
        let at = at.index(request.len());
        request[at] ^= flip;
        let answered = scene.agent.handle_check(scene.now, from, &request, scene.provider.crypto()).is_some();
        prop_assert_eq!(answered, flip == 0);
    }
}
