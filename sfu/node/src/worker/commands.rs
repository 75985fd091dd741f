//! What the rest of the node asks of a worker.

use sfu_core::Input;
use sfu_core::ids::Identity;
use sfu_core::input::{By, DataKind, Join, LeaveReason};
use sfu_core::publish::TrackKind;
use sfu_peer::{MediaKind, Role};

use super::member::{Binding, Line, Member, MemberKey, member_id};
use super::messages::{Action, Command, Event, JoinCommand, Place};
use super::notes::Note;
use super::seeing::Watch;
use super::state::{RoomKey, State};
use crate::signal::preference::Preference;

impl State {
    pub(super) fn command(&mut self, command: Command) {
        self.begin_turn();
        match command {
            Command::Join(join) => self.join(*join),
            Command::Resume(resume) => {
                if let Some(resume) = self.pass_resume(*resume) {
                    self.resume_here(resume);
                }
            }
            Command::Broken { member, connection } => self.broken(member, connection),
            Command::Member { member, action } => self.act(member, action),
            Command::CloseRoom { room, reason } => {
                if let Some(key) = self.room_names.get(&room).copied() {
                    self.end_room(key, reason);
                }
            }
            Command::Remove { room, identity, sid } => self.remove(&room, &identity, sid.as_deref()),
            Command::Announce { room, payload } => {
                if let Some(key) = self.room_names.get(&room).copied() {
                    self.tell(
                        key,
                        Input::Announce {
                            to: None,
                            kind: DataKind::Reliable,
                            payload,
                        },
                    );
                }
            }
            Command::Tell { member, payload } => {
                let to = Some(member_id(member));
                self.tell_room(
                    member,
                    Input::Announce {
                        to,
                        kind: DataKind::Reliable,
                        payload,
                    },
                );
            }
            Command::Admin(ask) => {
                if let Some(ask) = self.pass_on(*ask) {
                    self.admin_here(ask);
                }
            }
            Command::See { room, reply } => self.tell_seen(&room, reply),
            Command::Drain => {
                for room in self.rooms.keys() {
                    self.tell(room, Input::Close(LeaveReason::ServerShutdown));
                }
            }
            Command::Stop => {}
            #[cfg(test)]
            Command::Panic => panic!("asked for by a test"),
        }
        // One command at a time settles: the next may depend on what this one did.
        self.settle();
    }

    fn join(&mut self, join: JoinCommand) {
        if self
            .revocations
            .refuse(&join.room, &join.identity, join.token.not_before)
        {
            let _ = join.events.try_send(Event::Left(LeaveReason::Removed));
            return;
        }
        let room = self.open_room(&join.room, join.room_sid.clone());
        if self.is_full_for(room, &join.identity) {
            let _ = join.events.try_send(Event::Left(LeaveReason::RoomFull));
            return;
        }
        match self.place_in(room) {
            Some(part) => self.send_join(room, part, join),
            None => self.let_in(room, join),
        }
    }

    /// Lets somebody into this worker's part of a room.
    pub(super) fn let_in(&mut self, room: RoomKey, join: JoinCommand) {
        let now = self.now;
        let place = Place {
            room: join.room,
            identity: join.identity.clone(),
            sid: join.sid.clone(),
        };
        let watch = Watch::new(join.name.clone(), &join.permissions.publish, self.time()).traced(join.trace);
        let key = self.members.insert(Member {
            naming: join.naming,
            watch: Box::new(watch),
            ..Member::new(room, place, Line::Open(join.events), now)
        });
        let subscriber = self.make_peer(key, Role::Subscriber);
        if let Some(member) = self.members.get_mut(key) {
            member.subscriber = subscriber;
        }
        self.watch_token(key, join.token.expires_at);
        let join = Join {
            member: member_id(key),
            sid: join.sid.into(),
            identity: Identity::from(join.identity),
            name: join.name,
            metadata: join.metadata,
            attributes: join.attributes,
            permissions: join.permissions,
            auto_subscribe: join.auto_subscribe,
            order: join.order,
        };
        self.tell(room, Input::Join(Box::new(join)));
    }

