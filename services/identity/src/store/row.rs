//! Reading columns as domain types.

use std::error::Error as StdError;
use std::str::FromStr;

use kit_core::Id;
use kit_pg::{Error, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// An identifier.
pub(super) fn id<I: Id>(row: &PgRow, column: &str) -> Result<I> {
    Ok(I::from_uuid(row.try_get::<Uuid, _>(column)?))
}

/// A text that was checked before it was written.
pub(super) fn text<T>(row: &PgRow, column: &str) -> Result<T>
where
    T: FromStr<Err: StdError + Send + Sync + 'static>,
{
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error: T::Err| Error::Malformed(Box::new(error)))
}

/// A text that is empty when there is none.
pub(super) fn optional<T>(row: &PgRow, column: &str) -> Result<Option<T>>
where
    T: FromStr<Err: StdError + Send + Sync + 'static>,
{
    match row.try_get::<&str, _>(column)? {
        "" => Ok(None),
        _ => text(row, column).map(Some),
    }
}

/// What `read` makes of a column's text.
pub(super) fn known<T>(row: &PgRow, column: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let text: &str = row.try_get(column)?;
    read(text).ok_or_else(|| malformed(column))
}

/// A count or size, which the database keeps with a sign.
pub(super) fn unsigned(row: &PgRow, column: &str) -> Result<u32> {
    u32::try_from(row.try_get::<i32, _>(column)?).map_err(|_| malformed(column))
}

/// A column holds what no code of ours has written.
pub(super) fn malformed(column: &str) -> Error {
    Error::Malformed(format!("column {column} holds an unknown value").into())
}
