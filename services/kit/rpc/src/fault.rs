//! Reading the errors that other services return.

use std::time::Duration;

use tonic::Status;
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
