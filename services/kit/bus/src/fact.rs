//! A fact on its way between services, and its form on the wire.

use kit_core::ids::FactId;
use plenary_proto::common::v1::Fact as Wire;
use prost::Message;
use prost_types::Timestamp;
use time::OffsetDateTime;

use crate::Error;

/// Something that has happened in a service, as one entry of that service's stream.
///
/// On the wire it is `plenary.common.v1.Fact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Equal for every delivery of one fact; consumers deduplicate by it.
    pub id: FactId,
    /// Full name of the message in `payload`, for example `plenary.ticketing.v1.OrderCompleted`.
    pub kind: String,
    /// When the command that caused it took its time.
    pub occur_time: OffsetDateTime,
    /// The encoded message.
    pub payload: Vec<u8>,
    /// W3C `traceparent` of the command that caused it.
    pub trace_parent: Option<String>,
}

impl Fact {
    /// A fact that carries `message`, named after its protobuf type, and belongs to the trace of the open span.
    pub fn new<M: Message + prost::Name>(id: FactId, occur_time: OffsetDateTime, message: &M) -> Self {
        Self {
            id,
            kind: M::full_name(),
            occur_time,
            payload: message.encode_to_vec(),
            trace_parent: kit_telemetry::trace::current_parent(),
        }
    }

    /// The message inside when it is an `M`, `None` when it is another kind.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the payload is not what `kind` says.
    pub fn decode<M: Message + prost::Name + Default>(&self) -> Result<Option<M>, Error> {
        if self.kind != M::full_name() {
            return Ok(None);
        }
        M::decode(self.payload.as_slice()).map(Some).map_err(Error::malformed)
    }

    pub(crate) fn to_wire(&self) -> Vec<u8> {
        Wire {
            id: self.id.to_string(),
            r#type: self.kind.clone(),
            occur_time: Some(Timestamp {
                seconds: self.occur_time.unix_timestamp(),
                nanos: self.occur_time.nanosecond().cast_signed(),
            }),
            payload: self.payload.clone(),
            trace_parent: self.trace_parent.clone().unwrap_or_default(),
        }
        .encode_to_vec()
    }

    pub(crate) fn from_wire(bytes: &[u8]) -> Result<Self, Error> {
        let wire = Wire::decode(bytes).map_err(Error::malformed)?;
        let time = wire.occur_time.unwrap_or_default();
        let nanos = i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
        Ok(Self {
            id: wire.id.parse().map_err(Error::malformed)?,
            kind: wire.r#type,
            occur_time: OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(Error::malformed)?,
            payload: wire.payload,
            trace_parent: Some(wire.trace_parent).filter(|value| !value.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    fn fact() -> Fact {
        let clock = ManualClock::fixed().clock();
        let message = Timestamp { seconds: 7, nanos: 0 };
        Fact::new(FactId::new(&clock, &Rng::seeded(1)), clock.now(), &message)
    }

    #[test]
    fn the_wire_gives_back_what_was_put_in() {
        let traced = Fact {
            trace_parent: Some("00-1-2-01".to_owned()),
            ..fact()
        };
        for fact in [fact(), traced] {
            assert_eq!(Fact::from_wire(&fact.to_wire()).expect("well formed"), fact);
        }
        assert!(Fact::from_wire(b"not a fact").is_err());
    }

    #[test]
    fn only_the_named_kind_is_decoded() {
        let fact = fact();
        assert_eq!(fact.kind, "google.protobuf.Timestamp");
        assert_eq!(
            fact.decode::<Timestamp>()
                .expect("well formed")
                .expect("that kind")
                .seconds,
            7
        );
        assert_eq!(fact.decode::<prost_types::Duration>().expect("another kind"), None);
        let broken = Fact {
            payload: vec![0xff],
            ..fact
        };
        assert!(broken.decode::<Timestamp>().is_err());
    }
}
