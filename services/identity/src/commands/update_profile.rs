//! A user edits their profile.

use kit_core::ids::UserId;
use kit_pg::PgConnection;

use crate::domain::{Profile, ProfileChange};
use crate::error::{Error, Result};
use crate::store::profiles;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct UpdateProfile {
    pub(crate) change: ProfileChange,
    /// The version that the change was made to; `None` to change whatever is there.
    pub(crate) version: Option<i64>,
}

/// Changes the profile, if it is still the one that the change was made to.
pub(crate) async fn update_profile(
    connection: &mut PgConnection,
    user: UserId,
    command: UpdateProfile,
) -> Result<Profile> {
    let profile = profiles::lock(&mut *connection, user)
        .await?
        .ok_or(Error::UserNotFound)?;
    if command.version.is_some_and(|version| version != profile.version) {
        return Err(Error::EtagMismatch);
    }
    let profile = profile.apply(command.change);
    if profiles::update(connection, &profile).await? {
        Ok(profile)
    } else {
        Err(Error::EtagMismatch)
    }
}
