//! LiveKit messages → what they ask for.

use std::time::Duration;

use kit_core::Rng;
use livekit_protocol as lk;
use livekit_protocol::signal_request::Message;
use sfu_core::TrackSid;
use sfu_core::codec::Codec;
use sfu_core::input::{
    AddTrack, Allowance, Allowed, By, LeaveReason, ProfileUpdate, Subscriber, SyncState, TrackChange, TrackSettings,
};
use sfu_core::publish::{AudioFeature, Backup, BackupPolicy, Source, TrackKind, VideoLayer, VideoQuality};

use crate::limits::PRETENCE_MAX;
use crate::sid;
use crate::worker::{Action, Cut, Scenario};

/// What a request asks for.
#[derive(Debug)]
pub(super) enum Request {
    /// Something of the worker.
    Act(Action),
    /// A sign of life, answered with its own timestamp; the older form has one number only.
    Ping { timestamp: i64, legacy: bool },
    /// Nothing that needs doing.
    Nothing,
    /// Something this server does not do.
    Unsupported,
}

impl Request {
    /// Reads a request; sids are drawn from `rng`.
    #[expect(deprecated, reason = "older clients still send UpdateLayers")]
    pub(super) fn read(message: Message, rng: &Rng) -> Self {
        match message {
            Message::Offer(offer) => Self::Act(Action::Offer {
                sdp: offer.sdp,
                id: offer.id,
            }),
            Message::Answer(answer) => Self::Act(Action::Answer {
                sdp: answer.sdp,
                id: answer.id,
            }),
            // As ICE-lite, clients' candidates are of no use: their checks show where they are (RFC 8445 §7.3.1.3).
            Message::Trickle(_) => Self::Nothing,
            Message::AddTrack(request) => add_track(request, rng),
            Message::Mute(request) => Self::Act(Action::Mute {
                track: request.sid.into(),
                muted: request.muted,
                by: By::Themselves,
            }),
            Message::Subscription(request) => {
                let named = request
                    .participant_tracks
                    .into_iter()
                    .flat_map(|tracks| tracks.track_sids);
                let tracks = sids(request.track_sids.into_iter().chain(named));
                Self::Act(Action::Subscribe {
                    tracks,
                    wanted: request.subscribe,
                })
            }
            Message::TrackSetting(request) => track_settings(request),
            Message::Leave(_) => Self::Act(Action::Leave(LeaveReason::ClientInitiated)),
            Message::Ping(timestamp) => Self::Ping {
                timestamp,
                legacy: true,
            },
            Message::PingReq(ping) => Self::Ping {
                timestamp: ping.timestamp,
                legacy: false,
            },
            Message::UpdateMetadata(request) => Self::Act(Action::UpdateProfile {
                request: request.request_id,
                update: Box::new(profile(request)),
            }),
            Message::UpdateAudioTrack(request) => Self::Act(Action::UpdateTrack {
                track: request.track_sid.into(),
                change: TrackChange::Audio {
                    features: request.features.into_iter().filter_map(feature).collect(),
                },
            }),
            Message::UpdateVideoTrack(request) => Self::Act(Action::UpdateTrack {
                track: request.track_sid.into(),
                change: TrackChange::Video {
                    width: request.width,
                    height: request.height,
                },
            }),
            Message::SubscriptionPermission(request) => Self::Act(Action::Allow(Box::new(allowance(request)))),
            Message::SyncState(state) => Self::Act(Action::Sync(Box::new(sync(state)))),
            Message::Simulate(request) => simulate(request),
            // Layers follow from what is sent; the message is deprecated, and repeats what is known.
            Message::UpdateLayers(_) => Self::Nothing,
            _ => Self::Unsupported,
        }
    }
}

/// What a client wants to see happen. We have one node to migrate to, and one candidate protocol to switch to.
fn simulate(request: lk::SimulateScenario) -> Request {
    use lk::simulate_scenario::Scenario as Lk;
    let scenario = match request.scenario {
        Some(Lk::SpeakerUpdate(seconds)) => {
            let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
            Scenario::Speaking(seconds.min(PRETENCE_MAX))
        }
        Some(Lk::NodeFailure(true)) => Scenario::NodeFailure,
        Some(Lk::ServerLeave(true)) => Scenario::Leave,
        Some(Lk::LeaveRequestFullReconnect(true)) => Scenario::FullReconnect,
        Some(Lk::SubscriberBandwidth(bits)) => Scenario::Bandwidth(u64::try_from(bits).ok().filter(|bits| *bits > 0)),
        Some(Lk::DisconnectSignalOnResume(true)) => Scenario::CutOnResume(Cut::AfterAnswer),
        Some(Lk::DisconnectSignalOnResumeNoMessages(true)) => Scenario::CutOnResume(Cut::BeforeAnswer),
        _ => return Request::Unsupported,
    };
    Request::Act(Action::Simulate(scenario))
}

