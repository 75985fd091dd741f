//! Captured mails as files: `<data>/mail/00000042.eml`, numbered from 1.

use std::path::{Path, PathBuf};

use mail_parser::{MessageParser, MimeHeaders};
use tokio::fs;
use tokio::sync::Mutex;

use super::limits::MAILS_MAX;
use super::session::Mail;

#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    last: Mutex<u64>,
}

/// A mail as the reading page shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Reading {
    pub(super) number: u64,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    /// RFC 3339; empty when the mail has no date.
    pub(super) date: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) content: String,
}

impl Store {
    pub(super) async fn open(folder: PathBuf) -> std::io::Result<Self> {
        fs::create_dir_all(&folder).await?;
        let last = numbers(&folder).await?.last().copied().unwrap_or(0);
        Ok(Self {
            folder,
            last: Mutex::new(last),
        })
    }

    pub(super) async fn keep(&self, mail: &Mail) -> std::io::Result<()> {
        let mut last = self.last.lock().await;
        let number = *last + 1;
        // The envelope goes first, as a mail server would note it (RFC 5321 section 4.4 has no such field for recipients).
        let mut file = format!(
            "X-Envelope-From: {}\r\nX-Envelope-To: {}\r\n",
            mail.from,
            mail.to.join(", ")
        )
        .into_bytes();
        file.extend_from_slice(&mail.text);
        let partial = self.folder.join("partial");
        fs::write(&partial, file).await?;
        fs::rename(&partial, self.path(number)).await?;
        *last = number;
        if let Some(old) = number.checked_sub(MAILS_MAX as u64).filter(|old| *old > 0) {
            let _ = fs::remove_file(self.path(old)).await;
        }
        Ok(())
    }

    /// Newest first.
    pub(super) async fn list(&self) -> std::io::Result<Vec<Reading>> {
        let mut mails = Vec::new();
        for number in numbers(&self.folder).await?.into_iter().rev().take(MAILS_MAX) {
            mails.extend(self.read(number).await?);
        }
        Ok(mails)
    }

    pub(super) async fn read(&self, number: u64) -> std::io::Result<Option<Reading>> {
        match self.raw(number).await? {
            Some(file) => Ok(Some(reading(number, &file))),
            None => Ok(None),
        }
    }

    pub(super) async fn raw(&self, number: u64) -> std::io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(number)).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:08}.eml"))
    }
}

/// Of the mails in a folder, rising.
async fn numbers(folder: &Path) -> std::io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        numbers.extend(
            name.to_str()
                .and_then(|name| name.strip_suffix(".eml"))
                .and_then(|name| name.parse::<u64>().ok()),
        );
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn reading(number: u64, file: &[u8]) -> Reading {
    let message = MessageParser::default().parse(file).unwrap_or_default();
    let header = |name: &str| message.header_raw(name).unwrap_or_default().trim().to_owned();
    Reading {
        number,
        from: header("X-Envelope-From"),
        to: header("X-Envelope-To").split(", ").map(str::to_owned).collect(),
        subject: message.subject().unwrap_or("(no subject)").to_owned(),
        date: message
            .date()
            .map(mail_parser::DateTime::to_rfc3339)
            .unwrap_or_default(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        attachments: message.attachments().map(attachment).collect(),
    }
}

fn attachment(part: &mail_parser::MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
    );
    Attachment {
        name: part.attachment_name().unwrap_or("unnamed").to_owned(),
        content_type,
        content: part.text_contents().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str) -> Mail {
        let text = format!("Subject: {subject}\r\nDate: Mon, 1 Jan 2029 10:00:00 +0000\r\n\r\nHello\r\n");
        Mail {
            from: "a@example.org".to_owned(),
            to: vec!["b@example.org".to_owned()],
            text: text.into_bytes(),
        }
    }

    #[tokio::test]
    async fn mails_survive_a_restart_and_are_listed_newest_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path().join("mail")).await.expect("opens");
        store.keep(&mail("one")).await.expect("kept");
        let store = Store::open(folder.path().join("mail")).await.expect("opens again");
        store.keep(&mail("two")).await.expect("kept");
        let list = store.list().await.expect("listed");
        let subjects: Vec<_> = list.iter().map(|mail| (mail.number, mail.subject.as_str())).collect();
        assert_eq!(subjects, [(2, "two"), (1, "one")]);
        assert_eq!(list[0].to, ["b@example.org"]);
        assert_eq!(list[0].text.trim(), "Hello");
        assert!(store.read(3).await.expect("read").is_none());
    }
}
