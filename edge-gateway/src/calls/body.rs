//! The body of a stream on its way to the client.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use kit_rpc::Code;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;

use crate::DOMAIN;
use crate::admission::Place;

/// When a stream that was ended by a drain may be opened again, through another gateway.
const DRAIN_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Holds the stream's place until its end, and ends it when the gateway ends: the service behind it may go on.
pub(crate) struct StreamBody {
    inner: Body,
    place: Option<Place>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl StreamBody {
    pub(crate) fn new(inner: Body, place: Place, stopping: CancellationToken) -> Self {
        Self {
            inner,
            place: Some(place),
            stopping: Box::pin(stopping.cancelled_owned()),
        }
    }
}

impl http_body::Body for StreamBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if this.place.is_none() {
            return Poll::Ready(None);
        }
        if this.stopping.as_mut().poll(context).is_ready() {
            this.place = None;
            this.inner = Body::empty();
            let error = DOMAIN.error(Code::Unavailable, "DRAINING", "this gateway is ending");
            let trailers = Status::from(error.retry_after(DRAIN_RETRY_DELAY)).into_http::<()>();
            return Poll::Ready(Some(Ok(Frame::trailers(trailers.into_parts().0.headers))));
        }
        let polled = Pin::new(&mut this.inner).poll_frame(context);
        if let Poll::Ready(frame) = &polled {
            let is_last = match frame {
                Some(Ok(frame)) => frame.is_trailers(),
                Some(Err(_)) | None => true,
            };
            if is_last {
                this.place = None;
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