/// The descriptions and channels that the client tells of are its own: ours are as they were.
fn sync(state: lk::SyncState) -> SyncState {
    let subscription = state.subscription.unwrap_or_default();
    let published = state.publish_tracks.into_iter().filter_map(|published| published.track);
    SyncState {
        chosen: sids(subscription.track_sids),
        wanted: subscription.subscribe,
        disabled: sids(state.track_sids_disabled),
        published: published.map(|track| (track.sid.into(), track.muted)).collect(),
        received: state
            .datachannel_receive_states
            .into_iter()
            .map(|received| (received.publisher_sid.into(), received.last_seq))
            .collect(),
    }
}

fn allowance(request: lk::SubscriptionPermission) -> Allowance {
    if request.all_participants {
        return Allowance::Everybody;
    }
    let allowed = |permission: lk::TrackPermission| Allowed {
        who: if permission.participant_identity.is_empty() {
            Subscriber::Sid(permission.participant_sid.into())
        } else {
            Subscriber::Identity(permission.participant_identity.into())
        },
        tracks: (!permission.all_tracks).then(|| sids(permission.track_sids)),
    };
    Allowance::These(request.track_permissions.into_iter().map(allowed).collect())
}

/// What is empty stays as it is: clients send all three, whichever they change.
fn profile(request: lk::UpdateParticipantMetadata) -> ProfileUpdate {
    let given = |text: String| (!text.is_empty()).then_some(text);
    ProfileUpdate {
        name: given(request.name),
        metadata: given(request.metadata),
        attributes: request.attributes.into_iter().collect(),
    }
}

#[expect(
    deprecated,
    reason = "clients say stereo and DTX here as well as in `audio_features`"
)]
fn add_track(request: lk::AddTrackRequest, rng: &Rng) -> Request {
    let kind = match lk::TrackType::try_from(request.r#type) {
        Ok(lk::TrackType::Audio) => TrackKind::Audio,
        Ok(lk::TrackType::Video) => TrackKind::Video,
        Ok(lk::TrackType::Data) | Err(_) => return Request::Unsupported,
    };
    let source = source(request.source);
    let policy = match request.backup_codec_policy() {
        lk::BackupCodecPolicy::PreferRegression => BackupPolicy::PreferRegression,
        lk::BackupCodecPolicy::Simulcast => BackupPolicy::Simulcast,
        lk::BackupCodecPolicy::Regression => BackupPolicy::Regression,
    };
    let stream = if request.stream.is_empty() {
        stream_of(source).to_owned()
    } else {
        request.stream
    };
    let mut codecs = request.simulcast_codecs.iter().map(|wanted| codec(&wanted.codec));
    let (codec, backup) = (codecs.next().flatten(), codecs.next().flatten());
    // Naming an existing track adds a backup codec to it, for viewers without the main one.
    let is_backup = !request.sid.is_empty();
    let sid = if is_backup { request.sid } else { sid::track(rng) };
    let request = Box::new(AddTrack {
        cid: request.cid,
        sid: sid.into(),
        kind,
        source,
        name: request.name,
        stream,
        width: request.width,
        height: request.height,
        muted: request.muted,
        layers: request.layers.iter().filter_map(layer).collect(),
        stereo: request.stereo,
        disable_dtx: request.disable_dtx,
        disable_red: request.disable_red,
        backup: backup.map(|codec| Backup { codec, policy }),
        is_backup,
    });
    Request::Act(Action::AddTrack { request, codec })
}

/// Clients name a codec as `h264` or `video/H264`.
fn codec(name: &str) -> Option<Codec> {
    let name = name.to_ascii_lowercase();
    match name.rsplit('/').next()? {
        "vp8" => Some(Codec::Vp8),
        "vp9" => Some(Codec::Vp9),
        "h264" => Some(Codec::H264),
        "av1" => Some(Codec::Av1),
        "opus" => Some(Codec::Opus),
        _ => None,
    }
}

/// What plays together: LiveKit's server groups tracks likewise when the client does not.
const fn stream_of(source: Source) -> &'static str {
    match source {
        Source::Camera | Source::Microphone => "camera",
        Source::ScreenShare | Source::ScreenShareAudio => "screen_share",
        Source::Unknown => "unknown",
    }
}

fn track_settings(request: lk::UpdateTrackSettings) -> Request {
    let settings = if request.disabled {
        TrackSettings::Disabled
    } else if request.width > 0 && request.height > 0 {
        TrackSettings::Size {
            width: request.width,
            height: request.height,
            fps: request.fps,
        }
    } else {
        match quality(request.quality) {
            Some(quality) => TrackSettings::Quality {
                quality,
                fps: request.fps,
            },
            None => TrackSettings::Disabled,
        }
    };
    Request::Act(Action::TrackSettings {
        tracks: sids(request.track_sids),
        settings,
        priority: request.priority,
    })
}

