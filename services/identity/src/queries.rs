//! Reads. They take one connection, write nothing, and know nothing of who may ask but where the answer depends on it.

use kit_blobs::Blob;
use kit_core::ids::{ImageId, OrganizationId, UserId};
use kit_core::{Page, PageRequest};

use crate::domain::{Member, MembershipError, Organization, OrganizationRole, Picture, Profile, User};
use crate::error::{Error, Result};
use crate::limits::LIST_USERS_MAX;
use crate::service::Service;
use crate::store::{members, organizations, pictures, profiles, users};

/// The caller's own profile.
pub(crate) async fn profile(service: &Service, user: UserId) -> Result<Profile> {
    profiles::get(&mut *service.read().await?, user)
        .await?
        .ok_or(Error::UserNotFound)
}

/// An organization's public face.
pub(crate) async fn organization(service: &Service, organization: OrganizationId) -> Result<Organization> {
    let found = organizations::get(&mut *service.read().await?, organization).await?;
    found.ok_or(Error::OrganizationNotFound)
}

/// The organizations that a user belongs to, by name.
pub(crate) async fn organizations_of(service: &Service, user: UserId) -> Result<Vec<(Organization, OrganizationRole)>> {
    Ok(organizations::of_user(&mut *service.read().await?, user).await?)
}

/// A page of members, for those who belong to the organization; for others it does not exist.
pub(crate) async fn members_of(
    service: &Service,
    caller: UserId,
    organization: OrganizationId,
    page: &PageRequest<(i64, UserId)>,
) -> Result<Page<Member>> {
    let mut connection = service.read().await?;
    if members::get(&mut connection, organization, caller).await?.is_none() {
        return Err(MembershipError::NotInTeam.into());
    }
    let rows = members::list(&mut connection, organization, page.cursor(), page.fetch()).await?;
    Ok(page.page(rows, members::position))
}

/// A page of accounts whose name or address holds `part`, newest first.
pub(crate) async fn users_with(service: &Service, part: &str, page: &PageRequest<UserId>) -> Result<Page<User>> {
    let rows = users::list(&mut *service.read().await?, part, page.cursor(), page.fetch()).await?;
    Ok(page.page(rows, |user| user.id))
}

/// Those of the accounts that exist.
pub(crate) async fn users_by_id(service: &Service, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(users::batch(&mut *service.read().await?, ids).await?)
}

/// The accounts of an organization's members.
pub(crate) async fn users_of_organization(service: &Service, organization: OrganizationId) -> Result<Vec<User>> {
    Ok(users::of_organization(&mut *service.read().await?, organization, LIST_USERS_MAX).await?)
}

/// The accounts of the administrators.
pub(crate) async fn administrators(service: &Service) -> Result<Vec<User>> {
    Ok(users::administrators(&mut *service.read().await?, LIST_USERS_MAX).await?)
}

/// A picture that somebody has, with its file.
pub(crate) async fn image(service: &Service, image: ImageId) -> Result<(Picture, Blob)> {
    let picture = pictures::get(&mut *service.read().await?, image).await?;
    let picture = picture.ok_or(Error::ImageNotFound)?;
    let file = service.pictures.get(&Picture::key(image)).await?;
    Ok((picture, file.ok_or(Error::ImageNotFound)?))
}
