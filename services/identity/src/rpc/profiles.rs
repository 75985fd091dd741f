//! `plenary.identity.v1.ProfileService`.

use kit_pg::idempotency::{RequestKey, once};
use kit_rpc::RequestExt as _;
use plenary_proto::identity::v1::profile_service_server::ProfileService;
use plenary_proto::identity::v1::{
    DeleteProfilePictureRequest, DeleteProfilePictureResponse, GetImageRequest, GetImageResponse, GetMyProfileRequest,
    GetMyProfileResponse, UpdateMyProfileRequest, UpdateMyProfileResponse, UploadProfilePictureRequest,
    UploadProfilePictureResponse,
};
use tonic::{Request, Response, Status};

use super::parse;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::{commands, convert, queries};

/// The caller's own profile, and everybody's pictures.
#[derive(Clone, Debug)]
pub(crate) struct Profiles(pub(crate) Service);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ProfileService for Profiles {
    async fn get_my_profile(&self, request: Request<GetMyProfileRequest>) -> Answer<GetMyProfileResponse> {
        let caller = request.caller().require_user()?.user_id;
        let profile = queries::profile(&self.0, caller).await?;
        Ok(Response::new(GetMyProfileResponse {
            profile: Some(convert::profile(&profile)),
        }))
    }

    async fn update_my_profile(&self, request: Request<UpdateMyProfileRequest>) -> Answer<UpdateMyProfileResponse> {
        let (service, caller) = (&self.0, request.caller().require_user()?.user_id);
        let request = request.into_inner();
        let (id, command) = parse::update_my_profile(&request).map_err(Error::from)?;
        let key = RequestKey::new(caller.to_string(), "UpdateMyProfile", id.uuid(), &request);
        let response: Result<_> = once(&service.pool, &key, service.clock.now(), async |tx| {
            let profile = commands::update_profile(tx, caller, command).await?;
            Ok(UpdateMyProfileResponse {
                profile: Some(convert::profile(&profile)),
            })
        })
        .await;
        Ok(Response::new(response?))
    }

    async fn upload_profile_picture(
        &self,
        request: Request<UploadProfilePictureRequest>,
    ) -> Answer<UploadProfilePictureResponse> {
        let caller = request.caller().require_user()?.user_id;
        let picture = commands::upload_picture(&self.0, caller, &request.get_ref().content).await?;
        Ok(Response::new(UploadProfilePictureResponse {
            picture: Some(convert::picture(&picture)),
        }))
    }

    async fn delete_profile_picture(
        &self,
        request: Request<DeleteProfilePictureRequest>,
    ) -> Answer<DeleteProfilePictureResponse> {
        let caller = request.caller().require_user()?.user_id;
        commands::delete_picture(&self.0, caller).await?;
        Ok(Response::new(DeleteProfilePictureResponse {}))
    }

    async fn get_image(&self, request: Request<GetImageRequest>) -> Answer<GetImageResponse> {
        let id = parse::image_id(&request.get_ref().image_id).map_err(Error::from)?;
        let (picture, file) = queries::image(&self.0, id).await?;
        Ok(Response::new(GetImageResponse {
            content: file.bytes,
            content_type: picture.format.content_type().to_owned(),
        }))
    }
}
