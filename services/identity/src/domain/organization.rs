//! Organizations and who belongs to them.

use kit_core::ids::{OrganizationId, UserId};
use kit_core::{Email, Line};
use thiserror::Error;
use time::OffsetDateTime;

use super::{PublicUser, User};

/// 2 to 80 characters on one line, unique on the platform without regard to case.
pub type OrganizationName = Line<2, 80>;

/// Those who run events together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// `org_…`.
    pub id: OrganizationId,
    /// Unique.
    pub name: OrganizationName,
    /// When it was made.
    pub create_time: OffsetDateTime,
}

/// A new organization and its owner's place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganization {
    /// The organization.
    pub organization: Organization,
    /// The first member.
    pub owner: Membership,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationRole {
    /// Everything, members included.
    Owner,
    /// Everything but members.
    Member,
}

/// A user's place in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub organization_id: OrganizationId,
    /// Who.
    pub user_id: UserId,
    /// What they may do.
    pub role: OrganizationRole,
    /// Since when.
    pub create_time: OffsetDateTime,
}

/// A membership with what the other members see of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: PublicUser,
    /// Where mail goes to.
    pub email: Email,
    /// What they may do.
    pub role: OrganizationRole,
}

/// What the decisions about an organization's members depend on, read under the organization's lock.
#[derive(Clone, Debug)]
pub struct Team {
    /// Which organization.
    pub organization_id: OrganizationId,
    /// Who asks, if they belong to it.
    pub caller: Option<Membership>,
    /// Whom it is about, if they belong to it.
    pub subject: Option<Membership>,
    /// How many owners there are.
    pub owners: u32,
    /// How many members there are, owners included.
    pub members: u32,
}

/// Why a team cannot be changed like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MembershipError {
    /// The caller does not belong to it: for them it does not exist.
    #[error("the caller does not belong to the organization")]
    NotInTeam,
    /// Only owners may.
    #[error("only owners manage members")]
    NotOwner,
    /// They belong to it already.
    #[error("the user belongs to the organization already")]
    AlreadyMember,
    /// They do not belong to it.
    #[error("the user does not belong to the organization")]
    NoMember,
    /// Somebody must be able to manage the organization.
    #[error("the last owner cannot leave")]
    LastOwner,
    /// The team is as large as it may be.
    #[error("the organization has {} members, which is the limit", Team::MEMBERS_MAX)]
    TooManyMembers,
    /// See [`MembershipsError`].
    #[error(transparent)]
    Memberships(#[from] MembershipsError),
}

/// Why a user cannot belong to another organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MembershipsError {
    /// Every organization travels in the access token, which must stay small.
    #[error("the user belongs to {} organizations, which is the limit", Membership::PER_USER_MAX)]
    TooMany,
    /// Whoever acts for an organization must be reachable.
    #[error("the user's address is not verified")]
    Unverified,
}

impl Membership {
    /// Organizations of one user. All of them travel in each of their access tokens.
    pub const PER_USER_MAX: u32 = 32;

    /// Whether a user who belongs to `count` organizations may belong to one more.
    pub fn check_user(user: &User, count: u32) -> Result<(), MembershipsError> {
        if !user.is_verified() {
            Err(MembershipsError::Unverified)
        } else if count >= Self::PER_USER_MAX {
            Err(MembershipsError::TooMany)
        } else {
            Ok(())
        }
    }
}

impl NewOrganization {
    /// A new organization of `founder`, who belongs to `count` others.
    pub fn found(
        id: OrganizationId,
        name: OrganizationName,
        founder: &User,
        count: u32,
        now: OffsetDateTime,
    ) -> Result<Self, MembershipsError> {
        Membership::check_user(founder, count)?;
        let owner = Membership {
            organization_id: id,
            user_id: founder.id,
            role: OrganizationRole::Owner,
            create_time: now,
        };
        let organization = Organization {
            id,
            name,
            create_time: now,
        };
        Ok(Self { organization, owner })
    }
}

impl Team {
    /// Members of one organization: what one answer to another service holds.
    pub const MEMBERS_MAX: u32 = 200;

    /// Whether the caller may manage members at all. Asked before anything is looked up for them.
    pub fn check_owner(&self) -> Result<(), MembershipError> {
        match &self.caller {
            None => Err(MembershipError::NotInTeam),
            Some(caller) if caller.role == OrganizationRole::Owner => Ok(()),
            Some(_) => Err(MembershipError::NotOwner),
        }
    }

    /// The caller, an owner, adds a user who belongs to `count` other organizations.
    pub fn add(
        &self,
        user: &User,
        count: u32,
        role: OrganizationRole,
        now: OffsetDateTime,
    ) -> Result<Membership, MembershipError> {
        self.check_owner()?;
        if self.subject.is_some() {
            return Err(MembershipError::AlreadyMember);
        }
        if self.members >= Self::MEMBERS_MAX {
            return Err(MembershipError::TooManyMembers);
        }
        Membership::check_user(user, count)?;
        Ok(Membership {
            organization_id: self.organization_id,
            user_id: user.id,
            role,
            create_time: now,
        })
    }

