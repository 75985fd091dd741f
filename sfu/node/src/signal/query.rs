//! The query string of `/rtc`.

use url::form_urlencoded;

/// What a client says when it connects; the token aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectQuery {
    /// Subscribe to all that is published.
    pub(crate) auto_subscribe: bool,
    /// Resume the session of this participant's sid.
    pub(crate) resume: Option<String>,
    /// Name and version of the SDK, for the log.
    pub(crate) sdk: String,
    /// The client's protocol number.
    pub(crate) protocol: u32,
}

impl ConnectQuery {
    /// Reads a query string; what is unknown is skipped, what is unreadable has its default.
    pub(crate) fn parse(query: &str) -> Self {
        let mut this = Self {
            auto_subscribe: true,
            resume: None,
            sdk: String::new(),
            protocol: 0,
        };
        let (mut reconnect, mut sid) = (false, String::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "auto_subscribe" => this.auto_subscribe = is_true(&value),
                "reconnect" => reconnect = is_true(&value),
                "sid" => sid = value.into_owned(),
                "sdk" => this.sdk = value.chars().filter(char::is_ascii_alphanumeric).take(32).collect(),
                "protocol" => this.protocol = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        this.resume = reconnect.then_some(sid);
        this
    }
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let query = ConnectQuery::parse("auto_subscribe=0&sdk=js&version=2.23.0&protocol=17&adaptive_stream=1");
        assert_eq!(
            query,
            ConnectQuery {
                auto_subscribe: false,
                resume: None,
                sdk: "js".to_owned(),
                protocol: 17
            }
        );
        assert!(ConnectQuery::parse("").auto_subscribe);
        let resume = |query: &str| ConnectQuery::parse(query).resume;
        assert_eq!(
            resume("sid=PA_x&reconnect=1&reconnect_reason=2").as_deref(),
            Some("PA_x")
        );
        assert_eq!(resume("reconnect=1").as_deref(), Some(""));
        assert_eq!(resume("sid=PA_x&reconnect=0"), None);
        assert_eq!(ConnectQuery::parse("sdk=%0a<b>&protocol=x").sdk, "b");
    }
}
