//! Domain types as messages.

use kit_rpc::timestamp;
use plenary_proto::common::v1::{Image, Role};
use plenary_proto::identity::v1 as proto;

use crate::commands::Session;
use crate::domain::{Member, Organization, OrganizationRole, Picture, Profile, PublicUser, User};

pub(crate) fn user(user: &User) -> proto::User {
    let roles = [
        (true, Role::Attendee),
        (user.is_organizer, Role::Organizer),
        (user.is_administrator, Role::Administrator),
    ];
    proto::User {
        id: user.id.to_string(),
        email: user.email.to_string(),
        email_verified: user.is_verified(),
        display_name: user.display_name.to_string(),
        picture: user.picture.as_ref().map(picture),
        roles: roles
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, role)| role.into())
            .collect(),
        create_time: Some(timestamp(user.create_time)),
    }
}

pub(crate) fn public_user(user: &PublicUser) -> proto::PublicUser {
    proto::PublicUser {
        id: user.id.to_string(),
        display_name: user.display_name.to_string(),
        picture: user.picture.as_ref().map(picture),
    }
}

pub(crate) fn picture(picture: &Picture) -> Image {
    Image {
        id: picture.id.to_string(),
        width: i32::try_from(picture.width).expect("at most 4096"),
        height: i32::try_from(picture.height).expect("at most 4096"),
    }
}

pub(crate) fn tokens(session: &Session) -> proto::SessionTokens {
    proto::SessionTokens {
        access_token: session.access_token.clone(),
        access_expire_time: Some(timestamp(session.access_expire_time)),
        refresh_token: session.refresh_token.clone(),
        refresh_expire_time: Some(timestamp(session.refresh_expire_time)),
    }
}

pub(crate) fn organization(organization: &Organization) -> proto::Organization {
    proto::Organization {
        id: organization.id.to_string(),
        name: organization.name.to_string(),
        create_time: Some(timestamp(organization.create_time)),
    }
}

pub(crate) fn organization_role(role: OrganizationRole) -> proto::OrganizationRole {
    match role {
        OrganizationRole::Owner => proto::OrganizationRole::Owner,
        OrganizationRole::Member => proto::OrganizationRole::Member,
    }
}

pub(crate) fn member(member: &Member) -> proto::Member {
    proto::Member {
        user: Some(public_user(&member.user)),
        role: organization_role(member.role).into(),
        email: member.email.to_string(),
    }
}

pub(crate) fn profile(profile: &Profile) -> proto::Profile {
    proto::Profile {
        user: Some(user(&profile.user)),
        about: profile.about.to_string(),
        interests: profile.interests.iter().map(str::to_owned).collect(),
        time_zone: profile.time_zone.as_ref().map(ToString::to_string).unwrap_or_default(),
        language: profile
            .language
            .as_ref()
            .map(|language| language.as_str().to_owned())
            .unwrap_or_default(),
        notifications: Some(proto::NotificationPreferences {
            event_reminders: profile.preferences.event_reminders,
            organizer_news: profile.preferences.organizer_news,
        }),
        etag: etag(profile.version),
    }
}

/// Opaque to clients. See [`version`].
fn etag(version: i64) -> String {
    format!("p{version}")
}

/// The version that an etag stands for; an etag that is none of ours stands for no version that there ever was.
pub(crate) fn version(etag: &str) -> i64 {
    etag.strip_prefix('p')
        .and_then(|version| version.parse().ok())
        .unwrap_or(-1)
}
