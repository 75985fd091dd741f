import { type Room, RoomState } from '~/gen/plenary/live/v1/live_service_pb';

export function isLive(room: Room): boolean {
  return room.state === RoomState.LIVE;
}

export function isEnded(room: Room): boolean {
  return room.state === RoomState.ENDED;
}
