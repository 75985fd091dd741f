//! What stands in for browsers and gRPC clients: HTTP without any help, so that tests say each header themselves.

use std::net::SocketAddr;

use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prost::Message;
use serde_json::Value;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// One HTTP/1.1 client.
pub(crate) struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

/// An answer that has been read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The answer to a gRPC-web call while it comes in.
pub(crate) struct WebAnswer {
    pub(crate) headers: HeaderMap,
    body: Incoming,
    unread: BytesMut,
    trailers: Option<HeaderMap>,
}

/// The bit of a gRPC-web frame that holds trailers.
const TRAILERS: u8 = 0x80;

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address }
    }

    /// Asks, and reads the whole answer.
    pub(crate) async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let response = self.send(method, path, headers, body.to_owned().into()).await;
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("a whole answer").to_bytes(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, "").await
    }

    /// A JSON request of the gateway's own page.
    pub(crate) async fn json(&self, method: Method, path: &str, cookie: &str, body: &str) -> Answer {
        let origin = format!("http://{}", self.address);
        let headers = [
            ("content-type", "application/json"),
            ("origin", origin.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("cookie", cookie),
        ];
        self.ask(method, path, &headers, body).await
    }

    /// A gRPC-web call, up to the headers of its answer.
    pub(crate) async fn call<M: Message>(&self, path: &str, headers: &[(&str, &str)], message: &M) -> WebAnswer {
        self.call_raw(path, headers, framed(message)).await
    }

    pub(crate) async fn call_raw(&self, path: &str, headers: &[(&str, &str)], body: Bytes) -> WebAnswer {
        let grpc_web = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        let response = self
            .send(Method::POST, path, &[&grpc_web, headers].concat(), body)
            .await;
        assert_eq!(
            response.status(),
            StatusCode::OK,
            "gRPC-web says errors by status codes of its own"
        );
        let (parts, body) = response.into_parts();
        WebAnswer {
            headers: parts.headers,
            body,
            unread: BytesMut::new(),
            trailers: None,
        }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Response<Incoming> {
        let uri: Uri = format!("http://{}{path}", self.address).parse().expect("a URI");
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).expect("a request");
        self.client.request(request).await.expect("an answer")
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl WebAnswer {
    /// The next message; `None` at the end.
    pub(crate) async fn next<M: Message + Default>(&mut self) -> Option<M> {
        loop {
            if let Some((flags, content)) = self.frame() {
                if flags & TRAILERS != 0 {
                    self.trailers = Some(trailers(&content));
                    continue;
                }
                return Some(M::decode(content).expect("a message"));
            }
            let frame = self.body.frame().await?.expect("a whole answer");
            self.unread
                .extend_from_slice(&frame.into_data().expect("gRPC-web has data only"));
        }
    }

    /// How the call ended, once all has been read.
    pub(crate) async fn status(mut self) -> Status {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.expect("a whole answer");
            self.unread
                .extend_from_slice(&frame.into_data().expect("gRPC-web has data only"));
        }
        while let Some((flags, content)) = self.frame() {
            if flags & TRAILERS != 0 {
                self.trailers = Some(trailers(&content));
            }
        }
        let said = Status::from_header_map(&self.headers);
        let said = said.or_else(|| Status::from_header_map(self.trailers.as_ref()?));
        said.unwrap_or_else(|| Status::new(Code::Unknown, "no status"))
    }

    fn frame(&mut self) -> Option<(u8, Bytes)> {
        let mut header = self.unread.get(..5)?;
        let flags = header.get_u8();
        let length = usize::try_from(header.get_u32()).expect("fits");
        if self.unread.len() < 5 + length {
            return None;
        }
        self.unread.advance(5);
        Some((flags, self.unread.split_to(length).freeze()))
    }
}

/// A message with the five bytes that gRPC puts in front of it.
pub(crate) fn framed<M: Message>(message: &M) -> Bytes {
    let content = message.encode_to_vec();
    let length = u32::try_from(content.len()).expect("fits");
    [&[0][..], &length.to_be_bytes(), &content].concat().into()
}

/// A native gRPC connection.
pub(crate) fn channel(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .expect("an address")
        .connect_lazy()
}

fn trailers(block: &[u8]) -> HeaderMap {
    let lines = std::str::from_utf8(block).expect("text").lines();
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let parse = |(name, value): (&str, &str)| {
        let name: http::HeaderName = name.trim().parse().expect("a name");
        (name, value.trim().parse().expect("a value"))
    };
    pairs.map(parse).collect()
}
