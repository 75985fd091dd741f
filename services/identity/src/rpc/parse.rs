//! Requests as commands. Each reader collects every violation of its request.

use kit_core::ids::{ImageId, OrganizationId, UserId};
use kit_core::{Email, PageRequest, PageSizes, RequestId, Violations};
use kit_rpc::{Mask, UserCaller};
use plenary_proto::identity::v1 as proto;

use crate::commands::UpdateProfile;
use crate::commands::{
    AddMember, ChangePassword, ClaimSetup, LogIn, RemoveMember, ResetPassword, SetAdministrator, SignUp,
};
use crate::convert;
use crate::domain::{
    Interests, NewPassword, OrganizationName, OrganizationRole, Preferences, ProfileChange, ReturnPath, TokenHash,
};
use crate::limits::{BATCH_USERS_MAX, SEARCH_LENGTH_MAX, TOKEN_BYTES_MAX};

type Parsed<T> = Result<T, Violations>;

pub(super) fn sign_up(request: &proto::SignUpRequest) -> Parsed<(RequestId, SignUp)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let email: Option<Email> = violations.parse("email", &request.email);
    let password = new_password(&mut violations, &request.password, email.as_ref());
    let display_name = violations.parse("display_name", &request.display_name);
    let return_path: Option<Option<ReturnPath>> = violations.optional("return_path", &request.return_path);
    let read = violations.finish((request_id, email, password, display_name, return_path));
    let (request_id, email, password, display_name, return_path) = read?;
    let return_path = return_path.unwrap_or_else(ReturnPath::start);
    let command = SignUp {
        email,
        password,
        display_name,
        return_path,
    };
    Ok((request_id, command))
}

pub(super) fn log_in(request: &proto::LogInRequest) -> Parsed<LogIn> {
    let mut violations = Violations::new();
    let email = violations.parse("email", &request.email);
    let password = violations.parse("password", &request.password);
    let (email, password) = violations.finish((email, password))?;
    Ok(LogIn { email, password })
}

pub(super) fn email(text: &str) -> Parsed<Email> {
    let mut violations = Violations::new();
    let email = violations.parse("email", text);
    Ok(violations.finish((email,))?.0)
}

pub(super) fn reset_password(request: &proto::ResetPasswordRequest) -> Parsed<ResetPassword> {
    let mut violations = Violations::new();
    let token = token_field(&mut violations, &request.token);
    let password = new_password(&mut violations, &request.password, None);
    let (token, password) = violations.finish((token, password))?;
    Ok(ResetPassword { token, password })
}

pub(super) fn change_password(
    request: &proto::ChangePasswordRequest,
    caller: &UserCaller,
) -> Parsed<(RequestId, ChangePassword)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let current = violations.parse("current_password", &request.current_password);
    let new = NewPassword::parse(&request.new_password, caller.email.as_str());
    let new = violations.take("new_password", new);
    let (request_id, current, new) = violations.finish((request_id, current, new))?;
    let command = ChangePassword {
        user_id: caller.user_id,
        login_id: caller.session_id,
        current,
        new,
    };
    Ok((request_id, command))
}

pub(super) fn claim_setup(request: &proto::ClaimSetupRequest) -> Parsed<ClaimSetup> {
    let mut violations = Violations::new();
    let token = token_field(&mut violations, &request.token);
    let email: Option<Email> = violations.parse("email", &request.email);
    let password = new_password(&mut violations, &request.password, email.as_ref());
    let display_name = violations.parse("display_name", &request.display_name);
    let (token, email, password, display_name) = violations.finish((token, email, password, display_name))?;
    Ok(ClaimSetup {
        token,
        email,
        password,
        display_name,
    })
}

/// A mailed token.
pub(super) fn token(text: &str) -> Parsed<TokenHash> {
    let mut violations = Violations::new();
    let token = token_field(&mut violations, text);
    Ok(violations.finish((token,))?.0)
}

pub(super) fn create_organization(request: &proto::CreateOrganizationRequest) -> Parsed<(RequestId, OrganizationName)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let name = violations.parse("name", &request.name);
    violations.finish((request_id, name))
}

pub(super) fn organization_id(text: &str) -> Parsed<OrganizationId> {
    let mut violations = Violations::new();
    let id = violations.parse("organization_id", text);
    Ok(violations.finish((id,))?.0)
}

pub(super) fn list_members(
    request: &proto::ListMembersRequest,
) -> Parsed<(OrganizationId, PageRequest<(i64, UserId)>)> {
    let mut violations = Violations::new();
    let organization_id = violations.parse("organization_id", &request.organization_id);
    let filters = [request.organization_id.as_str()];
    let (size, token) = (request.page_size, &request.page_token);
    let page = PageRequest::read(&mut violations, size, token, &filters, PageSizes::STANDARD);
    violations.finish((organization_id, page))
}

pub(super) fn add_member(request: &proto::AddMemberRequest) -> Parsed<(RequestId, AddMember)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let organization_id = violations.parse("organization_id", &request.organization_id);
    let email = violations.parse("email", &request.email);
    let role = match request.role() {
        proto::OrganizationRole::Owner => Some(OrganizationRole::Owner),
        proto::OrganizationRole::Member => Some(OrganizationRole::Member),
        proto::OrganizationRole::Unspecified => None,
    };
    let role = violations.required("role", role);
    let (request_id, organization_id, email, role) = violations.finish((request_id, organization_id, email, role))?;
    let command = AddMember {
        organization_id,
        email,
        role,
    };
    Ok((request_id, command))
}

