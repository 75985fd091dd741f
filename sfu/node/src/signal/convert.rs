//! Core types → LiveKit messages.

mod track;

use std::time::Duration;

use livekit_protocol as lk;
use livekit_protocol::signal_response::Message;
use sfu_core::input::{LeaveReason, Permissions, PublishRight};
use sfu_core::output::{Connection, Participant, ParticipantState, Refusal, Speaker};
use sfu_core::quality::Quality;

use super::requests;
use crate::limits::{PING_INTERVAL, PING_TIMEOUT};
use crate::worker::{Event, Joined, RoomSummary, StreamState};

pub(crate) use track::track;
use track::{demand, source};

/// The version of LiveKit's server whose behaviour clients may count on; they compare it (`compareVersions`) and refuse
/// a server without one.
const COMPATIBLE_VERSION: &str = "1.9.0";
/// LiveKit's protocol number, of server and clients alike.
const PROTOCOL: i32 = 16;
/// Codecs that may be published: mime types, as clients compare them.
const PUBLISH_CODECS: [&str; 6] = [
    "audio/opus",
    "audio/red",
    "video/VP8",
    "video/H264",
    "video/VP9",
    "video/AV1",
];

/// What a client is told about an event; `None` when its connection is to end without a word.
pub(super) fn response(event: Event, node_id: &str) -> Option<Message> {
    let message = match event {
        Event::Joined(joined) => Message::Join(join(&joined, node_id)),
        Event::Moved { into, token } => moved(&into, token),
        Event::Token(token) => Message::RefreshToken(token),
        Event::Offer { sdp, id } => Message::Offer(description("offer", sdp, id)),
        Event::Answer { sdp, id } => Message::Answer(description("answer", sdp, id)),
        Event::Resumed { last_message, .. } => Message::Reconnect(lk::ReconnectResponse {
            server_info: Some(server_info(node_id)),
            last_message_seq: last_message,
            ..lk::ReconnectResponse::default()
        }),
        Event::Participants(participants) => Message::Update(lk::ParticipantUpdate {
            participants: participants.iter().map(|of| participant(of)).collect(),
        }),
        Event::TrackPublished { cid, track: info } => Message::TrackPublished(lk::TrackPublishedResponse {
            cid,
            track: Some(track(&info)),
        }),
        Event::TrackRefused { cid, refusal } => track_refused(cid, refusal),
        Event::TrackUnpublished(sid) => Message::TrackUnpublished(lk::TrackUnpublishedResponse {
            track_sid: sid.to_string(),
        }),
        Event::Mute { track, muted } => Message::Mute(lk::MuteTrackRequest {
            sid: track.to_string(),
            muted,
        }),
        Event::SubscriptionRefused { track, refusal } => {
            let error = match refusal {
                Refusal::NotFound => lk::SubscriptionError::SeTrackNotfound,
                Refusal::CodecUnsupported => lk::SubscriptionError::SeCodecUnsupported,
                _ => lk::SubscriptionError::SeUnknown,
            };
            Message::SubscriptionResponse(lk::SubscriptionResponse {
                track_sid: track.to_string(),
                err: error.into(),
            })
        }
        Event::SubscriptionPermission {
            publisher,
            track,
            allowed,
        } => Message::SubscriptionPermissionUpdate(lk::SubscriptionPermissionUpdate {
            participant_sid: publisher.to_string(),
            track_sid: track.to_string(),
            allowed,
        }),
        Event::Subscribed(track) => Message::TrackSubscribed(lk::TrackSubscribed {
            track_sid: track.to_string(),
        }),
        Event::Demand { track, wanted } => Message::SubscribedQualityUpdate(demand(&track, &wanted)),
        Event::StreamState(state) => Message::StreamStateUpdate(stream_state(&state)),
        Event::Connections(of) => Message::ConnectionQuality(connections(&of)),
        Event::Speakers(speakers) => Message::SpeakersChanged(lk::SpeakersChanged {
            speakers: speakers.iter().map(speaker).collect(),
        }),
        Event::Room(summary) => Message::RoomUpdate(lk::RoomUpdate {
            room: Some(room(&summary)),
        }),
        Event::Outcome { request, outcome } => Message::RequestResponse(self::outcome(request, outcome)),
        // The connection's end says enough: its client has left it behind.
        Event::Superseded | Event::Cut => return None,
        Event::Left(reason) => Message::Leave(leave(reason)),
    };
    Some(message)
}

fn stream_state(of: &StreamState) -> lk::StreamStateUpdate {
    let state = if of.paused {
        lk::StreamState::Paused
    } else {
        lk::StreamState::Active
    };
    let info = lk::StreamStateInfo {
        participant_sid: of.publisher.to_string(),
        track_sid: of.track.to_string(),
        state: state.into(),
    };
    lk::StreamStateUpdate {
        stream_states: vec![info],
    }
}

