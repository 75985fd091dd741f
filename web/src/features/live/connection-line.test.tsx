import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { axeFindings } from '../../../test/axe';
import type { Call } from './call/call';
import type { Readings } from './connection/readings';
import { ConnectionLine } from './connection-line';

/** A call whose picture loses one packet in five from the second reading on. */
function callWithLoss(): Call {
  let looks = 0;
  const readings = async (): Promise<Readings> => {
    looks += 1;
    return {
      at_ms: looks * 2_000,
      roundTrip_ms: 31.4,
      candidate: 'host',
      quality: 'poor',
      received: [
        {
          ...{ id: 'TR_1', kind: 'camera', name: 'Ada', senderQuality: 'good', paused: false },
          ...{ packets: looks * 800, lost: looks * 200, bytes: looks * 300_000 },
          ...{ frames: looks * 50, dropped: 0, freezes: 2, width: 1280, height: 720, fps: 25 },
        },
      ],
      sent: [],
    };
  };
  return { readings } as unknown as Call;
}

describe('the state of one’s connection', () => {
  it('is a word, and numbers with what to do for who asks', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    render(<ConnectionLine call={callWithLoss()} mending={false} />);
    expect(screen.getByRole('status').textContent).toBe('Connected');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(screen.getByRole('status').textContent).toBe('Your network is unsteady');

    await user.click(screen.getByRole('button', { name: 'Connection details' }));
    const details = within(await screen.findByRole('dialog', { name: 'Your connection' }));
    expect(details.getByText(/Move nearer to your Wi-Fi/)).toBeTruthy();
    expect(details.getByText('31 ms')).toBeTruthy();
    expect(details.getByText('20 %')).toBeTruthy();
    expect(details.getByText('Poor')).toBeTruthy();
    expect(details.getByText('2 times')).toBeTruthy();
    expect(details.getByText('1280×720, 25 pictures a second, 1.2 Mbit/s')).toBeTruthy();
    vi.useRealTimers();
    expect(await axeFindings(screen.getByRole('dialog'))).toEqual([]);
  });

  it('is mended before anything else is said', () => {
    render(<ConnectionLine call={callWithLoss()} mending />);
    expect(screen.getByRole('status').textContent).toMatch(/Getting it back/);
  });
});
