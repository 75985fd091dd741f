//! Who belongs to which organization.

use kit_core::ids::{OrganizationId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{pictures, row};
use crate::domain::{Member, Membership, OrganizationRole, PublicUser, Team};

/// Adds a member.
pub(crate) async fn insert(connection: &mut PgConnection, membership: &Membership) -> Result<()> {
    sqlx::query("insert into memberships (organization_id, user_id, role, create_time) values ($1, $2, $3, $4)")
        .bind(membership.organization_id.uuid())
        .bind(membership.user_id.uuid())
        .bind(membership.role.as_str())
        .bind(membership.create_time)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a member.
pub(crate) async fn delete(connection: &mut PgConnection, membership: &Membership) -> Result<()> {
    sqlx::query("delete from memberships where organization_id = $1 and user_id = $2")
        .bind(membership.organization_id.uuid())
        .bind(membership.user_id.uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// A user's place in an organization.
pub(crate) async fn get(
    connection: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Membership>> {
    let row = sqlx::query(
        "select organization_id, user_id, role, create_time from memberships
         where organization_id = $1 and user_id = $2",
    )
    .bind(organization.uuid())
    .bind(user.uuid())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Membership {
        organization_id: row::id(&row, "organization_id")?,
        user_id: row::id(&row, "user_id")?,
        role: row::known(&row, "role", OrganizationRole::from_text)?,
        create_time: row.try_get("create_time")?,
    }))
}

/// What decisions about members depend on. Read it under the organization's lock.
pub(crate) async fn team(
    connection: &mut PgConnection,
    organization: OrganizationId,
    caller: UserId,
    subject: Option<UserId>,
) -> Result<Team> {
    let counts = sqlx::query(
        "select (count(*) filter (where role = 'owner'))::integer as owners, count(*)::integer as members
         from memberships where organization_id = $1",
    )
    .bind(organization.uuid())
    .fetch_one(&mut *connection)
    .await?;
    let caller = get(&mut *connection, organization, caller).await?;
    let subject = match subject {
        Some(user) => get(connection, organization, user).await?,
        None => None,
    };
    Ok(Team {
        organization_id: organization,
        caller,
        subject,
        owners: row::unsigned(&counts, "owners")?,
        members: row::unsigned(&counts, "members")?,
    })
}

/// To how many organizations a user belongs. Hold the user's lock to keep it so.
pub(crate) async fn count_of_user(connection: &mut PgConnection, user: UserId) -> Result<u32> {
    let row = sqlx::query("select count(*)::integer as organizations from memberships where user_id = $1")
        .bind(user.uuid())
        .fetch_one(connection)
        .await?;
    row::unsigned(&row, "organizations")
}

/// A page of members, owners first, then in the order of their accounts' birth, behind `after`: a rank and a user.
pub(crate) async fn list(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<&(i64, UserId)>,
    limit: i64,
) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "select u.id, u.display_name, u.email, m.role, p.id as picture_id, p.content_type, p.width, p.height
         from memberships m join users u on u.id = m.user_id left join pictures p on p.id = u.picture_id
         where m.organization_id = $1
           and ($2::bigint is null or (case m.role when 'owner' then 0 else 1 end, u.id) > ($2, $3::uuid))
         order by case m.role when 'owner' then 0 else 1 end, u.id limit $4",
    )
    .bind(organization.uuid())
    .bind(after.map(|(rank, _)| *rank))
    .bind(after.map(|(_, user)| user.uuid()))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Where a member stands in [`list`].
pub(crate) fn position(member: &Member) -> (i64, UserId) {
    let rank = match member.role {
        OrganizationRole::Owner => 0,
        OrganizationRole::Member => 1,
    };
    (rank, member.user.id)
}

fn read(row: &PgRow) -> Result<Member> {
    Ok(Member {
        user: PublicUser {
            id: row::id(row, "id")?,
            display_name: row::text(row, "display_name")?,
            picture: pictures::read_optional(row)?,
        },
        email: row::text(row, "email")?,
        role: row::known(row, "role", OrganizationRole::from_text)?,
    })
}
