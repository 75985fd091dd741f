//! Why identity refuses, and the one place that maps reasons to codes.

use std::time::Duration;

use kit_blobs::ImageError;
use kit_core::Violations;
use kit_rpc::{Code, Domain};
use thiserror::Error;

use crate::domain::{MembershipError, MembershipsError};
use crate::secrets::HashError;

const DOMAIN: Domain = Domain::new("identity.plenary");

/// When to come back after the hashing threads were busy.
const BUSY_RETRY_DELAY: Duration = Duration::from_secs(1);

/// A result of identity's commands and queries.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why identity did not do what it was asked to.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("fields are not valid: {0}")]
    Invalid(Violations),
    #[error("too many attempts")]
    TooManyAttempts { retry_after: Duration },
    #[error("the address or the password is wrong")]
    CredentialsWrong,
    #[error("the address is not verified")]
    EmailNotVerified,
    #[error("the link is unknown, spent or expired")]
    LinkInvalid,
    #[error("the session has ended")]
    SessionEnded,
    #[error("there is no such user")]
    UserNotFound,
    #[error("only for administrators")]
    NotAdministrator,
    #[error("somebody must run the platform")]
    LastAdministrator,
    #[error("there is no such organization")]
    OrganizationNotFound,
    #[error("an organization of this name exists")]
    NameTaken,
    #[error(transparent)]
    Membership(MembershipError),
    #[error("the profile was changed meanwhile")]
    EtagMismatch,
    #[error("the file {0}")]
    Picture(#[from] ImageError),
    #[error("there is no such picture")]
    ImageNotFound,
    #[error("the store of files failed")]
    Blobs(#[source] kit_blobs::Error),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error("no signing key has been read yet")]
    NotReady,
    #[error("the database failed")]
    Database(#[source] kit_pg::Error),
}

impl From<Error> for kit_rpc::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let refuse = |code, reason| DOMAIN.error(code, reason, message);
        match error {
            Error::Invalid(violations) => DOMAIN.invalid(violations),
            Error::TooManyAttempts { retry_after } => {
                refuse(Code::ResourceExhausted, "TOO_MANY_ATTEMPTS").retry_after(retry_after)
            }
            Error::CredentialsWrong => refuse(Code::Unauthenticated, "CREDENTIALS_WRONG"),
            Error::EmailNotVerified => refuse(Code::FailedPrecondition, "EMAIL_NOT_VERIFIED"),
            Error::LinkInvalid => refuse(Code::NotFound, "LINK_INVALID"),
            Error::SessionEnded => refuse(Code::Unauthenticated, "SESSION_ENDED"),
            Error::UserNotFound => refuse(Code::NotFound, "USER_NOT_FOUND"),
            Error::NotAdministrator => refuse(Code::PermissionDenied, "ADMINISTRATOR_REQUIRED"),
            Error::LastAdministrator => refuse(Code::FailedPrecondition, "LAST_ADMINISTRATOR"),
            Error::OrganizationNotFound => refuse(Code::NotFound, "ORGANIZATION_NOT_FOUND"),
            Error::NameTaken => refuse(Code::AlreadyExists, "NAME_TAKEN"),
            Error::Membership(error) => membership(error),
            Error::EtagMismatch => refuse(Code::Aborted, "ETAG_MISMATCH"),
            Error::Picture(ImageError::Unknown) => refuse(Code::InvalidArgument, "IMAGE_UNREADABLE"),
            Error::Picture(_) => refuse(Code::InvalidArgument, "IMAGE_TOO_LARGE"),
            Error::ImageNotFound => refuse(Code::NotFound, "IMAGE_NOT_FOUND"),
            Error::Blobs(source) => DOMAIN.unavailable("STORE_UNAVAILABLE", source),
            Error::Hash(HashError::Overloaded) => {
                refuse(Code::ResourceExhausted, "OVERLOADED").retry_after(BUSY_RETRY_DELAY)
            }
            Error::Hash(error) => DOMAIN.internal(error),
            Error::NotReady => DOMAIN.unavailable("NOT_READY", error),
            Error::Database(source) => source.into_rpc(DOMAIN),
        }
    }
}

fn membership(error: MembershipError) -> kit_rpc::Error {
    let (code, reason) = match error {
        MembershipError::NotInTeam => (Code::NotFound, "ORGANIZATION_NOT_FOUND"),
        MembershipError::NotOwner => (Code::PermissionDenied, "OWNER_REQUIRED"),
        MembershipError::AlreadyMember => (Code::AlreadyExists, "ALREADY_MEMBER"),
        MembershipError::NoMember => (Code::NotFound, "MEMBER_NOT_FOUND"),
        MembershipError::LastOwner => (Code::FailedPrecondition, "LAST_OWNER"),
        MembershipError::TooManyMembers => (Code::FailedPrecondition, "TOO_MANY_MEMBERS"),
        MembershipError::Memberships(MembershipsError::TooMany) => (Code::FailedPrecondition, "TOO_MANY_ORGANIZATIONS"),
        MembershipError::Memberships(MembershipsError::Unverified) => (Code::FailedPrecondition, "EMAIL_NOT_VERIFIED"),
    };
    DOMAIN.error(code, reason, error.to_string())
}

impl From<Error> for tonic::Status {
    fn from(error: Error) -> Self {
        kit_rpc::Error::from(error).into()
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<kit_pg::Error> for Error {
    fn from(error: kit_pg::Error) -> Self {
        Self::Database(error)
    }
}

impl From<kit_blobs::Error> for Error {
    fn from(error: kit_blobs::Error) -> Self {
        Self::Blobs(error)
    }
}

impl From<MembershipError> for Error {
    fn from(error: MembershipError) -> Self {
        Self::Membership(error)
    }
}

impl From<MembershipsError> for Error {
    fn from(error: MembershipsError) -> Self {
        Self::Membership(error.into())
    }
}
