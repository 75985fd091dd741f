//! Text that goes into HTML, escaped where it is put and nowhere else.

use std::fmt::Write as _;

use serde_json::Value;

/// HTML that is safe by how it was made: every text from outside was escaped on its way in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl Html {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Our own words: a literal.
    pub(super) fn raw(mut self, html: &'static str) -> Self {
        self.0.push_str(html);
        self
    }

    /// What a service has sanitized already.
    pub(super) fn sanitized(mut self, html: &str) -> Self {
        self.0.push_str(html);
        self
    }

    /// A text.
    pub(super) fn text(mut self, text: &str) -> Self {
        escape(text, &mut self.0);
        self
    }

    /// `<name>text</name>`, or nothing for an empty text.
    pub(super) fn element(self, name: &'static str, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        self.open(name, &[]).text(text).close(name)
    }

    /// `<name key="value">`
    pub(super) fn open(mut self, name: &'static str, attributes: &[(&'static str, &str)]) -> Self {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            escape(value, &mut self.0);
            self.0.push('"');
        }
        self.0.push('>');
        self
    }

    /// `</name>`
    pub(super) fn close(mut self, name: &'static str) -> Self {
        write!(self.0, "</{name}>").expect("writing to memory succeeds");
        self
    }

    /// `<meta name="…" content="…">`, or nothing for an empty content.
    pub(super) fn meta(self, name: &'static str, content: &str) -> Self {
        self.meta_of("name", name, content)
    }

    /// `<meta property="…" content="…">`, as Open Graph wants it, or nothing for an empty content.
    pub(super) fn property(self, name: &'static str, content: &str) -> Self {
        self.meta_of("property", name, content)
    }

    fn meta_of(self, key: &'static str, name: &'static str, content: &str) -> Self {
        if content.is_empty() {
            return self;
        }
        self.open("meta", &[(key, name), ("content", content)])
    }

    /// A block of data. A script element ends at the first `</script` whatever surrounds it, so that no `<` may be left
    /// in it; JSON can say it otherwise.
    pub(super) fn data(self, attributes: &[(&'static str, &str)], json: &Value) -> Self {
        let mut html = self.open("script", attributes);
        for character in json.to_string().chars() {
            match character {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    write!(html.0, "\\u{:04x}", u32::from(character)).expect("writing to memory succeeds");
                }
                other => html.0.push(other),
            }
        }
        html.close("script")
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Safe in text and in an attribute with either kind of quotes.
pub(super) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_stay_texts() {
        let hostile = r#""><script>alert('1')</script>&amp;"#;
        let html = Html::new().element("title", hostile).meta("description", hostile);
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;";
        let expected = format!("<title>{escaped}</title><meta name=\"description\" content=\"{escaped}\">");
        assert_eq!(html.as_str(), expected);
    }

    #[test]
    fn data_cannot_end_its_block_and_is_still_the_same_data() {
        let value = serde_json::json!({"title": "</script><script>alert(1)</script><!--\u{2028}&"});
        let html = Html::new().data(&[("type", "application/json")], &value);
        let inner = html
            .as_str()
            .strip_prefix("<script type=\"application/json\">")
            .expect("opens");
        let inner = inner.strip_suffix("</script>").expect("closes");
        assert!(!inner.contains(['<', '>', '&', '\u{2028}']), "{inner}");
        assert_eq!(serde_json::from_str::<Value>(inner).expect("JSON"), value);
    }

    #[test]
    fn what_is_empty_is_left_out() {
        assert_eq!(
            Html::new()
                .element("p", "")
                .meta("description", "")
                .property("og:image", ""),
            Html::new()
        );
    }
}
