//! Those whom live calls: events, ticketing and an SFU node, each saying what its script says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kit_core::ids::{EventId, OrganizationId};
use kit_rpc::{Code, Domain, RequestExt as _};
use plenary_proto::events::v1 as events;
use plenary_proto::events::v1::event_service_server::EventService;
use plenary_proto::events::v1::*;
use plenary_proto::live::v1::{Connection, NodeHealth};
use plenary_proto::sfu::v1 as sfu;
use plenary_proto::sfu::v1::sfu_service_server::SfuService;
use plenary_proto::ticketing::v1 as ticketing;
use plenary_proto::ticketing::v1::ticket_service_server::TicketService;
use tokio::sync::mpsc::UnboundedSender;
use tonic::{Request, Response, Status, Streaming};

type Answer<T> = Result<Response<T>, Status>;

fn not_asked<T>() -> Answer<T> {
    Err(Status::unimplemented("not asked for by live"))
}

/// What there is to say of a session and its event.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) event: EventId,
    /// Its members are the event's team.
    pub(crate) organization: OrganizationId,
    pub(crate) state: EventState,
    pub(crate) is_public: bool,
    pub(crate) has_live_room: bool,
}

/// Stands in for events: the scripts by session id. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<BTreeMap<String, Script>>>);

impl Events {
    pub(crate) fn scripts(&self) -> MutexGuard<'_, BTreeMap<String, Script>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn access(&self, request: &Request<GetEventAccessRequest>) -> Option<GetEventAccessResponse> {
        let id = &request.get_ref().session_id;
        let script = self.scripts().get(id).cloned()?;
        let context = request.context();
        let user = context.caller().user();
        let is_team = user.is_some_and(|user| user.organizations.contains_key(&script.organization));
        let access = EventAccess {
            event_id: script.event.to_string(),
            can_view: true,
            can_manage: is_team,
            state: script.state.into(),
            ..EventAccess::default()
        };
        let session = Session {
            id: id.clone(),
            event_id: script.event.to_string(),
            has_live_room: script.has_live_room,
            ..Session::default()
        };
        (is_team || script.is_public).then_some(GetEventAccessResponse {
            access: Some(access),
            session: Some(session),
        })
    }

    fn start(&self, event: &str) {
        let mut scripts = self.scripts();
        let sessions = scripts.values_mut().filter(|script| script.event.to_string() == event);
        sessions.for_each(|script| script.state = EventState::Live);
    }
}

macro_rules! event_service {
    ($($method:ident($request:ident) -> $response:ident,)*) => {
        #[tonic::async_trait]
        impl EventService for Events {
            async fn get_event_access(&self, request: Request<GetEventAccessRequest>) -> Answer<GetEventAccessResponse> {
                let hidden = || Domain::new("events.plenary").error(Code::NotFound, "EVENT_NOT_FOUND", "hidden");
                Ok(Response::new(self.access(&request).ok_or_else(hidden)?))
            }

            async fn start_event(&self, request: Request<StartEventRequest>) -> Answer<StartEventResponse> {
                self.start(&request.get_ref().event_id);
                Ok(Response::new(StartEventResponse::default()))
            }

            $(async fn $method(&self, _: Request<events::$request>) -> Answer<events::$response> {
                not_asked()
            })*
        }
    };
}

event_service! {
    create_event(CreateEventRequest) -> CreateEventResponse,
    get_event(GetEventRequest) -> GetEventResponse,
    update_event(UpdateEventRequest) -> UpdateEventResponse,
    clone_event(CloneEventRequest) -> CloneEventResponse,
    delete_event(DeleteEventRequest) -> DeleteEventResponse,
    list_my_events(ListMyEventsRequest) -> ListMyEventsResponse,
    search_events(SearchEventsRequest) -> SearchEventsResponse,
    submit_event(SubmitEventRequest) -> SubmitEventResponse,
    withdraw_event(WithdrawEventRequest) -> WithdrawEventResponse,
    approve_event(ApproveEventRequest) -> ApproveEventResponse,
    reject_event(RejectEventRequest) -> RejectEventResponse,
    list_submitted_events(ListSubmittedEventsRequest) -> ListSubmittedEventsResponse,
    publish_event(PublishEventRequest) -> PublishEventResponse,
    end_event(EndEventRequest) -> EndEventResponse,
    cancel_event(CancelEventRequest) -> CancelEventResponse,
    upload_event_image(UploadEventImageRequest) -> UploadEventImageResponse,
    get_image(GetImageRequest) -> GetImageResponse,
    preview_description(PreviewDescriptionRequest) -> PreviewDescriptionResponse,
}

