//! Reading the errors that other services return.

use std::time::Duration;

use tonic::{Code, Response, Status};
use tonic_types::{FieldViolation, StatusExt as _};

use crate::Domain;

/// What a [`Status`] says beyond its code. Imported by whoever calls another service.
pub trait Fault {
    /// What programs switch on; `None` when the status came from the transport.
    fn reason(&self) -> Option<String>;

    /// Whose reason it is.
    fn domain(&self) -> Option<String>;

    /// Whether it is this reason of this domain.
    fn is(&self, domain: Domain, reason: &str) -> bool;

    /// A value that belongs to the reason.
    fn metadata_of_reason(&self, key: &str) -> Option<String>;

    /// The faults of the request's fields.
    fn violations(&self) -> Vec<FieldViolation>;

    /// When trying again makes sense.
    fn retry_after(&self) -> Option<Duration>;
}

/// Reads an answer that may be that there is no such thing. What is hidden from the caller does not exist for them, here
/// as there.
pub trait Found<T> {
    /// The message; `None` for NOT_FOUND.
    ///
    /// # Errors
    /// Every other status.
    fn found(self) -> Result<Option<T>, Status>;
}

impl<T> Found<T> for Result<Response<T>, Status> {
    fn found(self) -> Result<Option<T>, Status> {
        match self {
            Ok(answer) => Ok(Some(answer.into_inner())),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(status),
        }
    }
}

impl Fault for Status {
    fn reason(&self) -> Option<String> {
        self.get_details_error_info().map(|info| info.reason)
    }

    fn domain(&self) -> Option<String> {
        self.get_details_error_info().map(|info| info.domain)
    }

    fn is(&self, domain: Domain, reason: &str) -> bool {
        self.get_details_error_info()
            .is_some_and(|info| info.domain == domain.name() && info.reason == reason)
    }

    fn metadata_of_reason(&self, key: &str) -> Option<String> {
        self.get_details_error_info()
            .and_then(|mut info| info.metadata.remove(key))
    }

    fn violations(&self) -> Vec<FieldViolation> {
        self.get_details_bad_request()
            .map(|request| request.field_violations)
            .unwrap_or_default()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.get_details_retry_info().and_then(|info| info.retry_delay)
    }
}
