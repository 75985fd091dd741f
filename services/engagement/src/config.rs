//! The service's configuration.

use std::time::Duration;

use kit_bus::Rate;
use kit_config::{Keys, Loader, Section};

/// What the service needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) postgres: kit_pg::Config,
    pub(crate) redis: kit_bus::Config,
    /// What one person may write in one room.
    pub(crate) message_rate: Rate,
}

/// `[engagement]`.
struct Own {
    message_rate: Rate,
}

impl Section for Own {
    const NAME: &'static str = crate::NAME;

    fn read(keys: &mut Keys<'_>) -> Self {
        let tokens = keys.get(
            "chat_burst",
            "8",
            "Messages that one person may write in a room at once.",
        );
        let period: Duration = keys.get(
            "chat_burst_period",
            "10s",
            "In what time that many may be written again.",
        );
        keys.check("chat_burst", tokens > 0, "must be at least 1");
        keys.check("chat_burst_period", !period.is_zero(), "must be longer than nothing");
        Self {
            message_rate: Rate { tokens, period },
        }
    }
}

impl Config {
    /// Reads the sections that the service uses.
    pub fn load(loader: &mut Loader) -> Self {
        let (postgres, redis) = (loader.section(), loader.section());
        let Own { message_rate } = loader.section();
        Self {
            postgres,
            redis,
            message_rate,
        }
    }
}
