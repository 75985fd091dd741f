//! Who is calling, as the server has verified it.

use std::collections::{BTreeMap, BTreeSet};

use kit_core::Email;
use kit_core::ids::{LoginId, OrganizationId, UserId};
use plenary_proto::access::Role;
use serde::{Deserialize, Serialize};

use crate::{Code, Error, KIT};

/// Who is calling. Never taken from anything but a verified token or the transport's own knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// A person.
    User(UserCaller),
    /// Another part of Plenary.
    Service {
        /// Its name, from its certificate or from the process that both are in.
        name: String,
        /// The person whose request made it call, if it forwarded the person's token.
        on_behalf: Option<UserCaller>,
    },
}

/// A person, as the access token describes them: at most minutes old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCaller {
    /// The account.
    pub user_id: UserId,
    /// The login that the token belongs to.
    pub session_id: LoginId,
    /// The name that others see.
    pub name: String,
    /// Where mail reaches them.
    pub email: Email,
    /// Whether the email address is confirmed.
    pub email_verified: bool,
    /// Organizer and administrator; attendee goes without saying.
    pub roles: BTreeSet<Role>,
    /// The organizations that the person belongs to.
    pub organizations: BTreeMap<OrganizationId, OrganizationRole>,
}

/// What a person is in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationRole {
    /// Works on its events.
    Member,
    /// Also decides who belongs to it.
    Owner,
}

// === impl Caller ===

impl Caller {
    /// The person who calls, or on whose behalf a service calls.
    pub fn user(&self) -> Option<&UserCaller> {
        match self {
            Self::Anonymous => None,
            Self::User(user) => Some(user),
            Self::Service { on_behalf, .. } => on_behalf.as_ref(),
        }
    }

    /// The person, or UNAUTHENTICATED.
    pub fn require_user(&self) -> Result<&UserCaller, Error> {
        self.user()
            .ok_or_else(|| KIT.error(Code::Unauthenticated, "SIGN_IN_REQUIRED", "sign in first"))
    }

    /// The calling service's name, or PERMISSION_DENIED.
    pub fn require_service(&self) -> Result<&str, Error> {
        match self {
            Self::Service { name, .. } => Ok(name),
            _ => Err(KIT.error(Code::PermissionDenied, "ACCESS_DENIED", "only for parts of Plenary")),
        }
    }

    /// Whether a platform administrator calls.
    pub fn is_administrator(&self) -> bool {
        self.user().is_some_and(UserCaller::is_administrator)
    }

    /// Whether an RPC whose rule names these roles may be called at all.
    ///
    /// A service passes by its own name, or with the roles of the person on whose behalf it calls: an RPC that people
    /// may call need not list services for a forwarded call to pass.
    pub fn passes(&self, rule: &[Role]) -> bool {
        rule.iter().any(|role| match role {
            Role::Unspecified => false,
            Role::Anonymous => true,
            Role::Attendee => self.user().is_some(),
            Role::Organizer | Role::Administrator => self.user().is_some_and(|user| user.roles.contains(role)),
            Role::Service => matches!(self, Self::Service { .. }),
        })
    }
}

// === impl UserCaller ===

impl UserCaller {
    /// Whether the person runs the platform.
    pub fn is_administrator(&self) -> bool {
        self.roles.contains(&Role::Administrator)
    }

    /// Their email address, once it is confirmed: an unconfirmed one may be somebody else's.
    pub fn verified_email(&self) -> Option<&Email> {
        Some(&self.email).filter(|_| self.email_verified)
    }

    /// What the person is in an organization; `None` when not a member.
    pub fn role_in(&self, organization: OrganizationId) -> Option<OrganizationRole> {
        self.organizations.get(&organization).copied()
    }
}
