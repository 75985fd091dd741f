//! `plenary.events.v1.EventService`.

use kit_core::limits::IMAGE_BYTES_MAX;
use kit_rpc::RequestExt as _;
use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::event_service_server::EventService;
use tonic::{Request, Response, Status};

use super::{Server, convert, parse, viewer};
use crate::commands::{
    approve_event, cancel_event, clone_event, create_event, delete_event, end_event, publish_event, reject_event,
    start_event, submit_event, update_event, upload_image, withdraw_event,
};
use crate::domain::limits::IMAGE_SIDE_MAX;
use crate::domain::render;
use crate::error::Error;
use crate::queries;

/// What an uploaded picture may be.
const PICTURES: kit_blobs::ImageLimits = kit_blobs::ImageLimits {
    bytes_max: IMAGE_BYTES_MAX,
    side_max: IMAGE_SIDE_MAX,
    // Whatever fits into the sides.
    pixels_max: IMAGE_SIDE_MAX as u64 * IMAGE_SIDE_MAX as u64,
};

#[tonic::async_trait]
impl EventService for Server {
    async fn create_event(
        &self,
        request: Request<pb::CreateEventRequest>,
    ) -> Result<Response<pb::CreateEventResponse>, Status> {
        let (user, context, request) = (viewer::user(&request)?, request.context(), request.into_inner());
        let (id, input) = parse::create_event(&request).map_err(Error::from)?;
        let organization = queries::organization(&self.identity, &context, &user, input.organization).await?;
        self.once("CreateEvent", id, &user, &request, async |tx| {
            let event = create_event::run(tx, organization, input.title, input.change, self.mint()).await?;
            Ok(pb::CreateEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn get_event(&self, request: Request<pb::GetEventRequest>) -> Result<Response<pb::GetEventResponse>, Status> {
        let id = parse::event_id(&request.get_ref().event_id).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let (event, access) = queries::event(&mut connection, &viewer::viewer(&request), id).await?;
        Ok(Response::new(pb::GetEventResponse {
            event: Some(convert::event_with(&event, access)),
        }))
    }

    async fn get_event_access(
        &self,
        request: Request<pb::GetEventAccessRequest>,
    ) -> Result<Response<pb::GetEventAccessResponse>, Status> {
        let subject = parse::event_access(request.get_ref()).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let answer = queries::access(&mut connection, &viewer::viewer(&request), subject).await?;
        Ok(Response::new(convert::access(&answer)))
    }

    async fn update_event(
        &self,
        request: Request<pb::UpdateEventRequest>,
    ) -> Result<Response<pb::UpdateEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::update_event(&request).map_err(Error::from)?;
        self.once("UpdateEvent", id, &user, &request, async |tx| {
            let event = update_event::run(tx, &user, input, self.mint()).await?;
            Ok(pb::UpdateEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn clone_event(
        &self,
        request: Request<pb::CloneEventRequest>,
    ) -> Result<Response<pb::CloneEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::clone_event(&request).map_err(Error::from)?;
        self.once("CloneEvent", id, &user, &request, async |tx| {
            let event = clone_event::run(tx, &user, input, self.mint()).await?;
            Ok(pb::CloneEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn delete_event(
        &self,
        request: Request<pb::DeleteEventRequest>,
    ) -> Result<Response<pb::DeleteEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("DeleteEvent", id, &user, &request, async |tx| {
            delete_event::run(tx, &user, event).await?;
            Ok(pb::DeleteEventResponse {})
        })
        .await
    }

    async fn list_my_events(
        &self,
        request: Request<pb::ListMyEventsRequest>,
    ) -> Result<Response<pb::ListMyEventsResponse>, Status> {
        let user = viewer::user(&request)?;
        let (organization, title, page) = parse::list_mine(request.get_ref()).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let page = queries::mine(&mut connection, &user, organization, title.as_str(), &page).await?;
        let (events, next_page_token) = convert::page(page);
        Ok(Response::new(pb::ListMyEventsResponse {
            events,
            next_page_token,
        }))
    }

    async fn search_events(
        &self,
        request: Request<pb::SearchEventsRequest>,
    ) -> Result<Response<pb::SearchEventsResponse>, Status> {
        let (query, window, page) = parse::search(request.get_ref(), self.clock.now()).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let page = queries::upcoming(&mut connection, query.as_str(), window, &page).await?;
        let (events, next_page_token) = convert::page(page);
        Ok(Response::new(pb::SearchEventsResponse {
            events,
            next_page_token,
        }))
    }

    async fn submit_event(
        &self,
        request: Request<pb::SubmitEventRequest>,
    ) -> Result<Response<pb::SubmitEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("SubmitEvent", id, &user, &request, async |tx| {
            let event = submit_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::SubmitEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn withdraw_event(
        &self,
        request: Request<pb::WithdrawEventRequest>,
    ) -> Result<Response<pb::WithdrawEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("WithdrawEvent", id, &user, &request, async |tx| {
            let event = withdraw_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::WithdrawEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn approve_event(
        &self,
        request: Request<pb::ApproveEventRequest>,
    ) -> Result<Response<pb::ApproveEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("ApproveEvent", id, &user, &request, async |tx| {
            let event = approve_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::ApproveEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn reject_event(
        &self,
        request: Request<pb::RejectEventRequest>,
    ) -> Result<Response<pb::RejectEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, input) = parse::reject_event(&request).map_err(Error::from)?;
        self.once("RejectEvent", id, &user, &request, async |tx| {
            let event = reject_event::run(tx, &user, input, self.mint()).await?;
            Ok(pb::RejectEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn list_submitted_events(
        &self,
        request: Request<pb::ListSubmittedEventsRequest>,
    ) -> Result<Response<pb::ListSubmittedEventsResponse>, Status> {
        let page = parse::submitted(request.get_ref()).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let (events, next_page_token) = convert::page(queries::queue(&mut connection, &page).await?);
        Ok(Response::new(pb::ListSubmittedEventsResponse {
            events,
            next_page_token,
        }))
    }

    async fn publish_event(
        &self,
        request: Request<pb::PublishEventRequest>,
    ) -> Result<Response<pb::PublishEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("PublishEvent", id, &user, &request, async |tx| {
            let event = publish_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::PublishEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn start_event(
        &self,
        request: Request<pb::StartEventRequest>,
    ) -> Result<Response<pb::StartEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("StartEvent", id, &user, &request, async |tx| {
            let event = start_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::StartEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn end_event(&self, request: Request<pb::EndEventRequest>) -> Result<Response<pb::EndEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("EndEvent", id, &user, &request, async |tx| {
            let event = end_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::EndEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn cancel_event(
        &self,
        request: Request<pb::CancelEventRequest>,
    ) -> Result<Response<pb::CancelEventResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let (id, event) = parse::on_event(&request.request_id, &request.event_id).map_err(Error::from)?;
        self.once("CancelEvent", id, &user, &request, async |tx| {
            let event = cancel_event::run(tx, &user, event, self.mint()).await?;
            Ok(pb::CancelEventResponse {
                event: Some(convert::event_for(&user, &event)),
            })
        })
        .await
    }

    async fn upload_event_image(
        &self,
        request: Request<pb::UploadEventImageRequest>,
    ) -> Result<Response<pb::UploadEventImageResponse>, Status> {
        let (user, request) = (viewer::user(&request)?, request.into_inner());
        let id = parse::event_id(&request.event_id).map_err(Error::from)?;
        let file = kit_blobs::Image::inspect(&request.content, &PICTURES).map_err(Error::from)?;
        let content = file.clean(&request.content).map_err(Error::from)?;
        let mut tx = self.pool.begin().await.map_err(Error::from)?;
        let (image, stored) = upload_image::run(&mut tx, &user, id, file, self.mint()).await?;
        tx.commit().await.map_err(Error::from)?;
        self.pictures.put(&stored, content.into()).await?;
        Ok(Response::new(pb::UploadEventImageResponse {
            image: Some(convert::image(image)),
        }))
    }

    async fn get_image(&self, request: Request<pb::GetImageRequest>) -> Result<Response<pb::GetImageResponse>, Status> {
        let id = parse::image_id(&request.get_ref().image_id).map_err(Error::from)?;
        let mut connection = self.pool.acquire().await.map_err(Error::from)?;
        let stored = queries::image(&mut connection, id).await?;
        drop(connection);
        let content = self.pictures.get(&stored).await?;
        Ok(Response::new(pb::GetImageResponse {
            content,
            content_type: stored.content_type,
        }))
    }

    async fn preview_description(
        &self,
        request: Request<pb::PreviewDescriptionRequest>,
    ) -> Result<Response<pb::PreviewDescriptionResponse>, Status> {
        let markdown = parse::preview(request.get_ref()).map_err(Error::from)?;
        Ok(Response::new(pb::PreviewDescriptionResponse {
            html: render(&markdown),
        }))
    }
}
