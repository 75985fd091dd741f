//! The media token of a signalling request, and what else the request says.

use http::{HeaderMap, header};

use crate::limits::USER_AGENT_BYTES_MAX;

/// The query's parameter with the token. It must go no further: queries end up in logs.
const PARAMETER: &str = "access_token";

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) token: String,
    /// The query without the token, as it came.
    pub(super) query: String,
    /// What the client says it is; cut off after `USER_AGENT_BYTES_MAX`.
    pub(super) user_agent: String,
}

impl Asked {
    /// `None` without a token. One in the header comes first, as in LiveKit's server.
    pub(super) fn read(query: &str, headers: &HeaderMap) -> Option<Self> {
        let is_token = |pair: &&str| pair.split('=').next() == Some(PARAMETER);
        let in_query = query.split('&').find(is_token).and_then(|pair| pair.split_once('='));
        // A JWT has no character that a query would escape.
        let in_query = in_query.map(|(_, token)| token);
        let token = bearer(headers).or(in_query).filter(|token| !token.is_empty())?;
        let rest: Vec<_> = query.split('&').filter(|pair| !is_token(pair)).collect();
        Some(Self {
            token: token.to_owned(),
            query: rest.join("&"),
            user_agent: user_agent(headers),
        })
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    // Characters that can be shown are one byte each in a header's text.
    let value = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().chars().take(USER_AGENT_BYTES_MAX).collect()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str, authorization: Option<&str>) -> Option<(String, String)> {
        let headers = authorization.map(|value| (header::AUTHORIZATION, value.parse().expect("a header")));
        Asked::read(query, &headers.into_iter().collect()).map(|asked| (asked.token, asked.query))
    }

    fn some(token: &str, query: &str) -> Option<(String, String)> {
        Some((token.to_owned(), query.to_owned()))
    }

    #[test]
    fn the_token_is_taken_out_of_the_query() {
        assert_eq!(asked("access_token=a.b.c", None), some("a.b.c", ""));
        assert_eq!(
            asked("auto_subscribe=1&access_token=a.b.c&sdk=js", None),
            some("a.b.c", "auto_subscribe=1&sdk=js")
        );
        assert_eq!(asked("sdk=go", Some("Bearer a.b.c")), some("a.b.c", "sdk=go"));
        assert_eq!(
            asked("access_token=x&sdk=go&access_token=y", Some("bearer a.b.c")),
            some("a.b.c", "sdk=go")
        );
    }

    #[test]
    fn a_long_user_agent_is_cut_off() {
        let agent = |value: &str| {
            let headers = [(header::USER_AGENT, value.parse().expect("a header"))];
            let asked = Asked::read("access_token=a.b.c", &headers.into_iter().collect());
            asked.expect("a token").user_agent
        };
        assert_eq!(agent("Firefox/140.0"), "Firefox/140.0");
        assert_eq!(agent(&"x".repeat(600)).len(), USER_AGENT_BYTES_MAX);
    }

    #[test]
    fn without_a_token_nothing_is_asked() {
        for query in ["", "sdk=js", "access_token", "access_token=", "xaccess_token=a"] {
            assert_eq!(asked(query, None), None, "{query}");
        }
        assert_eq!(asked("", Some("Basic abc")), None);
    }
}
