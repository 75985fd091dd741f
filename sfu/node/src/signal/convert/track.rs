//! Tracks, and what is wanted of them.

use livekit_protocol as lk;
use sfu_core::TrackSid;
use sfu_core::codec::Codec;
use sfu_core::publish::{AudioFeature, BackupPolicy, Source, TrackInfo, TrackKind, VideoQuality, Wanted};

#[expect(
    deprecated,
    reason = "clients read layers, simulcast, stereo and DTX from here as well as from `codecs`"
)]
pub(crate) fn track(info: &TrackInfo) -> lk::TrackInfo {
    let layers: Vec<_> = info
        .layers
        .iter()
        .map(|layer| lk::VideoLayer {
            quality: quality(layer.quality).into(),
            width: layer.width,
            height: layer.height,
            bitrate: layer.bitrate,
            ..lk::VideoLayer::default()
        })
        .collect();
    let codecs = if info.mime_type.is_empty() {
        Vec::new()
    } else {
        let mime_type = info.mime_type.to_owned();
        let backup = info.backup.map(|of| of.codec.mime_type().to_owned());
        std::iter::once(mime_type)
            .chain(backup)
            .map(|mime_type| lk::SimulcastCodecInfo {
                mime_type,
                layers: layers.clone(),
                ..lk::SimulcastCodecInfo::default()
            })
            .collect()
    };
    let kind = match info.kind {
        TrackKind::Audio => lk::TrackType::Audio,
        TrackKind::Video => lk::TrackType::Video,
    };
    lk::TrackInfo {
        sid: info.sid.to_string(),
        r#type: kind.into(),
        name: info.name.clone(),
        muted: info.muted,
        width: info.width,
        height: info.height,
        simulcast: info.simulcast,
        disable_dtx: info.disable_dtx,
        source: source(info.source).into(),
        layers,
        mime_type: info.mime_type.to_owned(),
        codecs,
        stereo: info.stereo,
        disable_red: info.disable_red,
        stream: info.stream.clone(),
        backup_codec_policy: info.backup.map_or(0, |of| backup_policy(of.policy).into()),
        audio_features: info.features.iter().map(|of| feature(*of).into()).collect(),
        ..lk::TrackInfo::default()
    }
}

const fn backup_policy(policy: BackupPolicy) -> lk::BackupCodecPolicy {
    match policy {
        BackupPolicy::PreferRegression => lk::BackupCodecPolicy::PreferRegression,
        BackupPolicy::Simulcast => lk::BackupCodecPolicy::Simulcast,
        BackupPolicy::Regression => lk::BackupCodecPolicy::Regression,
    }
}

/// Clients look for their codec by its short name, take the first for their own if they have none, and start what is
/// enabled and not sent yet; older ones read the qualities without one.
#[expect(deprecated, reason = "clients before 1.9 read `subscribed_qualities`")]
pub(super) fn demand(track: &TrackSid, wanted: &[(Codec, Wanted)]) -> lk::SubscribedQualityUpdate {
    let qualities = |wanted: Wanted| -> Vec<_> {
        [VideoQuality::Low, VideoQuality::Medium, VideoQuality::High]
            .into_iter()
            .map(|of| lk::SubscribedQuality {
                quality: quality(of).into(),
                enabled: wanted >= Some(of),
            })
            .collect()
    };
    let codec = |(codec, wanted): &(Codec, Wanted)| {
        let name = codec.mime_type().rsplit('/').next().unwrap_or_default();
        lk::SubscribedCodec {
            codec: name.to_ascii_lowercase(),
            qualities: qualities(*wanted),
        }
    };
    lk::SubscribedQualityUpdate {
        track_sid: track.to_string(),
        subscribed_qualities: qualities(wanted.first().and_then(|(_, wanted)| *wanted)),
        subscribed_codecs: wanted.iter().map(codec).collect(),
    }
}

pub(super) const fn source(of: Source) -> lk::TrackSource {
    match of {
        Source::Unknown => lk::TrackSource::Unknown,
        Source::Camera => lk::TrackSource::Camera,
        Source::Microphone => lk::TrackSource::Microphone,
        Source::ScreenShare => lk::TrackSource::ScreenShare,
        Source::ScreenShareAudio => lk::TrackSource::ScreenShareAudio,
    }
}

const fn feature(of: AudioFeature) -> lk::AudioTrackFeature {
    use lk::AudioTrackFeature as Lk;
    match of {
        AudioFeature::Stereo => Lk::TfStereo,
        AudioFeature::NoDtx => Lk::TfNoDtx,
        AudioFeature::AutoGainControl => Lk::TfAutoGainControl,
        AudioFeature::EchoCancellation => Lk::TfEchoCancellation,
        AudioFeature::NoiseSuppression => Lk::TfNoiseSuppression,
        AudioFeature::EnhancedNoiseCancellation => Lk::TfEnhancedNoiseCancellation,
        AudioFeature::PreconnectBuffer => Lk::TfPreconnectBuffer,
    }
}

const fn quality(of: VideoQuality) -> lk::VideoQuality {
    match of {
        VideoQuality::Low => lk::VideoQuality::Low,
        VideoQuality::Medium => lk::VideoQuality::Medium,
        VideoQuality::High => lk::VideoQuality::High,
    }
}
