//! The limits that several parts share, each with its unit in its name and its reason.
//!
//! A limit of one service stands in that service's own `limits` module.

use std::time::Duration;

/// A page when the client names no size: what fits on a screen.
pub const PAGE_SIZE_DEFAULT: u32 = 50;
/// A larger page is coerced to this: its encoding stays far below [`MESSAGE_BYTES_MAX`].
pub const PAGE_SIZE_MAX: u32 = 200;
/// A page token: a filter hash and a few keys. Longer ones are not ours.
pub const PAGE_TOKEN_BYTES_MAX: usize = 1_024;

/// An uploaded picture.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// One gRPC message: the largest picture and its fields around it.
pub const MESSAGE_BYTES_MAX: usize = IMAGE_BYTES_MAX + 64 * 1024;

/// The longest a unary call may take, whatever deadline its client asks for: a stuck call must not hold its permit.
pub const CALL_DURATION_MAX: Duration = Duration::from_secs(30);
/// The deadline of a call whose client names none.
pub const CALL_DURATION_DEFAULT: Duration = Duration::from_secs(10);

/// How long an access token lives at most. A ban reaches everybody within this time even if nothing else does.
pub const ACCESS_TOKEN_DURATION_MAX: Duration = Duration::from_secs(15 * 60);
/// How far clocks of two machines may be apart before a token counts as expired or not yet valid.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5);
/// An access token with many organizations; longer ones are refused before any cryptography.
pub const ACCESS_TOKEN_BYTES_MAX: usize = 8 * 1024;
