//! The one way an error leaves a service.
//!
//! A service declares its domain once and matches its own error enum to [`Error`]s in one place, `src/error.rs`:
//!
//! ```
//! use kit_rpc::{Code, Domain, Error};
//!
//! const DOMAIN: Domain = Domain::new("events.plenary");
//!
//! enum EventError { NotFound, Database(std::io::Error) }
//!
//! impl From<EventError> for Error {
//!     fn from(error: EventError) -> Self {
//!         match error {
//!             EventError::NotFound => DOMAIN.error(Code::NotFound, "EVENT_NOT_FOUND", "there is no such event"),
//!             EventError::Database(source) => DOMAIN.internal(source),
//!         }
//!     }
//! }
//! # let status = tonic::Status::from(Error::from(EventError::NotFound));
//! # assert_eq!(status.code(), tonic::Code::NotFound);
//! # let status = tonic::Status::from(Error::from(EventError::Database(std::io::Error::other("x"))));
//! # assert_eq!(status.message(), "something went wrong on our side");
//! ```
//!
//! Every status carries `google.rpc.ErrorInfo`: programs switch on its reason and never on the message. What goes wrong
//! inside stays inside: a client learns that it was our fault, the log learns the whole chain of causes, once.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kit_core::Violations;
use tonic::Status;
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt as _};

/// The codes that services use, and what a client does about each (`google.rpc.Code` has more; fewer are clearer).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Correct the request. Carries the violations of fields, if any.
    InvalidArgument,
    /// Refresh the session or sign in.
    Unauthenticated,
    /// Nothing: this caller may not do it. Use `NotFound` instead when the caller may not even know that it exists.
    PermissionDenied,
    /// Nothing: it is not there, or not for this caller.
    NotFound,
    /// Use what is there, or choose another name.
    AlreadyExists,
    /// Change the state that is in the way first.
    FailedPrecondition,
    /// Read again and repeat the whole change: somebody else was faster.
    Aborted,
    /// Slow down: repeat after the delay that it names.
    ResourceExhausted,
    /// Repeat with the same request id.
    Unavailable,
    /// Report it: this is our mistake.
    Internal,
}

/// Whose reasons these are: `<service>.plenary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain(&'static str);

/// An error on its way to the caller.
pub struct Error(Box<Inner>);

struct Inner {
    code: tonic::Code,
    domain: Domain,
    reason: &'static str,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<FieldViolation>,
    preconditions: Vec<PreconditionViolation>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

// === impl Domain ===

impl Domain {
    /// `Domain::new("events.plenary")`
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// An error with a reason (`UPPER_SNAKE`, at most 63 characters) that the RPC's comment lists.
    ///
    /// `message` is for developers: lower case, no full stop, and nothing that the caller may not know.
    pub fn error(self, code: Code, reason: &'static str, message: impl Into<String>) -> Error {
        Error::new(code.into(), self, reason, message)
    }

    /// INVALID_ARGUMENT with every violation: reason `FIELDS_INVALID`.
    pub fn invalid(self, violations: Violations) -> Error {
        let mut error = self.error(Code::InvalidArgument, "FIELDS_INVALID", violations.to_string());
        error.0.violations = violations.iter().map(field_violation).collect();
        error
    }

    /// INTERNAL: a mistake of ours. The source is logged once, by the server, and never sent.
    pub fn internal(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.error(Code::Internal, "INTERNAL", "something went wrong on our side")
            .caused_by(source)
    }

