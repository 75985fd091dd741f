//! Columns as domain types. The tables' own checks make a failure here a bug, which names its column.

use std::fmt::Display;
use std::str::FromStr;

use kit_core::ids::Id;
use kit_pg::{Error, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{Period, State, Step, Visibility};

/// An identifier.
pub(super) fn id<T: Id>(row: &PgRow, column: &str) -> Result<T> {
    Ok(T::from_uuid(row.try_get(column)?))
}

/// An identifier that may be absent.
pub(super) fn optional_id<T: Id>(row: &PgRow, column: &str) -> Result<Option<T>> {
    Ok(row.try_get::<Option<Uuid>, _>(column)?.map(T::from_uuid))
}

/// A text that was checked before it was stored.
pub(super) fn text<T: FromStr<Err: Display>>(row: &PgRow, column: &str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|fault| malformed(column, &fault))
}

/// `start_time` and `end_time`.
pub(super) fn period(row: &PgRow) -> Result<Period> {
    let (start, end) = (row.try_get("start_time")?, row.try_get("end_time")?);
    Period::new(start, end).map_err(|fault| malformed("end_time", &fault))
}

/// `start_time` and `end_time`, both of which may be absent.
pub(super) fn optional_period(row: &PgRow) -> Result<Option<Period>> {
    let start: Option<OffsetDateTime> = row.try_get("start_time")?;
    start.map(|_| period(row)).transpose()
}

/// `visibility`.
pub(super) fn visibility(row: &PgRow) -> Result<Visibility> {
    let name: &str = row.try_get("visibility")?;
    let found = Visibility::ALL.into_iter().find(|visibility| visibility.name() == name);
    found.ok_or_else(|| malformed("visibility", &name))
}

/// `state`, `submit_time`, `publish_time` and `rejection_reason`.
pub(super) fn state(row: &PgRow) -> Result<State> {
    let name: &str = row.try_get("state")?;
    let step = Step::ALL
        .into_iter()
        .find(|step| step.name() == name)
        .ok_or_else(|| malformed("state", &name))?;
    let submit_time = || -> Result<OffsetDateTime> { Ok(row.try_get("submit_time")?) };
    let publish_time = || -> Result<OffsetDateTime> { Ok(row.try_get("publish_time")?) };
    Ok(match step {
        Step::Draft => State::Draft,
        Step::Submitted => State::Submitted {
            submit_time: submit_time()?,
        },
        Step::Approved => State::Approved {
            submit_time: submit_time()?,
        },
        Step::Rejected => State::Rejected {
            submit_time: submit_time()?,
            reason: text(row, "rejection_reason")?,
        },
        Step::Published => State::Published {
            submit_time: submit_time()?,
            publish_time: publish_time()?,
        },
        Step::Live => State::Live {
            submit_time: submit_time()?,
            publish_time: publish_time()?,
        },
        Step::Ended => State::Ended {
            submit_time: submit_time()?,
            publish_time: publish_time()?,
        },
        Step::Cancelled => State::Cancelled {
            submit_time: submit_time()?,
            publish_time: row.try_get("publish_time")?,
        },
    })
}

/// A number of pixels.
pub(super) fn pixels(row: &PgRow, column: &str) -> Result<u32> {
    let pixels: i32 = row.try_get(column)?;
    u32::try_from(pixels).map_err(|fault| malformed(column, &fault))
}

fn malformed(column: &str, fault: &dyn Display) -> Error {
    Error::Malformed(format!("column {column}: {fault}").into())
}
