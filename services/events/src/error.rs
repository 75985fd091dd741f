//! Everything that can go wrong here, and the one match that says what a caller learns of it.

use kit_blobs::ImageError;
use kit_core::Violations;
use kit_rpc::{Code, Domain};
use thiserror::Error;

use crate::domain::{Refusal, limits};

/// Whose reasons these are.
pub(crate) const DOMAIN: Domain = Domain::new("events.plenary");

/// Why a request fails.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Fields of the request do not hold what they must.
    #[error("the request is invalid: {0}")]
    Invalid(Violations),
    /// There is no such event, or not for this caller.
    #[error("the event was not found")]
    EventNotFound,
    /// There is no such organization, or the caller is no member.
    #[error("the organization was not found")]
    OrganizationNotFound,
    /// There is no such picture.
    #[error("the picture was not found")]
    ImageNotFound,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was uploaded is not taken.
    #[error(transparent)]
    Picture(#[from] ImageError),
    /// Identity does not answer.
    #[error("identity failed")]
    Identity(#[source] tonic::Status),
    /// The object store failed.
    #[error("the object store failed")]
    Blobs(#[from] kit_blobs::Error),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] kit_pg::Error),
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<Error> for kit_rpc::Error {
    fn from(error: Error) -> Self {
        let not_found = |reason| DOMAIN.error(Code::NotFound, reason, error.to_string());
        match error {
            Error::Invalid(violations) => DOMAIN.invalid(violations),
            Error::EventNotFound => not_found("EVENT_NOT_FOUND"),
            Error::OrganizationNotFound => not_found("ORGANIZATION_NOT_FOUND"),
            Error::ImageNotFound => not_found("IMAGE_NOT_FOUND"),
            Error::Refused(refusal) => refused(refusal),
            Error::Picture(ImageError::Unknown) => {
                DOMAIN.error(Code::InvalidArgument, "IMAGE_UNREADABLE", error.to_string())
            }
            Error::Picture(ImageError::Bytes { .. } | ImageError::Side { .. } | ImageError::Pixels { .. }) => {
                DOMAIN.error(Code::InvalidArgument, "IMAGE_TOO_LARGE", error.to_string())
            }
            Error::Identity(status) => DOMAIN.unavailable("IDENTITY_UNAVAILABLE", status),
            Error::Blobs(source) => DOMAIN.unavailable("IMAGES_UNAVAILABLE", source),
            Error::Database(source) => source.into_rpc(DOMAIN),
        }
    }
}

impl From<Error> for tonic::Status {
    fn from(error: Error) -> Self {
        kit_rpc::Error::from(error).into()
    }
}

fn refused(refusal: Refusal) -> kit_rpc::Error {
    let message = refusal.to_string();
    let limit = |reason, max: usize| {
        DOMAIN
            .error(Code::FailedPrecondition, reason, &message)
            .metadata("max", max.to_string())
    };
    match refusal {
        Refusal::WrongState(wrong) => DOMAIN
            .error(Code::FailedPrecondition, "EVENT_STATE_WRONG", &message)
            .metadata("state", wrong.from.name())
            .precondition("EVENT_STATE", wrong.from.name(), &message),
        Refusal::NotEditable(step) => DOMAIN
            .error(Code::FailedPrecondition, "EVENT_NOT_EDITABLE", &message)
            .metadata("state", step.name())
            .precondition("EVENT_STATE", step.name(), &message),
        Refusal::EtagMismatch => DOMAIN.error(Code::Aborted, "ETAG_MISMATCH", message),
        Refusal::Incomplete(violations) => violations.iter().fold(
            DOMAIN.error(Code::FailedPrecondition, "EVENT_INCOMPLETE", &message),
            |error, violation| error.violation(&violation.field, violation.reason, &violation.description),
        ),
        Refusal::Invalid(violations) => DOMAIN.invalid(violations),
        Refusal::SessionNotFound => DOMAIN.error(Code::NotFound, "SESSION_NOT_FOUND", message),
        Refusal::SpeakerNotFound => DOMAIN.error(Code::NotFound, "SPEAKER_NOT_FOUND", message),
        Refusal::TooManySessions => limit("TOO_MANY_SESSIONS", limits::SESSIONS_MAX),
        Refusal::TooManySpeakers => limit("TOO_MANY_SPEAKERS", limits::SPEAKERS_MAX),
        Refusal::TooManyGuests => limit("TOO_MANY_GUESTS", limits::GUESTS_MAX),
        Refusal::TooManyImages => limit("TOO_MANY_IMAGES", limits::IMAGES_MAX),
    }
}
