//! The query string of `/rtc`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use url::form_urlencoded;

/// RFC 4648 §5. LiveKit's Go SDK pads, others may not.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    pub(crate) naming: Naming,
    /// What they want to be known by beside what their token says: JSON in base64. Unreadable ones are none.
    pub(crate) attributes: BTreeMap<String, String>,
}

/// Where a client reads a track's sid in what is offered to it (`a=msid`, RFC 8830).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Naming {
    /// In the track's id.
    #[default]
    Track,
    /// In the stream's id, beside the participant's: Firefox makes ids of its own for the tracks that it receives, so
    /// livekit-client takes a stream that begins with `TR_` for the track. Streams then tell nothing of lip sync.
    Stream,
}

impl ConnectQuery {
    /// Reads a query string; what is unknown is skipped, what is unreadable has its default.
    ///
    /// A client in a browser that says nothing of it is known by the header, as LiveKit's server does.
    pub(crate) fn parse(query: &str, user_agent: &str) -> Self {
        let mut this = Self {
            auto_subscribe: true,
            resume: None,
            sdk: String::new(),
            protocol: 0,
            naming: Naming::of(user_agent),
            attributes: BTreeMap::new(),
        };
        let (mut reconnect, mut sid) = (false, String::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "auto_subscribe" => this.auto_subscribe = is_true(&value),
                "reconnect" => reconnect = is_true(&value),
                "sid" => sid = value.into_owned(),
                "sdk" => this.sdk = value.chars().filter(char::is_ascii_alphanumeric).take(32).collect(),
                "browser" if !value.is_empty() => this.naming = Naming::of(&value),
                "attributes" => this.attributes = attributes(&value).unwrap_or_default(),
                "protocol" => this.protocol = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        this.resume = reconnect.then_some(sid);
        this
    }
}

impl Naming {
    /// Firefox, in a User-Agent's product or as a name by itself.
    fn of(browser: &str) -> Self {
        let is_firefox = browser.to_ascii_lowercase().contains("firefox");
        if is_firefox { Self::Stream } else { Self::Track }
    }
}

fn attributes(value: &str) -> Option<BTreeMap<String, String>> {
    serde_json::from_slice(&BASE64_URL.decode(value).ok()?).ok()
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let query = ConnectQuery::parse(
            "auto_subscribe=0&sdk=js&version=2.23.0&protocol=17&adaptive_stream=1",
            "",
        );
        assert_eq!(
            query,
            ConnectQuery {
                auto_subscribe: false,
                resume: None,
                sdk: "js".to_owned(),
                protocol: 17,
                naming: Naming::Track,
                attributes: BTreeMap::new(),
            }
        );
        assert!(ConnectQuery::parse("", "").auto_subscribe);
        let resume = |query: &str| ConnectQuery::parse(query, "").resume;
        assert_eq!(
            resume("sid=PA_x&reconnect=1&reconnect_reason=2").as_deref(),
            Some("PA_x")
        );
        assert_eq!(resume("reconnect=1").as_deref(), Some(""));
        assert_eq!(resume("sid=PA_x&reconnect=0"), None);
        assert_eq!(ConnectQuery::parse("sdk=%0a<b>&protocol=x", "").sdk, "b");
    }

    #[test]
    fn reads_attributes_as_livekit_s_go_sdk_writes_them() {
        let attributes = |value: &str| ConnectQuery::parse(&format!("attributes={value}"), "").attributes;
        let of = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert_eq!(attributes("eyJoYW5kIjoidXAifQ=="), of("hand", "up"));
        assert_eq!(attributes("eyJoYW5kIjoidXAifQ"), of("hand", "up"));
        assert_eq!(
            attributes("eyJhIjoiPz8-In0="),
            of("a", "??>"),
            "with the alphabet of addresses"
        );
        for unreadable in ["", "%", "eyJhIjoxfQ==", "W10="] {
            assert_eq!(attributes(unreadable), BTreeMap::new());
        }
    }

    #[test]
    fn knows_who_reads_a_track_in_its_stream() {
        const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        const CHROMIUM: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36";
        let naming = |query: &str, user_agent: &str| ConnectQuery::parse(query, user_agent).naming;
        assert_eq!(naming("sdk=js", FIREFOX), Naming::Stream);
        assert_eq!(naming("sdk=js", CHROMIUM), Naming::Track);
        assert_eq!(naming("browser=Firefox", ""), Naming::Stream);
        assert_eq!(naming("browser=Chrome", FIREFOX), Naming::Track, "what it says itself");
        assert_eq!(naming("browser=", FIREFOX), Naming::Stream);
    }
}
