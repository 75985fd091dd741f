//! What Markdown becomes, and a corpus of what attackers write.

use proptest::prelude::*;

use super::*;

fn html(markdown: &str) -> String {
    render(&markdown.parse().expect("fits"))
}

#[test]
fn markdown_becomes_html() {
    assert_eq!(
        html("# Agenda\n\nOne *two* **three** `four`"),
        "<h2>Agenda</h2>\n<p>One <em>two</em> <strong>three</strong> <code>four</code></p>\n"
    );
    assert_eq!(html("- a\n- b"), "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    assert_eq!(html("3. a"), "<ol start=\"3\">\n<li>a</li>\n</ol>\n");
    assert_eq!(html("~~old~~ a  \nb"), "<p><del>old</del> a<br>\nb</p>\n");
    let table = html("| a | b |\n|---|--:|\n| 1 | 2 |");
    assert!(
        table.contains("<th>a</th>") && table.contains("<td>2</td>") && !table.contains("style"),
        "{table}"
    );
    assert_eq!(html(""), "");
}

#[test]
fn links_leave_without_endorsement() {
    let expected = r#"<p><a href="https://example.org" title="there" rel="nofollow noopener">go</a></p>"#;
    assert_eq!(html(r#"[go](https://example.org "there")"#).trim(), expected);
    assert!(html("<mailto:ada@example.org>").contains(r#"href="mailto:ada@example.org""#));
    for refused in [
        "[go](/admin)",
        "[go](javascript:alert(1))",
        "[go](data:text/html,x)",
        "[go](//example.org)",
    ] {
        assert!(!html(refused).contains("href"), "{refused}: {}", html(refused));
    }
}

#[test]
fn pictures_come_over_https_or_not_at_all() {
    let shown = html("![A hall](https://example.org/hall.png)");
    assert!(
        shown.contains(r#"src="https://example.org/hall.png""#) && shown.contains(r#"alt="A hall""#),
        "{shown}"
    );
    assert!(shown.contains(r#"referrerpolicy="no-referrer""#), "{shown}");
    for refused in [
        "http://example.org/x.png",
        "data:image/png;base64,AAAA",
        "/images/x",
        "javascript:alert(1)",
    ] {
        let hidden = html(&format!("![A hall]({refused})"));
        assert!(!hidden.contains("src="), "{hidden}");
    }
}

#[test]
fn raw_html_is_text() {
    assert_eq!(html("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n");
    assert_eq!(html("<div>\nx\n</div>"), "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>\n");
}

#[test]
fn the_deepest_and_the_longest_description_are_rendered() {
    for piece in ["> ", "- ", "*a ", "[a](", "![", "| a ", "`", "~~a ", "<b>", "\\", "&#"] {
        let markdown = piece.repeat(20_000 / piece.len() - 1) + "x";
        assert_harmless(&html(&markdown));
    }
    let nested = html(&("> ".repeat(50) + "deep"));
    assert_eq!(nested.matches("<blockquote>").count(), MARKDOWN_DEPTH_MAX);
    assert!(nested.contains("deep"), "{nested}");
}

#[test]
fn the_corpus_is_harmless() {
    let corpus = include_str!("xss.txt");
    let mut count = 0;
    for attack in corpus
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("%%"))
    {
        let attack = attack.replace("\\n", "\n");
        for wrapped in [
            attack.clone(),
            format!("> {attack}"),
            format!("- {attack}\n"),
            format!("| a |\n|---|\n| {attack} |"),
            format!("[x]({attack})"),
            format!("![x]({attack})"),
        ] {
            assert_harmless(&html(&wrapped));
        }
        count += 1;
    }
    assert!(count >= 60, "the corpus has {count} lines");
}

proptest! {
    #[test]
    fn whatever_is_pieced_together_is_harmless(pieces in prop::collection::vec(piece(), 0..24)) {
        assert_harmless(&html(&pieces.concat()));
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<",
        ">",
        "</",
        "\"",
        "'",
        "`",
        "script",
        "<script>",
        "</script>",
        "<svg",
        " onload=",
        "javascript:",
        "](",
        "[",
        "![",
        ")",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "&lt;",
        "&#x3c;",
        "&colon;",
        "<!--",
        "-->",
        "<![CDATA[",
        "https://a.b",
        "data:",
        "style=",
        "<style>",
        "<math>",
        "<a href=",
        "x",
        " ",
        "|",
        "---",
        "\\",
        "\t",
        "<iframe src=",
        "&",
        ";",
        "vbscript:",
    ])
}

/// Reads the HTML as a browser would: every tag is on the list, and so are its attributes and their addresses.
fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start + 1..];
        let end = end_of_tag(tag).unwrap_or_else(|| panic!("a tag without end: {html}"));
        assert_tag(&tag[..end], html);
        rest = &tag[end + 1..];
    }
}

/// The `>` that is not inside a quoted value.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })
}

fn assert_tag(tag: &str, html: &str) {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(ELEMENTS.contains(&name), "<{name}> in {html}");
    while let Some((attribute, rest)) = attributes.split_once("=\"") {
        let (value, rest) = rest.split_once('"').expect("a quoted value");
        match (name, attribute.trim()) {
            ("a", "href") => {
                let value = value.to_ascii_lowercase();
                assert!(
                    ["https:", "http:", "mailto:"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme)),
                    "{value} in {html}"
                );
            }
            ("a", "rel") => assert_eq!(value, "nofollow noopener"),
            ("img", "src") => assert!(is_https(value), "{value} in {html}"),
            ("a" | "img", "title") | ("img", "alt" | "loading" | "referrerpolicy") | ("ol", "start") => {}
            (_, other) => panic!("{other} on <{name}> in {html}"),
        }
        attributes = rest;
    }
    assert_eq!(attributes.trim(), "", "in {html}");
}
