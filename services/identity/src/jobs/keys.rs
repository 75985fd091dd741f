//! Keeps this process's signing keys current.

use crate::error::Result;
use crate::service::Service;

/// Reads the keys, and makes and forgets some when it is time.
pub(crate) async fn refresh_keys(service: Service) -> Result<()> {
    Ok(service.keys.refresh(&service.pool).await?)
}
