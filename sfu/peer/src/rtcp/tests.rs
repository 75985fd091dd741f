//! What the writer writes, the reader reads; what others write does not make it panic.

use proptest::prelude::*;

use super::*;

/// Reads everything there is to read, as a consumer would.
fn read_all(bytes: &[u8]) -> usize {
    Compound::new(bytes)
        .map(|packet| match packet {
            Packet::SenderReport { reports, .. } | Packet::ReceiverReport { reports, .. } => reports.count(),
            Packet::Nack { sequences, .. } => sequences.count(),
            Packet::TransportFeedback(feedback) => feedback.arrivals().count(),
            Packet::Goodbye { .. } | Packet::KeyframeRequest { .. } | Packet::Remb { .. } => 1,
        })
        .sum()
}

#[test]
fn a_compound_is_read_as_it_was_written() {
    let info = SenderInfo {
        ntp_time: 0x0102_0304_0506_0708,
        rtp_time: 9,
        packets: 10,
        octets: 11,
    };
    let block = ReportBlock {
        ssrc: 5,
        fraction_lost: 12,
        cumulative_lost: 345,
        highest_sequence: 0x1_0002,
        jitter: 3,
        last_sender_report: 0x0304_0506,
        delay_since_last: 7,
    };
    let mut buffer = Vec::new();
    Writer::new(&mut buffer)
        .sender_report(1, &info, &[block])
        .canonical_name(1, "abc")
        .picture_loss(1, 2)
        .nack(1, 3, &[65_534, 65_535, 0, 14, 15, 40])
        .remb(1, 2_500_000, 3)
        .goodbye(1);
    let mut packets = Compound::new(&buffer);
    let Some(Packet::SenderReport {
        ssrc: 1,
        info: read,
        reports,
    }) = packets.next()
    else {
        panic!("SR")
    };
    assert_eq!(read, info);
    assert_eq!(reports.collect::<Vec<_>>(), [block]);
    assert!(
        matches!(packets.next(), Some(Packet::KeyframeRequest { media_ssrc: 2 })),
        "SDES is skipped"
    );
    let Some(Packet::Nack {
        media_ssrc: 3,
        sequences,
    }) = packets.next()
    else {
        panic!("NACK")
    };
    assert_eq!(sequences.collect::<Vec<_>>(), [65_534, 65_535, 0, 14, 15, 40]);
    let Some(Packet::Remb { bitrate_bps }) = packets.next() else {
        panic!("REMB")
    };
    assert!((2_499_980..=2_500_000).contains(&bitrate_bps));
    assert!(matches!(packets.next(), Some(Packet::Goodbye { ssrc: 1 })));
    assert!(packets.next().is_none());
}

#[test]
fn feedback_of_libwebrtc_is_read() {
    // base 0x5656, 7 packets in a two-bit vector: small, none, large, small, none, none, small.
    let mut buffer = vec![
        0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0x56, 0x56, 0, 7, 0xff, 0xff, 0xfe, 9,
    ];
    buffer.extend([0b1101_0010, 0b0100_0001, 4, 0xff, 0xfe, 8, 12, 0]);
    let Some(Packet::TransportFeedback(feedback)) = Compound::new(&buffer).next() else {
        panic!("feedback")
    };
    assert_eq!((feedback.reference_time, feedback.feedback_count), (-2, 9));
    let times: Vec<_> = feedback.arrivals().map(|arrival| arrival.time_us).collect();
    let base = -2 * 64_000;
    let expected = [
        Some(base + 1000),
        None,
        Some(base + 500),
        Some(base + 2500),
        None,
        None,
        Some(base + 5500),
    ];
    assert_eq!(times, expected);
}

proptest! {
    #[test]
    fn feedback_survives_the_wire(
        base: u16,
        start in 0i64..1 << 40,
        steps in prop::collection::vec(prop::option::of(-20_000i64..200_000), 1..300),
    ) {
        let mut at = start;
        let mut arrivals: Vec<Option<i64>> = vec![Some(start)];
        arrivals.extend(steps.iter().map(|step| step.map(|step| { at = (at + step).max(0); at })));
        let mut buffer = Vec::new();
        let covered = Writer::new(&mut buffer).transport_feedback([1, 2], 3, base, &arrivals);
        prop_assert_eq!(covered, arrivals.len(), "no step here is beyond a delta");
        prop_assert_eq!(buffer.len() % 4, 0);
        let Some(Packet::TransportFeedback(feedback)) = Compound::new(&buffer).next() else {
            return Err(TestCaseError::fail("feedback"));
        };
        let read: Vec<_> = feedback.arrivals().collect();
        prop_assert_eq!(read.len(), arrivals.len());
        // The reference time has 24 bits, so only differences survive.
        let zero = arrivals[0].expect("present").div_euclid(250);
        let read_zero = read[0].time_us.expect("present") / 250;
        for (index, (read, written)) in read.iter().zip(&arrivals).enumerate() {
            prop_assert_eq!(usize::from(read.sequence.wrapping_sub(base)), index);
            let written = written.map(|time| time.div_euclid(250) - zero);
            prop_assert_eq!(read.time_us.map(|time| time / 250 - read_zero), written);
        }
    }

    #[test]
    fn nacks_survive_the_wire(start: u16, steps in prop::collection::vec(1u16..40, 0..100)) {
        let mut at = start;
        let mut sequences = vec![start];
        sequences.extend(steps.iter().map(|step| { at = at.wrapping_add(*step); at }));
        let mut buffer = Vec::new();
        Writer::new(&mut buffer).nack(1, 2, &sequences);
        let Some(Packet::Nack { sequences: read, .. }) = Compound::new(&buffer).next() else {
            return Err(TestCaseError::fail("NACK"));
        };
        prop_assert_eq!(read.collect::<Vec<_>>(), sequences);
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, kind in 200u8..=206, format in 0u8..32) {
        read_all(&bytes);
        if bytes.len() >= 4 {
            let words = u16::try_from(bytes.len() / 4 - 1).expect("short");
            bytes[..2].copy_from_slice(&[0x80 | format, kind]);
            bytes[2..4].copy_from_slice(&words.to_be_bytes());
            read_all(&bytes);
        }
    }
}
