//! Everything that can go wrong in this service's RPCs, and the one match that turns it into what callers see.

use kit_core::Violations;
use kit_rpc::{Domain, Error as RpcError};
use thiserror::Error;
use tonic::Status;

const DOMAIN: Domain = Domain::new("notifications.plenary");

#[derive(Debug, Error)]
pub(crate) enum NotificationsError {
    #[error("the request has faults")]
    Invalid(Violations),
    #[error("the caller is not signed in")]
    Caller(#[source] RpcError),
    #[error("the database failed")]
    Database(#[from] kit_pg::Error),
}

impl From<Violations> for NotificationsError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<NotificationsError> for RpcError {
    fn from(error: NotificationsError) -> Self {
        match error {
            NotificationsError::Invalid(violations) => DOMAIN.invalid(violations),
            NotificationsError::Caller(error) => error,
            NotificationsError::Database(error) => error.into_rpc(DOMAIN),
        }
    }
}

impl From<NotificationsError> for Status {
    fn from(error: NotificationsError) -> Self {
        RpcError::from(error).into()
    }
}