fn sids(names: impl IntoIterator<Item = String>) -> Vec<TrackSid> {
    names.into_iter().map(TrackSid::from).collect()
}

fn layer(layer: &lk::VideoLayer) -> Option<VideoLayer> {
    let quality = quality(layer.quality)?;
    Some(VideoLayer {
        quality,
        width: layer.width,
        height: layer.height,
        bitrate: layer.bitrate,
    })
}

/// `None` for "off"; unknown qualities of newer clients count as the highest.
fn quality(value: i32) -> Option<VideoQuality> {
    match lk::VideoQuality::try_from(value) {
        Ok(lk::VideoQuality::Low) => Some(VideoQuality::Low),
        Ok(lk::VideoQuality::Medium) => Some(VideoQuality::Medium),
        Ok(lk::VideoQuality::High) | Err(_) => Some(VideoQuality::High),
        Ok(lk::VideoQuality::Off) => None,
    }
}

/// `None` for what only newer clients know.
fn feature(value: i32) -> Option<AudioFeature> {
    use lk::AudioTrackFeature as Lk;
    match Lk::try_from(value).ok()? {
        Lk::TfStereo => Some(AudioFeature::Stereo),
        Lk::TfNoDtx => Some(AudioFeature::NoDtx),
        Lk::TfAutoGainControl => Some(AudioFeature::AutoGainControl),
        Lk::TfEchoCancellation => Some(AudioFeature::EchoCancellation),
        Lk::TfNoiseSuppression => Some(AudioFeature::NoiseSuppression),
        Lk::TfEnhancedNoiseCancellation => Some(AudioFeature::EnhancedNoiseCancellation),
        Lk::TfPreconnectBuffer => Some(AudioFeature::PreconnectBuffer),
    }
}

pub(super) fn source(value: i32) -> Source {
    match lk::TrackSource::try_from(value) {
        Ok(lk::TrackSource::Camera) => Source::Camera,
        Ok(lk::TrackSource::Microphone) => Source::Microphone,
        Ok(lk::TrackSource::ScreenShare) => Source::ScreenShare,
        Ok(lk::TrackSource::ScreenShareAudio) => Source::ScreenShareAudio,
        Ok(lk::TrackSource::Unknown) | Err(_) => Source::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(request: lk::UpdateTrackSettings) -> TrackSettings {
        match Request::read(Message::TrackSetting(request), &Rng::seeded(1)) {
            Request::Act(Action::TrackSettings { settings, .. }) => settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_size_counts_before_a_quality() {
        let plain = lk::UpdateTrackSettings::default();
        let low = TrackSettings::Quality {
            quality: VideoQuality::Low,
            fps: 0,
        };
        assert_eq!(settings(plain.clone()), low);
        let sized = lk::UpdateTrackSettings {
            width: 640,
            height: 360,
            fps: 15,
            ..plain.clone()
        };
        assert_eq!(
            settings(sized),
            TrackSettings::Size {
                width: 640,
                height: 360,
                fps: 15
            }
        );
        let off = lk::UpdateTrackSettings {
            quality: lk::VideoQuality::Off.into(),
            ..plain.clone()
        };
        assert_eq!(settings(off), TrackSettings::Disabled);
        assert_eq!(
            settings(lk::UpdateTrackSettings {
                disabled: true,
                ..plain
            }),
            TrackSettings::Disabled
        );
    }

    #[test]
    fn what_is_not_spoken_is_said_to_be_unsupported() {
        let rng = Rng::seeded(1);
        let data = lk::AddTrackRequest {
            r#type: lk::TrackType::Data.into(),
            ..lk::AddTrackRequest::default()
        };
        let blob = Message::GetDataBlobRequest(lk::GetDataBlobRequest::default());
        for message in [Message::AddTrack(data), blob] {
            assert!(matches!(Request::read(message, &rng), Request::Unsupported));
        }
    }

    #[test]
    fn codecs_are_known_by_both_of_their_names() {
        assert_eq!(codec("h264"), Some(Codec::H264));
        assert_eq!(codec("video/VP8"), Some(Codec::Vp8));
        assert_eq!(codec("av1"), Some(Codec::Av1));
        assert_eq!(codec("video/VP9"), Some(Codec::Vp9));
        assert_eq!(codec("h265"), None);
        assert_eq!(codec(""), None);
    }

    #[test]
    fn camera_and_microphone_play_together() {
        let of = |source: lk::TrackSource| {
            let request = lk::AddTrackRequest {
                cid: "c".to_owned(),
                source: source.into(),
                ..Default::default()
            };
            match Request::read(Message::AddTrack(request), &Rng::seeded(1)) {
                Request::Act(Action::AddTrack { request, .. }) => request.stream,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(of(lk::TrackSource::Camera), of(lk::TrackSource::Microphone));
        assert_ne!(of(lk::TrackSource::Camera), of(lk::TrackSource::ScreenShare));
    }
}
