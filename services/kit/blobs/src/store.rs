//! The store.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials as SdkCredentials, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;

use crate::limits::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, KEY_BYTES_MAX, OPERATION_TIMEOUT, PRESIGNED_MAX};
use crate::{BLOB_BYTES_MAX, Config, Error};

/// The region whose name S3 does not want to hear when a bucket is made.
const HOME_REGION: &str = "us-east-1";

/// A handle on one bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    client: Client,
    bucket: String,
    region: String,
}

/// What was kept under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The bytes.
    pub bytes: Bytes,
    /// What they are, as it was said when they were put there.
    pub content_type: String,
}

impl Blobs {
    /// A handle on the bucket of `config`. Looks for credentials if there are none, but does not talk to the store.
    pub async fn new(config: &Config) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let region = Region::new(config.region.clone());
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .timeout_config(timeouts);
        if let Some(endpoint) = &config.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(credentials) = &config.credentials {
            let (key_id, secret) = (credentials.key_id.expose(), credentials.secret.expose());
            loader = loader.credentials_provider(SdkCredentials::new(key_id, secret, None, None, "configuration"));
        }
        let settings = aws_sdk_s3::config::Builder::from(&loader.load().await).force_path_style(config.path_style)
            // Checksums of AWS' own kind are more than other stores know, and would be of no bytes in a presigned put.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        Self {
            client: Client::from_conf(settings.build()),
            bucket: config.bucket.clone(),
            region: config.region.clone(),
        }
    }

    /// Makes the bucket if it is not there.
    ///
    /// # Errors
    /// The store is away, or does not let us.
    pub async fn ensure_bucket(&self) -> Result<(), Error> {
        match self.client.head_bucket().bucket(&self.bucket).send().await {
            Ok(_) => return Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        let elsewhere = (self.region != HOME_REGION).then(|| {
            let place = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(place).build()
        });
        let create = self
            .client
            .create_bucket()
            .bucket(&self.bucket)
            .set_create_bucket_configuration(elsewhere);
        match create.send().await {
            Ok(_) => Ok(()),
            // Another process was faster.
            Err(SdkError::ServiceError(error)) if error.err().is_bucket_already_owned_by_you() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps `bytes` under `key`, in place of what was there.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; the store is away, or does not let us.
    pub async fn put(&self, key: &str, content_type: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let (key, bytes) = (check(key)?, bytes.into());
        if bytes.len() > BLOB_BYTES_MAX {
            return Err(Error::TooLarge {
                bytes: bytes.len() as u64,
                max: BLOB_BYTES_MAX,
            });
        }
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type);
        put.body(ByteStream::from(bytes)).send().await?;
        Ok(())
    }

    /// What is under `key`, if there is something.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when somebody else put something large there; the store is away, or does not let us.
    pub async fn get(&self, key: &str) -> Result<Option<Blob>, Error> {
        let object = match self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(check(key)?)
            .send()
            .await
        {
            Ok(object) => object,
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let size = object
            .content_length
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0);
        if size > BLOB_BYTES_MAX as u64 {
            return Err(Error::TooLarge {
                bytes: size,
                max: BLOB_BYTES_MAX,
            });
        }
        let body = object
            .body
            .collect()
            .await
            .map_err(|error| Error::Unavailable(error.into()))?;
        let content_type = object
            .content_type
            .unwrap_or_else(|| "application/octet-stream".to_owned());
        Ok(Some(Blob {
            bytes: body.into_bytes(),
            content_type,
        }))
    }

    /// Removes what is under `key`; nothing there is fine.
    ///
    /// # Errors
    /// The store is away, or does not let us.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(check(key)?)
            .send()
            .await?;
        Ok(())
    }

    /// An address from which anybody who has it can read `key` for `lifetime` (a day at most).
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn presign_get(&self, key: &str, lifetime: Duration) -> Result<String, Error> {
        let get = self.client.get_object().bucket(&self.bucket).key(check(key)?);
        Ok(get.presigned(presigning(lifetime)?).await?.uri().to_owned())
    }

    /// An address to which anybody who has it can put bytes of `content_type` under `key` for `lifetime` (a day at
    /// most). The request must carry that type as its `content-type`.
    ///
    /// # Errors
    /// There are no credentials to sign with.
    pub async fn presign_put(&self, key: &str, content_type: &str, lifetime: Duration) -> Result<String, Error> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(check(key)?)
            .content_type(content_type);
        Ok(put.presigned(presigning(lifetime)?).await?.uri().to_owned())
    }
}

fn presigning(lifetime: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::expires_in(lifetime.min(PRESIGNED_MAX)).map_err(|error| Error::Refused(error.into()))
}

/// Keys are made by us, of path-like parts. Anything else is a bug, perhaps one that somebody is trying out.
fn check(key: &str) -> Result<&str, Error> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.');
    let parts_are_names = key
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != "..");
    if parts_are_names && key.len() <= KEY_BYTES_MAX && key.bytes().all(is_plain) {
        Ok(key)
    } else {
        Err(Error::Key(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain_paths() {
        assert!(check("images/profile/img_01kdw.webp").is_ok());
        for bad in [
            "",
            "/",
            "a//b",
            "/a",
            "a/",
            "../a",
            "a/./b",
            "a b",
            "ä",
            &"a".repeat(513),
        ] {
            assert!(matches!(check(bad), Err(Error::Key(_))), "{bad:?}");
        }
    }
}
