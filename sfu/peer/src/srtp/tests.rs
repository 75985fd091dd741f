//! Both profiles through the front door: a client's session against a server's.

use proptest::prelude::*;

use super::*;

fn pair(profile: Profile) -> (Session, Session) {
    let material: Vec<u8> = (0..Session::material_bytes(profile))
        .map(|byte| byte.to_le_bytes()[0] ^ 0x5a)
        .collect();
    let client = Session::for_client(profile, &material).expect("keys");
    let server = Session::for_server(profile, &material).expect("keys");
    (client, server)
}

fn header(sequence_number: u16) -> Header {
    Header {
        marker: true,
        payload_type: 96,
        sequence_number,
        timestamp: 90_000,
        ssrc: 0x1234_5678,
    }
}

const IDS: ExtensionIds = ExtensionIds {
    transport_sequence: Some(3),
    mid: None,
    rid: None,
    repaired_rid: None,
    absolute_send_time: None,
    audio_level: None,
    video_orientation: None,
    dependency_descriptor: None,
    playout_delay: None,
    capture_time: None,
};

#[test]
fn a_packet_of_padding_says_how_much_it_is() {
    let (mut client, mut server) = pair(Profile::Aes128Gcm);
    let mut buffer = [0; 1500];
    let length = server
        .sealer
        .write_padding(&mut buffer, &header(1), &Extensions::default(), &IDS, 255)
        .expect("sealed");
    let (layout, plain) = client.opener.open_rtp(&mut buffer[..length]).expect("opened");
    assert!(layout.padding);
    assert_eq!((plain - layout.header_bytes, buffer[plain - 1]), (255, 255));
    let mut short = [0; 100];
    let refused = server
        .sealer
        .write_padding(&mut short, &header(2), &Extensions::default(), &IDS, 255);
    assert!(refused.is_err(), "no room");
}

#[test]
fn a_packet_sealed_by_one_end_is_opened_once_by_the_other() {
    for profile in [Profile::Aes128Gcm, Profile::Aes128CmSha1] {
        let (mut client, mut server) = pair(profile);
        let mut buffer = [0; 1500];
        let extensions = Extensions {
            transport_sequence: Some(77),
            ..Extensions::default()
        };
        let length = server
            .sealer
            .write_rtp(&mut buffer, &header(65_535), &extensions, &IDS, &[b"left", b"right"])
            .expect("sealed");
        let mut replay = buffer;
        let (layout, plain) = client.opener.open_rtp(&mut buffer[..length]).expect("opened");
        assert_eq!(layout.header, header(65_535));
        assert_eq!(&buffer[layout.header_bytes..plain], b"leftright");
        assert_eq!(
            rtp::extensions(&buffer[..plain], &layout, &IDS).transport_sequence,
            Some(77)
        );
        assert!(
            client.opener.open_rtp(&mut replay[..length]).is_none(),
            "a replay must not pass"
        );
        assert!(
            server.opener.open_rtp(&mut replay[..length]).is_none(),
            "the other direction has other keys"
        );

        let next = server
            .sealer
            .write_rtp(&mut buffer, &header(0), &extensions, &IDS, &[b"after the rollover"]);
        assert!(client.opener.open_rtp(&mut buffer[..next.expect("sealed")]).is_some());
    }
}

#[test]
fn a_sequence_number_is_sealed_at_most_once() {
    let (_, mut server) = pair(Profile::Aes128Gcm);
    let mut buffer = [0; 100];
    let mut seal = |sequence| {
        server.sealer.write_rtp(
            &mut buffer,
            &header(sequence),
            &Extensions::default(),
            &IDS,
            &[b"payload"],
        )
    };
    assert!(seal(10).is_ok());
    assert!(seal(12).is_ok());
    assert!(seal(11).is_ok(), "late, but new");
    assert_eq!(seal(11), Err(SealError::SequenceReused));
    assert_eq!(seal(10), Err(SealError::SequenceReused));
}

#[test]
fn compounds_go_both_ways_and_never_twice() {
    for profile in [Profile::Aes128Gcm, Profile::Aes128CmSha1] {
        let (mut client, mut server) = pair(profile);
        let compound = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        let mut sealed = Vec::new();
        assert!(client.sealer.seal_rtcp(&compound, &mut sealed));
        assert!(sealed.len() <= compound.len() + RTCP_OVERHEAD_BYTES_MAX);
        let mut replay = sealed.clone();
        assert_eq!(server.opener.open_rtcp(&mut sealed), Some(&compound[..]));
        assert_eq!(server.opener.open_rtcp(&mut replay), None);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_without_panic(mut bytes: Vec<u8>, gcm: bool) {
        let (_, mut server) = pair(if gcm { Profile::Aes128Gcm } else { Profile::Aes128CmSha1 });
        if let Some(first) = bytes.first_mut() {
            *first = 0x80 | *first & 0x3f;
        }
        let mut copy = bytes.clone();
        prop_assert!(server.opener.open_rtp(&mut bytes).is_none());
        prop_assert!(server.opener.open_rtcp(&mut copy).is_none());
    }
}
