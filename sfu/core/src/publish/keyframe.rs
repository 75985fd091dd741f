//! Key frame requests of one layer, coalesced: however many subscribers wait, the publisher is asked once in a while.

use crate::limits::KEY_FRAME_REQUEST_GAP;
use crate::time::Time;

/// Whether somebody waits for a key frame of a layer, and when the publisher was last asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyFrames {
    wanted: bool,
    asked: Option<Time>,
}

impl KeyFrames {
    /// Somebody waits. Until [`KeyFrames::arrived`], the publisher is asked again each gap: the request or the frame
    /// may be lost.
    pub const fn want(&mut self) {
        self.wanted = true;
    }

    /// A key frame has begun; who waited can go on.
    pub const fn arrived(&mut self) {
        self.wanted = false;
    }

    /// Nobody waits any longer.
    pub const fn forget(&mut self) {
        self.wanted = false;
    }

    /// Whether to ask the publisher now; when true, it counts as asked.
    pub fn ask(&mut self, now: Time) -> bool {
        let due = self.wanted && self.asked.is_none_or(|asked| now.since(asked) >= KEY_FRAME_REQUEST_GAP);
        if due {
            self.asked = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn many_wishes_are_one_request_repeated_until_answered() {
        let mut frames = KeyFrames::default();
        let start = Time::from_micros(1);
        assert!(!frames.ask(start), "nobody waits");
        frames.want();
        frames.want();
        assert!(frames.ask(start));
        assert!(!frames.ask(start + Duration::from_millis(499)));
        assert!(frames.ask(start + Duration::from_millis(500)), "the first may be lost");
        frames.arrived();
        assert!(!frames.ask(start + Duration::from_secs(2)));
        frames.want();
        assert!(frames.ask(start + Duration::from_secs(2)));
    }
}
