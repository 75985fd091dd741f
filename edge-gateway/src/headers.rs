//! What every answer tells browsers, so that a mistake elsewhere stays small.

use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use crate::Origin;

/// A year, as browsers' preload lists ask for; not for subdomains, which may not be ours.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// What is no page loads nothing and is framed by nobody.
const NO_PAGE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
/// The live room uses the devices; nothing that a page might embed ever does.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self), \
     screen-wake-lock=(self), speaker-selection=(self), geolocation=(), payment=(), usb=(), midi=(), serial=(), \
     browsing-topics=()",
);

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The headers of one gateway.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    page_policy: HeaderValue,
    secure: bool,
}

impl Headers {
    pub(crate) fn new(origin: &Origin) -> Self {
        // The data blocks in a page's head are no scripts to a browser (HTML, "prepare the script element": a type that
        // is none of JavaScript's ends it before the policy is asked), so that nothing inline has to be allowed.
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; \
             media-src 'self' blob: mediastream:; connect-src 'self' {}; manifest-src 'self'; worker-src 'self'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            origin.web_socket()
        );
        Self {
            page_policy: HeaderValue::try_from(policy).expect("an authority fits into a header"),
            secure: origin.is_secure(),
        }
    }

    /// Adds to the answer what it does not say itself.
    pub(crate) fn add(&self, response: &mut Response) {
        let headers = response.headers_mut();
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is = |kind: &str| content_type.is_some_and(|content_type| content_type.starts_with(kind));
        let (is_page, is_script) = (is("text/html"), is("text/javascript"));
        if is_page {
            add(headers, CONTENT_SECURITY_POLICY, &self.page_policy);
            add(headers, PERMISSIONS_POLICY, &PERMISSIONS);
            add(headers, OPENER_POLICY, &HeaderValue::from_static("same-origin"));
            add(
                headers,
                REFERRER_POLICY,
                &HeaderValue::from_static("strict-origin-when-cross-origin"),
            );
        } else if is_script {
            // A worker goes by the policy that its own script came with.
            add(headers, CONTENT_SECURITY_POLICY, &self.page_policy);
        } else {
            add(headers, CONTENT_SECURITY_POLICY, &NO_PAGE_POLICY);
        }
        add(headers, RESOURCE_POLICY, &HeaderValue::from_static("same-origin"));
        self.add_transport(headers);
    }

    /// Adds what an answer to a gRPC call says too; no browser ever shows one.
    pub(crate) fn add_transport(&self, headers: &mut HeaderMap) {
        add(headers, X_CONTENT_TYPE_OPTIONS, &HeaderValue::from_static("nosniff"));
        if self.secure {
            add(headers, STRICT_TRANSPORT_SECURITY, &STRICT_TRANSPORT);
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &HeaderValue) {
    headers.entry(name).or_insert_with(|| value.clone());
}

#[cfg(test)]
mod tests {
    use axum::response::{Html, IntoResponse as _};
    use kit_config::Value as _;

    use super::*;

    fn headers_of(origin: &str, mut response: Response) -> HeaderMap {
        Headers::new(&Origin::parse(origin).expect("an origin")).add(&mut response);
        response.into_parts().0.headers
    }

    #[test]
    fn pages_may_load_only_from_here_and_nothing_inline() {
        let headers = headers_of("https://events.example.org", Html("").into_response());
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        assert!(
            policy.contains("connect-src 'self' wss://events.example.org;"),
            "{policy}"
        );
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(headers["strict-transport-security"], "max-age=31536000");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let permissions = headers["permissions-policy"].to_str().expect("text");
        assert!(permissions.starts_with("camera=(self), microphone=(self), display-capture=(self)"));
    }

    #[test]
    fn without_tls_there_is_no_promise_of_it() {
        let headers = headers_of("http://127.0.0.1:8080", Html("").into_response());
        assert!(!headers.contains_key("strict-transport-security"));
    }

    #[test]
    fn what_is_no_page_is_in_a_sandbox_and_own_words_stand() {
        let headers = headers_of("http://x", "text".into_response());
        assert!(
            headers["content-security-policy"]
                .to_str()
                .expect("text")
                .ends_with("sandbox")
        );
        let own = [("cross-origin-resource-policy", "cross-origin")];
        let headers = headers_of("http://x", (own, "picture").into_response());
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
    }
}
