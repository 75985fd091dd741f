//! `plenary.events.v1.AgendaService`.

use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::agenda_service_server::AgendaService;
use tonic::{Request, Response, Status};

use super::{Server, convert, parse, viewer};
use crate::commands::{
    add_guests, create_session, create_speaker, delete_session, delete_speaker, remove_guest, update_session,
    update_speaker,
};
use crate::error::Error;
use crate::queries;

#[tonic::async_trait]
impl AgendaService for Server {
    async fn create_session(
        &self,
        request: Request<pb::CreateSessionRequest>,
    ) -> Result<Response<pb::CreateSessionResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::create_session(&request).map_err(Error::from)?;
        self.once("CreateSession", id, &user, &request, async |tx| {
            let (session, event) = create_session::run(tx, &user, input, self.mint()).await?;
            Ok(pb::CreateSessionResponse {
                session: Some(convert::session(&session, event.id)),
            })
        })
        .await
    }

    async fn update_session(
        &self,
        request: Request<pb::UpdateSessionRequest>,
    ) -> Result<Response<pb::UpdateSessionResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::update_session(&request).map_err(Error::from)?;
        self.once("UpdateSession", id, &user, &request, async |tx| {
            let (session, event) = update_session::run(tx, &user, input, self.mint()).await?;
            Ok(pb::UpdateSessionResponse {
                session: Some(convert::session(&session, event.id)),
            })
        })
        .await
    }

    async fn delete_session(
        &self,
        request: Request<pb::DeleteSessionRequest>,
    ) -> Result<Response<pb::DeleteSessionResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, session) = parse::delete_session(&request).map_err(Error::from)?;
        self.once("DeleteSession", id, &user, &request, async |tx| {
            delete_session::run(tx, &user, session, self.mint()).await?;
            Ok(pb::DeleteSessionResponse {})
        })
        .await
    }

    async fn create_speaker(
        &self,
        request: Request<pb::CreateSpeakerRequest>,
    ) -> Result<Response<pb::CreateSpeakerResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::create_speaker(&request).map_err(Error::from)?;
        self.once("CreateSpeaker", id, &user, &request, async |tx| {
            let (speaker, event) = create_speaker::run(tx, &user, input, self.mint()).await?;
            Ok(pb::CreateSpeakerResponse {
                speaker: Some(convert::speaker(&speaker, &event)),
            })
        })
        .await
    }

    async fn update_speaker(
        &self,
        request: Request<pb::UpdateSpeakerRequest>,
    ) -> Result<Response<pb::UpdateSpeakerResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::update_speaker(&request).map_err(Error::from)?;
        self.once("UpdateSpeaker", id, &user, &request, async |tx| {
            let (speaker, event) = update_speaker::run(tx, &user, input, self.mint()).await?;
            Ok(pb::UpdateSpeakerResponse {
                speaker: Some(convert::speaker(&speaker, &event)),
            })
        })
        .await
    }

    async fn delete_speaker(
        &self,
        request: Request<pb::DeleteSpeakerRequest>,
    ) -> Result<Response<pb::DeleteSpeakerResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, speaker) = parse::delete_speaker(&request).map_err(Error::from)?;
        self.once("DeleteSpeaker", id, &user, &request, async |tx| {
            delete_speaker::run(tx, &user, speaker, self.mint()).await?;
            Ok(pb::DeleteSpeakerResponse {})
        })
        .await
    }

    async fn add_guests(
        &self,
        request: Request<pb::AddGuestsRequest>,
    ) -> Result<Response<pb::AddGuestsResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::add_guests(&request).map_err(Error::from)?;
        self.once("AddGuests", id, &user, &request, async |tx| {
            let added = add_guests::run(tx, &user, input, self.mint()).await?;
            Ok(pb::AddGuestsResponse {
                added_count: i32::try_from(added).expect("at most 500 at a time"),
            })
        })
        .await
    }

    async fn remove_guest(
        &self,
        request: Request<pb::RemoveGuestRequest>,
    ) -> Result<Response<pb::RemoveGuestResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::remove_guest(&request).map_err(Error::from)?;
        self.once("RemoveGuest", id, &user, &request, async |tx| {
            remove_guest::run(tx, &user, input, self.mint()).await?;
            Ok(pb::RemoveGuestResponse {})
        })
        .await
    }

    async fn list_guests(
        &self,
        request: Request<pb::ListGuestsRequest>,
    ) -> Result<Response<pb::ListGuestsResponse>, Status> {
        let user = viewer::user(&request)?;
        let (event, page) = parse::list_guests(request.get_ref()).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let page = queries::guests(&mut connection, &user, event, &page).await?;
        Ok(Response::new(pb::ListGuestsResponse {
            emails: page.items.iter().map(ToString::to_string).collect(),
            next_page_token: page.next_token,
        }))
    }
}
