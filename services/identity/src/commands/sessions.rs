//! What a log-in and a refresh give out.

use kit_pg::PgConnection;
use kit_rpc::{AccessClaims, OrganizationRole as TokenOrganizationRole, Role, UserCaller};
use time::OffsetDateTime;

use crate::domain::{Login, LoginState, OrganizationRole, User};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::organizations;

/// A session as its holder gets it. The tokens are secrets: there is no `Debug`.
pub(crate) struct Session {
    pub(crate) user: User,
    pub(crate) access_token: String,
    pub(crate) access_expire_time: OffsetDateTime,
    pub(crate) refresh_token: String,
    pub(crate) refresh_expire_time: OffsetDateTime,
}

/// The tokens of an open login, as the account is now.
pub(super) async fn issue(
    connection: &mut PgConnection,
    service: &Service,
    user: User,
    login: &Login,
) -> Result<Session> {
    let LoginState::Open {
        generation,
        expire_time,
        ..
    } = login.state
    else {
        return Err(Error::SessionEnded);
    };
    let organizations = organizations::of_user(connection, user.id).await?;
    let organizations = organizations
        .into_iter()
        .map(|(organization, role)| (organization.id, token_role(role)));
    let caller = UserCaller {
        user_id: user.id,
        session_id: login.id,
        name: user.display_name.to_string(),
        email: user.email.clone(),
        email_verified: user.is_verified(),
        roles: roles(&user).collect(),
        organizations: organizations.collect(),
    };
    let duration = service.config.access_token_duration;
    let claims = AccessClaims::new(&caller, &service.clock, duration);
    Ok(Session {
        access_token: service.keys.sign(&claims).ok_or(Error::NotReady)?,
        access_expire_time: service.clock.now() + duration,
        refresh_token: service.refresh_tokens.token(login, generation),
        refresh_expire_time: expire_time,
        user,
    })
}

fn roles(user: &User) -> impl Iterator<Item = Role> {
    let organizer = user.is_organizer.then_some(Role::Organizer);
    let administrator = user.is_administrator.then_some(Role::Administrator);
    organizer.into_iter().chain(administrator)
}

fn token_role(role: OrganizationRole) -> TokenOrganizationRole {
    match role {
        OrganizationRole::Owner => TokenOrganizationRole::Owner,
        OrganizationRole::Member => TokenOrganizationRole::Member,
    }
}
