//! An owner removes a member, or a member leaves.

use kit_core::ids::{OrganizationId, UserId};
use kit_pg::PgConnection;

use crate::error::{Error, Result};
use crate::store::{members, organizations};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemoveMember {
    pub(crate) organization_id: OrganizationId,
    pub(crate) user_id: UserId,
}

/// Ends a membership. Somebody stays who can manage the organization.
pub(crate) async fn remove_member(connection: &mut PgConnection, caller: UserId, command: RemoveMember) -> Result<()> {
    if !organizations::lock(&mut *connection, command.organization_id).await? {
        return Err(Error::OrganizationNotFound);
    }
    let subject = Some(command.user_id);
    let team = members::team(&mut *connection, command.organization_id, caller, subject).await?;
    members::delete(connection, team.remove()?).await?;
    Ok(())
}
