//! Where a request came from.

use kit_rpc::RequestExt as _;
use tonic::Request;

use crate::domain::Client;

/// The network that the gateway saw, or nobody in particular.
pub(super) fn client<T>(request: &Request<T>) -> Client {
    request
        .context()
        .client_address()
        .map_or(Client::Unknown, Client::from_address)
}
