//! The organization of the demo event. It has no members until there is an administrator, who then owns it.

use anyhow::Context as _;
use kit_core::ids::{OrganizationId, UserId};
use kit_core::{Clock, Rng};
use kit_pg::Pool;

use crate::domain::Organization;
use crate::store::{organizations, users};

const NAME: &str = "Plenary";

/// In whose name the demo event is made.
#[derive(Clone, Debug)]
pub struct DemoOrganization {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization_name: String,
    /// An administrator, or nobody's id while there is none.
    pub user_id: UserId,
}

/// The organization of the demo event, made when it is missing. May run in several processes at the same time.
///
/// # Errors
/// The database failed.
pub async fn ensure_demo_organization(pool: &Pool, clock: &Clock, rng: &Rng) -> anyhow::Result<DemoOrganization> {
    let new = Organization {
        id: OrganizationId::new(clock, rng),
        name: NAME.parse().context("the name fits")?,
        create_time: clock.now(),
    };
    let mut tx = pool.begin().await?;
    let organization_id = organizations::get_or_insert(&mut tx, &new).await?;
    let administrators = users::administrators(&mut tx, 1).await?;
    tx.commit().await?;
    let user_id = administrators
        .first()
        .map_or_else(|| UserId::new(clock, rng), |user| user.id);
    Ok(DemoOrganization {
        organization_id,
        organization_name: NAME.to_owned(),
        user_id,
    })
}
