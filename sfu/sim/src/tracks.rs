//! Who joins the room, and what is published in it.

use std::collections::BTreeMap;

use sfu_core::input::{AddTrack, Join, Permissions, PublishRight};
use sfu_core::publish::{Source, TrackKind, VideoLayer, VideoQuality};
use sfu_core::{Input, MemberId};

use crate::camera::BITRATES;

/// The camera's track.
pub(crate) const TRACK: &str = "TR_camera";
const MICROPHONE: &str = "TR_microphone";

pub(crate) fn join(member: MemberId, publish: PublishRight) -> Input {
    let permissions = Permissions {
        publish,
        subscribe: true,
        publish_data: true,
        update_metadata: false,
        hidden: false,
    };
    Input::Join(Box::new(Join {
        member,
        sid: format!("PA_{}", member.0).into(),
        identity: format!("member {}", member.0).into(),
        name: String::new(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        permissions,
        auto_subscribe: true,
        order: 0,
    }))
}

pub(crate) fn camera_track() -> AddTrack {
    let layer = |quality: VideoQuality, width, height| VideoLayer {
        quality,
        width,
        height,
        bitrate: u32::try_from(BITRATES[quality.rank()]).unwrap_or(u32::MAX),
    };
    AddTrack {
        cid: "camera".to_owned(),
        sid: TRACK.into(),
        kind: TrackKind::Video,
        source: Source::Camera,
        name: String::new(),
        stream: "camera".to_owned(),
        width: 1280,
        height: 720,
        muted: false,
        layers: vec![
            layer(VideoQuality::Low, 320, 180),
            layer(VideoQuality::Medium, 640, 360),
            layer(VideoQuality::High, 1280, 720),
        ],
        stereo: false,
        disable_dtx: false,
        disable_red: false,
        backup: None,
        is_backup: false,
    }
}

pub(crate) fn microphone_track() -> AddTrack {
    AddTrack {
        cid: "microphone".to_owned(),
        sid: MICROPHONE.into(),
        kind: TrackKind::Audio,
        source: Source::Microphone,
        width: 0,
        height: 0,
        layers: Vec::new(),
        ..camera_track()
    }
}
