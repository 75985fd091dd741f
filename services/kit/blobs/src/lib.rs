//! Pictures and recordings, in any store that speaks S3.
//!
//! [`Blobs`] keeps bytes under keys. [`Image`] looks at bytes that somebody uploaded as a picture, before they are kept:
//! what they are is decided by the bytes and never by a file name or a header.
//!
//! Keys hold an unguessable id (`images/profile/img_…`) and their bytes never change, so whatever serves them may cache
//! for ever, and a new picture is a new id.

mod config;
mod error;
mod image;
mod limits;
mod store;

pub use config::{Config, Credentials};
pub use error::{BoxError, Error};
pub use image::{Image, ImageError, ImageFormat, ImageLimits};
pub use limits::BLOB_BYTES_MAX;
pub use store::{Blob, Blobs};
