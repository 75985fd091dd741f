//! An administrator makes, or ceases to have, another one.

use kit_core::ids::UserId;
use kit_pg::PgConnection;

use crate::domain::{EndCause, User};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::{logins, users};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetAdministrator {
    pub(crate) user_id: UserId,
    pub(crate) administrator: bool,
}

/// Gives or takes the role. The user's sessions end, so that no token says otherwise for long.
pub(crate) async fn set_administrator(
    connection: &mut PgConnection,
    service: &Service,
    caller: UserId,
    command: SetAdministrator,
) -> Result<User> {
    let administrators = users::lock_administrators(&mut *connection).await?;
    // The token may be minutes older than the loss of the role.
    let caller = users::get(&mut *connection, caller).await?;
    if !caller.is_some_and(|caller| caller.is_administrator) {
        return Err(Error::NotAdministrator);
    }
    let user = users::lock(&mut *connection, command.user_id)
        .await?
        .ok_or(Error::UserNotFound)?;
    if user.is_administrator == command.administrator {
        return Ok(user);
    }
    if !command.administrator && administrators <= 1 {
        return Err(Error::LastAdministrator);
    }
    let user = user.set_administrator(command.administrator);
    users::update(&mut *connection, &user).await?;
    logins::end_all(connection, user.id, EndCause::RoleChanged, service.clock.now()).await?;
    tracing::info!(user = %user.id, administrator = user.is_administrator, "the administrator role was changed");
    Ok(user)
}
