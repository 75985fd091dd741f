//! Organizations.

use kit_core::ids::{OrganizationId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::row;
use crate::domain::{Organization, OrganizationRole};

/// Violated when the name is taken.
pub(crate) const NAME_UNIQUE: &str = "organizations_name_unique";

/// Adds an organization. Violates [`NAME_UNIQUE`] when its name is taken.
pub(crate) async fn insert(connection: &mut PgConnection, organization: &Organization) -> Result<()> {
    sqlx::query("insert into organizations (id, name, name_key, create_time) values ($1, $2, $3, $4)")
        .bind(organization.id.uuid())
        .bind(organization.name.as_str())
        .bind(organization.name.as_str().to_lowercase())
        .bind(organization.create_time)
        .execute(connection)
        .await?;
    Ok(())
}

/// One organization.
pub(crate) async fn get(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<Organization>> {
    let row = sqlx::query("select id, name, create_time from organizations where id = $1")
        .bind(organization.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Locks an organization, so that its members hold still. `false` when there is none.
pub(crate) async fn lock(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool> {
    let row = sqlx::query("select from organizations where id = $1 for no key update")
        .bind(organization.uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// The organizations that a user belongs to, by name, with the user's role.
pub(crate) async fn of_user(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Vec<(Organization, OrganizationRole)>> {
    let rows = sqlx::query(
        "select o.id, o.name, o.create_time, m.role from organizations o join memberships m on m.organization_id = o.id
         where m.user_id = $1 order by o.name_key",
    )
    .bind(user.uuid())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((read(row)?, row::known(row, "role", OrganizationRole::from_text)?)))
        .collect()
}

/// The organization with this name, which is `new` if there was none.
pub(crate) async fn get_or_insert(connection: &mut PgConnection, new: &Organization) -> Result<OrganizationId> {
    sqlx::query(
        "insert into organizations (id, name, name_key, create_time) values ($1, $2, $3, $4)
         on conflict on constraint organizations_name_unique do nothing",
    )
    .bind(new.id.uuid())
    .bind(new.name.as_str())
    .bind(new.name.as_str().to_lowercase())
    .bind(new.create_time)
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query("select id from organizations where name_key = $1")
        .bind(new.name.as_str().to_lowercase())
        .fetch_one(connection)
        .await?;
    row::id(&row, "id")
}

/// Gives the organizations that nobody belongs to an owner.
pub(crate) async fn adopt(connection: &mut PgConnection, owner: UserId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into memberships (organization_id, user_id, role, create_time)
         select o.id, $1, $2, $3 from organizations o
         where not exists (select from memberships m where m.organization_id = o.id)",
    )
    .bind(owner.uuid())
    .bind(OrganizationRole::Owner.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<Organization> {
    Ok(Organization {
        id: row::id(row, "id")?,
        name: row::text(row, "name")?,
        create_time: row.try_get("create_time")?,
    })
}
