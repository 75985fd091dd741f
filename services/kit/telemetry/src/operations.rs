//! The operations port: for orchestrators and Prometheus, never for the public.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;

use crate::{Health, Metrics};

/// `/metrics` (OpenMetrics), `/livez` (200 as long as the process runs) and `/readyz` (200 or 503, with the checks).
pub fn operations(metrics: Metrics, health: Health) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readyz).with_state(health))
        .route("/metrics", get(encode).with_state(metrics))
}

/// Serves the operations port until the process has been told to end.
pub async fn serve_operations(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the operations port failed");
    }
}

async fn readyz(State(health): State<Health>) -> impl IntoResponse {
    let readiness = health.readiness().await;
    let code = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(readiness))
}

async fn encode(State(metrics): State<Metrics>) -> impl IntoResponse {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.encode())
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("routers do not fail");
        let status = response.status();
        let body = to_bytes(response.into_body(), 10_000).await.expect("a small body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn the_three_pages_answer() {
        let (metrics, health) = (Metrics::new(), Health::new());
        let router = operations(metrics, health.clone());
        assert_eq!(answer(&router, "/livez").await, (StatusCode::OK, "alive\n".to_owned()));
        assert_eq!(
            answer(&router, "/metrics").await,
            (StatusCode::OK, "# EOF\n".to_owned())
        );
        assert_eq!(answer(&router, "/readyz").await.0, StatusCode::OK);

        health.register("redis", || async { Err("away".to_owned()) });
        let expected = r#"{"ready":false,"checks":{"redis":"away"}}"#.to_owned();
        assert_eq!(
            answer(&router, "/readyz").await,
            (StatusCode::SERVICE_UNAVAILABLE, expected)
        );
        assert_eq!(answer(&router, "/livez").await.0, StatusCode::OK);
    }
}
