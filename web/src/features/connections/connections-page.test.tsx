import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  CandidateKind,
  ConnectionEvidence,
  ConnectionSeverity,
  ConnectionVerdict,
} from '~/gen/plenary/live/v1/connection_pb';
import type { ListConnectionsResponseSchema } from '~/gen/plenary/live/v1/live_service_pb';
import {
  type ListConnectionsRequest,
  type ListConnectionsResponse,
  LiveService,
  RoomState,
} from '~/gen/plenary/live/v1/live_service_pb';
import { axeFindings } from '../../../test/axe';
import { anEvent, at, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

type Answer = MessageInitShape<typeof ListConnectionsResponseSchema>;

const SESSION = 'ses_01keynote';
const ada = {
  ...{ participantSid: 'PA_1', userId: 'usr_1', displayName: 'Ada', isHost: true },
  ...{ joinTime: at('2026-11-22T09:30:00Z'), verdict: ConnectionVerdict.FINE },
  severity: ConnectionSeverity.NONE,
  path: { candidate: CandidateKind.HOST, family: 1 },
  sample: { roundTripMs: 12, sentBps: 0n, receivedBps: 2_500_000n },
  totals: {},
};
const ben = {
  ...{ participantSid: 'PA_2', userId: 'usr_2', displayName: 'Ben', isHost: false },
  ...{ joinTime: at('2026-11-22T09:40:00Z'), verdict: ConnectionVerdict.LAST_MILE },
  severity: ConnectionSeverity.HURTS,
  evidence: [ConnectionEvidence.LOSS_DOWN],
  path: { candidate: CandidateKind.SERVER_REFLEXIVE, family: 2 },
  sample: { lossDownPermille: 200, layer: 1, layerWanted: 3, sentBps: 150_000n },
  totals: { freezes: 4 },
};
const cleo = {
  ...{ participantSid: 'PA_3', userId: 'usr_3', displayName: 'Cleo', isHost: false },
  ...{ joinTime: at('2026-11-22T09:31:00Z'), leaveTime: at('2026-11-22T09:59:00Z') },
  ...{ verdict: ConnectionVerdict.FINE, severity: ConnectionSeverity.NONE },
  totals: { fineS: 1_680, roundTripMeanMs: 40, roundTripMaxMs: 95, sentBytes: 12_300_000n },
};
const all: Answer = {
  connections: [ben, cleo, ada],
  health: {
    ...{ nodeReached: true, present: 2, ended: 1, sentBps: 150_000n, receivedBps: 2_500_000n },
    verdicts: [
      { verdict: ConnectionVerdict.FINE, count: 1 },
      { verdict: ConnectionVerdict.LAST_MILE, count: 1 },
    ],
    traffic: { packetsSent: 12_000n, packetsReceived: 3_000n },
    node: { nodeId: 'sfu-1', headroomPercent: 83 },
  },
};

function open(answer: (request: ListConnectionsRequest) => Answer, { canHost = true } = {}) {
  return openPage({
    path: `/live/${SESSION}/connections`,
    signedIn: true,
    services: (router) => {
      router.rpc(LiveService.method.getRoom, () => ({
        room: { id: 'rm_1', sessionId: SESSION, eventId: EVENT, state: RoomState.LIVE },
        access: { canHost, canJoin: true },
      }));
      router.rpc(EventService.method.getEvent, () => ({ event: anEvent() }));
      router.rpc(LiveService.method.listConnections, (request) => answer(request));
    },
  });
}

const rows = async () =>
  within(await screen.findByRole('list', { name: /Connections/ })).getAllByRole('listitem');

describe('the connections of a room', () => {
  it('says of everybody whose side it is, the worst first, and sums the room up', async () => {
    const { container } = await open(() => all);
    const [first, second, third] = await rows();
    expect(first?.textContent).toContain('Their network');
    expect(first?.textContent).toContain('20 % of what we send them is lost.');
    expect(first?.textContent).toContain('layer 1 of 3');
    expect(first?.textContent).toContain('UDP over IPv6, through a router');
    expect(second?.textContent).toContain('Nothing was in the way for long.');
    expect(second?.textContent).toContain('40 ms, 95 ms at worst');
    expect(third?.textContent).toContain('Host');
    expect(screen.getByText('1 person: their network')).toBeTruthy();
    expect(screen.getByText('sfu-1: 83 % of its time is free')).toBeTruthy();
    expect(await axeFindings(container)).toEqual([]);
  });

  it('searches, narrows and shows everybody again', async () => {
    const asked: [string, boolean][] = [];
    await open(({ query, presentOnly }) => {
      asked.push([query, presentOnly]);
      return query ? { ...all, connections: [] } : all;
    });
    const user = userEvent.setup();
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Who' }), 'Here now');
    await user.type(screen.getByRole('searchbox', { name: 'Search by name' }), 'zed');
    await screen.findByRole('heading', { name: 'Nobody fits' });
    expect(asked.at(-1)).toEqual(['zed', true]);
    await user.click(screen.getByRole('button', { name: 'Show everybody' }));
    expect((await rows()).length).toBe(3);
  });

  it('shows the next page, and nobody twice', async () => {
    await open(({ pageToken }) =>
      pageToken === ''
        ? { ...all, connections: [ben, cleo], nextPageToken: 'more' }
        : { ...all, connections: [cleo, ada] },
    );
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Show more' }));
    await screen.findByText('That is everybody.');
    expect((await rows()).length).toBe(3);
  });

  it('says when the server does not answer, when nobody came, and when it failed', async () => {
    const away = { nodeReached: false, ended: 1 };
    const first = await open(() => ({ connections: [cleo], health: away }));
    await screen.findByText(/does not answer/);
    expect((await rows()).length).toBe(1);
    first.unmount();
    const { container, unmount } = await open(() => ({ health: { nodeReached: false } }));
    await screen.findByRole('heading', { name: 'Nobody has been here yet' });
    expect(screen.queryByText(/does not answer/)).toBeNull();
    expect(await axeFindings(container)).toEqual([]);
    unmount();
    await open((): ListConnectionsResponse => {
      throw new ConnectError('away', Code.Unavailable);
    });
    expect(await screen.findByRole('alert')).toBeTruthy();
  });

  it('is for the team alone', async () => {
    await open(() => all, { canHost: false });
    await screen.findByRole('heading', { name: 'Connections are for the event’s team' });
  });
});
