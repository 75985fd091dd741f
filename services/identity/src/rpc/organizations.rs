//! `plenary.identity.v1.OrganizationService`.

use kit_pg::idempotency::{RequestKey, once};
use kit_rpc::RequestExt as _;
use plenary_proto::identity::v1::organization_service_server::OrganizationService;
use plenary_proto::identity::v1::{
    AddMemberRequest, AddMemberResponse, CreateOrganizationRequest, CreateOrganizationResponse, GetOrganizationRequest,
    GetOrganizationResponse, ListMembersRequest, ListMembersResponse, ListMyOrganizationsRequest,
    ListMyOrganizationsResponse, RemoveMemberRequest, RemoveMemberResponse,
};
use tonic::{Request, Response, Status};

use super::parse;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::{commands, convert, queries};

/// Organizations and who belongs to them.
#[derive(Clone, Debug)]
pub(crate) struct Organizations(pub(crate) Service);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl OrganizationService for Organizations {
    async fn create_organization(
        &self,
        request: Request<CreateOrganizationRequest>,
    ) -> Answer<CreateOrganizationResponse> {
        let (service, caller) = (&self.0, request.caller().require_user()?.user_id);
        let request = request.into_inner();
        let (id, name) = parse::create_organization(&request).map_err(Error::from)?;
        let key = RequestKey::new(caller.to_string(), "CreateOrganization", id.uuid(), &request);
        let response: Result<_> = once(&service.pool, &key, service.clock.now(), async |tx| {
            let organization = commands::create_organization(tx, service, caller, name).await?;
            Ok(CreateOrganizationResponse {
                organization: Some(convert::organization(&organization)),
            })
        })
        .await;
        Ok(Response::new(response?))
    }

    async fn get_organization(&self, request: Request<GetOrganizationRequest>) -> Answer<GetOrganizationResponse> {
        let id = parse::organization_id(&request.get_ref().organization_id).map_err(Error::from)?;
        let organization = queries::organization(&self.0, id).await?;
        Ok(Response::new(GetOrganizationResponse {
            organization: Some(convert::organization(&organization)),
        }))
    }

    async fn list_my_organizations(
        &self,
        request: Request<ListMyOrganizationsRequest>,
    ) -> Answer<ListMyOrganizationsResponse> {
        let caller = request.caller().require_user()?.user_id;
        let found = queries::organizations_of(&self.0, caller).await?;
        Ok(Response::new(ListMyOrganizationsResponse {
            organizations: found
                .iter()
                .map(|(organization, _)| convert::organization(organization))
                .collect(),
            roles: found
                .iter()
                .map(|(_, role)| convert::organization_role(*role).into())
                .collect(),
        }))
    }

    async fn list_members(&self, request: Request<ListMembersRequest>) -> Answer<ListMembersResponse> {
        let caller = request.caller().require_user()?.user_id;
        let (organization, page) = parse::list_members(request.get_ref()).map_err(Error::from)?;
        let page = queries::members_of(&self.0, caller, organization, &page).await?;
        Ok(Response::new(ListMembersResponse {
            members: page.items.iter().map(convert::member).collect(),
            next_page_token: page.next_token,
        }))
    }

    async fn add_member(&self, request: Request<AddMemberRequest>) -> Answer<AddMemberResponse> {
        let (service, caller) = (&self.0, request.caller().require_user()?.user_id);
        let request = request.into_inner();
        let (id, command) = parse::add_member(&request).map_err(Error::from)?;
        commands::throttle_add_member(service, caller).await?;
        let key = RequestKey::new(caller.to_string(), "AddMember", id.uuid(), &request);
        let response: Result<_> = once(&service.pool, &key, service.clock.now(), async |tx| {
            let member = commands::add_member(tx, service, caller, command).await?;
            Ok(AddMemberResponse {
                member: Some(convert::member(&member)),
            })
        })
        .await;
        Ok(Response::new(response?))
    }

    async fn remove_member(&self, request: Request<RemoveMemberRequest>) -> Answer<RemoveMemberResponse> {
        let (service, caller) = (&self.0, request.caller().require_user()?.user_id);
        let request = request.into_inner();
        let (id, command) = parse::remove_member(&request).map_err(Error::from)?;
        let key = RequestKey::new(caller.to_string(), "RemoveMember", id.uuid(), &request);
        let response: Result<_> = once(&service.pool, &key, service.clock.now(), async |tx| {
            commands::remove_member(tx, caller, command).await?;
            Ok(RemoveMemberResponse {})
        })
        .await;
        Ok(Response::new(response?))
    }
}
