//! State changes, one file each: throttle, hash, then one transaction that locks, decides in the domain, writes and
//! appends its fact.

mod add_member;
mod change_password;
mod claim_setup;
mod create_organization;
mod delete_picture;
mod demo;
mod facts;
mod log_in;
mod log_out;
mod refresh_session;
mod remove_member;
mod request_mail;
mod reset_password;
mod sessions;
mod set_administrator;
mod setup_token;
mod sign_up;
mod throttle;
mod update_profile;
mod upload_picture;
mod verify_email;

pub(crate) use add_member::{AddMember, add_member, throttle_add_member};
pub(crate) use change_password::{ChangePassword, change_password};
pub(crate) use claim_setup::{ClaimSetup, claim_setup};
pub(crate) use create_organization::create_organization;
pub(crate) use delete_picture::delete_picture;
pub use demo::{DemoOrganization, ensure_demo_organization};
pub(crate) use facts::mail_link;
pub(crate) use log_in::{LogIn, log_in};
pub(crate) use log_out::{log_out, log_out_everywhere};
pub(crate) use refresh_session::refresh_session;
pub(crate) use remove_member::{RemoveMember, remove_member};
pub(crate) use request_mail::request_mail;
pub(crate) use reset_password::{ResetPassword, reset_password};
pub(crate) use sessions::Session;
pub(crate) use set_administrator::{SetAdministrator, set_administrator};
pub use setup_token::ensure_setup_token;
pub(crate) use sign_up::{SignUp, sign_up};
pub(crate) use update_profile::{UpdateProfile, update_profile};
pub(crate) use upload_picture::upload_picture;
pub(crate) use verify_email::verify_email;
