//! Methods on the participants of a room.

use std::sync::Arc;

use livekit_protocol as lk;
use sfu_core::TrackSid;
use sfu_core::input::ProfileUpdate;
use sfu_core::limits::TRACKS_PER_ROOM_MAX;

use super::{TwirpError, access, ask};
use crate::limits::REVOCATION_LEEWAY;
use crate::node::Node;
use crate::signal::convert;
use crate::token::AdminGrant;
use crate::worker::{Ask, Whom};

/// Who is meant, once it is clear that the caller may.
pub(super) fn whom(caller: &AdminGrant, room: String, identity: String) -> Result<Whom, TwirpError> {
    caller.may_administer(&room)?;
    Ok(Whom {
        room: access::name("room", room)?,
        identity: access::name("identity", identity)?.into(),
    })
}

pub(super) async fn list(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::ListParticipantsRequest,
) -> Result<lk::ListParticipantsResponse, TwirpError> {
    caller.may_administer(&request.room)?;
    let room = access::name("room", request.room)?;
    let participants = ask(node.worker_of(&room), |reply| Ask::ListParticipants {
        room: room.clone(),
        reply,
    });
    let participants = participants.await?.iter().map(|of| convert::participant(of)).collect();
    Ok(lk::ListParticipantsResponse { participants })
}

pub(super) async fn get(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::RoomParticipantIdentity,
) -> Result<lk::ParticipantInfo, TwirpError> {
    let whom = whom(&caller, request.room, request.identity)?;
    let worker = node.worker_of(&whom.room);
    let participant = ask(worker, |reply| Ask::GetParticipant { whom, reply }).await?;
    Ok(convert::participant(&participant))
}

pub(super) async fn remove(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::RoomParticipantIdentity,
) -> Result<lk::RemoveParticipantResponse, TwirpError> {
    let whom = whom(&caller, request.room, request.identity)?;
    let worker = node.worker_of(&whom.room);
    let revoked_before = match request.revoke_token_ts {
        0 => (node.clock().now() + REVOCATION_LEEWAY).unix_timestamp(),
        seconds => seconds,
    };
    ask(worker, |reply| Ask::Remove {
        whom,
        revoked_before,
        reply,
    })
    .await?;
    Ok(lk::RemoveParticipantResponse {})
}

pub(super) async fn mute(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::MuteRoomTrackRequest,
) -> Result<lk::MuteRoomTrackResponse, TwirpError> {
    let whom = whom(&caller, request.room, request.identity)?;
    let track = TrackSid::from(access::name("track_sid", request.track_sid)?);
    let (worker, muted) = (node.worker_of(&whom.room), request.muted);
    let info = ask(worker, |reply| Ask::Mute {
        whom,
        track,
        muted,
        reply,
    });
    Ok(lk::MuteRoomTrackResponse {
        track: Some(convert::track(&info.await?)),
    })
}

pub(super) async fn update(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::UpdateParticipantRequest,
) -> Result<lk::ParticipantInfo, TwirpError> {
    let whom = whom(&caller, request.room, request.identity)?;
    // Empty means "as it is": LiveKit's contract has no other word for it.
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let update = Box::new(ProfileUpdate {
        name: said(request.name),
        metadata: said(request.metadata),
        attributes: request.attributes.into_iter().collect(),
    });
    let permissions = request.permission.as_ref().map(convert::permissions);
    let worker = node.worker_of(&whom.room);
    let participant = ask(worker, |reply| Ask::Update {
        whom,
        update,
        permissions,
        reply,
    });
    Ok(convert::participant(&*participant.await?))
}

pub(super) async fn subscribe(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::UpdateSubscriptionsRequest,
) -> Result<lk::UpdateSubscriptionsResponse, TwirpError> {
    let whom = whom(&caller, request.room, request.identity)?;
    let by_participant = request.participant_tracks.into_iter().flat_map(|of| of.track_sids);
    let tracks: Vec<_> = request
        .track_sids
        .into_iter()
        .chain(by_participant)
        .map(TrackSid::from)
        .collect();
    if tracks.len() > TRACKS_PER_ROOM_MAX {
        return Err(TwirpError::argument("track_sids", "are too many"));
    }
    let (worker, wanted) = (node.worker_of(&whom.room), request.subscribe);
    ask(worker, |reply| Ask::Subscribe {
        whom,
        tracks,
        wanted,
        reply,
    })
    .await?;
    Ok(lk::UpdateSubscriptionsResponse {})
}
