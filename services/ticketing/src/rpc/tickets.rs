//! `plenary.ticketing.v1.TicketService`.

use kit_rpc::RequestExt as _;
use plenary_proto::ticketing::v1::ticket_service_server::TicketService;
use plenary_proto::ticketing::v1::*;
use tonic::{Request, Response};

use super::{Answer, answer, refuse, user};
use crate::commands::check_in::check_in;
use crate::{Ticketing, convert, queries};

#[tonic::async_trait]
impl TicketService for Ticketing {
    async fn list_my_tickets(&self, request: Request<ListMyTicketsRequest>) -> Answer<ListMyTicketsResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let read = convert::own_list(&request.event_id, request.page_size, &request.page_token);
        let (event, page) = read.map_err(refuse)?;
        let page = queries::my_tickets(self, &context, event, &page)
            .await
            .map_err(refuse)?;
        Ok(Response::new(ListMyTicketsResponse {
            tickets: page.items,
            next_page_token: page.next_token,
        }))
    }

    async fn get_ticket(&self, request: Request<GetTicketRequest>) -> Answer<GetTicketResponse> {
        let id = convert::ticket_id(&request.get_ref().ticket_id).map_err(refuse)?;
        let ticket = queries::ticket(self, &request.context(), id).await.map_err(refuse)?;
        Ok(Response::new(GetTicketResponse { ticket: Some(ticket) }))
    }

    async fn list_event_tickets(&self, request: Request<ListEventTicketsRequest>) -> Answer<ListEventTicketsResponse> {
        let (event, query, page) = convert::event_list(request.get_ref()).map_err(refuse)?;
        let page = queries::event_tickets(self, &request.context(), event, &query, &page)
            .await
            .map_err(refuse)?;
        Ok(Response::new(ListEventTicketsResponse {
            tickets: page.items,
            next_page_token: page.next_token,
        }))
    }

    async fn check_in_ticket(&self, request: Request<CheckInTicketRequest>) -> Answer<CheckInTicketResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, event) = convert::check_in(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "CheckInTicket", &request);
        answer(check_in(self, &context, event, &request.code, &key).await)
    }

    async fn get_check_in_summary(
        &self,
        request: Request<GetCheckInSummaryRequest>,
    ) -> Answer<GetCheckInSummaryResponse> {
        let event = convert::event_id(&request.get_ref().event_id).map_err(refuse)?;
        answer(queries::check_in_summary(self, &request.context(), event).await)
    }

    async fn list_holders(&self, request: Request<ListHoldersRequest>) -> Answer<ListHoldersResponse> {
        let (event, page) = convert::holders(request.get_ref()).map_err(refuse)?;
        let page = queries::holders(self, event, &page).await.map_err(refuse)?;
        Ok(Response::new(ListHoldersResponse {
            holders: page.items,
            next_page_token: page.next_token,
        }))
    }

    async fn check_admission(&self, request: Request<CheckAdmissionRequest>) -> Answer<CheckAdmissionResponse> {
        let (event, user, email) = convert::admission(request.get_ref()).map_err(refuse)?;
        answer(queries::admission(self, event, user, email).await)
    }
}