    /// UNAVAILABLE: something that we need is away for the moment. The source is logged and never sent.
    pub fn unavailable(self, reason: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.error(Code::Unavailable, reason, "this is not available at the moment")
            .caused_by(source)
    }
}

// === impl Error ===

impl Error {
    pub(crate) fn new(code: tonic::Code, domain: Domain, reason: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            domain,
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            violations: Vec::new(),
            preconditions: Vec::new(),
            retry_after: None,
            source: None,
        }))
    }

    /// Adds to ErrorInfo's metadata what a client's message for this reason needs, such as a limit.
    #[must_use]
    pub fn metadata(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// Adds a fault of one field that only the database could find.
    #[must_use]
    pub fn violation(mut self, field: &str, reason: &'static str, description: &str) -> Self {
        let (field, reason, description) = (field.to_owned(), reason.to_owned(), description.to_owned());
        self.0.violations.push(FieldViolation {
            field,
            reason,
            description,
            localized_message: None,
        });
        self
    }

    /// Adds a state that is in the way: its kind (`UPPER_SNAKE`), what it is about, and how to change it.
    #[must_use]
    pub fn precondition(mut self, kind: &str, subject: &str, description: &str) -> Self {
        self.0
            .preconditions
            .push(PreconditionViolation::new(kind, subject, description));
        self
    }

    /// Says when trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// What programs switch on.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// Whose reason it is.
    pub fn domain(&self) -> Domain {
        self.0.domain
    }

    /// The code on the wire.
    pub fn code(&self) -> tonic::Code {
        self.0.code
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let inner = *error.0;
        let mut details = ErrorDetails::new();
        details.set_error_info(inner.reason, inner.domain.name(), inner.metadata);
        if !inner.violations.is_empty() {
            details.set_bad_request(inner.violations);
        }
        if !inner.preconditions.is_empty() {
            details.set_precondition_failure(inner.preconditions);
        }
        if let Some(delay) = inner.retry_after {
            details.set_retry_info(Some(delay));
        }
        let mut status = Self::with_error_details(inner.code, inner.message, details);
        if let Some(source) = inner.source {
            status.set_source(source);
        }
        status
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}/{})", self.0.message, self.0.domain.name(), self.0.reason)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug
            .field("code", &self.0.code)
            .field("domain", &self.0.domain.name())
            .field("reason", &self.0.reason);
        debug
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<Code> for tonic::Code {
    fn from(code: Code) -> Self {
        match code {
            Code::InvalidArgument => Self::InvalidArgument,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::PermissionDenied => Self::PermissionDenied,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists => Self::AlreadyExists,
            Code::FailedPrecondition => Self::FailedPrecondition,
            Code::Aborted => Self::Aborted,
            Code::ResourceExhausted => Self::ResourceExhausted,
            Code::Unavailable => Self::Unavailable,
            Code::Internal => Self::Internal,
        }
    }
}

fn field_violation(violation: &kit_core::Violation) -> FieldViolation {
    FieldViolation {
        field: violation.field.clone(),
        reason: violation.reason.to_owned(),
        description: violation.description.clone(),
        localized_message: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    const DOMAIN: Domain = Domain::new("test.plenary");

    #[test]
    fn every_detail_survives_the_wire() {
        let mut violations = Violations::new();
        violations.add("title", "TOO_LONG", "must have at most 80 characters");
        let error = DOMAIN
            .invalid(violations)
            .violation("slug", "TAKEN", "is in use")
            .metadata("max", "80");
        let error = error
            .precondition("EVENT_STATE", "evt_1", "publish it first")
            .retry_after(Duration::from_secs(3));
        let headers = Status::from(error).into_http::<()>().into_parts().0.headers;
        let status = Status::from_header_map(&headers).expect("a status");

        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        assert_eq!(
            (status.reason().as_deref(), status.domain().as_deref()),
            (Some("FIELDS_INVALID"), Some("test.plenary"))
        );
        let fields: Vec<_> = status
            .violations()
            .into_iter()
            .map(|found| (found.field, found.reason))
            .collect();
        assert_eq!(
            fields,
            [("title".into(), "TOO_LONG".into()), ("slug".into(), "TAKEN".into())]
        );
        assert_eq!(status.metadata_of_reason("max").as_deref(), Some("80"));
        assert_eq!(status.retry_after(), Some(Duration::from_secs(3)));
        assert!(status.is(DOMAIN, "FIELDS_INVALID") && !status.is(Domain::new("other.plenary"), "FIELDS_INVALID"));
    }

    #[test]
    fn causes_are_kept_for_the_log_and_not_sent() {
        let error = DOMAIN.internal(std::io::Error::other("password of the database"));
        assert!(error.source().is_some());
        let status = Status::from(error);
        let source = StdError::source(&status).expect("kept").to_string();
        assert_eq!(source, "password of the database");
        let sent = format!("{:?}", status.into_http::<()>().headers());
        assert!(!sent.contains("password"), "{sent}");
    }
}
