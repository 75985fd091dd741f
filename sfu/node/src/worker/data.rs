//! Data messages of clients: LiveKit's `DataPacket`s, opened as far as routing needs.

use bytes::Bytes;
use livekit_protocol::{DataPacket, UserPacket, data_packet};
use plenary_proto::live::v1::PlaybackReport;
use prost::Message;
use sfu_core::Input;
use sfu_core::ids::Identity;
use sfu_core::input::{DataKind, PublishRight};
use sfu_peer::ChannelId;

use super::member::{MemberKey, member_id};
use super::messages::{ChatPost, NodeEvent, Place};
use super::state::State;

/// The topic of the room's chat: such messages go to the chat's keeper, not straight to the room.
const CHAT_TOPIC: &str = "plenary.chat";
/// The topic of what pages say of themselves: such messages are for the node, and for nobody else.
const PLAYBACK_TOPIC: &str = "plenary.playback";

impl State {
    pub(super) fn data(&mut self, key: MemberKey, channel: ChannelId, payload: &Bytes) {
        let now = self.now;
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(kind) = member
            .incoming
            .iter()
            .find(|(id, _)| *id == channel)
            .map(|(_, kind)| *kind)
        else {
            return;
        };
        if !member.data_rate.take(now) {
            return self.metrics.data_shed();
        }
        let Ok(mut packet) = DataPacket::decode(payload.as_ref()) else {
            return;
        };
        if kind == DataKind::Reliable && !member.is_new_message(packet.sequence) {
            return;
        }
        if self.config.platform_chat
            && let Some(frame) = chat_frame(&packet)
        {
            return self.post(key, frame);
        }
        if let Some(report) = playback_report(&packet) {
            return self.hear_playback(key, &report);
        }
        if self.is_answer(key, &mut packet) {
            return;
        }
        let Some(member) = self.members.get(key) else { return };
        let to = take_destinations(&mut packet);
        stamp(&mut packet, &member.place);
        let sequence = packet.sequence;
        let payload = packet.encode_to_vec().into();
        self.tell_room(
            key,
            Input::Data {
                member: member_id(key),
                kind,
                to,
                sequence,
                payload,
            },
        );
    }
}

impl State {
    /// Takes a chat message to the chat's keeper, if its author may write at all.
    fn post(&self, key: MemberKey, frame: Bytes) {
        let Some(member) = self.members.get(key) else { return };
        let room = self.rooms.get(member.room);
        let Some(author) = room.and_then(|entry| entry.room.who(member_id(key))) else {
            return;
        };
        if !author.permissions.publish_data {
            return;
        }
        let post = ChatPost {
            worker: self.number,
            member: key,
            room: member.place.room.clone(),
            identity: member.place.identity.clone(),
            name: author.name.clone(),
            is_host: author.permissions.publish != PublishRight::Nothing,
            frame,
        };
        self.tell_node(NodeEvent::Chat(Box::new(post)));
    }
}

/// A ready data packet of the chat's topic, from nobody: the node says it.
pub(crate) fn chat_packet(frame: Vec<u8>) -> Bytes {
    let user = UserPacket {
        payload: frame,
        topic: Some(CHAT_TOPIC.to_owned()),
        ..UserPacket::default()
    };
    DataPacket {
        value: Some(data_packet::Value::User(user)),
        ..DataPacket::default()
    }
    .encode_to_vec()
    .into()
}

fn chat_frame(packet: &DataPacket) -> Option<Bytes> {
    match &packet.value {
        Some(data_packet::Value::User(user)) if user.topic.as_deref() == Some(CHAT_TOPIC) => {
            Some(Bytes::copy_from_slice(&user.payload))
        }
        _ => None,
    }
}

/// What a page says of itself. What cannot be read says nothing, and is for nobody else either.
fn playback_report(packet: &DataPacket) -> Option<PlaybackReport> {
    match &packet.value {
        Some(data_packet::Value::User(user)) if user.topic.as_deref() == Some(PLAYBACK_TOPIC) => {
            Some(PlaybackReport::decode(user.payload.as_slice()).unwrap_or_default())
        }
        _ => None,
    }
}

/// Who shall get it; older clients say so in the user packet.
#[expect(
    deprecated,
    reason = "clients before protocol 11 write the destinations into the user packet"
)]
fn take_destinations(packet: &mut DataPacket) -> Vec<Identity> {
    let mut names = std::mem::take(&mut packet.destination_identities);
    if let Some(data_packet::Value::User(user)) = &mut packet.value {
        names.append(&mut user.destination_identities);
        user.destination_sids.clear();
    }
    names.into_iter().map(Identity::from).collect()
}

/// Says who sent it, whatever the client wrote there.
#[expect(
    deprecated,
    reason = "clients before protocol 11 read the sender from the user packet"
)]
fn stamp(packet: &mut DataPacket, sender: &Place) {
    packet.participant_identity.clone_from(&sender.identity);
    packet.participant_sid.clone_from(&sender.sid);
    if let Some(data_packet::Value::User(user)) = &mut packet.value {
        user.participant_identity.clone_from(&sender.identity);
        user.participant_sid.clone_from(&sender.sid);
    }
}

/// All that happens to a message before the room hears of it, for fuzzing.
#[cfg(feature = "fuzz")]
pub(crate) fn fuzz_data_packet(input: &[u8]) {
    let Ok(mut packet) = DataPacket::decode(input) else {
        return;
    };
    let _ = chat_frame(&packet);
    let _ = playback_report(&packet);
    let _ = take_destinations(&mut packet);
    let place = Place {
        room: String::new(),
        identity: "sender".to_owned(),
        sid: "PA_1".to_owned(),
    };
    stamp(&mut packet, &place);
    let again = DataPacket::decode(packet.encode_to_vec().as_slice());
    assert_eq!(again.as_ref(), Ok(&packet), "what is sent on reads back");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_cannot_pretend_to_be_another() {
        let mut packet = DataPacket {
            participant_identity: "victim".to_owned(),
            destination_identities: vec!["bob".to_owned()],
            ..DataPacket::default()
        };
        assert_eq!(take_destinations(&mut packet), [Identity::from("bob")]);
        let place = Place {
            room: "r".to_owned(),
            identity: "alice".to_owned(),
            sid: "PA_1".to_owned(),
        };
        stamp(&mut packet, &place);
        assert_eq!(packet.participant_identity, "alice");
        assert_eq!(packet.participant_sid, "PA_1");
    }

    #[test]
    fn only_the_chat_topic_is_chat() {
        let packet = DataPacket::decode(chat_packet(b"frame".to_vec()).as_ref()).expect("ours");
        assert_eq!(chat_frame(&packet).as_deref(), Some(&b"frame"[..]));
        assert_eq!(chat_frame(&DataPacket::default()), None);
    }
}