pub(super) fn remove_member(request: &proto::RemoveMemberRequest) -> Parsed<(RequestId, RemoveMember)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let organization_id = violations.parse("organization_id", &request.organization_id);
    let user_id = violations.parse("user_id", &request.user_id);
    let (request_id, organization_id, user_id) = violations.finish((request_id, organization_id, user_id))?;
    let command = RemoveMember {
        organization_id,
        user_id,
    };
    Ok((request_id, command))
}

pub(super) fn set_administrator(request: &proto::SetAdministratorRequest) -> Parsed<(RequestId, SetAdministrator)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let user_id = violations.parse("user_id", &request.user_id);
    let (request_id, user_id) = violations.finish((request_id, user_id))?;
    let administrator = request.administrator;
    let command = SetAdministrator { user_id, administrator };
    Ok((request_id, command))
}

pub(super) fn list_users(request: &proto::ListUsersRequest) -> Parsed<(String, PageRequest<UserId>)> {
    let mut violations = Violations::new();
    let part = request.query.trim();
    violations.check(
        "query",
        part.chars().count() <= SEARCH_LENGTH_MAX,
        "TOO_LONG",
        "must have at most 100 characters",
    );
    // PostgreSQL's text holds every character but this one.
    violations.check(
        "query",
        !part.contains('\0'),
        "CHARACTERS_INVALID",
        "must not contain control characters",
    );
    let (size, token) = (request.page_size, &request.page_token);
    let page = PageRequest::read(&mut violations, size, token, &[part], PageSizes::STANDARD);
    let (page,) = violations.finish((page,))?;
    Ok((part.to_owned(), page))
}

pub(super) fn batch_get_users(request: &proto::BatchGetUsersRequest) -> Parsed<Vec<UserId>> {
    let mut violations = Violations::new();
    let count = request.user_ids.len();
    violations.check(
        "user_ids",
        count <= BATCH_USERS_MAX,
        "TOO_MANY",
        "must have at most 100 entries",
    );
    let texts = request.user_ids.iter().take(BATCH_USERS_MAX).enumerate();
    let ids: Vec<Option<UserId>> = texts
        .map(|(at, text)| violations.parse(&format!("user_ids[{at}]"), text))
        .collect();
    violations.finish(())?;
    Ok(ids.into_iter().flatten().collect())
}

pub(super) fn image_id(text: &str) -> Parsed<ImageId> {
    let mut violations = Violations::new();
    let id = violations.parse("image_id", text);
    Ok(violations.finish((id,))?.0)
}

/// The paths that can change.
const MUTABLE: [&str; 6] = [
    "user.display_name",
    "about",
    "interests",
    "time_zone",
    "language",
    "notifications",
];

pub(super) fn update_my_profile(request: &proto::UpdateMyProfileRequest) -> Parsed<(RequestId, UpdateProfile)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let profile = violations.required("profile", request.profile.as_ref());
    let mask = Mask::read(&mut violations, request.update_mask.as_ref(), &MUTABLE);
    let change = profile.map(|profile| violations.within("profile", |inner| change(inner, profile, mask)));
    let (request_id, profile, change) = violations.finish((request_id, profile, change))?;
    let version = (!profile.etag.is_empty()).then(|| convert::version(&profile.etag));
    Ok((request_id, UpdateProfile { change, version }))
}

/// Without a mask all that can change is written, but for messages that are not there.
fn change(violations: &mut Violations, profile: &proto::Profile, mask: Mask<'_>) -> ProfileChange {
    let mut change = ProfileChange::default();
    if mask.covers("user.display_name", profile.user.is_some()) {
        let name = profile.user.as_ref().map_or("", |user| &user.display_name);
        change.display_name = violations.parse("user.display_name", name);
    }
    if mask.covers("about", true) {
        change.about = violations.parse("about", &profile.about);
    }
    if mask.covers("interests", true) {
        let interests = Interests::parse(profile.interests.iter().map(String::as_str));
        change.interests = violations.take("interests", interests);
    }
    if mask.covers("time_zone", true) {
        change.time_zone = violations.optional("time_zone", &profile.time_zone);
    }
    if mask.covers("language", true) {
        change.language = violations.optional("language", &profile.language);
    }
    if mask.covers("notifications", profile.notifications.is_some()) {
        let wanted = profile.notifications.unwrap_or_default();
        change.preferences = Some(Preferences {
            event_reminders: wanted.event_reminders,
            organizer_news: wanted.organizer_news,
        });
    }
    change
}

fn new_password(violations: &mut Violations, text: &str, email: Option<&Email>) -> Option<NewPassword> {
    let parsed = NewPassword::parse(text, email.map_or("", Email::as_str));
    violations.take("password", parsed)
}

fn token_field(violations: &mut Violations, text: &str) -> Option<TokenHash> {
    let fits = !text.is_empty() && text.len() <= TOKEN_BYTES_MAX;
    violations.check("token", fits, "TOKEN_MALFORMED", "must be the token of a mailed link");
    fits.then(|| TokenHash::of(text))
}
