// Generated: one module for each package.
/// `plenary.common.v1`.
pub mod common {
    /// Version 1.
    pub mod v1 {
        include!("plenary.common.v1.rs");
    }
}
/// `plenary.engagement.v1`.
pub mod engagement {
    /// Version 1.
    pub mod v1 {
        include!("plenary.engagement.v1.rs");
    }
}
/// `plenary.events.v1`.
pub mod events {
    /// Version 1.
    pub mod v1 {
        include!("plenary.events.v1.rs");
    }
}
/// `plenary.identity.v1`.
pub mod identity {
    /// Version 1.
    pub mod v1 {
        include!("plenary.identity.v1.rs");
    }
}
/// `plenary.live.v1`.
pub mod live {
    /// Version 1.
    pub mod v1 {
        include!("plenary.live.v1.rs");
    }
}
/// `plenary.notifications.v1`.
pub mod notifications {
    /// Version 1.
    pub mod v1 {
        include!("plenary.notifications.v1.rs");
    }
}
/// `plenary.sfu.v1`.
pub mod sfu {
    /// Version 1.
    pub mod v1 {
        include!("plenary.sfu.v1.rs");
    }
}
/// `plenary.ticketing.v1`.
pub mod ticketing {
    /// Version 1.
    pub mod v1 {
        include!("plenary.ticketing.v1.rs");
    }
}
