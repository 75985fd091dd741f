//! What identity is about, without any I/O: types that hold only what is valid, and transitions that take a state and
//! return the next one or the reason why not.
//!
//! Time and randomness come in as values. Nothing in here names a database, a transport or a generated message.

mod client;
mod link;
mod login;
mod organization;
mod password;
mod picture;
mod profile;
mod return_path;
mod throttle;
mod user;

pub use client::Client;
pub use link::{Link, LinkLifetimes, LinkPurpose, TokenHash};
pub use login::{EndCause, Login, LoginLimits, LoginState, Presentation, Spend};
pub use organization::{
    Member, Membership, MembershipError, MembershipsError, NewOrganization, Organization, OrganizationName,
    OrganizationRole, Team,
};
pub use password::{NewPassword, Password, PasswordFault, TypedPassword};
pub use picture::{Format, Picture};
pub use profile::{Interests, InterestsFault, Language, LanguageFault, Preferences, Profile, ProfileChange};
pub use return_path::{ReturnPath, ReturnPathFault};
pub use throttle::Quota;
pub use user::{Credentials, DisplayName, EmailState, PublicUser, User};
