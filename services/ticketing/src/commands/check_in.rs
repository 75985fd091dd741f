//! The door: what a scanned code says.

use kit_core::ids::EventId;
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::ticketing::v1::{CheckInResult, CheckInTicketResponse};

use crate::domain::ticket::Scan;
use crate::error::TicketingError;
use crate::store::tickets;
use crate::{Ticketing, convert, peers};

pub(crate) async fn check_in(
    ticketing: &Ticketing,
    context: &Context,
    event: EventId,
    code: &str,
    key: &RequestKey,
) -> Result<CheckInTicketResponse, TicketingError> {
    let by = context.caller().require_user().map_err(TicketingError::Caller)?.user_id;
    if !peers::event(&ticketing.events, context, event).await?.can_check_in {
        return Err(TicketingError::EventNotFound);
    }
    let Some(read) = ticketing.codes.read(code) else {
        return Ok(answer(CheckInResult::Unknown));
    };
    let now = ticketing.clock.now();
    // A scanner that repeats a scan because the answer got lost must hear "first" again, not "again".
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        let Some(ticket) = tickets::lock(tx, read.ticket).await? else {
            return Ok(answer(CheckInResult::Unknown));
        };
        let (ticket, scan) = ticket.scan(event, now);
        let result = match scan {
            Scan::First => {
                tickets::check_in(tx, ticket.id, by, now).await?;
                CheckInResult::First
            }
            Scan::Again => CheckInResult::Again,
            Scan::Void => CheckInResult::Void,
            // Nothing of another event's ticket is shown.
            Scan::OtherEvent => return Ok(answer(CheckInResult::OtherEvent)),
        };
        Ok(CheckInTicketResponse {
            ticket: Some(convert::ticket_message(&ticket, None)),
            ..answer(result)
        })
    })
    .await
}

fn answer(result: CheckInResult) -> CheckInTicketResponse {
    CheckInTicketResponse {
        result: result.into(),
        ticket: None,
    }
}
