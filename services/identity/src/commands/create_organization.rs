//! A user founds an organization.

use kit_core::ids::{OrganizationId, UserId};
use kit_pg::{OnConstraint as _, PgConnection};

use crate::domain::{NewOrganization, Organization, OrganizationName};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::{members, organizations, users};

/// Makes the organization with the founder as its owner.
pub(crate) async fn create_organization(
    connection: &mut PgConnection,
    service: &Service,
    founder: UserId,
    name: OrganizationName,
) -> Result<Organization> {
    let founder = users::lock(&mut *connection, founder)
        .await?
        .ok_or(Error::UserNotFound)?;
    let count = members::count_of_user(&mut *connection, founder.id).await?;
    let id = OrganizationId::new(&service.clock, &service.rng);
    let new = NewOrganization::found(id, name, &founder, count, service.clock.now())?;
    let inserted = organizations::insert(&mut *connection, &new.organization).await;
    inserted.on_constraint(organizations::NAME_UNIQUE, Error::NameTaken)?;
    members::insert(connection, &new.owner).await?;
    Ok(new.organization)
}