fn track_refused(cid: String, refusal: Refusal) -> Message {
    Message::RequestResponse(lk::RequestResponse {
        reason: reason(refusal).into(),
        message: "the track cannot be published".to_owned(),
        request: Some(lk::request_response::Request::AddTrack(lk::AddTrackRequest {
            cid,
            ..lk::AddTrackRequest::default()
        })),
        ..lk::RequestResponse::default()
    })
}

fn moved(into: &Joined, token: String) -> Message {
    Message::RoomMoved(lk::RoomMovedResponse {
        room: Some(room(&into.room)),
        token,
        participant: Some(participant(&into.participant)),
        other_participants: into.others.iter().map(|other| participant(other)).collect(),
    })
}

/// The answer to a request that this server does not know.
pub(super) fn unsupported() -> Message {
    Message::RequestResponse(lk::RequestResponse {
        reason: lk::request_response::Reason::UnsupportedType.into(),
        message: "this server does not support the request".to_owned(),
        ..lk::RequestResponse::default()
    })
}

/// What became of a request that the client has numbered.
pub(super) fn outcome(request: u32, outcome: Result<(), Refusal>) -> lk::RequestResponse {
    let (reason, message) = match outcome {
        Ok(()) => (lk::request_response::Reason::Ok, ""),
        Err(refusal) => (reason(refusal), words(refusal)),
    };
    lk::RequestResponse {
        request_id: request,
        reason: reason.into(),
        message: message.to_owned(),
        request: None,
    }
}

const fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotAllowed => "it is not permitted",
        Refusal::NotFound => "there is no such thing",
        Refusal::LimitExceeded => "a limit is reached",
        Refusal::Invalid => "the request makes no sense",
        Refusal::CodecUnsupported => "the codec is not supported",
    }
}

/// The end of a connection.
pub(super) fn leave(reason: LeaveReason) -> lk::LeaveRequest {
    use lk::DisconnectReason as Lk;
    use lk::leave_request::Action;
    let disconnect = disconnect_reason(reason);
    // A client whose session is lost, but who is welcome, comes back with a new one.
    let action = match disconnect {
        _ if reason == LeaveReason::Simulated => Action::Disconnect,
        Lk::Migration | Lk::ServerShutdown | Lk::StateMismatch | Lk::SignalClose | Lk::ConnectionTimeout => {
            Action::Reconnect
        }
        _ => Action::Disconnect,
    };
    lk::LeaveRequest {
        can_reconnect: action == Action::Reconnect,
        reason: disconnect.into(),
        action: action.into(),
        regions: None,
    }
}

const fn disconnect_reason(reason: LeaveReason) -> lk::DisconnectReason {
    use lk::DisconnectReason as Lk;
    match reason {
        LeaveReason::ClientInitiated => Lk::ClientInitiated,
        LeaveReason::DuplicateIdentity => Lk::DuplicateIdentity,
        LeaveReason::Moved => Lk::Migration,
        LeaveReason::Removed => Lk::ParticipantRemoved,
        LeaveReason::RoomDeleted => Lk::RoomDeleted,
        LeaveReason::ServerShutdown => Lk::ServerShutdown,
        LeaveReason::ConnectionLost => Lk::ConnectionTimeout,
        LeaveReason::SignalLost => Lk::SignalClose,
        LeaveReason::ProtocolError => Lk::UnknownReason,
        LeaveReason::RoomFull => Lk::JoinFailure,
        LeaveReason::SessionUnknown => Lk::StateMismatch,
        LeaveReason::Simulated => Lk::ServerShutdown,
    }
}

fn join(joined: &Joined, node_id: &str) -> lk::JoinResponse {
    let seconds = |duration: std::time::Duration| i32::try_from(duration.as_secs()).unwrap_or_default();
    lk::JoinResponse {
        room: Some(room(&joined.room)),
        participant: Some(participant(&joined.participant)),
        other_participants: joined.others.iter().map(|other| participant(other)).collect(),
        server_version: COMPATIBLE_VERSION.to_owned(),
        subscriber_primary: true,
        ping_timeout: seconds(PING_TIMEOUT),
        ping_interval: seconds(PING_INTERVAL),
        server_info: Some(server_info(node_id)),
        enabled_publish_codecs: codecs(),
        ..lk::JoinResponse::default()
    }
}

fn server_info(node_id: &str) -> lk::ServerInfo {
    lk::ServerInfo {
        version: COMPATIBLE_VERSION.to_owned(),
        protocol: PROTOCOL,
        node_id: node_id.to_owned(),
        debug_info: concat!("plenary ", env!("CARGO_PKG_VERSION"), ", levels L0 L1 L2").to_owned(),
        ..lk::ServerInfo::default()
    }
}

fn codecs() -> Vec<lk::Codec> {
    PUBLISH_CODECS
        .map(|mime| lk::Codec {
            mime: mime.to_owned(),
            fmtp_line: String::new(),
        })
        .to_vec()
}

