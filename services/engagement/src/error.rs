//! Everything that can go wrong in this service, and the one match that turns it into what callers see.

use std::time::Duration;

use kit_core::Violations;
use kit_rpc::{Code, Domain, Error as RpcError};
use thiserror::Error;
use tonic::Status;

const DOMAIN: Domain = Domain::new("engagement.plenary");

#[derive(Debug, Error)]
pub(crate) enum EngagementError {
    #[error("the request has faults")]
    Invalid(Violations),
    #[error("there is no such room")]
    RoomNotFound,
    #[error("there is no such message")]
    MessageNotFound,
    #[error("only those in the room write there")]
    NotInRoom,
    #[error("the show is over")]
    RoomNotOpen,
    #[error("too many messages")]
    TooManyMessages { retry_after: Duration },
    #[error("the caller is not signed in")]
    Caller(#[source] RpcError),
    #[error("another service failed")]
    Peer(#[source] Status),
    #[error("the database failed")]
    Database(#[from] kit_pg::Error),
}

impl From<Violations> for EngagementError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<EngagementError> for RpcError {
    fn from(error: EngagementError) -> Self {
        use EngagementError as E;
        match error {
            E::Invalid(violations) => DOMAIN.invalid(violations),
            E::RoomNotFound => DOMAIN.error(
                Code::NotFound,
                "ROOM_NOT_FOUND",
                "there is no such room for this caller",
            ),
            E::MessageNotFound => DOMAIN.error(
                Code::NotFound,
                "MESSAGE_NOT_FOUND",
                "there is no such message for this caller to remove",
            ),
            E::NotInRoom => DOMAIN.error(
                Code::PermissionDenied,
                "NOT_IN_ROOM",
                "only hosts write without being in the room",
            ),
            E::RoomNotOpen => DOMAIN.error(Code::FailedPrecondition, "ROOM_NOT_OPEN", "the show is over"),
            E::TooManyMessages { retry_after } => DOMAIN
                .error(
                    Code::ResourceExhausted,
                    "TOO_MANY_MESSAGES",
                    "the author writes too fast",
                )
                .retry_after(retry_after),
            E::Caller(error) => error,
            E::Peer(status) => DOMAIN.unavailable("PEER_UNAVAILABLE", status),
            E::Database(error) => error.into_rpc(DOMAIN),
        }
    }
}

impl From<EngagementError> for Status {
    fn from(error: EngagementError) -> Self {
        RpcError::from(error).into()
    }
}
