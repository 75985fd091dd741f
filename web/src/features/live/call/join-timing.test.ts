import { describe, expect, it } from 'vitest';
import { type JoinTimes, JoinTiming } from './join-timing';

function setUp() {
  const told: [string, JoinTimes][] = [];
  const later: (() => void)[] = [];
  let now = 1_000;
  const timing = new JoinTiming({
    now: () => now,
    after: (_pause, act) => void later.push(act),
    report: (token, times) => void told.push([token, times]),
  });
  const at = (elapsed_ms: number) => {
    now = 1_000 + elapsed_ms;
    return timing;
  };
  return { at, told, wait: () => later.forEach((act) => void act()) };
}

describe('the time of a join', () => {
  it('is told once, with each step from the click on', () => {
    const { at, told, wait } = setUp();
    at(40).seated('token');
    at(90).mark('open');
    at(130).mark('signalling');
    at(250).mark('transport');
    at(310).mark('picture');
    at(900).mark('picture');
    wait();
    expect(told).toEqual([
      [
        'token',
        {
          steps: [
            { step: 'seat', start_ms: 0, end_ms: 40 },
            { step: 'open', start_ms: 40, end_ms: 90 },
            { step: 'signalling', start_ms: 90, end_ms: 130 },
            { step: 'transport', start_ms: 130, end_ms: 250 },
            { step: 'picture', start_ms: 250, end_ms: 310 },
          ],
          elapsed_ms: 310,
        },
      ],
    ]);
  });

  it('does without a picture when there is none to see', () => {
    const { at, told, wait } = setUp();
    at(40).seated('token');
    at(50).mark('open');
    at(60).mark('signalling');
    at(70).mark('transport');
    at(10_070);
    wait();
    expect(told[0]?.[1].steps.map(({ step }) => step)).toEqual([
      'seat',
      'open',
      'signalling',
      'transport',
    ]);
  });

  it('hears nothing out of turn', () => {
    const { at, told, wait } = setUp();
    at(10).mark('picture');
    at(20).mark('transport');
    wait();
    expect(told).toEqual([]);
  });
});
