//! What is known of every RPC before it is called: who may call it, and whether it streams.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plenary_proto::access::{RULES, Role};
use prost::Message as _;
use prost_types::FileDescriptorSet;

/// RPCs of gRPC's own services, which have no descriptor of ours. They say nothing that the source does not say.
const INFRASTRUCTURE: &[Method] = &[
    Method {
        path: "/grpc.health.v1.Health/Check",
        allow: &[Role::Anonymous],
        streams: false,
    },
    Method {
        path: "/grpc.health.v1.Health/Watch",
        allow: &[Role::Anonymous],
        streams: true,
    },
    Method {
        path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        allow: &[Role::Anonymous],
        streams: true,
    },
];

/// One RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// `/plenary.identity.v1.AccountService/LogIn`
    pub path: &'static str,
    /// The roles that may call it: those in the `access` option of the RPC.
    pub allow: &'static [Role],
    /// Whether either side streams. Such a call may last for hours.
    pub streams: bool,
}

/// All RPCs that may be called. What is not in here is refused, whoever serves it.
#[derive(Clone, Debug)]
pub struct Methods(BTreeMap<&'static str, Method>);

impl Method {
    /// `plenary.identity.v1.AccountService`
    pub fn service(&self) -> &'static str {
        self.path[1..].split_once('/').map_or("", |(service, _)| service)
    }
}

impl Methods {
    /// The platform's RPCs, from the generated descriptors.
    pub fn platform() -> &'static Self {
        static PLATFORM: LazyLock<Methods> = LazyLock::new(|| {
            let streams = streaming_paths(plenary_proto::FILE_DESCRIPTOR_SET);
            let method = |&(path, allow): &(&'static str, &'static [Role])| Method {
                path,
                allow,
                streams: streams.iter().any(|streaming| streaming == path),
            };
            Methods::new(RULES.iter().map(method).chain(INFRASTRUCTURE.iter().copied()))
        });
        &PLATFORM
    }

    /// Of these RPCs: for tests of servers that are not the platform's.
    pub fn new(methods: impl IntoIterator<Item = Method>) -> Self {
        Self(methods.into_iter().map(|method| (method.path, method)).collect())
    }

    /// The RPC of a path; `None` means that it must be refused.
    pub fn get(&self, path: &str) -> Option<Method> {
        self.0.get(path).copied()
    }

    /// All RPCs, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = Method> {
        self.0.values().copied()
    }

    /// Whether any RPC of the service is known.
    pub fn has_service(&self, name: &str) -> bool {
        self.iter().any(|method| method.service() == name)
    }
}

fn streaming_paths(descriptors: &[u8]) -> Vec<String> {
    let set = FileDescriptorSet::decode(descriptors).expect("the generated descriptors are valid");
    let services = set
        .file
        .iter()
        .flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    services
        .flat_map(|(package, service)| {
            let streaming = service
                .method
                .iter()
                .filter(|rpc| rpc.client_streaming() || rpc.server_streaming());
            streaming.map(move |rpc| format!("/{package}.{}/{}", service.name(), rpc.name()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_streams_come_from_the_descriptors() {
        let methods = Methods::platform();
        let log_in = methods
            .get("/plenary.identity.v1.AccountService/LogIn")
            .expect("declared");
        assert_eq!((log_in.allow, log_in.streams), (&[Role::Anonymous][..], false));
        assert_eq!(log_in.service(), "plenary.identity.v1.AccountService");
        let follow = methods
            .get("/plenary.engagement.v1.ChatService/FollowMessages")
            .expect("declared");
        assert!(follow.streams);
        assert_eq!(methods.get("/plenary.identity.v1.AccountService/Nothing"), None);
    }

    #[test]
    fn every_rpc_of_every_service_has_a_rule_that_names_somebody() {
        let set = FileDescriptorSet::decode(plenary_proto::FILE_DESCRIPTOR_SET).expect("valid");
        let mut count = 0;
        for file in &set.file {
            for service in &file.service {
                for rpc in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), rpc.name());
                    let method = Methods::platform()
                        .get(&path)
                        .unwrap_or_else(|| panic!("{path} has no rule"));
                    assert!(
                        !method.allow.is_empty() && !method.allow.contains(&Role::Unspecified),
                        "{path}"
                    );
                    count += 1;
                }
            }
        }
        assert_eq!(count, RULES.len());
    }
}
