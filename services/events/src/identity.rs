//! What this service asks identity: the name of an organization.

use kit_core::ids::OrganizationId;
use kit_rpc::{Context, Domain, Fault as _, Transport};
use plenary_proto::identity::v1 as pb;
use plenary_proto::identity::v1::organization_service_client::OrganizationServiceClient;

use crate::domain::Organization;
use crate::error::Error;

const DOMAIN: Domain = Domain::new("identity.plenary");

/// A line to identity. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Identity(Transport);

impl Identity {
    pub(crate) fn new(line: Transport) -> Self {
        Self(line)
    }

    /// The organization by its present name.
    pub(crate) async fn organization(&self, context: &Context, id: OrganizationId) -> Result<Organization, Error> {
        let request = context.request(pb::GetOrganizationRequest {
            organization_id: id.to_string(),
        });
        let answer = OrganizationServiceClient::new(self.0.clone())
            .get_organization(request)
            .await;
        let answer = answer.map_err(|status| {
            let unknown = status.is(DOMAIN, "ORGANIZATION_NOT_FOUND");
            if unknown {
                Error::OrganizationNotFound
            } else {
                Error::Identity(status)
            }
        })?;
        let found = answer.into_inner().organization.ok_or(Error::OrganizationNotFound)?;
        Ok(Organization { id, name: found.name })
    }
}
