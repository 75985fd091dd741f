//! Everything that can go wrong in this service, and the one match that turns it into what callers see.

use std::time::Duration;

use kit_core::Violations;
use kit_rpc::{Code, Domain, Error as RpcError, Fault};
use thiserror::Error;
use tonic::Status;

use crate::domain::room::WrongState;
use crate::token::TokenInvalid;

const DOMAIN: Domain = Domain::new("live.plenary");

/// When a node may be there again: two of its signs of life.
const NODE_RETRY: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
pub(crate) enum LiveError {
    #[error("the request has faults")]
    Invalid(Violations),
    #[error("there is no such room")]
    RoomNotFound,
    #[error("the event is not open")]
    EventNotOpen,
    #[error("the room is in another state")]
    RoomStateWrong,
    #[error("a ticket is needed")]
    TicketRequired,
    #[error("the room is not open")]
    RoomNotOpen,
    #[error("the room is full")]
    RoomFull,
    #[error("no SFU node is there")]
    NoMediaNode,
    #[error("the media token is not good")]
    TokenInvalid,
    #[error("a media token could not be signed")]
    Signing(#[source] jsonwebtoken::errors::Error),
    #[error("another service failed")]
    Peer(#[source] Status),
    #[error("the database failed")]
    Database(#[from] kit_pg::Error),
    #[error("the caller is not signed in or not allowed")]
    Caller(#[source] RpcError),
}

impl From<Violations> for LiveError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<WrongState> for LiveError {
    fn from(_: WrongState) -> Self {
        Self::RoomStateWrong
    }
}

impl From<TokenInvalid> for LiveError {
    fn from(_: TokenInvalid) -> Self {
        Self::TokenInvalid
    }
}

impl From<LiveError> for RpcError {
    fn from(error: LiveError) -> Self {
        use LiveError as E;
        match error {
            E::Invalid(violations) => DOMAIN.invalid(violations),
            E::RoomNotFound => DOMAIN.error(
                Code::NotFound,
                "ROOM_NOT_FOUND",
                "there is no such room for this caller",
            ),
            E::EventNotOpen => DOMAIN.error(
                Code::FailedPrecondition,
                "EVENT_NOT_OPEN",
                "the event is not published, or it is over",
            ),
            E::RoomStateWrong => DOMAIN.error(
                Code::FailedPrecondition,
                "ROOM_STATE_WRONG",
                "the room's state does not allow this",
            ),
            E::TicketRequired => DOMAIN.error(
                Code::PermissionDenied,
                "TICKET_REQUIRED",
                "the caller has no valid ticket for the event",
            ),
            E::RoomNotOpen => DOMAIN.error(Code::FailedPrecondition, "ROOM_NOT_OPEN", "the room is not live"),
            E::RoomFull => DOMAIN
                .error(Code::ResourceExhausted, "ROOM_FULL", "every seat is taken")
                .retry_after(crate::domain::lease::FULL_RETRY),
            E::NoMediaNode => DOMAIN
                .error(Code::Unavailable, "NO_MEDIA_NODE", "no media server is available")
                .retry_after(NODE_RETRY),
            E::TokenInvalid => DOMAIN.error(Code::Unauthenticated, "TOKEN_INVALID", "the media token is not good"),
            E::Signing(source) => DOMAIN.internal(source),
            // What another service refuses for its own reasons is the caller's to know; its failures are not.
            E::Peer(status) if status.reason().is_some() && status.code() == tonic::Code::FailedPrecondition => {
                E::EventNotOpen.into()
            }
            E::Peer(status) => DOMAIN.unavailable("PEER_UNAVAILABLE", status),
            E::Database(error) => error.into_rpc(DOMAIN),
            E::Caller(error) => error,
        }
    }
}
