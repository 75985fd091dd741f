//! Every bound of this crate, with its unit and its reason.

use std::time::Duration;

/// A blob passes through memory as a whole, so it must be small. What is larger (a recording) is written in parts by
/// whoever makes it and read by a presigned address.
pub const BLOB_BYTES_MAX: usize = 16 << 20;
/// Bytes of a key; S3 allows 1,024.
pub(crate) const KEY_BYTES_MAX: usize = 512;
/// How long a presigned address may be good: longer ones are better made anew.
pub(crate) const PRESIGNED_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long one attempt at the store may take, and all of them together.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
pub(crate) const OPERATION_TIMEOUT: Duration = Duration::from_secs(25);
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
