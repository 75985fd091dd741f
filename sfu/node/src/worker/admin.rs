//! What an administrator asks of a worker's rooms, and what is answered. A request is done at once and answered with what
//! it made of the room; who is in the room hears of it like of anything else.

use bytes::Bytes;
use sfu_core::Input;
use sfu_core::ids::{Identity, MemberId, ParticipantSid, TrackSid};
use sfu_core::input::{By, DataKind, LeaveReason, Permissions, ProfileUpdate};
use sfu_core::limits::METADATA_BYTES_MAX;
use sfu_core::output::{Participant, Refusal};
use sfu_core::publish::TrackInfo;
use std::sync::Arc;
use tokio::sync::oneshot;

use super::calls::RpcAnswer;
use super::journey::Journey;
use super::messages::RoomSummary;
use super::outputs::summary;
use super::rooms::{RoomEntry, RoomSettings};
use super::state::{RoomKey, State};

/// Where an answer goes. Whoever asked may have stopped waiting.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, AdminRefusal>>;

/// Why an administrator's request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AdminRefusal {
    #[error("requested room does not exist")]
    NoRoom,
    #[error("participant does not exist")]
    NoParticipant,
    #[error("track does not exist")]
    NoTrack,
    #[error("name, metadata and attributes would be too large")]
    TooLarge,
    #[error("the destination room is full")]
    Full,
    /// As LiveKit's server by default: a microphone is opened by its owner alone.
    #[error("remote unmute not enabled")]
    Unmute,
    #[error("the participant is not connected at present")]
    NotConnected,
    #[error("somebody of that identity is in the destination room")]
    Present,
    #[error("the participant is forwarded from another room: forward or move them from there")]
    Likeness,
    #[error("the participant is forwarded to as many rooms as can be")]
    Forwarded,
    #[error("too many calls wait for an answer")]
    Busy,
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whom {
    pub(crate) room: String,
    pub(crate) identity: Identity,
}

/// A request.
#[derive(Debug)]
pub(crate) enum Ask {
    CreateRoom {
        room: String,
        /// What it is to be called by if it is not open yet.
        sid: String,
        settings: RoomSettings,
        metadata: String,
        reply: Reply<RoomSummary>,
    },
    /// All rooms when no name is given.
    ListRooms {
        names: Vec<String>,
        reply: Reply<Vec<RoomSummary>>,
    },
    DeleteRoom {
        room: String,
        reply: Reply<()>,
    },
    RoomMetadata {
        room: String,
        metadata: String,
        reply: Reply<RoomSummary>,
    },
    ListParticipants {
        room: String,
        reply: Reply<Vec<Arc<Participant>>>,
    },
    GetParticipant {
        whom: Whom,
        reply: Reply<Arc<Participant>>,
    },
    Remove {
        whom: Whom,
        /// Tokens of theirs that are good from before this second of the Unix epoch on let them in no more.
        revoked_before: i64,
        reply: Reply<()>,
    },
    Mute {
        whom: Whom,
        track: TrackSid,
        muted: bool,
        reply: Reply<TrackInfo>,
    },
    Update {
        whom: Whom,
        update: Box<ProfileUpdate>,
        permissions: Option<Permissions>,
        reply: Reply<Arc<Participant>>,
    },
    Subscribe {
        whom: Whom,
        tracks: Vec<TrackSid>,
        wanted: bool,
        reply: Reply<()>,
    },
    SendData {
        room: String,
        announcement: Box<Announcement>,
        reply: Reply<()>,
    },
    /// Answered when the participant's client answers.
    Rpc {
        whom: Whom,
        /// Of the call, which the client's answer names.
        id: String,
        payload: Bytes,
        reply: Reply<RpcAnswer>,
    },
    /// Somebody is to be in another room.
    Journey(Box<Journey>),
}

/// Data from outside of the room.
#[derive(Debug)]
pub(crate) struct Announcement {
    pub(crate) kind: DataKind,
    /// To whom; with no `sids` either, to everybody.
    pub(crate) identities: Vec<Identity>,
    pub(crate) sids: Vec<ParticipantSid>,
    /// The same again is the same message sent again, and not delivered; empty: not known.
    pub(crate) nonce: Vec<u8>,
    /// A `livekit.DataPacket`.
    pub(crate) payload: Bytes,
}

