//! What can go wrong between us and the store.

use aws_sdk_s3::error::{DisplayErrorContext, SdkError};

/// A boxed error of any origin.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a blob could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key is empty, too long, or has characters or steps (`..`) that do not belong into one: a bug.
    #[error("{0:?} is no key")]
    Key(String),
    /// More bytes than fit.
    #[error("a blob of {bytes} bytes is larger than {max}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// What fits.
        max: usize,
    },
    /// The store cannot be reached or is overloaded. Trying again later may help.
    #[error("the blob store is not available")]
    Unavailable(#[source] BoxError),
    /// The store does not do it: wrong credentials, no such bucket, not permitted.
    #[error("the blob store refused")]
    Refused(#[source] BoxError),
}

/// An error of the SDK with its whole chain, which its own `Display` leaves out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Explained(String);

impl<E, R> From<SdkError<E, R>> for Error
where
    E: std::error::Error + aws_sdk_s3::error::ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    fn from(error: SdkError<E, R>) -> Self {
        let is_ours = matches!(error, SdkError::ConstructionFailure(_));
        let code = error.as_service_error().and_then(|service| service.code());
        let is_busy = matches!(
            code,
            Some("SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout")
        );
        let is_refusal = is_ours || (error.as_service_error().is_some() && !is_busy);
        let explained = Explained(DisplayErrorContext(&error).to_string()).into();
        if is_refusal {
            Self::Refused(explained)
        } else {
            Self::Unavailable(explained)
        }
    }
}
