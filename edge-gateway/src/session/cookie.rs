//! The cookie with the refresh token.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue};
use time::Duration;

use crate::Origin;

/// The only routes that the cookie is sent to.
const PATH: &str = "/session";
/// Browsers accept a name with this prefix only with `Secure` and from a secure origin, so that no plain-text page of
/// the same host can plant one. (`__Host-` would ask for the path `/`.)
const SECURE_NAME: &str = "__Secure-plenary-refresh";
/// Without TLS, on a developer's machine.
const PLAIN_NAME: &str = "plenary-refresh";

/// What is told to the browser.
pub(super) struct RefreshCookie(Cookie<'static>);

impl RefreshCookie {
    /// Holds the token for so many seconds.
    pub(super) fn new(origin: &Origin, token: &str, seconds: i64) -> Self {
        let cookie = Cookie::build((name(origin), token.to_owned()))
            .path(PATH)
            .http_only(true)
            .secure(origin.is_secure())
            .same_site(SameSite::Strict)
            .max_age(Duration::seconds(seconds.max(0)));
        Self(cookie.build())
    }

    /// Makes the browser forget it.
    pub(super) fn gone(origin: &Origin) -> Self {
        Self::new(origin, "", 0)
    }

    /// The value of `set-cookie`.
    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::try_from(self.0.encoded().to_string()).expect("an encoded cookie is ASCII")
    }
}

/// The token in a request's cookie.
pub(super) fn read(origin: &Origin, headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(name(origin))?.value();
    (!token.is_empty()).then(|| token.to_owned())
}

fn name(origin: &Origin) -> &'static str {
    if origin.is_secure() { SECURE_NAME } else { PLAIN_NAME }
}

#[cfg(test)]
mod tests {
    use kit_config::Value as _;

    use super::*;

    #[test]
    fn no_script_reads_it_and_no_other_site_sends_it() {
        let secure = Origin::parse("https://events.example.org").expect("an origin");
        assert_eq!(
            RefreshCookie::new(&secure, "t0k", 60).header(),
            "__Secure-plenary-refresh=t0k; HttpOnly; SameSite=Strict; Secure; Path=/session; Max-Age=60"
        );
        let plain = Origin::parse("http://127.0.0.1:8080").expect("an origin");
        assert_eq!(
            RefreshCookie::gone(&plain).header(),
            "plenary-refresh=; HttpOnly; SameSite=Strict; Path=/session; Max-Age=0"
        );
    }
}
