//! `plenary.notifications.v1.NotificationService`: thin methods.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};
use kit_core::ids::UserId;
use kit_core::{PageRequest, PageSizes, RequestId, Violations};
use kit_rpc::{RequestExt as _, timestamp};
use plenary_proto::notifications::v1::follow_my_notifications_response::Kind as Step;
use plenary_proto::notifications::v1::notification_service_server::NotificationService;
use plenary_proto::notifications::v1::*;
use tonic::{Request, Response, Status};

use crate::Notifications;
use crate::domain::notice::{Kind, Notice};
use crate::error::NotificationsError;
use crate::store::notices::Reader;
use crate::store::{mails, notices};

type Answer<T> = Result<Response<T>, Status>;

/// Notices read at a time by a follower.
const HISTORY_BATCH: i64 = 100;
/// Failures are counted for as long.
const FAILED_SINCE: Duration = Duration::from_secs(24 * 3600);
const SIZES: PageSizes = PageSizes { default: 20, max: 100 };

#[tonic::async_trait]
impl NotificationService for Notifications {
    async fn list_my_notifications(
        &self,
        request: Request<ListMyNotificationsRequest>,
    ) -> Answer<ListMyNotificationsResponse> {
        let user = reader_of(&request)?;
        let request = request.into_inner();
        let page = PageRequest::parse(request.page_size, &request.page_token, &[], SIZES).map_err(refuse)?;
        self.list(user, &page).await.map(Response::new).map_err(refuse)
    }

    async fn mark_notifications_read(
        &self,
        request: Request<MarkNotificationsReadRequest>,
    ) -> Answer<MarkNotificationsReadResponse> {
        let user = reader_of(&request)?;
        let request = request.into_inner();
        let mut violations = Violations::new();
        let request_id = violations.parse::<RequestId>("request_id", &request.request_id);
        violations.check(
            "up_to_sequence",
            request.up_to_sequence >= 0,
            "OUT_OF_RANGE",
            "must not be negative",
        );
        violations.finish((request_id,)).map_err(refuse)?;
        // Reading further can be repeated without harm; it needs no claim.
        self.mark_read(user, request.up_to_sequence)
            .await
            .map(Response::new)
            .map_err(refuse)
    }

    type FollowMyNotificationsStream =
        Pin<Box<dyn Stream<Item = Result<FollowMyNotificationsResponse, Status>> + Send>>;

    async fn follow_my_notifications(
        &self,
        request: Request<FollowMyNotificationsRequest>,
    ) -> Answer<Self::FollowMyNotificationsStream> {
        let user = reader_of(&request)?;
        let after = request.get_ref().after_sequence;
        let mut violations = Violations::new();
        violations.check("after_sequence", after >= -1, "OUT_OF_RANGE", "must be -1 or more");
        violations.finish(()).map_err(refuse)?;
        let (reader, following) = self
            .follow(user, Some(after).filter(|after| *after >= 0))
            .await
            .map_err(refuse)?;
        let hello = FollowMyNotificationsHello {
            last_sequence: reader.last,
            unread_count: unread(reader),
        };
        let steps = stream::iter([Ok(Step::Hello(hello))])
            .chain(following.map(|notice| notice.map(Step::Notification).map_err(refuse)))
            .map(|step| step.map(|kind| FollowMyNotificationsResponse { kind: Some(kind) }));
        Ok(Response::new(Box::pin(steps)))
    }

    async fn get_mail_status(&self, _: Request<GetMailStatusRequest>) -> Answer<GetMailStatusResponse> {
        let status = self.mail_status().await.map_err(refuse)?;
        Ok(Response::new(GetMailStatusResponse {
            waiting_count: number(status.waiting),
            oldest_waiting_time: status.oldest.map(timestamp),
            failed_count: number(status.failed),
            last_error: status.last_error,
        }))
    }
}

impl Notifications {
    async fn list(
        &self,
        user: UserId,
        page: &PageRequest<i64>,
    ) -> Result<ListMyNotificationsResponse, NotificationsError> {
        let mut connection = self.pool.acquire().await?;
        let reader = notices::reader(&mut connection, user).await?;
        let before = page.cursor().copied().unwrap_or(i64::MAX);
        let rows = notices::before(&mut connection, user, before, page.fetch()).await?;
        let page = page.page(rows, |notice| notice.sequence);
        Ok(ListMyNotificationsResponse {
            notifications: page
                .items
                .into_iter()
                .map(|notice| message(notice, reader.read))
                .collect(),
            next_page_token: page.next_token,
            unread_count: unread(reader),
        })
    }

    async fn mark_read(&self, user: UserId, up_to: i64) -> Result<MarkNotificationsReadResponse, NotificationsError> {
        let mut connection = self.pool.acquire().await?;
        notices::mark_read(&mut connection, user, up_to).await?;
        let reader = notices::reader(&mut connection, user).await?;
        Ok(MarkNotificationsReadResponse {
            unread_count: unread(reader),
        })
    }

    async fn follow(
        &self,
        user: UserId,
        after: Option<i64>,
    ) -> Result<
        (
            Reader,
            impl Stream<Item = Result<Notification, NotificationsError>> + Send + use<>,
        ),
        NotificationsError,
    > {
        // Before what is stored is looked at, so that nothing falls in between.
        let updates = self.bus.fanout().subscribe(&crate::topic(user));
        let reader = notices::reader(&mut *self.pool.acquire().await?, user).await?;
        let pool = self.pool.clone();
        let read = move |after| {
            let pool = pool.clone();
            async move {
                let found = notices::after(&mut *pool.acquire().await?, user, after, HISTORY_BATCH).await?;
                Ok(found.into_iter().map(|notice| message(notice, reader.read)).collect())
            }
        };
        let number = |notice: &Notification| notice.sequence;
        Ok((
            reader,
            kit_bus::follow(updates, after.unwrap_or(reader.last), number, read),
        ))
    }

    async fn mail_status(&self) -> Result<mails::Status, NotificationsError> {
        let since = self.clock.now() - FAILED_SINCE;
        Ok(mails::status(&mut *self.pool.acquire().await?, since).await?)
    }
}

/// A notice for its reader, who has read so far.
pub(crate) fn message(notice: Notice, read: i64) -> Notification {
    Notification {
        id: notice.id.to_string(),
        sequence: notice.sequence,
        kind: kind(notice.new.kind).into(),
        event_title: notice.new.event_title,
        path: notice.new.path,
        detail: notice.new.detail,
        read: notice.sequence <= read,
        create_time: Some(timestamp(notice.create_time)),
    }
}

fn kind(kind: Kind) -> NotificationKind {
    match kind {
        Kind::OrderCompleted => NotificationKind::OrderCompleted,
        Kind::OrderCancelled => NotificationKind::OrderCancelled,
        Kind::EventSubmitted => NotificationKind::EventSubmitted,
        Kind::EventApproved => NotificationKind::EventApproved,
        Kind::EventRejected => NotificationKind::EventRejected,
        Kind::SessionLive => NotificationKind::SessionLive,
        Kind::EventCancelled => NotificationKind::EventCancelled,
    }
}

fn reader_of<T>(request: &Request<T>) -> Result<UserId, Status> {
    let caller = request.caller();
    let user = caller
        .require_user()
        .map_err(NotificationsError::Caller)
        .map_err(refuse)?;
    Ok(user.user_id)
}

fn unread(reader: Reader) -> i32 {
    number(reader.last - reader.read)
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn refuse(error: impl Into<NotificationsError>) -> Status {
    error.into().into()
}
