//! Stored pictures. Their ids cannot be guessed and their bytes never change, so that they need no token and are kept
//! by browsers and caches for good.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit_core::ids::ImageId;
use plenary_proto::{events, identity};
use tonic::Status;

use crate::Edge;
use crate::client::Client;
use crate::lines::request_for;
use crate::problem::Problem;

/// What pictures are stored as. Anything else would be a mistake of a service, and is not shown.
const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

struct Picture {
    content: Bytes,
    content_type: String,
}

/// `GET /images/{kind}/{id}`, with `profile` or `event` as the kind.
pub(crate) async fn show(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id: ImageId = id.parse().map_err(|_| Problem::not_found())?;
    let tag = HeaderValue::try_from(format!("\"{id}\"")).expect("an id is ASCII");
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let picture = match kind.as_str() {
        "profile" => profile_picture(&edge, client.0, id).await?,
        "event" => event_picture(&edge, client.0, id).await?,
        _ => return Err(Problem::not_found()),
    };
    let known = CONTENT_TYPES.into_iter().find(|known| *known == picture.content_type);
    let content_type = known.ok_or_else(|| {
        tracing::error!(%id, content_type = picture.content_type, "a stored picture is none");
        Problem::not_found()
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
        (header::ETAG, tag),
        // Previews and mails of other sites may show them.
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        ),
    ];
    Ok((headers, picture.content).into_response())
}

async fn profile_picture(edge: &Edge, client: IpAddr, id: ImageId) -> Result<Picture, Status> {
    let request = identity::v1::GetImageRequest {
        image_id: id.to_string(),
    };
    let answer = edge
        .lines
        .profiles
        .clone()
        .get_image(request_for(client, request))
        .await?;
    let identity::v1::GetImageResponse { content, content_type } = answer.into_inner();
    Ok(Picture { content, content_type })
}

async fn event_picture(edge: &Edge, client: IpAddr, id: ImageId) -> Result<Picture, Status> {
    let request = events::v1::GetImageRequest {
        image_id: id.to_string(),
    };
    let answer = edge
        .lines
        .events
        .clone()
        .get_image(request_for(client, request))
        .await?;
    let events::v1::GetImageResponse { content, content_type } = answer.into_inner();
    Ok(Picture { content, content_type })
}
