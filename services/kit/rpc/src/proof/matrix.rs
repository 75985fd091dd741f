//! Drives every RPC as everybody, and compares with the access rules.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use plenary_proto::access::Role;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::ServiceExt as _;

use super::Tokens;
use crate::{Fault as _, GATEWAY, Host, KIT, Method, Methods, Transport};

/// One empty message in gRPC's framing.
const EMPTY_MESSAGE: [u8; 5] = [0; 5];
/// A method that takes an empty message badly must not stop the test.
const TIMEOUT: &str = "5S";

/// Somebody who calls, and the rules that should let them pass.
struct Persona {
    name: &'static str,
    token: Option<String>,
    is_service: bool,
    passes: &'static [Role],
}

/// Calls every RPC of every part that is mounted, as everybody: nobody, an attendee, an organizer, an administrator, a
/// service, a service on behalf of an attendee, and with forged, expired, unsigned and foreign tokens. Whoever a rule
/// names must reach the method (whatever it then says to an empty message), and nobody else.
///
/// # Panics
/// With every cell of the matrix that is wrong.
pub async fn every_rpc_admits_exactly_its_roles(host: &Host, tokens: &Tokens) {
    let mut wrong = Vec::new();
    for (part, service) in host.services() {
        let (people, services) = (
            host.switchboard.line(GATEWAY, part),
            host.switchboard.line("prober", part),
        );
        let methods = Methods::platform()
            .iter()
            .filter(|method| method.service() == service.name);
        wrong.extend(mismatches(&people, &services, methods, tokens).await);
    }
    assert!(
        wrong.is_empty(),
        "{} cells are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The cells that are wrong, in words. `people` speaks for persons, `services` as a service.
pub(crate) async fn mismatches(
    people: &Transport,
    services: &Transport,
    methods: impl Iterator<Item = Method>,
    tokens: &Tokens,
) -> Vec<String> {
    let (personas, mut wrong) = (personas(tokens), Vec::new());
    for method in methods {
        for persona in &personas {
            let line = if persona.is_service { services } else { people };
            let status = call(line.clone(), method, persona.token.as_deref()).await;
            let expected = persona.passes.iter().any(|role| method.allow.contains(role));
            let found = !is_refused_at_the_door(&status);
            if found != expected {
                let path = method.path;
                wrong.push(format!(
                    "{path} as {}: expected {expected}, found {found} ({status:?})",
                    persona.name
                ));
            }
        }
    }
    wrong
}

fn personas(tokens: &Tokens) -> Vec<Persona> {
    let token = |roles: &[Role]| Some(tokens.token(&tokens.user(roles)));
    let admin = tokens.user(&[Role::Administrator, Role::Organizer]);
    let person = |name, token, passes| Persona {
        name,
        token,
        is_service: false,
        passes,
    };
    let service = |name, token, passes| Persona {
        name,
        token,
        is_service: true,
        passes,
    };
    use Role::{Administrator, Anonymous, Attendee, Organizer, Service};
    vec![
        person("anonymous", None, &[Anonymous]),
        person("attendee", token(&[]), &[Anonymous, Attendee]),
        person("organizer", token(&[Organizer]), &[Anonymous, Attendee, Organizer]),
        person(
            "administrator",
            token(&[Administrator]),
            &[Anonymous, Attendee, Administrator],
        ),
        service("service", None, &[Anonymous, Service]),
        service("service for an attendee", token(&[]), &[Anonymous, Attendee, Service]),
        person("forged token", Some(tokens.forged(&admin)), &[]),
        person("expired token", Some(tokens.expired(&admin)), &[]),
        person("unsigned token", Some(tokens.unsigned(&admin)), &[]),
        person(
            "token for another audience",
            Some(tokens.for_another_audience(&admin)),
            &[],
        ),
        person("nonsense for a token", Some("nonsense".to_owned()), &[]),
        service("service with a forged token", Some(tokens.forged(&admin)), &[]),
    ]
}

async fn call(line: Transport, method: Method, token: Option<&str>) -> Status {
    let mut request = Request::post(format!("http://plenary{}", method.path))
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::TE, "trailers")
        .header("grpc-timeout", TIMEOUT);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = Body::new(Full::new(Bytes::from_static(&EMPTY_MESSAGE)));
    let answer: Response<Body> = match line.oneshot(request.body(body).expect("a valid request")).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    // A refusal is an answer without a body. Whatever has one came from the method.
    Status::from_header_map(answer.headers()).unwrap_or_else(|| Status::new(Code::Ok, "the method answered"))
}

/// By the door's own mark: a method may refuse for reasons of its own, and has been reached all the same.
fn is_refused_at_the_door(status: &Status) -> bool {
    matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied)
        && status.domain().as_deref() == Some(KIT.name())
        && status.metadata_of_reason("rule").is_some()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kit_core::{ManualClock, Rng};
    use tonic::service::Routes;

    use super::*;
    use crate::call::Calls;
    use crate::guard::{Guard, GuardShared};
    use crate::{Config, Switchboard, Tasks, Verifier};

    /// The platform's RPCs behind the door, all of them served by a method that says yes to everything.
    async fn wrong_cells(enforced: Methods) -> Vec<String> {
        let clock = ManualClock::fixed().clock();
        let tokens = Tokens::new(clock.clone(), Rng::seeded(1));
        let shared = GuardShared {
            methods: enforced,
            verifier: Verifier::new(tokens.key_source(), clock.clone()),
            calls: Calls::new(&Config::defaults(), &kit_telemetry::Metrics::new(), clock.clone()),
            clock,
            stopping: Tasks::new().stopping(),
        };
        let yes = axum::Router::new().fallback(async || Response::new(axum::body::Body::empty()));
        let switchboard = Switchboard::new();
        switchboard.mount("everything", Guard::new(Routes::from(yes), Arc::new(shared)));
        let (people, services) = (
            switchboard.line(GATEWAY, "everything"),
            switchboard.line("x", "everything"),
        );
        mismatches(&people, &services, Methods::platform().iter(), &tokens).await
    }

    #[tokio::test]
    async fn every_rpc_of_the_platform_admits_exactly_its_roles() {
        assert_eq!(wrong_cells(Methods::platform().clone()).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn the_matrix_notices_a_door_that_lets_too_many_or_too_few_in() {
        let altered = |path: &str, allow: &'static [Role]| {
            let change = |method: Method| {
                if method.path == path {
                    Method { allow, ..method }
                } else {
                    method
                }
            };
            Methods::new(Methods::platform().iter().map(change))
        };
        let approve = "/plenary.events.v1.EventService/ApproveEvent";
        let wrong = wrong_cells(altered(approve, &[Role::Organizer, Role::Administrator])).await;
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with("/plenary.events.v1.EventService/ApproveEvent as organizer: expected false"));
        let wrong = wrong_cells(altered(approve, &[])).await;
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("as administrator: expected true"));
    }
}
