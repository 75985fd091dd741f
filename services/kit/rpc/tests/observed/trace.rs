//! One trace through two parts.

use std::sync::{Arc, Mutex};

use kit_rpc::GATEWAY;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::chat::{Chat, World, accepted};

#[tokio::test]
async fn a_call_continues_the_trace_of_its_caller() {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let seen = Arc::new(Mutex::new(None));
    let record = Arc::clone(&seen);
    let world = World::with(Chat::posting(move |_| {
        *record.lock().expect("not poisoned") = kit_telemetry::trace::current_parent();
        async { accepted() }
    }));
    let mut request = world.post();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let outer = tracing::info_span!("the gateway's own span");
    kit_telemetry::trace::set_parent(&outer, parent);
    request.metadata_mut().insert(
        "traceparent",
        "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01"
            .parse()
            .expect("ASCII"),
    );
    let mut client = world.client(GATEWAY);
    let calling = outer.in_scope(|| client.post_message(request));
    tracing::Instrument::instrument(calling, outer)
        .await
        .expect("a user may post");

    let inside = seen
        .lock()
        .expect("not poisoned")
        .take()
        .expect("the method runs in a span");
    assert!(
        inside.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
        "the open span wins over a header: {inside}"
    );
}
