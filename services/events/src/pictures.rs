//! The bytes of pictures, in the object store.

use bytes::Bytes;
use kit_blobs::Blobs;
use kit_core::ids::ImageId;

use crate::error::Error;
use crate::store::image::Stored;

/// A line to the object store. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Pictures(Blobs);

impl Pictures {
    pub(crate) fn new(blobs: Blobs) -> Self {
        Self(blobs)
    }

    pub(crate) async fn put(&self, stored: &Stored, content: Bytes) -> Result<(), Error> {
        Ok(self.0.put(&key(stored.blob), &stored.content_type, content).await?)
    }

    /// The bytes; IMAGE_NOT_FOUND when their upload never came to its end.
    pub(crate) async fn get(&self, stored: &Stored) -> Result<Bytes, Error> {
        let blob = self.0.get(&key(stored.blob)).await?.ok_or(Error::ImageNotFound)?;
        Ok(blob.bytes)
    }

    /// Removes bytes; those that are not there are removed.
    pub(crate) async fn delete(&self, blob: ImageId) -> Result<(), Error> {
        Ok(self.0.delete(&key(blob)).await?)
    }
}

fn key(blob: ImageId) -> String {
    format!("images/event/{blob}")
}
