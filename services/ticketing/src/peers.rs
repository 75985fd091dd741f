//! What this service asks of events, in its own words.

use kit_core::ids::EventId;
use kit_rpc::{Context, Transport};
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{EventState, GetEventAccessRequest};
use prost_types::Timestamp;
use time::OffsetDateTime;
use tonic::{Code, Status};

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
        .map_err(refused)?
        .into_inner();
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
            start_time: access.start_time.and_then(instant),
            end_time: access.end_time.and_then(instant),
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

/// What is hidden from the caller does not exist for them here either.
fn refused(status: Status) -> TicketingError {
    if status.code() == Code::NotFound {
        TicketingError::EventNotFound
    } else {
        TicketingError::Events(status)
    }
}

/// A timestamp as a moment; `None` outside the years that a calendar has.
pub(crate) fn instant(timestamp: Timestamp) -> Option<OffsetDateTime> {
    let nanos = i128::from(timestamp.seconds) * 1_000_000_000 + i128::from(timestamp.nanos);
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}
