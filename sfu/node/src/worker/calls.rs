//! Calls from outside of a room that one participant's client answers (LiveKit's RPC, with the node in the caller's place).

use std::collections::HashMap;

use bytes::Bytes;
use livekit_protocol::data_packet::Value;
use livekit_protocol::rpc_response::Value as Returned;
use livekit_protocol::{DataPacket, RpcError};
use sfu_core::Input;
use sfu_core::input::DataKind;

use super::admin::{AdminRefusal, Reply, Whom, answer};
use super::member::MemberKey;
use super::state::State;
use crate::limits::CALLS;

/// What a client answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RpcAnswer {
    Payload(String),
    Error(RpcError),
}

/// Calls that wait for an answer.
#[derive(Debug, Default)]
pub(super) struct Calls(HashMap<String, (MemberKey, Reply<RpcAnswer>)>);

impl Calls {
    /// Notes a call, after forgetting those that nobody waits for any more. False when there are too many.
    fn add(&mut self, id: String, member: MemberKey, reply: Reply<RpcAnswer>) -> Result<(), Reply<RpcAnswer>> {
        if self.0.len() >= CALLS {
            self.0.retain(|_, (_, reply)| !reply.is_closed());
        }
        if self.0.len() >= CALLS {
            return Err(reply);
        }
        self.0.insert(id, (member, reply));
        Ok(())
    }

    /// Takes the call that a packet of this member answers.
    fn take(&mut self, id: &str, from: MemberKey) -> Option<Reply<RpcAnswer>> {
        if self.0.get(id).is_none_or(|(member, _)| *member != from) {
            return None;
        }
        self.0.remove(id).map(|(_, reply)| reply)
    }

    /// A member is gone, and with them their answers.
    pub(super) fn forget(&mut self, member: MemberKey) {
        if !self.0.is_empty() {
            self.0.retain(|_, (of, _)| *of != member);
        }
    }
}

impl State {
    pub(super) fn call(&mut self, whom: &Whom, id: String, payload: &Bytes, reply: Reply<RpcAnswer>) {
        let (room, member) = match self.find(whom) {
            Ok(found) => found,
            Err(refusal) => return answer(reply, Err(refusal)),
        };
        let connected = self.key_of(member).filter(|key| {
            let member = self.members.get(*key);
            member.is_some_and(|member| member.channel(DataKind::Reliable).is_some())
        });
        let Some(key) = connected else {
            return answer(reply, Err(AdminRefusal::NotConnected));
        };
        if let Err(reply) = self.calls.add(id, key, reply) {
            return answer(reply, Err(AdminRefusal::Busy));
        }
        let (to, kind, payload) = (Some(member), DataKind::Reliable, payload.clone());
        self.tell(room, Input::Announce { to, kind, payload });
    }

    /// Whether a packet belongs to a call from outside; if it is the answer, it is passed on.
    pub(super) fn is_answer(&mut self, from: MemberKey, packet: &mut DataPacket) -> bool {
        match &mut packet.value {
            Some(Value::RpcAck(ack)) => self.calls.0.get(&ack.request_id).is_some_and(|(of, _)| *of == from),
            Some(Value::RpcResponse(response)) => {
                let Some(reply) = self.calls.take(&response.request_id, from) else {
                    return false;
                };
                let returned = match response.value.take() {
                    Some(Returned::Payload(payload)) => Ok(RpcAnswer::Payload(payload)),
                    Some(Returned::Error(error)) => Ok(RpcAnswer::Error(error)),
                    // The call was in a form whose answers are not compressed.
                    Some(Returned::CompressedPayload(_)) | None => Ok(RpcAnswer::Payload(String::new())),
                };
                answer(reply, returned);
                true
            }
            _ => false,
        }
    }
}
