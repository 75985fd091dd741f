//! The service's configuration.

use kit_config::{Keys, Loader, Secret, Section};

/// What the service needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the tables are.
    pub postgres: kit_pg::Config,
    /// Where facts and news of rooms go.
    pub redis: kit_bus::Config,
    /// Name of the API key that media tokens are signed with.
    pub media_key: String,
    /// Its secret, which the SFU nodes have too.
    pub media_secret: Secret,
}

/// `[live]`.
struct Own {
    media_key: String,
    media_secret: Secret,
}

impl Section for Own {
    const NAME: &'static str = crate::NAME;

    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            media_key: keys.get(
                "media_key",
                "plenary",
                "Name of the API key that media tokens are signed with.",
            ),
            media_secret: keys.required(
                "media_secret",
                "32 or more random characters",
                "Secret of that key; the SFU nodes' [sfu] media_secret is the same.",
            ),
        }
    }
}

impl Config {
    /// Reads the sections that the service uses.
    pub fn load(loader: &mut Loader) -> Self {
        let (postgres, redis) = (loader.section(), loader.section());
        let Own {
            media_key,
            media_secret,
        } = loader.section();
        Self {
            postgres,
            redis,
            media_key,
            media_secret,
        }
    }
}
