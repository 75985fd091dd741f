//! Who may see an event, and who may change it: the one place that decides, for every path.

use std::collections::BTreeSet;

use kit_core::Email;
use kit_core::ids::{OrganizationId, UserId};

use super::{State, Step, Visibility};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody in particular.
    Anonymous,
    /// A signed-in user.
    User(User),
    /// Another part of the platform on its own account, for example to describe a sold ticket in a mail.
    Service,
}

/// A signed-in user, as their token describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Where they are members; they are the team of these organizations' events.
    pub organizations: BTreeSet<OrganizationId>,
    /// Whether they run the platform.
    pub administrator: bool,
    /// Their address if they have confirmed it; another one makes nobody a guest.
    pub verified_email: Option<Email>,
}

/// What of an event decides who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Who is admitted once it is open.
    pub visibility: Visibility,
    /// Where it is in its life.
    pub step: Step,
    /// Whether it has been opened.
    pub open: bool,
}

/// What somebody may do with an event that they may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read it.
    View,
    /// Read and change it.
    Manage,
}

/// The answer, as far as it can be given without the guest list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It exists for them.
    Granted(Access),
    /// It exists for them if this address is on its guest list.
    IfGuest(Email),
    /// It does not exist for them.
    Hidden,
}

impl Viewer {
    /// The user, if it is one.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Anonymous | Self::Service => None,
        }
    }

    /// Whether the caller belongs to the team of `organization`'s events.
    pub fn manages(&self, organization: OrganizationId) -> bool {
        self.user()
            .is_some_and(|user| user.organizations.contains(&organization))
    }

    /// What the event is to the caller.
    pub fn sight(&self, event: &Facet) -> Sight {
        if self.manages(event.organization) {
            return Sight::Granted(Access::Manage);
        }
        if self.reviews() && event.step != Step::Draft {
            return Sight::Granted(Access::View);
        }
        match (event.open, event.visibility, self) {
            (false, ..) => Sight::Hidden,
            (true, Visibility::Public | Visibility::Unlisted, _) | (true, _, Self::Service) => {
                Sight::Granted(Access::View)
            }
            (true, Visibility::Private, Self::Anonymous) => Sight::Hidden,
            (true, Visibility::Private, Self::User(user)) => {
                user.verified_email.clone().map_or(Sight::Hidden, Sight::IfGuest)
            }
        }
    }

    fn reviews(&self) -> bool {
        self.user().is_some_and(|user| user.administrator)
    }
}

impl Facet {
    /// The facet of an event in `state`.
    pub fn new(organization: OrganizationId, visibility: Visibility, state: &State) -> Self {
        Self {
            organization,
            visibility,
            step: state.step(),
            open: state.is_open(),
        }
    }
}

#[cfg(test)]
mod tests;
