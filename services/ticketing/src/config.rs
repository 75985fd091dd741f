//! The service's configuration.

use kit_config::{Keys, Loader, Secret, Section};

/// What the service needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the tables are.
    pub postgres: kit_pg::Config,
    /// Where facts go.
    pub redis: kit_bus::Config,
    /// Signs the QR codes: the seed of an Ed25519 key, 64 hexadecimal digits.
    pub code_key: Secret,
}

/// `[ticketing]`.
struct Own {
    code_key: Secret,
}

impl Section for Own {
    const NAME: &'static str = crate::NAME;

    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            code_key: keys.required(
                "code_key",
                "64 random hexadecimal digits",
                "Signs the QR codes of tickets. With another key, tickets that are out are unknown.",
            ),
        }
    }
}

impl Config {
    /// Reads the sections that the service uses.
    pub fn load(loader: &mut Loader) -> Self {
        let (postgres, redis) = (loader.section(), loader.section());
        let Own { code_key } = loader.section();
        Self {
            postgres,
            redis,
            code_key,
        }
    }
}