impl Ask {
    /// Whom it is about, if it is for the worker that has them.
    pub(super) const fn whom(&self) -> Option<&Whom> {
        match self {
            Self::GetParticipant { whom, .. }
            | Self::Remove { whom, .. }
            | Self::Mute { whom, .. }
            | Self::Update { whom, .. }
            | Self::Subscribe { whom, .. }
            | Self::Rpc { whom, .. } => Some(whom),
            Self::CreateRoom { .. }
            | Self::ListRooms { .. }
            | Self::DeleteRoom { .. }
            | Self::RoomMetadata { .. }
            | Self::ListParticipants { .. }
            | Self::SendData { .. }
            | Self::Journey(_) => None,
        }
    }
}

impl State {
    pub(super) fn admin_here(&mut self, ask: Ask) {
        match ask {
            Ask::CreateRoom {
                room,
                sid,
                settings,
                metadata,
                reply,
            } => answer(reply, self.create_room(&room, sid, settings, metadata)),
            Ask::ListRooms { names, reply } => answer(reply, Ok(self.list_rooms(&names))),
            Ask::DeleteRoom { room, reply } => answer(reply, self.delete_room(&room)),
            Ask::RoomMetadata { room, metadata, reply } => answer(reply, self.room_metadata(&room, metadata)),
            Ask::ListParticipants { room, reply } => answer(reply, self.list_participants(&room)),
            Ask::GetParticipant { whom, reply } => answer(reply, self.get_participant(&whom)),
            Ask::Remove {
                whom,
                revoked_before,
                reply,
            } => answer(reply, self.remove_participant(&whom, revoked_before)),
            Ask::Mute {
                whom,
                track,
                muted,
                reply,
            } => answer(reply, self.mute_track(&whom, track, muted)),
            Ask::Update {
                whom,
                update,
                permissions,
                reply,
            } => answer(reply, self.update_participant(&whom, update, permissions)),
            Ask::Subscribe {
                whom,
                tracks,
                wanted,
                reply,
            } => answer(reply, self.subscribe_participant(&whom, tracks, wanted)),
            Ask::SendData {
                room,
                announcement,
                reply,
            } => answer(reply, self.send_data(&room, *announcement)),
            Ask::Rpc {
                whom,
                id,
                payload,
                reply,
            } => self.call(&whom, id, &payload, reply),
            Ask::Journey(journey) => self.set_out(journey),
        }
    }

    fn create_room(
        &mut self,
        name: &str,
        sid: String,
        settings: RoomSettings,
        metadata: String,
    ) -> Result<RoomSummary, AdminRefusal> {
        if metadata.len() > METADATA_BYTES_MAX {
            return Err(AdminRefusal::TooLarge);
        }
        let key = self.open_room(name, sid);
        self.keep_room(key, settings);
        // One that is open keeps what it says of itself unless something else is asked for.
        if !metadata.is_empty() {
            self.tell(key, Input::RoomMetadata(metadata));
        }
        self.summary_of(key)
    }

    fn list_rooms(&self, names: &[String]) -> Vec<RoomSummary> {
        let is_meant =
            |entry: &RoomEntry| entry.tag.home() == self.part && (names.is_empty() || names.contains(&entry.name));
        let meant = self.rooms.iter().filter(|(_, entry)| is_meant(entry));
        meant.map(|(_, entry)| summary(entry, entry.room.state())).collect()
    }

    fn delete_room(&mut self, name: &str) -> Result<(), AdminRefusal> {
        let key = self.find_room(name)?;
        self.end_room(key, LeaveReason::RoomDeleted);
        Ok(())
    }

    fn room_metadata(&mut self, name: &str, metadata: String) -> Result<RoomSummary, AdminRefusal> {
        let key = self.find_room(name)?;
        if metadata.len() > METADATA_BYTES_MAX {
            return Err(AdminRefusal::TooLarge);
        }
        self.tell(key, Input::RoomMetadata(metadata));
        self.summary_of(key)
    }

    fn list_participants(&self, name: &str) -> Result<Vec<Arc<Participant>>, AdminRefusal> {
        let entry = self.rooms.get(self.find_room(name)?).ok_or(AdminRefusal::NoRoom)?;
        Ok(entry.room.participants().collect())
    }

    fn get_participant(&self, whom: &Whom) -> Result<Arc<Participant>, AdminRefusal> {
        let (room, member) = self.find(whom)?;
        let entry = self.rooms.get(room).ok_or(AdminRefusal::NoRoom)?;
        entry.room.participant(member).ok_or(AdminRefusal::NoParticipant)
    }

    fn remove_participant(&mut self, whom: &Whom, revoked_before: i64) -> Result<(), AdminRefusal> {
        let (room, member) = self.find(whom)?;
        self.revocations.add(&whom.room, whom.identity.as_str(), revoked_before);
        let reason = LeaveReason::Removed;
        self.tell(room, Input::Leave { member, reason });
        Ok(())
    }

