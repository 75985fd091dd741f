//! Answers of services that the page brings along, so that the app need not ask for them (web/README.md).

use std::sync::LazyLock;

use prost::Name;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Value, json};

use super::markup::Html;

/// The element's id, by which the app finds it.
const ELEMENT_ID: &str = "plenary-data";

/// What all messages look like, for writing them as proto3 JSON.
static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(plenary_proto::FILE_DESCRIPTOR_SET).expect("the generated descriptors are valid")
});

/// One answer.
pub(super) struct Answer {
    /// `plenary.events.v1.EventService/GetEvent`
    method: &'static str,
    request: Value,
    response: Value,
}

impl Answer {
    /// Of this method, to this request: the app must ask with an equal one to find it.
    pub(super) fn new(method: &'static str, request: &impl Name, response: &impl Name) -> Self {
        Self {
            method,
            request: proto_json(request),
            response: proto_json(response),
        }
    }
}

/// Adds the answers to a page's head.
pub(super) fn add(head: Html, answers: &[Answer]) -> Html {
    let answers: Vec<_> = answers
        .iter()
        .map(|answer| json!({"method": answer.method, "request": answer.request, "response": answer.response}))
        .collect();
    let attributes = [("type", "application/json"), ("id", ELEMENT_ID)];
    head.data(&attributes, &json!({ "responses": answers }))
}

/// The canonical JSON form.
fn proto_json<M: Name>(message: &M) -> Value {
    let descriptor = DESCRIPTORS
        .get_message_by_name(&M::full_name())
        .expect("every generated message has a descriptor");
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .expect("what was just encoded can be decoded");
    serde_json::to_value(message).expect("a message has a JSON form")
}

#[cfg(test)]
mod tests {
    use plenary_proto::events::v1::{Event, EventState, GetEventRequest, GetEventResponse};
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn answers_are_proto_json() {
        let event = Event {
            id: "evt_1".to_owned(),
            title: "Title".to_owned(),
            state: EventState::Published.into(),
            start_time: Some(Timestamp {
                seconds: 1_767_268_800,
                nanos: 0,
            }),
            ..Event::default()
        };
        let request = GetEventRequest {
            event_id: "evt_1".to_owned(),
        };
        let answer = Answer::new("S/M", &request, &GetEventResponse { event: Some(event) });
        assert_eq!(answer.request, json!({"eventId": "evt_1"}));
        let expected = json!({"event": {
            "id": "evt_1", "title": "Title", "state": "EVENT_STATE_PUBLISHED", "startTime": "2026-01-01T12:00:00Z",
        }});
        assert_eq!(answer.response, expected);
    }
}
