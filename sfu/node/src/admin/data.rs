//! Methods that send data: to participants, and as a call that one of them answers.

use std::sync::Arc;
use std::time::Duration;

use livekit_protocol as lk;
use livekit_protocol::data_packet::Value;
use prost::Message;
use sfu_core::input::DataKind;
use sfu_core::limits::{DATA_BYTES_MAX, DESTINATIONS_MAX};

use super::participants::whom;
use super::{TwirpCode, TwirpError, access, ask, ask_within};
use crate::limits::{NONCE_BYTES_MAX, RPC_TIMEOUT, RPC_TIMEOUT_MAX};
use crate::node::Node;
use crate::sid;
use crate::token::AdminGrant;
use crate::worker::{Announcement, Ask, RpcAnswer};

/// Who calls, when the token does not say: clients refuse calls from nobody.
const NOBODY: &str = "server";
/// The form of a call in which its payload is plain text.
const RPC_VERSION: u32 = 1;

#[expect(
    deprecated,
    reason = "callers before protocol 11 name destinations by their connections, and LiveKit still takes these"
)]
pub(super) async fn send(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::SendDataRequest,
) -> Result<lk::SendDataResponse, TwirpError> {
    caller.may_administer(&request.room)?;
    let room = access::name("room", request.room)?;
    let (identities, sids) = (request.destination_identities, request.destination_sids);
    if identities.len() + sids.len() > DESTINATIONS_MAX {
        return Err(TwirpError::argument("destination_identities", "are too many"));
    }
    if request.nonce.len() > NONCE_BYTES_MAX {
        return Err(TwirpError::argument("nonce", "is too long"));
    }
    let kind = match lk::data_packet::Kind::try_from(request.kind) {
        Ok(lk::data_packet::Kind::Reliable) => DataKind::Reliable,
        Ok(lk::data_packet::Kind::Lossy) => DataKind::Lossy,
        Err(_) => return Err(TwirpError::argument("kind", "is unknown")),
    };
    let user = lk::UserPacket {
        payload: request.data,
        topic: request.topic,
        nonce: request.nonce.clone(),
        ..lk::UserPacket::default()
    };
    let packet = lk::DataPacket {
        kind: request.kind,
        value: Some(Value::User(user)),
        ..lk::DataPacket::default()
    };
    let payload = packet.encode_to_vec();
    if payload.len() > DATA_BYTES_MAX {
        return Err(TwirpError::argument("data", "is too large"));
    }
    let announcement = Box::new(Announcement {
        kind,
        identities: identities.into_iter().map(Into::into).collect(),
        sids: sids.into_iter().map(Into::into).collect(),
        nonce: request.nonce,
        payload: payload.into(),
    });
    let worker = node.worker_of(&room);
    ask(worker, |reply| Ask::SendData {
        room,
        announcement,
        reply,
    })
    .await?;
    Ok(lk::SendDataResponse {})
}

pub(super) async fn perform_rpc(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::PerformRpcRequest,
) -> Result<lk::PerformRpcResponse, TwirpError> {
    let whom = whom(&caller, request.room, request.destination_identity)?;
    let method = access::name("method", request.method)?;
    let patience = match u64::from(request.response_timeout_ms) {
        0 => RPC_TIMEOUT,
        milliseconds => Duration::from_millis(milliseconds).min(RPC_TIMEOUT_MAX),
    };
    let id = sid::rpc(node.rng());
    let call = lk::RpcRequest {
        id: id.clone(),
        method,
        payload: request.payload,
        response_timeout_ms: u32::try_from(patience.as_millis()).unwrap_or(u32::MAX),
        version: RPC_VERSION,
        ..lk::RpcRequest::default()
    };
    let name = Some(caller.identity).filter(|identity| !identity.is_empty());
    let packet = lk::DataPacket {
        value: Some(Value::RpcRequest(call)),
        participant_identity: name.unwrap_or_else(|| NOBODY.to_owned()),
        ..lk::DataPacket::default()
    };
    let payload = packet.encode_to_vec();
    if payload.len() > DATA_BYTES_MAX {
        return Err(TwirpError::argument("payload", "is too large"));
    }
    let worker = node.worker_of(&whom.room);
    let answer = ask_within(worker, patience, |reply| Ask::Rpc {
        whom,
        id,
        payload: payload.into(),
        reply,
    });
    match answer.await? {
        RpcAnswer::Payload(payload) => Ok(lk::PerformRpcResponse { payload }),
        RpcAnswer::Error(error) => Err(TwirpError::new(TwirpCode::Aborted, error.message)
            .with("rpc_code", error.code.to_string())
            .with("rpc_data", error.data)),
    }
}
