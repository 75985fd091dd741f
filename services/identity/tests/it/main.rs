//! Identity through its public door: gRPC requests against a real database, with the test's time.

mod access;
mod add_member;
mod claim_setup;
mod create_organization;
mod get_image;
mod get_jwks;
mod get_organization;
mod keys;
mod list_members;
mod list_users;
mod log_in;
mod log_out;
mod mail;
mod migrations;
mod my_profile;
mod refresh_session;
mod remove_member;
mod reset_password;
mod set_administrator;
mod sign_up;
mod sweep;
mod throttle;
mod tokens;
mod users_for_services;
mod verify_email;
mod world;
