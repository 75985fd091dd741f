//! `plenary.identity.v1.AccountService`.

use kit_pg::idempotency::RequestKey;
use kit_rpc::RequestExt as _;
use plenary_proto::identity::v1::account_service_server::AccountService;
use plenary_proto::identity::v1::{
    ChangePasswordRequest, ChangePasswordResponse, ClaimSetupRequest, ClaimSetupResponse, GetJwksRequest,
    GetJwksResponse, LogInRequest, LogInResponse, LogOutEverywhereRequest, LogOutEverywhereResponse, LogOutRequest,
    LogOutResponse, RefreshSessionRequest, RefreshSessionResponse, RequestPasswordResetRequest,
    RequestPasswordResetResponse, ResendVerificationRequest, ResendVerificationResponse, ResetPasswordRequest,
    ResetPasswordResponse, SignUpRequest, SignUpResponse, VerifyEmailRequest, VerifyEmailResponse,
};
use tonic::{Request, Response, Status};

use super::client::client;
use super::parse;
use crate::domain::LinkPurpose;
use crate::error::Error;
use crate::secrets::PresentedToken;
use crate::service::Service;
use crate::{commands, convert};

/// Accounts, their credentials and their sessions.
#[derive(Clone, Debug)]
pub(crate) struct Accounts(pub(crate) Service);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl AccountService for Accounts {
    async fn sign_up(&self, request: Request<SignUpRequest>) -> Answer<SignUpResponse> {
        let client = client(&request);
        let mut request = request.into_inner();
        let (id, command) = parse::sign_up(&request).map_err(Error::from)?;
        // What is kept to recognize a repeated request must not be a fast hash of a password.
        request.password.clear();
        let key = RequestKey::new("anonymous", "SignUp", id.uuid(), &request);
        commands::sign_up(&self.0, client, &key, command).await?;
        Ok(Response::new(SignUpResponse {}))
    }

    async fn verify_email(&self, request: Request<VerifyEmailRequest>) -> Answer<VerifyEmailResponse> {
        let client = client(&request);
        let token = parse::token(&request.get_ref().token).map_err(Error::from)?;
        let return_path = commands::verify_email(&self.0, client, token).await?.to_string();
        Ok(Response::new(VerifyEmailResponse { return_path }))
    }

    async fn resend_verification(
        &self,
        request: Request<ResendVerificationRequest>,
    ) -> Answer<ResendVerificationResponse> {
        let client = client(&request);
        let email = parse::email(&request.get_ref().email).map_err(Error::from)?;
        commands::request_mail(&self.0, client, &email, LinkPurpose::Verification).await?;
        Ok(Response::new(ResendVerificationResponse {}))
    }

    async fn log_in(&self, request: Request<LogInRequest>) -> Answer<LogInResponse> {
        let client = client(&request);
        let command = parse::log_in(request.get_ref()).map_err(Error::from)?;
        let session = commands::log_in(&self.0, client, command).await?;
        Ok(Response::new(LogInResponse {
            tokens: Some(convert::tokens(&session)),
            user: Some(convert::user(&session.user)),
        }))
    }

    async fn refresh_session(&self, request: Request<RefreshSessionRequest>) -> Answer<RefreshSessionResponse> {
        let client = client(&request);
        let presented = PresentedToken::parse(&request.get_ref().refresh_token).ok_or(Error::SessionEnded)?;
        let session = commands::refresh_session(&self.0, client, &presented).await?;
        Ok(Response::new(RefreshSessionResponse {
            tokens: Some(convert::tokens(&session)),
            user: Some(convert::user(&session.user)),
        }))
    }

    async fn log_out(&self, request: Request<LogOutRequest>) -> Answer<LogOutResponse> {
        if let Some(presented) = PresentedToken::parse(&request.get_ref().refresh_token) {
            commands::log_out(&self.0, &presented).await?;
        }
        Ok(Response::new(LogOutResponse {}))
    }

    async fn log_out_everywhere(&self, request: Request<LogOutEverywhereRequest>) -> Answer<LogOutEverywhereResponse> {
        let user = request.caller().require_user()?.user_id;
        commands::log_out_everywhere(&self.0, user).await?;
        Ok(Response::new(LogOutEverywhereResponse {}))
    }

    async fn request_password_reset(
        &self,
        request: Request<RequestPasswordResetRequest>,
    ) -> Answer<RequestPasswordResetResponse> {
        let client = client(&request);
        let email = parse::email(&request.get_ref().email).map_err(Error::from)?;
        commands::request_mail(&self.0, client, &email, LinkPurpose::PasswordReset).await?;
        Ok(Response::new(RequestPasswordResetResponse {}))
    }

    async fn reset_password(&self, request: Request<ResetPasswordRequest>) -> Answer<ResetPasswordResponse> {
        let client = client(&request);
        let command = parse::reset_password(request.get_ref()).map_err(Error::from)?;
        commands::reset_password(&self.0, client, command).await?;
        Ok(Response::new(ResetPasswordResponse {}))
    }

    async fn change_password(&self, request: Request<ChangePasswordRequest>) -> Answer<ChangePasswordResponse> {
        let (client, caller) = (client(&request), request.caller().require_user()?.clone());
        let mut request = request.into_inner();
        let (id, command) = parse::change_password(&request, &caller).map_err(Error::from)?;
        // As at sign-up.
        request.current_password.clear();
        request.new_password.clear();
        let key = RequestKey::new(caller.user_id.to_string(), "ChangePassword", id.uuid(), &request);
        commands::change_password(&self.0, client, &key, command).await?;
        Ok(Response::new(ChangePasswordResponse {}))
    }

    async fn claim_setup(&self, request: Request<ClaimSetupRequest>) -> Answer<ClaimSetupResponse> {
        let client = client(&request);
        let command = parse::claim_setup(request.get_ref()).map_err(Error::from)?;
        commands::claim_setup(&self.0, client, command).await?;
        Ok(Response::new(ClaimSetupResponse {}))
    }

    async fn get_jwks(&self, _: Request<GetJwksRequest>) -> Answer<GetJwksResponse> {
        let jwks_json = self.0.keys.jwks_json();
        Ok(Response::new(GetJwksResponse { jwks_json }))
    }
}