    fn mute_track(&mut self, whom: &Whom, track: TrackSid, muted: bool) -> Result<TrackInfo, AdminRefusal> {
        let (room, member) = self.find(whom)?;
        let now = self.track_of(whom, &track)?;
        if !muted && now.muted {
            return Err(AdminRefusal::Unmute);
        }
        let by = By::Organizer;
        let sid = track.clone();
        self.tell(
            room,
            Input::Mute {
                member,
                track,
                muted,
                by,
            },
        );
        self.track_of(whom, &sid)
    }

    fn track_of(&self, whom: &Whom, track: &TrackSid) -> Result<TrackInfo, AdminRefusal> {
        let participant = self.get_participant(whom)?;
        let found = participant.tracks.iter().find(|info| info.sid == *track);
        found.cloned().ok_or(AdminRefusal::NoTrack)
    }

    fn update_participant(
        &mut self,
        whom: &Whom,
        update: Box<ProfileUpdate>,
        permissions: Option<Permissions>,
    ) -> Result<Arc<Participant>, AdminRefusal> {
        let (room, member) = self.find(whom)?;
        let by = By::Organizer;
        let entry = self.rooms.get(room).ok_or(AdminRefusal::NoRoom)?;
        entry
            .room
            .check_profile(member, &update, by)
            .map_err(|refusal| match refusal {
                Refusal::NotFound => AdminRefusal::NoParticipant,
                // The organizer may, and a profile has no other fault.
                _ => AdminRefusal::TooLarge,
            })?;
        let request = 0;
        self.tell(
            room,
            Input::UpdateProfile {
                member,
                update,
                by,
                request,
            },
        );
        if let Some(permissions) = permissions {
            self.tell(room, Input::Permissions { member, permissions });
        }
        self.get_participant(whom)
    }

    fn subscribe_participant(&mut self, whom: &Whom, tracks: Vec<TrackSid>, wanted: bool) -> Result<(), AdminRefusal> {
        let (room, member) = self.find(whom)?;
        let entry = self.rooms.get(room).ok_or(AdminRefusal::NoRoom)?;
        let published: Vec<_> = entry.room.participants().collect();
        let exists = |sid: &TrackSid| published.iter().any(|of| of.tracks.iter().any(|info| info.sid == *sid));
        if !tracks.iter().all(exists) {
            return Err(AdminRefusal::NoTrack);
        }
        self.tell(room, Input::Subscribe { member, tracks, wanted });
        Ok(())
    }

    fn send_data(&mut self, name: &str, announcement: Announcement) -> Result<(), AdminRefusal> {
        let key = self.find_room(name)?;
        let Announcement {
            kind,
            identities,
            sids,
            nonce,
            payload,
        } = announcement;
        let entry = self.rooms.get_mut(key).ok_or(AdminRefusal::NoRoom)?;
        if !nonce.is_empty() && !entry.nonces.is_new(nonce) {
            return Ok(());
        }
        if identities.is_empty() && sids.is_empty() {
            let to = None;
            self.tell(key, Input::Announce { to, kind, payload });
            return Ok(());
        }
        let is_meant = |of: &Participant| identities.contains(&of.identity) || sids.contains(&of.sid);
        let meant: Vec<_> = entry
            .room
            .participants()
            .filter(|of| is_meant(of))
            .filter_map(|of| entry.room.find(&of.identity))
            .collect();
        for member in meant {
            let (to, payload) = (Some(member), payload.clone());
            self.tell(key, Input::Announce { to, kind, payload });
        }
        Ok(())
    }

    pub(super) fn find_room(&self, name: &str) -> Result<RoomKey, AdminRefusal> {
        self.room_names.get(name).copied().ok_or(AdminRefusal::NoRoom)
    }

    pub(super) fn find(&self, whom: &Whom) -> Result<(RoomKey, MemberId), AdminRefusal> {
        let key = self.find_room(&whom.room)?;
        let entry = self.rooms.get(key).ok_or(AdminRefusal::NoRoom)?;
        // Those of other parts are asked for there.
        let ours = entry.room.find(&whom.identity).filter(|id| id.part().is_none());
        Ok((key, ours.ok_or(AdminRefusal::NoParticipant)?))
    }

    fn summary_of(&self, key: RoomKey) -> Result<RoomSummary, AdminRefusal> {
        let entry = self.rooms.get(key).ok_or(AdminRefusal::NoRoom)?;
        Ok(summary(entry, entry.room.state()))
    }
}

pub(super) fn answer<T>(reply: Reply<T>, result: Result<T, AdminRefusal>) {
    let _ = reply.send(result);
}
