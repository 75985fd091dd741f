//! An owner adds a member.

use kit_core::Email;
use kit_core::ids::{OrganizationId, UserId};
use kit_pg::PgConnection;

use super::throttle::Bucket;
use crate::domain::{Member, OrganizationRole, PublicUser, Team, User};
use crate::error::{Error, Result};
use crate::limits::ADD_MEMBER_PER_USER;
use crate::service::Service;
use crate::store::{members, organizations, users};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct AddMember {
    pub(crate) organization_id: OrganizationId,
    pub(crate) email: Email,
    pub(crate) role: OrganizationRole,
}

/// Counts the attempt: whoever adds members learns which addresses have an account.
pub(crate) async fn throttle_add_member(service: &Service, caller: UserId) -> Result<()> {
    Bucket::new("add member", caller, ADD_MEMBER_PER_USER)
        .take(service)
        .await
}

/// Adds the verified user of an address.
pub(crate) async fn add_member(
    connection: &mut PgConnection,
    service: &Service,
    caller: UserId,
    command: AddMember,
) -> Result<Member> {
    let organization = command.organization_id;
    if !organizations::lock(&mut *connection, organization).await? {
        return Err(Error::OrganizationNotFound);
    }
    let team = members::team(&mut *connection, organization, caller, None).await?;
    team.check_owner()?;
    let user = users::lock_by_email(&mut *connection, &command.email).await?;
    // An account that is not verified may be anybody's: it is as good as none.
    let user = user.filter(User::is_verified).ok_or(Error::UserNotFound)?;
    let team = Team {
        subject: members::get(&mut *connection, organization, user.id).await?,
        ..team
    };
    let count = members::count_of_user(&mut *connection, user.id).await?;
    let membership = team.add(&user, count, command.role, service.clock.now())?;
    members::insert(connection, &membership).await?;
    Ok(Member {
        user: PublicUser {
            id: user.id,
            display_name: user.display_name,
            picture: user.picture,
        },
        email: user.email,
        role: membership.role,
    })
}