/// Stands in for ticketing: who holds a ticket, as event and user id. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tickets(Arc<Mutex<BTreeSet<(String, String)>>>);

impl Tickets {
    pub(crate) fn holders(&self) -> MutexGuard<'_, BTreeSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

macro_rules! ticket_service {
    ($($method:ident($request:ident) -> $response:ident,)*) => {
        #[tonic::async_trait]
        impl TicketService for Tickets {
            async fn check_admission(
                &self,
                request: Request<ticketing::CheckAdmissionRequest>,
            ) -> Answer<ticketing::CheckAdmissionResponse> {
                let request = request.into_inner();
                let admitted = self.holders().contains(&(request.event_id, request.user_id));
                Ok(Response::new(ticketing::CheckAdmissionResponse {
                    admitted,
                    ..ticketing::CheckAdmissionResponse::default()
                }))
            }

            $(async fn $method(&self, _: Request<ticketing::$request>) -> Answer<ticketing::$response> {
                not_asked()
            })*
        }
    };
}

ticket_service! {
    list_my_tickets(ListMyTicketsRequest) -> ListMyTicketsResponse,
    get_ticket(GetTicketRequest) -> GetTicketResponse,
    list_event_tickets(ListEventTicketsRequest) -> ListEventTicketsResponse,
    check_in_ticket(CheckInTicketRequest) -> CheckInTicketResponse,
    get_check_in_summary(GetCheckInSummaryRequest) -> GetCheckInSummaryResponse,
    list_holders(ListHoldersRequest) -> ListHoldersResponse,
}

/// Stands in for an SFU node: hands every room that it is to close to the test.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) closed: UnboundedSender<String>,
    /// It cannot be reached.
    pub(crate) is_away: Arc<AtomicBool>,
    /// The connections of every room.
    pub(crate) seen: Arc<Mutex<Vec<Connection>>>,
}

impl Node {
    pub(crate) fn sees(&self, connections: Vec<Connection>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = connections;
    }

    pub(crate) fn go_away(&self) {
        self.is_away.store(true, Ordering::SeqCst);
    }
}

#[tonic::async_trait]
impl SfuService for Node {
    type SignalStream = futures::stream::Empty<Result<sfu::SignalResponse, Status>>;

    async fn close_room(&self, request: Request<sfu::CloseRoomRequest>) -> Answer<sfu::CloseRoomResponse> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Status::unavailable("away"));
        }
        let told = self.closed.send(request.into_inner().room_id);
        told.map_err(|_| Status::internal("the test is over"))?;
        Ok(Response::new(sfu::CloseRoomResponse::default()))
    }

    async fn list_connections(&self, _: Request<sfu::ListConnectionsRequest>) -> Answer<sfu::ListConnectionsResponse> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Status::unavailable("away"));
        }
        Ok(Response::new(sfu::ListConnectionsResponse {
            connections: self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            traffic: None,
            node: Some(NodeHealth {
                headroom_percent: 80,
                ..NodeHealth::default()
            }),
        }))
    }

    async fn signal(&self, _: Request<Streaming<sfu::SignalRequest>>) -> Answer<Self::SignalStream> {
        not_asked()
    }

    async fn validate_token(&self, _: Request<sfu::ValidateTokenRequest>) -> Answer<sfu::ValidateTokenResponse> {
        not_asked()
    }

    async fn remove_participant(
        &self,
        _: Request<sfu::RemoveParticipantRequest>,
    ) -> Answer<sfu::RemoveParticipantResponse> {
        not_asked()
    }

    async fn get_node(&self, _: Request<sfu::GetNodeRequest>) -> Answer<sfu::GetNodeResponse> {
        not_asked()
    }
}
