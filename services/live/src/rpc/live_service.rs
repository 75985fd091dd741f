//! `plenary.live.v1.LiveService`.

use std::pin::Pin;

use futures::Stream;
use kit_bus::Subscription;
use kit_core::ids::RoomId;
use kit_rpc::{RequestExt as _, timestamp};
use plenary_proto::live::v1::live_service_server::LiveService;
use plenary_proto::live::v1::*;
use tonic::{Request, Response, Status};

use super::convert;
use crate::domain::room::RoomState as State;
use crate::peers::user_of;
use crate::{Live, commands, queries, refuse};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl LiveService for Live {
    async fn get_room(&self, request: Request<GetRoomRequest>) -> Answer<GetRoomResponse> {
        let session = convert::session(&request.get_ref().session_id).map_err(refuse)?;
        let (room, access) = queries::room(self, &request.context(), session).await.map_err(refuse)?;
        Ok(Response::new(GetRoomResponse {
            room: Some(room),
            access: Some(access),
        }))
    }

    type WatchRoomStream = Pin<Box<dyn Stream<Item = Result<WatchRoomResponse, Status>> + Send>>;

    async fn watch_room(&self, request: Request<WatchRoomRequest>) -> Answer<Self::WatchRoomStream> {
        let session = convert::session(&request.get_ref().session_id).map_err(refuse)?;
        let room = queries::followed(self, &request.context(), session)
            .await
            .map_err(refuse)?;
        let watch = Watch {
            live: self.clone(),
            room,
            changes: self.changes(room),
            sequence: 0,
        };
        Ok(Response::new(Box::pin(futures::stream::unfold(watch, Watch::next))))
    }

    async fn set_room_capacity(&self, request: Request<SetRoomCapacityRequest>) -> Answer<SetRoomCapacityResponse> {
        let context = request.context();
        let user = user_of(&context).map_err(refuse)?;
        let (room, capacity, key) = convert::capacity(request.get_ref(), user).map_err(refuse)?;
        let answer = commands::set_capacity::set_capacity(self, &context, room, capacity, &key).await;
        answer.map(Response::new).map_err(refuse)
    }

    async fn go_live(&self, request: Request<GoLiveRequest>) -> Answer<GoLiveResponse> {
        let context = request.context();
        let user = user_of(&context).map_err(refuse)?;
        let request = request.into_inner();
        let (room, key) =
            convert::mutation(&request.room_id, &request.request_id, user, "GoLive", &request).map_err(refuse)?;
        let answer = commands::go_live::go_live(self, &context, room, request.request_id, &key).await;
        answer.map(Response::new).map_err(refuse)
    }

    async fn end_live(&self, request: Request<EndLiveRequest>) -> Answer<EndLiveResponse> {
        let context = request.context();
        let user = user_of(&context).map_err(refuse)?;
        let request = request.get_ref();
        let (room, key) =
            convert::mutation(&request.room_id, &request.request_id, user, "EndLive", request).map_err(refuse)?;
        commands::end::end(self, &context, room, &key)
            .await
            .map(Response::new)
            .map_err(refuse)
    }

    async fn join_room(&self, request: Request<JoinRoomRequest>) -> Answer<JoinRoomResponse> {
        let room = convert::room(&request.get_ref().room_id).map_err(refuse)?;
        let seat = commands::join::join(self, &request.context(), room)
            .await
            .map_err(refuse)?;
        let room = queries::current(self, seat.room.id).await.map_err(refuse)?;
        Ok(Response::new(JoinRoomResponse {
            media_token: seat.token,
            token_expire_time: Some(timestamp(seat.token_until)),
            room: Some(room),
            can_publish: seat.is_host,
        }))
    }

    async fn get_room_access(&self, request: Request<GetRoomAccessRequest>) -> Answer<GetRoomAccessResponse> {
        let room = convert::room(&request.get_ref().room_id).map_err(refuse)?;
        let (access, room) = queries::room_access(self, &request.context(), room)
            .await
            .map_err(refuse)?;
        Ok(Response::new(GetRoomAccessResponse {
            access: Some(access),
            state: state(room.state).into(),
        }))
    }

    async fn locate_room(&self, request: Request<LocateRoomRequest>) -> Answer<LocateRoomResponse> {
        let located = queries::locate(self, &request.get_ref().media_token).await;
        let (node, trace) = located.map_err(refuse)?;
        Ok(Response::new(LocateRoomResponse {
            node_id: node.id,
            address: node.address,
            trace_parent: trace.unwrap_or_default(),
        }))
    }

    async fn report_join(&self, request: Request<ReportJoinRequest>) -> Answer<ReportJoinResponse> {
        let user = user_of(&request.context()).map_err(refuse)?;
        let account = convert::join(request.get_ref()).map_err(refuse)?;
        commands::account_join::account(self, user, &account).map_err(refuse)?;
        Ok(Response::new(ReportJoinResponse {}))
    }

    async fn list_connections(&self, request: Request<ListConnectionsRequest>) -> Answer<ListConnectionsResponse> {
        let asked = convert::connections(request.get_ref()).map_err(refuse)?;
        let (page, health) = queries::connections::list(self, &request.context(), asked)
            .await
            .map_err(refuse)?;
        Ok(Response::new(ListConnectionsResponse {
            connections: page.items,
            next_page_token: page.next_token,
            health: Some(health),
        }))
    }
}

/// A followed room: each change of it makes the room be read anew.
struct Watch {
    live: Live,
    room: RoomId,
    changes: Subscription,
    sequence: i64,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<WatchRoomResponse, Status>, Self)> {
        if self.sequence > 0 {
            self.changes.next().await;
        }
        let room = queries::current(&self.live, self.room).await;
        self.sequence += 1;
        let item = room
            .map(|room| WatchRoomResponse {
                sequence: self.sequence,
                room: Some(room),
            })
            .map_err(refuse);
        Some((item, self))
    }
}

impl Live {
    /// A room as others see it, with so many people inside.
    pub(crate) fn room_message(&self, room: &crate::domain::room::Room, present: i64) -> Room {
        let (began, ended) = match room.state {
            State::Waiting => (None, None),
            State::Live { since } => (Some(since), None),
            State::Ended { began, at } => (Some(began), Some(at)),
        };
        Room {
            id: room.id.to_string(),
            session_id: room.session.to_string(),
            event_id: room.event.to_string(),
            state: state(room.state).into(),
            capacity: room.capacity,
            participant_count: i32::try_from(present).unwrap_or(i32::MAX),
            live_start_time: began.map(timestamp),
            live_end_time: ended.map(timestamp),
        }
    }
}

fn state(state: State) -> RoomState {
    match state {
        State::Waiting => RoomState::Waiting,
        State::Live { .. } => RoomState::Live,
        State::Ended { .. } => RoomState::Ended,
    }
}
