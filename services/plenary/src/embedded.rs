//! What a small installation has beside its parts: a private PostgreSQL, Redis and object store, a sink for mail, and
//! secrets. Each is there only if the operator has not configured the real thing.

use kit_config::{Origin, Report, Sources};
use kit_core::{Clock, Rng};
use kit_local::{Durability, Lifetime, Objects, Server, Settings as Local};
use kit_rpc::Tasks;

use crate::data::{DataFolder, random_secret};
use crate::mail::MailSink;
use crate::restarts::Restarts;
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

/// A server of ours, and how it is started again.
#[derive(Debug)]
struct Kept {
    kind: Kind,
    settings: Local,
    /// None while it is being started again.
    server: Option<Server>,
    restarts: Restarts,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Postgres,
    Redis,
}

/// What runs beside the parts. Dropping it stops the servers.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    postgres: Option<Kept>,
    redis: Option<Kept>,
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
            let (kept, url) = Kept::start(Kind::Postgres, data).await?;
            sources = sources.given("postgres", "url", url);
            embedded.postgres = Some(kept);
        }
        if wanted.redis {
            let (kept, url) = Kept::start(Kind::Redis, data).await?;
            sources = sources.given("redis", "url", url);
            embedded.redis = Some(kept);
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

    /// Starts a server again that ends by itself: a crash costs its clients a reconnect and nothing more. Completes when
    /// that is of no use.
    pub(crate) async fn keep(&mut self, clock: &Clock) -> anyhow::Error {
        tokio::select! {
            lost = keep(self.postgres.as_mut(), clock) => lost,
            lost = keep(self.redis.as_mut(), clock) => lost,
        }
    }

    /// Stops the servers and waits for them.
    pub(crate) async fn stop(self) {
        for kept in [self.redis, self.postgres].into_iter().flatten() {
            if let Some(server) = kept.server {
                server.stop().await;
            }
        }
    }
}

impl Kept {
    /// Answers with its address as well.
    async fn start(kind: Kind, data: &DataFolder) -> Result<(Self, String), kit_local::Error> {
        let settings = Local {
            folder: data.folder(kind.folder()),
            durability: Durability::Durable,
            lifetime: Lifetime::WithParent,
        };
        let server = kind.start(&settings).await?;
        let url = server.url().to_owned();
        let kept = Self {
            kind,
            settings,
            server: Some(server),
            restarts: Restarts::default(),
        };
        Ok((kept, url))
    }
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }

    async fn start(self, settings: &Local) -> Result<Server, kit_local::Error> {
        match self {
            Self::Postgres => kit_local::postgres(settings).await,
            Self::Redis => kit_local::redis(settings).await,
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

async fn keep(kept: Option<&mut Kept>, clock: &Clock) -> anyhow::Error {
    let Some(kept) = kept else {
        return std::future::pending().await;
    };
    let kind = kept.kind;
    loop {
        if let Some(server) = &kept.server {
            server.gone().await;
        }
        let Some(pause) = kept.restarts.pause(clock.instant()) else {
            return anyhow::anyhow!("{kind:?} keeps ending; see the log in the data folder");
        };
        tracing::error!(server = ?kind, "a server has ended and is started again");
        // Its folder is free for the next one when this one is dropped.
        kept.server = None;
        tokio::time::sleep(pause).await;
        match kind.start(&kept.settings).await {
            Ok(server) => kept.server = Some(server),
            Err(error) => tracing::error!(server = ?kind, %error, "a server cannot be started again"),
        }
    }
}
