//! The `[identity]` section.

use std::time::Duration;

use kit_config::{Keys, Loader, Secret, Section};

use crate::domain::{LinkLifetimes, LoginLimits, Quota};
use crate::secrets::{HashCost, RootSecret};

/// Everything that identity reads from the configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[identity]`.
    pub identity: IdentityConfig,
    /// `[postgres]`.
    pub postgres: kit_pg::Config,
    /// `[redis]`.
    pub redis: kit_bus::Config,
    /// `[blobs]`.
    pub blobs: kit_blobs::Config,
}

/// The service's own keys.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// Root of the keys: see [`RootSecret`].
    pub secret: Secret,
    /// How long an access token is good.
    pub access_token_duration: Duration,
    /// How long sessions live.
    pub logins: LoginLimits,
    /// How long mailed links work.
    pub links: LinkLifetimes,
    /// What a password hash costs.
    pub hash_cost: HashCost,
    /// Password hashes that are computed at the same time; `None` for one on each processor.
    pub hash_threads: Option<usize>,
    /// Attempts of one network to log in or to open links.
    pub attempts_per_network: Quota,
}

impl Config {
    /// Reads the sections.
    pub fn load(loader: &mut Loader) -> Self {
        Self {
            identity: loader.section(),
            postgres: loader.section(),
            redis: loader.section(),
            blobs: loader.section(),
        }
    }
}

impl Section for IdentityConfig {
    const NAME: &'static str = "identity";

    fn read(keys: &mut Keys<'_>) -> Self {
        let secret: Secret = keys.required(
            "secret",
            "a-generated-random-text-of-43-characters...",
            "Root of the keys that protect sessions. Random, at least 32 characters, the same for all replicas. \
             A new one ends every session.",
        );
        let usable = RootSecret::new(secret.expose());
        keys.check("secret", usable.is_ok(), "must have at least 32 random characters");
        let access_token_duration = keys.get("access_token_duration", "5m", "How long an access token is good.");
        let longest = kit_core::limits::ACCESS_TOKEN_DURATION_MAX;
        keys.check(
            "access_token_duration",
            access_token_duration <= longest,
            "must be at most 15m",
        );
        let attempts: u32 = keys.get(
            "attempts_per_network",
            "200",
            "Attempts that one network has at once; a hall full of people behind one address needs many.",
        );
        let interval = keys.get(
            "attempts_interval",
            "500ms",
            "Time in which a network is given one more attempt.",
        );
        keys.check("attempts_per_network", attempts > 0, "must be at least 1");
        let hash_threads: Option<usize> = keys.get(
            "hash_threads",
            "",
            "Password hashes that are computed at the same time; empty for one on each processor.",
        );
        let few = hash_threads.is_none_or(|threads| (1..=64).contains(&threads));
        keys.check("hash_threads", few, "must be between 1 and 64");
        Self {
            secret,
            access_token_duration,
            logins: read_logins(keys),
            links: LinkLifetimes {
                verification: keys.get("verification_duration", "24h", "How long a verification link works."),
                password_reset: keys.get("password_reset_duration", "1h", "How long a password reset link works."),
            },
            hash_cost: read_hash_cost(keys),
            hash_threads,
            attempts_per_network: Quota::new(attempts, interval),
        }
    }
}

fn read_logins(keys: &mut Keys<'_>) -> LoginLimits {
    let limits = LoginLimits {
        idle: keys.get(
            "session_idle_duration",
            "336h",
            "How long a session lives without being used.",
        ),
        absolute: keys.get("session_duration", "2160h", "How long a session lives at most."),
        grace: keys.get(
            "refresh_grace_duration",
            "10s",
            "In which a client whose answer was lost is given the same refresh token again.",
        ),
    };
    keys.check(
        "refresh_grace_duration",
        limits.grace <= Duration::from_secs(60),
        "must be at most 60s",
    );
    limits
}

fn read_hash_cost(keys: &mut Keys<'_>) -> HashCost {
    let cost = HashCost {
        memory_kib: keys.get(
            "hash_memory_kib",
            "19456",
            "Memory of one password hash (argon2id), in KiB.",
        ),
        passes: keys.get("hash_passes", "2", "Passes of one password hash (argon2id)."),
    };
    keys.check(
        "hash_memory_kib",
        (8..=1_048_576).contains(&cost.memory_kib),
        "must be between 8 and 1048576",
    );
    keys.check(
        "hash_passes",
        (1..=16).contains(&cost.passes),
        "must be between 1 and 16",
    );
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<IdentityConfig>();
    }

    #[test]
    fn the_default_cost_is_the_recommended_one() {
        let sources = kit_config::Sources::empty();
        let sources = sources
            .with_file(&format!("[identity]\nsecret = \"{}\"", "x".repeat(43)))
            .expect("well-formed");
        let mut loader = Loader::new(sources);
        let config: IdentityConfig = loader.section();
        loader.finish().expect("complete");
        assert_eq!(config.hash_cost, HashCost::STANDARD);
        assert_eq!(config.access_token_duration, Duration::from_secs(300));
    }

    #[test]
    fn a_guessable_secret_and_long_tokens_are_refused() {
        let file = "[identity]\nsecret = \"hunter2\"\naccess_token_duration = \"1h\"";
        let mut loader = Loader::new(kit_config::Sources::empty().with_file(file).expect("well-formed"));
        let _: IdentityConfig = loader.section();
        let error = loader.finish().expect_err("two faults").to_string();
        assert!(
            error.contains("identity.secret") && error.contains("identity.access_token_duration"),
            "{error}"
        );
        assert!(!error.contains("hunter2"));
    }
}
