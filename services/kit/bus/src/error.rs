//! What can go wrong between this process and Redis.

use deadpool_redis::{PoolError, redis::RedisError};

/// A boxed error of any origin.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an operation on the bus failed. Redis being away is an ordinary state: callers either degrade or retry later.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address in the configuration cannot be used.
    #[error("the Redis address is not valid")]
    Address(#[source] RedisError),
    /// Redis cannot be reached, is loading, or did not answer in time.
    #[error("Redis is not available")]
    Unavailable(#[source] BoxError),
    /// Redis answered with an error: a bug, or another program's data under our keys.
    #[error("Redis refused a command")]
    Refused(#[source] RedisError),
    /// Bytes from Redis are not what was put there.
    #[error("data on the bus is malformed")]
    Malformed(#[source] BoxError),
}

impl Error {
    pub(crate) fn malformed(source: impl Into<BoxError>) -> Self {
        Self::Malformed(source.into())
    }

    /// Whether waiting can help: Redis is away rather than in disagreement.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        use deadpool_redis::redis::{ErrorKind, ServerErrorKind};
        match error.kind() {
            ErrorKind::Io => Self::Unavailable(error.into()),
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly,
            ) => Self::Unavailable(error.into()),
            _ => Self::Refused(error),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => Self::Unavailable(other.into()),
        }
    }
}
