//! What administrators decided.

use kit_core::ids::UserId;
use kit_pg::{PgConnection, Result};

use crate::domain::Event;

/// Notes the decision that has just made `event` what it is: approved, or rejected with a reason.
pub(crate) async fn insert(connection: &mut PgConnection, event: &Event, reviewer: UserId) -> Result<()> {
    let query = sqlx::query(
        "insert into reviews (event_id, version, reviewer_id, verdict, reason, review_time)
         values ($1, $2, $3, $4, $5, $6)",
    );
    query
        .bind(event.id.uuid())
        .bind(event.version)
        .bind(reviewer.uuid())
        .bind(event.state.step().name())
        .bind(event.state.rejection_reason().map(|reason| reason.as_str()))
        .bind(event.update_time)
        .execute(connection)
        .await?;
    Ok(())
}
