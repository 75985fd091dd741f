//! Connections in the platform's words.

use std::time::Duration;

use plenary_proto::live::v1 as wire;
use sfu_core::Time;
use sfu_core::seeing::{Evidence, Moment, Severity, Stay, Totals, Verdict};

use crate::worker::Seen;

/// A connection: how it is while it lasts, how it was when it has ended.
pub(crate) fn connection(seen: &Seen) -> wire::Connection {
    let Seen { place, stay, .. } = seen;
    let (verdict, severity) = match seen.until {
        None => (stay.now().verdict, stay.now().severity),
        Some(_) => stay.totals().verdict(),
    };
    let evidence = stay.now().evidence.iter();
    wire::Connection {
        participant_sid: place.sid.clone(),
        user_id: place.identity.clone(),
        display_name: seen.name.clone(),
        is_host: seen.is_host,
        join_time: Some(timestamp(seen.since)),
        leave_time: seen.until.map(timestamp),
        path: Some(wire::ConnectionPath {
            candidate: seen.candidate,
            family: family(seen.is_ipv6).into(),
        }),
        verdict: self::verdict(verdict).into(),
        severity: self::severity(severity).into(),
        evidence: match seen.until {
            None => evidence.map(|evidence| self::evidence(*evidence).into()).collect(),
            // The last evidence is not that of the whole stay; the sums are.
            Some(_) => Vec::new(),
        },
        sample: seen.until.is_none().then(|| sample(stay)),
        totals: Some(totals(stay.totals())),
    }
}

fn sample(stay: &Stay) -> wire::ConnectionSample {
    let moment: &Moment = stay.moment();
    let measured = &moment.measured;
    let rank = |rank: Option<u8>| rank.map_or(0, |rank| i32::from(rank) + 1);
    wire::ConnectionSample {
        round_trip_ms: moment.round_trip().map_or(0, millis),
        loss_down_permille: permille(measured.loss_down),
        loss_up_permille: permille(moment.loss_up),
        sent_bps: number(stay.sent()),
        received_bps: number(measured.received),
        estimate_bps: measured.path.map_or(0, |path| number(path.estimate)),
        pictures_wanted: measured.pictures_wanted.into(),
        pictures_held_back: measured.pictures_held_back.into(),
        layer: rank(measured.layer.map(|(sent, _)| sent)),
        layer_wanted: rank(measured.layer.map(|(_, wanted)| wanted)),
        freezes: moment.playback().map_or(0, |playback| playback.freezes.into()),
    }
}

fn totals(totals: &Totals) -> wire::ConnectionTotals {
    let lasted = |verdict| seconds(totals.lasted(verdict));
    let (round_trip_mean, round_trip_max) = totals.round_trip().unwrap_or_default();
    let (loss_down_mean, loss_down_max) = totals.loss_down();
    let (loss_up_mean, loss_up_max) = totals.loss_up();
    wire::ConnectionTotals {
        fine_s: lasted(Verdict::Fine),
        computer_s: lasted(Verdict::Computer),
        last_mile_s: lasted(Verdict::LastMile),
        node_s: lasted(Verdict::Node),
        publisher_s: lasted(Verdict::Publisher),
        round_trip_mean_ms: millis(round_trip_mean),
        round_trip_max_ms: millis(round_trip_max),
        loss_down_mean_permille: permille(loss_down_mean),
        loss_down_max_permille: permille(loss_down_max),
        loss_up_mean_permille: permille(loss_up_mean),
        loss_up_max_permille: permille(loss_up_max),
        sent_bytes: number(totals.sent_bytes),
        received_bytes: number(totals.received_bytes),
        freezes: i32::try_from(totals.freezes).unwrap_or(i32::MAX),
        held_back_s: seconds(totals.held_back()),
        smaller_s: seconds(totals.smaller()),
    }
}

const fn verdict(verdict: Verdict) -> wire::ConnectionVerdict {
    match verdict {
        Verdict::Fine => wire::ConnectionVerdict::Fine,
        Verdict::Computer => wire::ConnectionVerdict::Computer,
        Verdict::LastMile => wire::ConnectionVerdict::LastMile,
        Verdict::Node => wire::ConnectionVerdict::Node,
        Verdict::Publisher => wire::ConnectionVerdict::Publisher,
    }
}

const fn severity(severity: Severity) -> wire::ConnectionSeverity {
    match severity {
        Severity::None => wire::ConnectionSeverity::None,
        Severity::Shows => wire::ConnectionSeverity::Shows,
        Severity::Hurts => wire::ConnectionSeverity::Hurts,
    }
}

const fn evidence(evidence: Evidence) -> wire::ConnectionEvidence {
    match evidence {
        Evidence::LossDown => wire::ConnectionEvidence::LossDown,
        Evidence::LossUp => wire::ConnectionEvidence::LossUp,
        Evidence::RoundTrip => wire::ConnectionEvidence::RoundTrip,
        Evidence::HeldBack => wire::ConnectionEvidence::HeldBack,
        Evidence::Smaller => wire::ConnectionEvidence::Smaller,
        Evidence::UplinkNarrow => wire::ConnectionEvidence::UplinkNarrow,
        Evidence::PicturesDropped => wire::ConnectionEvidence::PicturesDropped,
        Evidence::EncoderSlow => wire::ConnectionEvidence::EncoderSlow,
        Evidence::Freezes => wire::ConnectionEvidence::Freezes,
        Evidence::PublisherLoss => wire::ConnectionEvidence::PublisherLoss,
        Evidence::PublisherSilent => wire::ConnectionEvidence::PublisherSilent,
        Evidence::NodeBusy => wire::ConnectionEvidence::NodeBusy,
        Evidence::NodeDrops => wire::ConnectionEvidence::NodeDrops,
    }
}

const fn family(is_ipv6: Option<bool>) -> wire::AddressFamily {
    match is_ipv6 {
        None => wire::AddressFamily::Unspecified,
        Some(false) => wire::AddressFamily::Ipv4,
        Some(true) => wire::AddressFamily::Ipv6,
    }
}

fn timestamp(time: Time) -> prost_types::Timestamp {
    let micros = time.as_micros();
    prost_types::Timestamp {
        seconds: number(micros / 1_000_000),
        nanos: i32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default(),
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn permille(share: f32) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1,000")]
    let permille = (share.clamp(0.0, 1.0) * 1_000.0).round() as i32;
    permille
}
