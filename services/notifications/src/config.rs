//! The service's configuration.

use kit_config::{Keys, Loader, Secret, Section};

/// What the service needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) postgres: kit_pg::Config,
    pub(crate) redis: kit_bus::Config,
    pub(crate) mail: MailConfig,
    /// Where links in mails lead, without a slash at the end.
    pub(crate) site: String,
}

/// `[mail]`.
#[derive(Clone, Debug)]
pub(crate) struct MailConfig {
    pub(crate) smtp_url: Secret,
    pub(crate) from: String,
}

impl Section for MailConfig {
    const NAME: &'static str = "mail";

    fn read(keys: &mut Keys<'_>) -> Self {
        let from: String = keys.get("from", "Plenary <plenary@localhost>", "Sender of all mail.");
        keys.check(
            "from",
            from.parse::<lettre::message::Mailbox>().is_ok(),
            "must be like: Name <name@example.org>",
        );
        Self {
            smtp_url: keys.required(
                "smtp_url",
                "smtps://user:password@mail.example.org",
                "The mail server: smtps:// for TLS from the start, smtp://…?tls=required for STARTTLS, smtp:// for none.",
            ),
            from,
        }
    }
}

/// `[notifications]`.
struct Own {
    site: String,
}

impl Section for Own {
    const NAME: &'static str = crate::NAME;

    fn read(keys: &mut Keys<'_>) -> Self {
        let site: String = keys.get("public_url", "http://127.0.0.1:8080", "Where links in mails lead.");
        let is_url = site.starts_with("http://") || site.starts_with("https://");
        keys.check("public_url", is_url, "must start with http:// or https://");
        Self {
            site: site.trim_end_matches('/').to_owned(),
        }
    }
}

impl Config {
    /// Reads the sections that the service uses.
    pub fn load(loader: &mut Loader) -> Self {
        let (postgres, redis, mail) = (loader.section(), loader.section(), loader.section());
        let Own { site } = loader.section();
        Self {
            postgres,
            redis,
            mail,
            site,
        }
    }
}
