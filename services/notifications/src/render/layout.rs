//! One layout for every mail: a heading, paragraphs, at most one button, cards with tickets. From the same blocks come the
//! text and the HTML, so that the two say the same.

use std::fmt::Write as _;

/// A part of a mail.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Paragraph(String),
    /// Words of an organizer, set apart.
    Quote(String),
    /// A link that says what it does.
    Button {
        label: String,
        url: String,
    },
    /// A ticket with its code as a picture (`cid:` name).
    Ticket {
        name: String,
        kind: String,
        picture: String,
    },
}

/// A whole mail.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) heading: String,
    pub(crate) blocks: Vec<Block>,
    /// Why the recipient gets this.
    pub(crate) footer: String,
}

const BODY: &str = "margin:0;padding:24px 12px;background:#f4f4f6;color:#1c1c22;\
                    font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CARD: &str = "max-width:560px;margin:0 auto;background:#ffffff;border-radius:12px;padding:32px 28px";
const BUTTON: &str = "display:inline-block;background:#3b3fd8;color:#ffffff;text-decoration:none;\
                      font-weight:600;padding:12px 22px;border-radius:8px";
const TICKET: &str = "border:1px solid #d9d9e0;border-radius:12px;padding:20px;margin:0 0 16px;text-align:center";
const QUOTE: &str = "margin:0 0 16px;padding:2px 0 2px 16px;border-left:3px solid #d9d9e0;white-space:pre-line";
const FOOTER: &str = "max-width:560px;margin:16px auto 0;color:#5d5d68;font-size:13px;text-align:center";

impl Layout {
    pub(crate) fn html(&self) -> String {
        let mut body = String::new();
        for block in &self.blocks {
            // Writing to a String cannot fail.
            let _ = match block {
                Block::Paragraph(text) => write!(body, "<p style=\"margin:0 0 16px\">{}</p>", escape(text)),
                Block::Quote(text) => write!(body, "<blockquote style=\"{QUOTE}\">{}</blockquote>", escape(text)),
                Block::Button { label, url } => write!(
                    body,
                    "<p style=\"margin:24px 0\"><a href=\"{0}\" style=\"{BUTTON}\">{1}</a></p>\
                     <p style=\"margin:0 0 16px;font-size:13px;color:#5d5d68;word-break:break-all\">{0}</p>",
                    escape(url),
                    escape(label)
                ),
                Block::Ticket { name, kind, picture } => write!(
                    body,
                    "<div style=\"{TICKET}\"><strong>{0}</strong><br>{1}<br><img src=\"cid:{2}\" width=\"240\" \
                     height=\"240\" alt=\"QR code of the ticket for {0}\" style=\"margin-top:12px\"></div>",
                    escape(name),
                    escape(kind),
                    escape(picture)
                ),
            };
        }
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><title>{0}</title></head><body style=\"{BODY}\">\
             <div style=\"{CARD}\"><h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.25\">{0}</h1>{body}</div>\
             <div style=\"{FOOTER}\">{1}</div></body></html>",
            escape(&self.heading),
            escape(&self.footer)
        )
    }

    pub(crate) fn text(&self) -> String {
        let mut out = format!("{}\n\n", self.heading);
        for block in &self.blocks {
            let _ = match block {
                Block::Paragraph(text) => write!(out, "{text}\n\n"),
                Block::Quote(text) => write!(out, "> {}\n\n", text.replace('\n', "\n> ")),
                Block::Button { label, url } => write!(out, "{label}:\n{url}\n\n"),
                Block::Ticket { name, kind, .. } => write!(out, "Ticket: {name}, {kind}\n\n"),
            };
        }
        out + "--\n" + &self.footer + "\n"
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_title_becomes_markup() {
        let hostile = "<script>alert(1)</script>\" onload='x'";
        let layout = Layout {
            heading: hostile.to_owned(),
            blocks: vec![
                Block::Paragraph(hostile.to_owned()),
                Block::Quote(hostile.to_owned()),
                Block::Button {
                    label: hostile.to_owned(),
                    url: format!("https://example.org/{hostile}"),
                },
                Block::Ticket {
                    name: hostile.to_owned(),
                    kind: hostile.to_owned(),
                    picture: "a".to_owned(),
                },
            ],
            footer: hostile.to_owned(),
        };
        let html = layout.html();
        assert!(!html.contains("<script") && !html.contains("onload='"), "{html}");
        assert!(layout.text().contains(hostile));
    }
}
