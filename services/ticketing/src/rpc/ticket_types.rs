//! `plenary.ticketing.v1.TicketTypeService`.

use kit_rpc::RequestExt as _;
use plenary_proto::ticketing::v1::ticket_type_service_server::TicketTypeService;
use plenary_proto::ticketing::v1::*;
use tonic::{Request, Response};

use super::{Answer, answer, refuse, user};
use crate::commands::ticket_types;
use crate::{Ticketing, convert, queries};

#[tonic::async_trait]
impl TicketTypeService for Ticketing {
    async fn create_ticket_type(&self, request: Request<CreateTicketTypeRequest>) -> Answer<CreateTicketTypeResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, event, terms) = convert::create_ticket_type(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "CreateTicketType", &request);
        answer(ticket_types::create(self, &context, event, terms, &key).await)
    }

    async fn update_ticket_type(&self, request: Request<UpdateTicketTypeRequest>) -> Answer<UpdateTicketTypeResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, id, change) = convert::update_ticket_type(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "UpdateTicketType", &request);
        answer(ticket_types::update(self, &context, id, change, &key).await)
    }

    async fn delete_ticket_type(&self, request: Request<DeleteTicketTypeRequest>) -> Answer<DeleteTicketTypeResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, id) = convert::delete_ticket_type(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "DeleteTicketType", &request);
        answer(ticket_types::delete(self, &context, id, &key).await)
    }

    async fn reorder_ticket_types(
        &self,
        request: Request<ReorderTicketTypesRequest>,
    ) -> Answer<ReorderTicketTypesResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, wanted) = convert::reorder_ticket_types(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "ReorderTicketTypes", &request);
        answer(ticket_types::reorder(self, &context, wanted, &key).await)
    }

    async fn list_ticket_types(&self, request: Request<ListTicketTypesRequest>) -> Answer<ListTicketTypesResponse> {
        let event = convert::event_id(&request.get_ref().event_id).map_err(refuse)?;
        let listed = queries::ticket_types(self, &request.context(), event).await;
        Ok(Response::new(listed.map_err(refuse)?))
    }
}
