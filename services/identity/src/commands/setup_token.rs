//! The one-time token that lets the operator make the first administrator.

use kit_core::{Clock, Rng};
use kit_pg::Pool;

use crate::domain::TokenHash;
use crate::limits::SETUP_TOKEN_LIFETIME;
use crate::store::{setup, users};

/// A new token for `/setup#<token>`, good for a day; the earlier one stops working. `None` once there is an
/// administrator. Only its hash is stored, so print it: it cannot be told again.
///
/// # Errors
/// Failures of the database.
pub async fn ensure_setup_token(pool: &Pool, clock: &Clock, rng: &Rng) -> kit_pg::Result<Option<String>> {
    let mut tx = pool.begin().await?;
    if users::has_administrator(&mut tx).await? {
        setup::clear(&mut tx).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let token = rng.token();
    setup::replace(&mut tx, TokenHash::of(&token), clock.now() + SETUP_TOKEN_LIFETIME).await?;
    tx.commit().await?;
    Ok(Some(token))
}
