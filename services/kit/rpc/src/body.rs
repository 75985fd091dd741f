//! A response's body on its way out: it holds the call's place until its end, and can be ended by a drain.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::body::Body;
use tonic::{Code, Status};

use crate::call::Call;
use crate::{Error, KIT};

/// When a stream that was ended by a drain may be opened again, on another replica or the next process.
const DRAIN_RETRY_DELAY: Duration = Duration::from_secs(1);

/// The body of an admitted call.
pub(crate) struct GuardedBody {
    inner: Body,
    call: Option<Call>,
    /// Only of streams: a unary answer is complete, and is sent whatever happens.
    stopping: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl GuardedBody {
    pub(crate) fn new(inner: Body, call: Call, stopping: WaitForCancellationFutureOwned) -> Self {
        let stopping = call.method().streams.then(|| Box::pin(stopping));
        Self {
            inner,
            call: Some(call),
            stopping,
        }
    }

    /// Ends the body with this error, whatever was still to come.
    fn end(&mut self, error: Error) -> Frame<Bytes> {
        self.finish(error.code());
        self.inner = Body::empty();
        Frame::trailers(Status::from(error).into_http::<()>().into_parts().0.headers)
    }

    fn finish(&mut self, code: Code) {
        if let Some(mut call) = self.call.take() {
            call.finish(code);
        }
    }

    fn is_stopping(&mut self, context: &mut Context<'_>) -> bool {
        self.call.is_some()
            && self
                .stopping
                .as_mut()
                .is_some_and(|stopping| stopping.as_mut().poll(context).is_ready())
    }
}

impl http_body::Body for GuardedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if this.is_stopping(context) {
            let error = Error::new(Code::Unavailable, KIT, "DRAINING", "this process is ending");
            return Poll::Ready(Some(Ok(this.end(error.retry_after(DRAIN_RETRY_DELAY)))));
        }
        let inner = &mut this.inner;
        // A panic in a stream must end the stream, not the connection with everybody else's calls.
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(context)));
        let Ok(polled) = polled else {
            let error = Error::new(Code::Internal, KIT, "PANIC", "something went wrong on our side");
            return Poll::Ready(Some(Ok(this.end(error))));
        };
        if let Poll::Ready(frame) = &polled {
            match frame {
                None => this.finish(Code::Ok),
                Some(Err(status)) => this.finish(status.code()),
                Some(Ok(frame)) => {
                    if let Some(trailers) = frame.trailers_ref() {
                        this.finish(code_in(trailers).unwrap_or(Code::Ok));
                    }
                }
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

/// The code in trailers, or in the headers of an answer that has nothing but a status.
pub(crate) fn code_in(headers: &HeaderMap) -> Option<Code> {
    headers
        .get(Status::GRPC_STATUS)
        .map(|value| Code::from_bytes(value.as_bytes()))
}
