//! Stands in for events: says of each event what its script says, to whom events would say it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kit_core::ids::OrganizationId;
use kit_rpc::{Code, Domain, RequestExt as _};
use plenary_proto::events::v1::event_service_server::EventService;
use plenary_proto::events::v1::*;
use prost_types::Timestamp;
use tonic::{Request, Response, Status};

/// What there is to say of an event.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Its members are the event's team.
    pub(crate) organization: OrganizationId,
    pub(crate) state: EventState,
    pub(crate) is_public: bool,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
}

/// The scripts by event id. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<BTreeMap<String, Script>>>);

impl Events {
    pub(crate) fn scripts(&self) -> MutexGuard<'_, BTreeMap<String, Script>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn access(&self, request: &Request<GetEventAccessRequest>) -> Option<EventAccess> {
        let id = &request.get_ref().event_id;
        let script = self.scripts().get(id).cloned()?;
        let context = request.context();
        let user = context.caller().user();
        let is_team = user.is_some_and(|user| user.organizations.contains_key(&script.organization));
        (is_team || script.is_public).then(|| EventAccess {
            event_id: id.clone(),
            can_view: true,
            can_manage: is_team,
            can_check_in: is_team,
            state: script.state.into(),
            start_time: script.start_time,
            end_time: script.end_time,
            organization_id: script.organization.to_string(),
            title: "A day about Rust".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        })
    }
}

macro_rules! event_service {
    ($($method:ident($request:ident) -> $response:ident,)*) => {
        #[tonic::async_trait]
        impl EventService for Events {
            async fn get_event_access(
                &self,
                request: Request<GetEventAccessRequest>,
            ) -> Result<Response<GetEventAccessResponse>, Status> {
                let hidden = || Domain::new("events.plenary").error(Code::NotFound, "EVENT_NOT_FOUND", "hidden");
                let access = self.access(&request).ok_or_else(hidden)?;
                Ok(Response::new(GetEventAccessResponse {
                    access: Some(access),
                    session: None,
                }))
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("not asked for by ticketing"))
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
    start_event(StartEventRequest) -> StartEventResponse,
    end_event(EndEventRequest) -> EndEventResponse,
    cancel_event(CancelEventRequest) -> CancelEventResponse,
    upload_event_image(UploadEventImageRequest) -> UploadEventImageResponse,
    get_image(GetImageRequest) -> GetImageResponse,
    preview_description(PreviewDescriptionRequest) -> PreviewDescriptionResponse,
}