    fn act(&mut self, member: MemberKey, action: Action) {
        if self.members.get(member).is_none() {
            return;
        }
        let id = member_id(member);
        let input = match action {
            Action::Offer { sdp, id } => return self.accept_offer(member, &sdp, id),
            Action::Answer { sdp, id } => return self.accept_answer(member, &sdp, id),
            Action::AddTrack { request, codec } => {
                self.retry_streams(member);
                if let Some(member) = self.members.get_mut(member) {
                    member.prefer(&request.cid, Preference::of(&request, codec));
                }
                Input::AddTrack { member: id, request }
            }
            Action::Mute { track, muted, by } => Input::Mute {
                member: id,
                track,
                muted,
                by,
            },
            Action::Subscribe { tracks, wanted } => Input::Subscribe {
                member: id,
                tracks,
                wanted,
            },
            Action::TrackSettings {
                tracks,
                settings,
                priority,
            } => {
                let prioritize = Input::Prioritize {
                    member: id,
                    tracks: tracks.clone(),
                    priority,
                };
                self.tell_room(member, prioritize);
                Input::TrackSettings {
                    member: id,
                    tracks,
                    settings,
                }
            }
            Action::UpdateProfile { update, request } => Input::UpdateProfile {
                member: id,
                update,
                by: By::Themselves,
                request,
            },
            Action::UpdateTrack { track, change } => Input::UpdateTrack {
                member: id,
                track,
                change,
            },
            Action::Allow(allowance) => Input::Allow { member: id, allowance },
            Action::Sync(state) => Input::Sync { member: id, state },
            Action::Simulate(scenario) => return self.simulate(member, scenario),
            Action::Leave(reason) => Input::Leave { member: id, reason },
        };
        self.tell_room(member, input);
    }

    /// Streams without a track are asked about anew: the announcement may be theirs.
    pub(super) fn retry_streams(&mut self, member: MemberKey) {
        let Some(member) = self.members.get_mut(member) else {
            return;
        };
        let room = self.rooms.get(member.room).map(|entry| &entry.room);
        member.retry_streams(|key| room.is_some_and(|room| room.track(key.track).is_some()));
    }

    fn remove(&mut self, room: &str, identity: &str, sid: Option<&str>) {
        if let Some(key) = self.room_names.get(room).copied().filter(|key| self.is_home(*key)) {
            let (room, identity, sid) = (room.to_owned(), identity.to_owned(), sid.map(str::to_owned));
            self.say_to_parts(key, |_| Note::Remove {
                room: room.clone(),
                identity: identity.clone(),
                sid: sid.clone(),
            });
        }
        self.remove_here(room, identity, sid);
    }

    pub(super) fn remove_here(&mut self, room: &str, identity: &str, sid: Option<&str>) {
        let is_meant = |member: &Member| {
            let place = &member.place;
            place.room == room && place.identity == identity && sid.is_none_or(|sid| place.sid == sid)
        };
        let meant: Vec<_> = self
            .members
            .iter()
            .filter(|(_, member)| is_meant(member))
            .map(|(key, _)| key)
            .collect();
        for key in meant {
            self.tell_room(
                key,
                Input::Leave {
                    member: member_id(key),
                    reason: LeaveReason::Removed,
                },
            );
        }
    }

    fn accept_offer(&mut self, key: MemberKey, sdp: &str, id: u32) {
        let now = self.now;
        let publisher = self.members.get(key).and_then(|member| member.publisher);
        let peer_key = publisher.unwrap_or_else(|| self.make_peer(key, Role::Publisher));
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        member.publisher = Some(peer_key);
        let Some(entry) = self.peers.get_mut(peer_key) else {
            return;
        };
        let mut sdp = match entry.peer.accept_offer(now, sdp) {
            Ok(sdp) => sdp,
            Err(error) => {
                tracing::debug!(member = ?key, %error, "an offer was refused");
                return self.tell_room(key, leave_for_protocol(key));
            }
        };
        let mut sending = Vec::new();
        for section in entry.peer.receive_sections().iter().filter(|section| section.active) {
            if let Some(preference) = member.preferred(&section.track_id) {
                sdp = preference.apply(&sdp, section.mid.as_str());
            }
            let kind = match section.kind {
                MediaKind::Audio => TrackKind::Audio,
                MediaKind::Video => TrackKind::Video,
            };
            sending.push((section.track_id.clone(), kind));
        }
        // A section may carry another track than before: its streams are asked about anew.
        for stream in &mut member.streams {
            stream.binding = Binding::Unknown;
        }
        self.touch(peer_key);
        self.send_event(key, Event::Answer { sdp, id });
        self.tell_room(
            key,
            Input::Offered {
                member: member_id(key),
                sending,
            },
        );
    }

    fn accept_answer(&mut self, key: MemberKey, sdp: &str, id: u32) {
        let now = self.now;
        let Some(member) = self.members.get(key) else { return };
        // An answer to an offer that another has replaced. Older clients do not say which offer they answer.
        if id != 0 && id != member.offer_id {
            return;
        }
        let peer_key = member.subscriber;
        let Some(entry) = self.peers.get_mut(peer_key) else {
            return;
        };
        if let Err(error) = entry.peer.accept_answer(now, sdp) {
            tracing::debug!(member = ?key, %error, "an answer was refused");
            return self.tell_room(key, leave_for_protocol(key));
        }
        self.touch(peer_key);
        self.open_path(peer_key, key);
        self.start_accepted(key);
        self.offers_due.push(key);
    }
}

fn leave_for_protocol(member: MemberKey) -> Input {
    Input::Leave {
        member: member_id(member),
        reason: LeaveReason::ProtocolError,
    }
}
