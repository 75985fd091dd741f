//! Where blobs are kept.

use kit_config::{Keys, Secret, Section};

/// The `[blobs]` section.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the store; `None` for AWS itself.
    pub endpoint: Option<String>,
    /// The store's region.
    pub region: String,
    /// The bucket for everything.
    pub bucket: String,
    /// Whether the bucket is in the path (`http://host/bucket/key`) rather than in the host's name.
    pub path_style: bool,
    /// Key id and secret; without them they come from where AWS tools look (environment, profile, instance role).
    pub credentials: Option<Credentials>,
}

/// Who we are to the store.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Names the key.
    pub key_id: Secret,
    /// Proves it.
    pub secret: Secret,
}

impl Section for Config {
    const NAME: &'static str = "blobs";

    fn read(keys: &mut Keys<'_>) -> Self {
        let key_id: Option<Secret> = keys.get("access_key_id", "", "Key id; empty to look where AWS tools look.");
        let secret: Option<Secret> = keys.get("secret_access_key", "", "The secret that belongs to access_key_id.");
        keys.check(
            "secret_access_key",
            key_id.is_some() == secret.is_some(),
            "must be set together with access_key_id",
        );
        let credentials = key_id
            .zip(secret)
            .map(|(key_id, secret)| Credentials { key_id, secret });
        Self {
            endpoint: keys.get(
                "endpoint",
                "",
                "Address of an S3 store, such as http://127.0.0.1:9000; empty for AWS.",
            ),
            region: keys.get("region", "us-east-1", "Region of the store."),
            bucket: keys.get("bucket", "plenary", "Bucket for everything."),
            path_style: keys.get(
                "path_style",
                "true",
                "Whether the bucket is in the path rather than in the host name.",
            ),
            credentials,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<super::Config>();
    }
}
