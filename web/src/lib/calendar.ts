/** What a calendar needs to know of something that takes place. */
export interface CalendarEntry {
  /** Unique and lasting: the same one updates the entry that an earlier file made. */
  uid: string;
  title: string;
  description: string;
  /** Absolute address of its page. */
  url: string;
  start: Date;
  end: Date;
  /** When this was written down. */
  stamp: Date;
}

/** Octets in a line, line end left out (RFC 5545, 3.1). */
const LINE_MAX = 75;

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** Lines that are too long go on in the next one after a space; never in the middle of a character. */
function fold(line: string): string {
  const encoder = new TextEncoder();
  const rows: string[] = [];
  let row = '';
  let size = 0;
  for (const character of line) {
    const octets = encoder.encode(character).length;
    if (size + octets > LINE_MAX) {
      rows.push(row);
      row = ' ';
      size = 1;
    }
    row += character;
    size += octets;
  }
  return [...rows, row].join('\r\n');
}

function utc(instant: Date): string {
  return instant.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** An iCalendar file (RFC 5545) with one entry. Instants are in UTC, so that no zone has to be described. */
export function calendarFile(entry: CalendarEntry): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Plenary//Plenary//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${entry.uid}`,
    `DTSTAMP:${utc(entry.stamp)}`,
    `DTSTART:${utc(entry.start)}`,
    `DTEND:${utc(entry.end)}`,
    `SUMMARY:${escapeText(entry.title)}`,
    `DESCRIPTION:${escapeText(entry.description)}`,
    `URL:${entry.url}`,
    `LOCATION:${escapeText(entry.url)}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

/** Hands the entry to the device, which opens its calendar with it. */
export function downloadCalendarFile(entry: CalendarEntry): void {
  const url = URL.createObjectURL(
    new Blob([calendarFile(entry)], { type: 'text/calendar;charset=utf-8' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = `${entry.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'event'}.ics`;
  link.click();
  // The download has begun by then; until then the address has to live.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