    /// The caller, an owner, removes somebody; or any member leaves. Returns the membership that ends.
    pub fn remove(&self) -> Result<&Membership, MembershipError> {
        let caller = self.caller.as_ref().ok_or(MembershipError::NotInTeam)?;
        let is_leaving = self
            .subject
            .as_ref()
            .is_some_and(|subject| subject.user_id == caller.user_id);
        if !is_leaving {
            self.check_owner()?;
        }
        let subject = self.subject.as_ref().ok_or(MembershipError::NoMember)?;
        if subject.role == OrganizationRole::Owner && self.owners <= 1 {
            return Err(MembershipError::LastOwner);
        }
        Ok(subject)
    }
}

impl OrganizationRole {
    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Owner, Self::Member]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{Clock, ManualClock, Rng};

    use super::*;

    struct Given {
        clock: Clock,
        rng: Rng,
        organization_id: OrganizationId,
    }

    impl Given {
        fn new() -> Self {
            let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
            let organization_id = OrganizationId::new(&clock, &rng);
            Self {
                clock,
                rng,
                organization_id,
            }
        }

        fn user(&self) -> User {
            let email = "ada@example.org".parse().expect("an address");
            let name = "Ada".parse().expect("a name");
            User::sign_up(UserId::new(&self.clock, &self.rng), email, name, self.clock.now())
        }

        fn membership(&self, user: &User, role: OrganizationRole) -> Membership {
            Membership {
                organization_id: self.organization_id,
                user_id: user.id,
                role,
                create_time: self.clock.now(),
            }
        }

        fn team(&self, caller: Option<&Membership>, subject: Option<&Membership>, owners: u32, members: u32) -> Team {
            Team {
                organization_id: self.organization_id,
                caller: caller.cloned(),
                subject: subject.cloned(),
                owners,
                members,
            }
        }
    }

    #[test]
    fn founders_are_verified_and_have_room() {
        let given = Given::new();
        let now = given.clock.now();
        let found = |user: &User, count| {
            let name = "Rust Friends".parse().expect("a name");
            NewOrganization::found(given.organization_id, name, user, count, now)
        };
        let user = given.user();
        assert_eq!(found(&user, 0).err(), Some(MembershipsError::Unverified));
        let user = user.verify_email(now);
        assert_eq!(found(&user, 32).err(), Some(MembershipsError::TooMany));
        let new = found(&user, 31).expect("verified, and one place left");
        assert_eq!((new.owner.role, new.owner.user_id), (OrganizationRole::Owner, user.id));
    }

    #[test]
    fn only_owners_add_and_nobody_twice() {
        let given = Given::new();
        let now = given.clock.now();
        let (owner, member, new) = (given.user(), given.user(), given.user().verify_email(now));
        let owner = given.membership(&owner, OrganizationRole::Owner);
        let member = given.membership(&member, OrganizationRole::Member);
        let add = |team: Team, user: &User| {
            team.add(user, 0, OrganizationRole::Member, now)
                .map(|added| added.user_id)
        };
        assert_eq!(add(given.team(None, None, 1, 2), &new), Err(MembershipError::NotInTeam));
        assert_eq!(
            add(given.team(Some(&member), None, 1, 2), &new),
            Err(MembershipError::NotOwner)
        );
        let twice = given.team(Some(&owner), Some(&member), 1, 2);
        assert_eq!(add(twice, &new), Err(MembershipError::AlreadyMember));
        let full = given.team(Some(&owner), None, 1, 200);
        assert_eq!(add(full, &new), Err(MembershipError::TooManyMembers));
        let unverified = MembershipError::Memberships(MembershipsError::Unverified);
        assert_eq!(
            add(given.team(Some(&owner), None, 1, 2), &given.user()),
            Err(unverified)
        );
        assert_eq!(add(given.team(Some(&owner), None, 1, 2), &new), Ok(new.id));
    }

    #[test]
    fn members_leave_owners_remove_and_the_last_owner_stays() {
        let given = Given::new();
        let owner = given.membership(&given.user(), OrganizationRole::Owner);
        let member = given.membership(&given.user(), OrganizationRole::Member);
        let remove = |caller, subject, owners| given.team(caller, subject, owners, 2).remove().map(|gone| gone.user_id);
        assert_eq!(remove(Some(&member), Some(&member), 1), Ok(member.user_id));
        assert_eq!(remove(Some(&owner), Some(&member), 1), Ok(member.user_id));
        assert_eq!(remove(Some(&member), Some(&owner), 2), Err(MembershipError::NotOwner));
        assert_eq!(remove(Some(&member), None, 1), Err(MembershipError::NotOwner));
        assert_eq!(remove(Some(&owner), Some(&owner), 1), Err(MembershipError::LastOwner));
        assert_eq!(remove(Some(&owner), Some(&owner), 2), Ok(owner.user_id));
        assert_eq!(remove(Some(&owner), None, 1), Err(MembershipError::NoMember));
        assert_eq!(remove(None, Some(&member), 1), Err(MembershipError::NotInTeam));
    }
}
