//! `/dev/mail`: the captured mails, for a person and (`/dev/mail.json`) for a test.
//!
//! A mail's HTML is shown in a sandboxed frame from an address of its own, so that nothing in it can reach the site.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::store::{Reading, Store};

const STYLE: &str = include_str!("page.css");
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; sandbox allow-popups \
                           allow-popups-to-escape-sandbox";

pub(super) fn routes(store: Arc<Store>) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail.json", get(json))
        .route(
            "/dev/mail.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }),
        )
        .route("/dev/mail/{number}", get(mail))
        .route("/dev/mail/{number}/html", get(html))
        .route("/dev/mail/{number}/raw", get(raw))
        .with_state(store)
}

async fn list(State(store): State<Arc<Store>>) -> Result<Response, Failure> {
    let mails = store.list().await?;
    let mut rows = String::new();
    for mail in &mails {
        let _ = write!(
            rows,
            "<li><a href=\"/dev/mail/{}\"><strong>{}</strong><span>{}</span><time>{}</time></a></li>",
            mail.number,
            escape(&mail.subject),
            escape(&mail.to.join(", ")),
            escape(&mail.date),
        );
    }
    let body = if rows.is_empty() {
        "<p>No mail yet. What Plenary sends arrives here, since no mail server is configured.</p>".to_owned()
    } else {
        format!("<ol class=\"mails\">{rows}</ol>")
    };
    Ok(page("Captured mail", &format!("<h1>Captured mail</h1>{body}")))
}

async fn json(State(store): State<Arc<Store>>) -> Result<Json<Vec<Reading>>, Failure> {
    Ok(Json(store.list().await?))
}

async fn mail(State(store): State<Arc<Store>>, Path(number): Path<u64>) -> Result<Response, Failure> {
    let mail = store.read(number).await?.ok_or(Failure::NotFound)?;
    let mut attachments = String::new();
    for attachment in &mail.attachments {
        let _ = write!(
            attachments,
            "<details><summary>{} ({})</summary><pre>{}</pre></details>",
            escape(&attachment.name),
            escape(&attachment.content_type),
            escape(&attachment.content),
        );
    }
    let body = format!(
        "<p><a href=\"/dev/mail\">All mail</a></p><h1>{}</h1><dl><dt>From</dt><dd>{}</dd><dt>To</dt><dd>{}</dd><dt>Date</dt>\
         <dd>{}</dd></dl><iframe title=\"The mail\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" \
         src=\"/dev/mail/{number}/html\"></iframe>{attachments}<details><summary>Plain text</summary><pre>{}</pre></details>\
         <p><a href=\"/dev/mail/{number}/raw\">Source</a></p>",
        escape(&mail.subject),
        escape(&mail.from),
        escape(&mail.to.join(", ")),
        escape(&mail.date),
        escape(&mail.text),
    );
    Ok(page(&mail.subject, &body))
}

async fn html(State(store): State<Arc<Store>>, Path(number): Path<u64>) -> Result<Response, Failure> {
    let mail = store.read(number).await?.ok_or(Failure::NotFound)?;
    Ok((
        [(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)],
        Html(format!("<base target=\"_blank\">{}", mail.html)),
    )
        .into_response())
}

async fn raw(State(store): State<Arc<Store>>, Path(number): Path<u64>) -> Result<Response, Failure> {
    let file = store.raw(number).await?.ok_or(Failure::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], file).into_response())
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{}</title><link rel=\"stylesheet\" \
         href=\"/dev/mail.css\"></head><body><main>{body}</main></body></html>",
        escape(title)
    );
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[derive(Debug)]
enum Failure {
    NotFound,
    Disk(std::io::Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "There is no such mail.").into_response(),
            Self::Disk(error) => {
                tracing::error!(%error, "captured mail cannot be read");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Captured mail cannot be read: see the log.",
                )
                    .into_response()
            }
        }
    }
}
