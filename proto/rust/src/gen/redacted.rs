// Generated: `Debug` of messages that hold a secret.
impl ::core::fmt::Debug for identity::v1::SignUpRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("SignUpRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::VerifyEmailRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("VerifyEmailRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::LogInRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("LogInRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::RefreshSessionRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("RefreshSessionRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::SessionTokens {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("SessionTokens").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::LogOutRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("LogOutRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::ResetPasswordRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("ResetPasswordRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::ChangePasswordRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("ChangePasswordRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::ClaimSetupRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("ClaimSetupRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::EmailVerificationRequested {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("EmailVerificationRequested").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for identity::v1::PasswordResetRequested {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("PasswordResetRequested").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for live::v1::JoinRoomResponse {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("JoinRoomResponse").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for live::v1::LocateRoomRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("LocateRoomRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for live::v1::ReportJoinRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("ReportJoinRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for sfu::v1::SignalStart {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("SignalStart").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for sfu::v1::ValidateTokenRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("ValidateTokenRequest").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for ticketing::v1::Ticket {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}
impl ::core::fmt::Debug for ticketing::v1::CheckInTicketRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("CheckInTicketRequest").finish_non_exhaustive()
    }
}
