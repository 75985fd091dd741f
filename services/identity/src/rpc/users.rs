//! `plenary.identity.v1.UserService`.

use kit_pg::idempotency::{RequestKey, once};
use kit_rpc::RequestExt as _;
use plenary_proto::identity::v1::user_service_server::UserService;
use plenary_proto::identity::v1::{
    BatchGetUsersRequest, BatchGetUsersResponse, ListAdministratorsRequest, ListAdministratorsResponse,
    ListOrganizationUsersRequest, ListOrganizationUsersResponse, ListUsersRequest, ListUsersResponse,
    SetAdministratorRequest, SetAdministratorResponse,
};
use tonic::{Request, Response, Status};

use super::parse;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::{commands, convert, queries};

/// Users, for administrators and for other services.
#[derive(Clone, Debug)]
pub(crate) struct Users(pub(crate) Service);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl UserService for Users {
    async fn list_users(&self, request: Request<ListUsersRequest>) -> Answer<ListUsersResponse> {
        let (part, page) = parse::list_users(request.get_ref()).map_err(Error::from)?;
        let page = queries::users_with(&self.0, &part, &page).await?;
        Ok(Response::new(ListUsersResponse {
            users: page.items.iter().map(convert::user).collect(),
            next_page_token: page.next_token,
        }))
    }

    async fn set_administrator(&self, request: Request<SetAdministratorRequest>) -> Answer<SetAdministratorResponse> {
        let (service, caller) = (&self.0, request.caller().require_user()?.user_id);
        let request = request.into_inner();
        let (id, command) = parse::set_administrator(&request).map_err(Error::from)?;
        let key = RequestKey::new(caller.to_string(), "SetAdministrator", id.uuid(), &request);
        let response: Result<_> = once(&service.pool, &key, service.clock.now(), async |tx| {
            let user = commands::set_administrator(tx, service, caller, command).await?;
            Ok(SetAdministratorResponse {
                user: Some(convert::user(&user)),
            })
        })
        .await;
        Ok(Response::new(response?))
    }

    async fn batch_get_users(&self, request: Request<BatchGetUsersRequest>) -> Answer<BatchGetUsersResponse> {
        let ids = parse::batch_get_users(request.get_ref()).map_err(Error::from)?;
        let users = queries::users_by_id(&self.0, &ids).await?;
        Ok(Response::new(BatchGetUsersResponse {
            users: users.iter().map(convert::user).collect(),
        }))
    }

    async fn list_organization_users(
        &self,
        request: Request<ListOrganizationUsersRequest>,
    ) -> Answer<ListOrganizationUsersResponse> {
        let id = parse::organization_id(&request.get_ref().organization_id).map_err(Error::from)?;
        let users = queries::users_of_organization(&self.0, id).await?;
        Ok(Response::new(ListOrganizationUsersResponse {
            users: users.iter().map(convert::user).collect(),
        }))
    }

    async fn list_administrators(&self, _: Request<ListAdministratorsRequest>) -> Answer<ListAdministratorsResponse> {
        let users = queries::administrators(&self.0).await?;
        Ok(Response::new(ListAdministratorsResponse {
            users: users.iter().map(convert::user).collect(),
        }))
    }
}
