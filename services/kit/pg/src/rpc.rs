//! How a failure of the database looks to a caller. One place, so that every service says the same.

use std::time::Duration;

use kit_rpc::{Code, Domain};

use crate::Error;

/// When a caller may try again after the database was away or busy.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Error {
    /// The error of a command that failed for this reason: to be tried again, to be corrected, or a bug of ours.
    pub fn into_rpc(self, domain: Domain) -> kit_rpc::Error {
        match self {
            Self::RequestIdReused => domain.error(
                Code::InvalidArgument,
                "REQUEST_ID_REUSED",
                "the request id was used for another request",
            ),
            error if error.is_transient() => domain
                .unavailable("DATABASE_UNAVAILABLE", error)
                .retry_after(RETRY_AFTER),
            error => domain.internal(error),
        }
    }
}
