//! What a small installation has beside its parts: a private PostgreSQL, Redis and object store, a sink for mail, and
//! secrets. Each is there only if the operator has not configured the real thing.

use kit_config::{Origin, Report, Sources};
use kit_core::Rng;
use kit_local::{Durability, Lifetime, Objects, Server, Settings as Local};
use kit_rpc::Tasks;

use crate::data::{DataFolder, random_secret};
use crate::mail::MailSink;
use crate::settings::Settings;

const OBJECTS_KEY: &str = "plenary";
/// Stands where a value will be, while it is found out whether the operator gave one.
const LATER: &str = "http://127.0.0.1:1";

/// Of the shape that secrets have, for the same purpose.
const PLACEHOLDER_SECRET: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Secrets that are made at first start: file, section and key.
const SECRETS: [(&str, &str, &str); 4] = [
    ("identity-secret", "identity", "secret"),
    ("ticket-key", "ticketing", "code_key"),
    ("media-secret", "live", "media_secret"),
    ("media-secret", "sfu", "media_secret"),
];

/// What runs beside the parts. Dropping it stops the servers.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    postgres: Option<Server>,
    redis: Option<Server>,
    /// `/dev/mail`, when mail is captured.
    pub(crate) mail: Option<MailSink>,
}

impl Embedded {
    /// Starts what the operator has not configured. Answers with the sources that name it.
    pub(crate) async fn start(
        operator: Sources,
        data: &DataFolder,
        rng: &Rng,
        tasks: &Tasks,
    ) -> anyhow::Result<(Self, Sources)> {
        // Everything is read once before anything is started: a mistake in the file costs no time.
        let wanted = wanted(&operator)?;
        let mut sources = operator;
        for (file, section, key) in SECRETS {
            sources = sources.given(section, key, data.secret(file, || random_secret(rng))?);
        }
        let mut embedded = Self::default();
        if wanted.postgres {
            let server = kit_local::postgres(&durable(data, "postgres")).await?;
            sources = sources.given("postgres", "url", server.url());
            embedded.postgres = Some(server);
        }
        if wanted.redis {
            let server = kit_local::redis(&durable(data, "redis")).await?;
            sources = sources.given("redis", "url", server.url());
            embedded.redis = Some(server);
        }
        if wanted.objects {
            let secret = data.secret("objects-secret", || random_secret(rng))?;
            let objects = Objects::listen(&data.folder("objects"), 0, OBJECTS_KEY, &secret).await?;
            sources = sources
                .given("blobs", "endpoint", objects.endpoint())
                .given("blobs", "access_key_id", OBJECTS_KEY)
                .given("blobs", "secret_access_key", secret);
            tasks.spawn("objects", objects.serve(tasks.stopping()));
        }
        if wanted.mail {
            let sink = MailSink::start(data.folder("mail"), tasks).await?;
            sources = sources.given("mail", "smtp_url", format!("smtp://{}", sink.address));
            embedded.mail = Some(sink);
        }
        Ok((embedded, sources))
    }

    /// Ends when a server that the process cannot do without has ended by itself; says which.
    pub(crate) async fn gone(&self) -> &'static str {
        tokio::select! {
            () = gone(self.postgres.as_ref()) => "PostgreSQL",
            () = gone(self.redis.as_ref()) => "Redis",
        }
    }

    /// Stops the servers and waits for them.
    pub(crate) async fn stop(self) {
        if let Some(redis) = self.redis {
            redis.stop().await;
        }
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}

struct Wanted {
    postgres: bool,
    redis: bool,
    objects: bool,
    mail: bool,
}

/// Every key of every part, as the operator's sources have it; what would be embedded shows as given.
pub(crate) fn explain(operator: Sources) -> anyhow::Result<Report> {
    let mut sources = operator
        .given("postgres", "url", "postgres://localhost/plenary")
        .given("redis", "url", "redis://localhost")
        .given("blobs", "endpoint", LATER)
        .given("blobs", "access_key_id", OBJECTS_KEY)
        .given("blobs", "secret_access_key", LATER)
        .given("mail", "smtp_url", "smtp://localhost");
    for (_, section, key) in SECRETS {
        sources = sources.given(section, key, PLACEHOLDER_SECRET);
    }
    Settings::load(sources).map(|(_, report)| report)
}

/// What the operator has left to us.
fn wanted(operator: &Sources) -> anyhow::Result<Wanted> {
    let report = explain(operator.clone())?;
    Ok(Wanted {
        postgres: is_given(&report, "postgres", "url"),
        redis: is_given(&report, "redis", "url"),
        // AWS itself has no endpoint to set: whoever names a key of their own has a store of their own.
        objects: is_given(&report, "blobs", "endpoint") && is_given(&report, "blobs", "access_key_id"),
        mail: is_given(&report, "mail", "smtp_url"),
    })
}

fn is_given(report: &Report, section: &str, key: &str) -> bool {
    let mut entries = report.entries.iter();
    entries.any(|entry| entry.section == section && entry.key == key && entry.origin == Origin::Given)
}

fn durable(data: &DataFolder, name: &str) -> Local {
    Local {
        folder: data.folder(name),
        durability: Durability::Durable,
        lifetime: Lifetime::WithParent,
    }
}

async fn gone(server: Option<&Server>) {
    match server {
        Some(server) => server.gone().await,
        None => std::future::pending().await,
    }
}
