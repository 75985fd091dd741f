//! `plenary.live.v1.NodeService`.

use plenary_proto::live::v1::node_service_server::NodeService;
use plenary_proto::live::v1::{
    ParticipantReport, RegisterNodeRequest, RegisterNodeResponse, ReportConnectionsRequest, ReportConnectionsResponse,
    ReportParticipantsRequest, ReportParticipantsResponse,
};
use tonic::{Request, Response, Status};

use super::convert;
use crate::commands::report::Sighting;
use crate::{Live, commands, refuse};

#[tonic::async_trait]
impl NodeService for Live {
    async fn register_node(
        &self,
        request: Request<RegisterNodeRequest>,
    ) -> Result<Response<RegisterNodeResponse>, Status> {
        let node = convert::node(request.into_inner(), self.clock.now()).map_err(refuse)?;
        commands::register_node::register(self, node).await.map_err(refuse)?;
        Ok(Response::new(RegisterNodeResponse {}))
    }

    async fn report_participants(
        &self,
        request: Request<ReportParticipantsRequest>,
    ) -> Result<Response<ReportParticipantsResponse>, Status> {
        let report = convert::report(request.into_inner()).map_err(refuse)?;
        let evicted = commands::report::report(self, report).await.map_err(refuse)?;
        Ok(Response::new(ReportParticipantsResponse {
            evict: evicted.into_iter().map(message).collect(),
        }))
    }

    async fn report_connections(
        &self,
        request: Request<ReportConnectionsRequest>,
    ) -> Result<Response<ReportConnectionsResponse>, Status> {
        let account = convert::account(request.into_inner()).map_err(refuse)?;
        commands::keep::keep(self, account).await.map_err(refuse)?;
        Ok(Response::new(ReportConnectionsResponse {}))
    }
}

fn message(sighting: Sighting) -> ParticipantReport {
    let Sighting {
        room,
        user,
        sid,
        present,
    } = sighting;
    ParticipantReport {
        room_id: room.to_string(),
        user_id: user.to_string(),
        participant_sid: sid,
        present,
    }
}
