//! One SMTP conversation, without I/O: lines in, replies and finished mails out (RFC 5321).
//!
//! Only what a submitting client needs: no authentication, no TLS, no relaying. It takes every recipient, since its whole
//! purpose is to keep a developer's mail from leaving the machine.

use super::limits::{MAIL_BYTES_MAX, RECIPIENTS_MAX};

/// What the server says next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send this, go on reading.
    Reply(&'static str),
    /// Send these lines, go on reading.
    Capabilities(String),
    /// Keep this mail, send the reply.
    Accept(Mail, &'static str),
    /// Nothing to say: a line of a mail's text.
    Quiet,
    /// Send this and close.
    Close(&'static str),
}

/// A received mail: its envelope and its text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) text: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Session {
    mail: Option<Mail>,
    in_text: bool,
    too_large: bool,
}

pub(super) const GREETING: &str = "220 plenary mail sink\r\n";
const OK: &str = "250 OK\r\n";

impl Session {
    /// Takes one line without its line break.
    pub(super) fn line(&mut self, line: &[u8]) -> Step {
        if self.in_text {
            return self.text_line(line);
        }
        let line = String::from_utf8_lossy(line);
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => Step::Capabilities(format!(
                "250-plenary\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {MAIL_BYTES_MAX}\r\n"
            )),
            "HELO" => Step::Reply("250 plenary\r\n"),
            "MAIL" => self.from(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.mail = None;
                Step::Reply(OK)
            }
            "NOOP" => Step::Reply(OK),
            "QUIT" => Step::Close("221 Bye\r\n"),
            _ => Step::Reply("502 Command not implemented\r\n"),
        }
    }

    fn from(&mut self, rest: &str) -> Step {
        let Some(address) = path(rest, "FROM:") else {
            return Step::Reply("501 Say MAIL FROM:<address>\r\n");
        };
        self.mail = Some(Mail {
            from: address.to_owned(),
            ..Mail::default()
        });
        Step::Reply(OK)
    }

    fn recipient(&mut self, rest: &str) -> Step {
        let Some(mail) = &mut self.mail else {
            return Step::Reply("503 Say MAIL first\r\n");
        };
        let Some(address) = path(rest, "TO:") else {
            return Step::Reply("501 Say RCPT TO:<address>\r\n");
        };
        if mail.to.len() == RECIPIENTS_MAX {
            return Step::Reply("452 Too many recipients\r\n");
        }
        mail.to.push(address.to_owned());
        Step::Reply(OK)
    }

    fn data(&mut self) -> Step {
        if self.mail.as_ref().is_none_or(|mail| mail.to.is_empty()) {
            return Step::Reply("503 Say MAIL and RCPT first\r\n");
        }
        self.in_text = true;
        self.too_large = false;
        Step::Reply("354 End with <CRLF>.<CRLF>\r\n")
    }

    fn text_line(&mut self, line: &[u8]) -> Step {
        if line == b"." {
            self.in_text = false;
            let mail = self.mail.take().unwrap_or_default();
            return if self.too_large {
                Step::Reply("552 The mail is too large\r\n")
            } else {
                Step::Accept(mail, "250 Kept\r\n")
            };
        }
        // RFC 5321 section 4.5.2: a leading dot was doubled by the client.
        let line = line.strip_prefix(b".").unwrap_or(line);
        if let Some(mail) = &mut self.mail {
            self.too_large |= mail.text.len() + line.len() + 2 > MAIL_BYTES_MAX;
            if !self.too_large {
                mail.text.extend_from_slice(line);
                mail.text.extend_from_slice(b"\r\n");
            }
        }
        Step::Quiet
    }
}

/// `FROM:<a@b> SIZE=1` → `a@b`.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = rest.trim_start();
    let address = rest
        .get(..keyword.len())
        .filter(|start| start.eq_ignore_ascii_case(keyword))
        .map(|_| &rest[keyword.len()..])?;
    let address = address.trim_start().strip_prefix('<')?;
    address.split_once('>').map(|(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> (Session, Step) {
        let mut session = Session::default();
        let mut last = Step::Quiet;
        for line in lines {
            last = session.line(line.as_bytes());
        }
        (session, last)
    }

    #[test]
    fn a_mail_is_kept_with_its_envelope() {
        let (_, step) = after(&[
            "EHLO me",
            "MAIL FROM:<a@b.c> SIZE=9",
            "RCPT TO:<d@e.f>",
            "DATA",
            "Subject: x",
            "",
            "..dot",
            ".",
        ]);
        let mail = Mail {
            from: "a@b.c".to_owned(),
            to: vec!["d@e.f".to_owned()],
            text: b"Subject: x\r\n\r\n.dot\r\n".to_vec(),
        };
        assert_eq!(step, Step::Accept(mail, "250 Kept\r\n"));
    }

    #[test]
    fn order_is_kept_and_the_session_goes_on() {
        assert_eq!(after(&["DATA"]).1, Step::Reply("503 Say MAIL and RCPT first\r\n"));
        assert_eq!(after(&["RCPT TO:<a@b>"]).1, Step::Reply("503 Say MAIL first\r\n"));
        assert_eq!(
            after(&["MAIL TO:<a@b>"]).1,
            Step::Reply("501 Say MAIL FROM:<address>\r\n")
        );
        assert_eq!(
            after(&["mail from:<a@b>", "RSET", "RCPT TO:<a@b>"]).1,
            Step::Reply("503 Say MAIL first\r\n")
        );
        assert_eq!(after(&["quit"]).1, Step::Close("221 Bye\r\n"));
    }

    #[test]
    fn a_mail_over_the_limit_is_refused_whole() {
        let (mut session, _) = after(&["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA"]);
        let line = vec![b'x'; 1 << 20];
        for _ in 0..=MAIL_BYTES_MAX / line.len() {
            assert_eq!(session.line(&line), Step::Quiet);
        }
        assert_eq!(session.line(b"."), Step::Reply("552 The mail is too large\r\n"));
        assert_eq!(session.line(b"NOOP"), Step::Reply("250 OK\r\n"));
    }
}
