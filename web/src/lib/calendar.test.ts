import { describe, expect, it } from 'vitest';
import { type CalendarEntry, calendarFile } from './calendar';

const entry: CalendarEntry = {
  uid: 'evt_1@plenary.example',
  title: 'Ownership, borrowing; and you',
  description: 'Three talks.\nOne stage.',
  url: 'https://plenary.example/events/evt_1',
  start: new Date('2026-12-02T16:00:00Z'),
  end: new Date('2026-12-02T18:30:00Z'),
  stamp: new Date('2026-11-22T09:00:00Z'),
};

describe('a calendar file', () => {
  it('says what, when and where in UTC', () => {
    const lines = calendarFile(entry).split('\r\n');
    expect(lines).toContain('DTSTART:20261202T160000Z');
    expect(lines).toContain('DTEND:20261202T183000Z');
    expect(lines).toContain('UID:evt_1@plenary.example');
    expect(lines).toContain('URL:https://plenary.example/events/evt_1');
  });

  it('escapes what has a meaning in it', () => {
    const text = calendarFile(entry);
    expect(text).toContain('SUMMARY:Ownership\\, borrowing\\; and you');
    expect(text).toContain('DESCRIPTION:Three talks.\\nOne stage.');
  });

  it('folds long lines at 75 octets without breaking a character', () => {
    const title = '研究'.repeat(60);
    const lines = calendarFile({ ...entry, title }).split('\r\n');
    for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThan(76);
    const unfolded = calendarFile({ ...entry, title }).replaceAll('\r\n ', '');
    expect(unfolded).toContain(`SUMMARY:${title}\r\n`);
  });
});
