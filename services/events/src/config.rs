//! What this service reads from the configuration.

use std::time::Duration;

use kit_config::{Keys, Loader, Section};

/// Everything that events reads.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[events]`.
    pub events: EventsConfig,
    /// `[postgres]`.
    pub postgres: kit_pg::Config,
    /// `[redis]`.
    pub redis: kit_bus::Config,
    /// `[blobs]`.
    pub blobs: kit_blobs::Config,
}

/// The service's own keys.
#[derive(Clone, Copy, Debug)]
pub struct EventsConfig {
    /// How long after its end an event that nobody ended is ended.
    pub end_grace: Duration,
    /// How long a picture that nothing shows is kept.
    pub unused_image_retention: Duration,
}

impl Config {
    /// Reads the sections.
    pub fn load(loader: &mut Loader) -> Self {
        Self {
            events: loader.section(),
            postgres: loader.section(),
            redis: loader.section(),
            blobs: loader.section(),
        }
    }
}

impl Section for EventsConfig {
    const NAME: &'static str = "events";

    fn read(keys: &mut Keys<'_>) -> Self {
        let unused_image_retention: Duration = keys.get(
            "unused_image_retention",
            "24h",
            "How long a picture that no event shows is kept: an editor uploads before it saves.",
        );
        let hour = Duration::from_secs(3600);
        keys.check(
            "unused_image_retention",
            unused_image_retention >= hour,
            "must be at least 1h",
        );
        Self {
            end_grace: keys.get(
                "end_grace",
                "12h",
                "How long after its end an event that nobody ended is ended.",
            ),
            unused_image_retention,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<super::EventsConfig>();
    }
}
