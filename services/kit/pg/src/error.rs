//! What can go wrong between a service and its database, sorted by what a caller can do about it.

use kit_bus::Failure;
use tonic::{Code, Status};

/// A boxed error of any origin.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A result of this crate and of store functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed operation on the database. `From<sqlx::Error>` does the sorting, so store functions just use `?`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique, foreign key, check or exclusion constraint was violated. A command expects some of them by name, see
    /// [`OnConstraint`]; any other is a bug.
    #[error("constraint {name:?} was violated")]
    Constraint {
        /// The constraint's name, as the migration gives it.
        name: String,
        /// What PostgreSQL said.
        #[source]
        source: sqlx::Error,
    },
    /// Two transactions were in each other's way (serialization failure, deadlock) and this one was rolled back. The
    /// whole command may be tried again.
    #[error("the transaction was in conflict with another one")]
    Conflict(#[source] sqlx::Error),
    /// A statement or the wait for a lock took too long.
    #[error("the database took too long")]
    Timeout(#[source] sqlx::Error),
    /// The database cannot be reached, is starting or stopping, or has no connection free.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else: a bug in a query or a row that does not fit its type.
    #[error("a query failed")]
    Query(#[source] sqlx::Error),
    /// The configured address of the database cannot be understood.
    #[error("the database address is not valid")]
    Address(#[source] sqlx::Error),
    /// The request id was used before by this caller and method, with another payload.
    #[error("the request id was used for another request")]
    RequestIdReused,
    /// A stored message cannot be decoded.
    #[error("a stored message is malformed")]
    Malformed(#[source] BoxError),
}

impl Error {
    /// The violated constraint's name.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether the same may well succeed when it is tried again: nothing was changed, and nothing is wrong with it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Timeout(_) | Self::Unavailable(_))
    }

    /// Whether `error` is, or was caused by, something that is only away for now: the database, the bus, another service,
    /// or what a handler calls [`Failure::Unavailable`].
    pub fn is_transient_cause(error: &(dyn std::error::Error + 'static)) -> bool {
        let mut causes = std::iter::successors(Some(error), |error| error.source());
        causes.any(|cause| {
            cause.downcast_ref::<Self>().is_some_and(Self::is_transient)
                || cause
                    .downcast_ref::<kit_bus::Error>()
                    .is_some_and(kit_bus::Error::is_unavailable)
                || cause.downcast_ref::<Status>().is_some_and(is_transient_status)
                || matches!(cause.downcast_ref::<Failure>(), Some(Failure::Unavailable(_)))
        })
    }
}

fn is_transient_status(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted
    )
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            if let Some(name) = database.constraint() {
                return Self::Constraint {
                    name: name.to_owned(),
                    source: error,
                };
            }
            return match database.code().as_deref().unwrap_or_default() {
                // serialization_failure, deadlock_detected
                "40001" | "40P01" => Self::Conflict(error),
                // lock_not_available, query_canceled
                "55P03" | "57014" => Self::Timeout(error),
                // connection exceptions, too_many_connections, idle timeouts, shutdowns
                code if code.starts_with("08") || code.starts_with("57P") => Self::Unavailable(error),
                "53300" | "25P03" => Self::Unavailable(error),
                _ => Self::Query(error),
            };
        }
        match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unavailable(error)
            }
            _ => Self::Query(error),
        }
    }
}

/// Turns the violation of a named constraint into a domain error, so that the database is what makes uniqueness true.
pub trait OnConstraint<T> {
    /// `violated` when the constraint `name` was violated; other failures become an `E` by `From`.
    ///
    /// For several constraints, match on [`Error::constraint`].
    ///
    /// # Errors
    /// As said.
    fn on_constraint<E: From<Error>>(self, name: &str, violated: E) -> Result<T, E>;
}

impl<T, F: Into<Error>> OnConstraint<T> for Result<T, F> {
    fn on_constraint<E: From<Error>>(self, name: &str, violated: E) -> Result<T, E> {
        self.map_err(|error| {
            let error = error.into();
            if error.constraint() == Some(name) {
                violated
            } else {
                error.into()
            }
        })
    }
}