pub(crate) fn room(of: &RoomSummary) -> lk::Room {
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    lk::Room {
        empty_timeout: of.settings.map_or(0, |settings| seconds(settings.empty_timeout)),
        departure_timeout: of.settings.map_or(0, |settings| seconds(settings.departure_timeout)),
        max_participants: of.settings.map_or(0, |settings| settings.max_participants),
        sid: of.sid.clone(),
        name: of.name.clone(),
        creation_time: of.created_ms / 1_000,
        creation_time_ms: of.created_ms,
        enabled_codecs: codecs(),
        metadata: of.state.metadata.clone(),
        num_participants: of.state.participants,
        num_publishers: of.state.publishers,
        ..lk::Room::default()
    }
}

fn description(kind: &str, sdp: String, id: u32) -> lk::SessionDescription {
    lk::SessionDescription {
        r#type: kind.to_owned(),
        sdp,
        id,
        ..lk::SessionDescription::default()
    }
}

pub(crate) fn participant(of: &Participant) -> lk::ParticipantInfo {
    let (state, gone) = match of.state {
        ParticipantState::Joined => (lk::participant_info::State::Joined, None),
        ParticipantState::Active => (lk::participant_info::State::Active, None),
        ParticipantState::Disconnected(reason) => (lk::participant_info::State::Disconnected, Some(reason)),
    };
    let joined_ms = i64::try_from(of.joined_at.as_micros() / 1_000).unwrap_or_default();
    lk::ParticipantInfo {
        sid: of.sid.to_string(),
        identity: of.identity.to_string(),
        state: state.into(),
        tracks: of.tracks.iter().map(track).collect(),
        metadata: of.metadata.clone(),
        joined_at: joined_ms / 1_000,
        joined_at_ms: joined_ms,
        name: of.name.clone(),
        version: of.version,
        permission: Some(permission(&of.permissions)),
        is_publisher: !of.tracks.is_empty(),
        kind: lk::participant_info::Kind::Standard.into(),
        kind_details: of
            .forwarded
            .then_some(lk::participant_info::KindDetail::Forwarded.into())
            .into_iter()
            .collect(),
        attributes: of.attributes.clone().into_iter().collect(),
        disconnect_reason: gone
            .map_or(lk::DisconnectReason::UnknownReason, disconnect_reason)
            .into(),
        ..lk::ParticipantInfo::default()
    }
}

fn permission(of: &Permissions) -> lk::ParticipantPermission {
    let sources = match &of.publish {
        PublishRight::Sources(sources) => sources.iter().map(|of| source(*of).into()).collect(),
        PublishRight::Nothing | PublishRight::Everything => Vec::new(),
    };
    lk::ParticipantPermission {
        can_subscribe: of.subscribe,
        can_publish: of.publish != PublishRight::Nothing,
        can_publish_data: of.publish_data,
        can_publish_sources: sources,
        hidden: of.hidden,
        can_update_metadata: of.update_metadata,
        ..lk::ParticipantPermission::default()
    }
}

/// What an administrator lets somebody do.
pub(crate) fn permissions(of: &lk::ParticipantPermission) -> Permissions {
    let publish = match (of.can_publish, of.can_publish_sources.is_empty()) {
        (false, _) => PublishRight::Nothing,
        (true, true) => PublishRight::Everything,
        (true, false) => PublishRight::Sources(of.can_publish_sources.iter().map(|of| requests::source(*of)).collect()),
    };
    Permissions {
        publish,
        subscribe: of.can_subscribe,
        publish_data: of.can_publish_data,
        update_metadata: of.can_update_metadata,
        hidden: of.hidden,
    }
}

fn connections(of: &[Connection]) -> lk::ConnectionQualityUpdate {
    lk::ConnectionQualityUpdate {
        updates: of.iter().map(connection).collect(),
    }
}

fn connection(of: &Connection) -> lk::ConnectionQualityInfo {
    let quality = match of.quality {
        Quality::Lost => lk::ConnectionQuality::Lost,
        Quality::Poor => lk::ConnectionQuality::Poor,
        Quality::Good => lk::ConnectionQuality::Good,
        Quality::Excellent => lk::ConnectionQuality::Excellent,
    };
    lk::ConnectionQualityInfo {
        participant_sid: of.sid.to_string(),
        quality: quality.into(),
        score: of.mean_opinion,
    }
}

fn speaker(of: &Speaker) -> lk::SpeakerInfo {
    lk::SpeakerInfo {
        sid: of.sid.to_string(),
        level: of.level,
        active: of.active,
    }
}

const fn reason(refusal: Refusal) -> lk::request_response::Reason {
    use lk::request_response::Reason;
    match refusal {
        Refusal::NotAllowed => Reason::NotAllowed,
        Refusal::NotFound => Reason::NotFound,
        Refusal::LimitExceeded => Reason::LimitExceeded,
        Refusal::Invalid => Reason::InvalidRequest,
        Refusal::CodecUnsupported => Reason::UnsupportedType,
    }
}
