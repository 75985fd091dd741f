//! Thin methods: convert in, do, convert out.

mod orders;
mod ticket_types;
mod tickets;

use kit_core::ids::UserId;
use kit_rpc::Context;
use tonic::{Response, Status};

use crate::error::TicketingError;

type Answer<T> = Result<Response<T>, Status>;

fn refuse(error: impl Into<TicketingError>) -> Status {
    error.into().into()
}

fn answer<T, E: Into<TicketingError>>(result: Result<T, E>) -> Answer<T> {
    result.map(Response::new).map_err(refuse)
}

fn user(context: &Context) -> Result<UserId, Status> {
    context
        .caller()
        .require_user()
        .map(|user| user.user_id)
        .map_err(Status::from)
}
