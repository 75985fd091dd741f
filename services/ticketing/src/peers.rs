//! What this service asks of events, in its own words.

use kit_core::ids::EventId;
use kit_rpc::{Context, Found as _, Transport, moment};
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{EventState, GetEventAccessRequest};
use tonic::Status;

use crate::domain::event::{EventSnapshot, EventView};
use crate::error::TicketingError;

/// The event, if the caller may see it.
pub(crate) async fn event(events: &Transport, context: &Context, event: EventId) -> Result<EventView, TicketingError> {
    let request = GetEventAccessRequest {
        event_id: event.to_string(),
        ..Default::default()
    };
    let mut events = EventServiceClient::new(events.clone());
    let answer = events
        .get_event_access(context.request(request))
        .await
        .found()
        .map_err(TicketingError::Events)?
        .ok_or(TicketingError::EventNotFound)?;
    let access = answer
        .access
        .ok_or_else(|| TicketingError::Events(Status::internal("events said nothing")))?;
    let is_open = matches!(access.state(), EventState::Published | EventState::Live);
    Ok(EventView {
        id: event,
        is_open,
        can_manage: access.can_manage,
        can_check_in: access.can_check_in,
        snapshot: EventSnapshot {
            title: access.title,
            start_time: access.start_time.and_then(moment),
            end_time: access.end_time.and_then(moment),
            time_zone: access.time_zone,
        },
    })
}

/// The event, if the caller is of its team. For others it does not exist.
pub(crate) async fn managed(events: &Transport, context: &Context, id: EventId) -> Result<EventView, TicketingError> {
    let found = event(events, context, id).await?;
    if found.can_manage {
        Ok(found)
    } else {
        Err(TicketingError::EventNotFound)
    }
}
