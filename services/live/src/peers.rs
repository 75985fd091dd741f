//! What this service asks of others, in its own words.

use kit_core::ids::{EventId, RoomId, SessionId, UserId};
use kit_rpc::{Context, Found as _, Switchboard, Transport};
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{EventState, GetEventAccessRequest, StartEventRequest};
use plenary_proto::sfu::v1::sfu_service_client::SfuServiceClient;
use plenary_proto::sfu::v1::{CloseRoomRequest, ListConnectionsRequest, ListConnectionsResponse};
use plenary_proto::ticketing::v1::CheckAdmissionRequest;
use plenary_proto::ticketing::v1::ticket_service_client::TicketServiceClient;
use tonic::Status;

use crate::NAME;
use crate::error::LiveError;

/// The name in the certificates of SFU nodes.
const SFU: &str = "sfu";

/// The parts of Plenary that this one calls.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    /// events.
    pub(crate) events: Transport,
    /// ticketing.
    pub(crate) ticketing: Transport,
    /// Dials SFU nodes by the address that they registered.
    pub(crate) switchboard: Switchboard,
}

/// A session as the caller may see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionView {
    pub(crate) event: EventId,
    pub(crate) session: SessionId,
    pub(crate) has_live_room: bool,
    pub(crate) can_manage: bool,
    pub(crate) event_state: EventState,
}

impl SessionView {
    /// Whether shows can go on in the event.
    pub(crate) fn is_open(self) -> bool {
        matches!(self.event_state, EventState::Published | EventState::Live)
    }
}

impl Clients {
    /// The session, if the caller may see it and it has a room.
    pub(crate) async fn session(&self, context: &Context, session: SessionId) -> Result<SessionView, LiveError> {
        let request = GetEventAccessRequest {
            session_id: session.to_string(),
            ..Default::default()
        };
        let mut events = EventServiceClient::new(self.events.clone());
        let answer = events
            .get_event_access(context.request(request))
            .await
            .found()
            .map_err(LiveError::Peer)?
            .ok_or(LiveError::RoomNotFound)?;
        let (Some(access), Some(found)) = (answer.access, answer.session) else {
            return Err(LiveError::RoomNotFound);
        };
        let view = SessionView {
            event: access.event_id.parse().map_err(|_| malformed("events", "event_id"))?,
            session,
            has_live_room: found.has_live_room,
            can_manage: access.can_manage,
            event_state: access.state(),
        };
        if view.has_live_room {
            Ok(view)
        } else {
            Err(LiveError::RoomNotFound)
        }
    }

    /// Whether the caller holds a ticket that admits.
    pub(crate) async fn holds_ticket(&self, context: &Context, event: EventId) -> Result<bool, LiveError> {
        let Some(user) = context.caller().user() else {
            return Ok(false);
        };
        let email = user.verified_email().map(ToString::to_string);
        let request = CheckAdmissionRequest {
            event_id: event.to_string(),
            user_id: user.user_id.to_string(),
            email: email.unwrap_or_default(),
        };
        let mut tickets = TicketServiceClient::new(self.ticketing.clone());
        let answer = tickets
            .check_admission(context.request(request))
            .await
            .map_err(LiveError::Peer)?;
        Ok(answer.into_inner().admitted)
    }

    /// Moves a published event on to live, as its host.
    pub(crate) async fn start_event(
        &self,
        context: &Context,
        event: EventId,
        request_id: String,
    ) -> Result<(), LiveError> {
        let request = StartEventRequest {
            request_id,
            event_id: event.to_string(),
        };
        let mut events = EventServiceClient::new(self.events.clone());
        events
            .start_event(context.request(request))
            .await
            .found()
            .map_err(LiveError::Peer)?
            .ok_or(LiveError::RoomNotFound)?;
        Ok(())
    }

    /// Has a node end a room.
    pub(crate) async fn close_room(&self, address: &str, room: RoomId) -> Result<(), Status> {
        let request = CloseRoomRequest {
            room_id: room.to_string(),
        };
        let request = Context::background().request(request);
        self.node(address)?.close_room(request).await.map(|_| ())
    }

    /// What a node says of the connections in a room.
    pub(crate) async fn connections(&self, address: &str, room: RoomId) -> Result<ListConnectionsResponse, Status> {
        let request = ListConnectionsRequest {
            room_id: room.to_string(),
        };
        let request = Context::background().request(request);
        let answer = self.node(address)?.list_connections(request).await?;
        Ok(answer.into_inner())
    }

    fn node(&self, address: &str) -> Result<SfuServiceClient<Transport>, Status> {
        let node = self.switchboard.dial(NAME, SFU, address);
        node.map(SfuServiceClient::new)
            .map_err(|error| Status::unavailable(error.to_string()))
    }
}

/// A person, for messages to others.
pub(crate) fn user_of(context: &Context) -> Result<UserId, LiveError> {
    Ok(context.caller().require_user().map_err(LiveError::Caller)?.user_id)
}

fn malformed(peer: &str, field: &str) -> LiveError {
    LiveError::Peer(Status::internal(format!("{peer} sent no valid {field}")))
}
