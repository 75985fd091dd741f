import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import {
  ListMyTicketsResponseSchema,
  type Ticket,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { keepPrivately, readPrivately } from '~/lib/private-storage';

/**
 * The last tickets, with their codes, on the device: at the door there is often no network. Kept for whom they belong
 * to and gone when they sign out.
 */
export interface KeptTickets {
  tickets: Ticket[];
  /** When the server said so. */
  at: Date;
}

const KEY = 'tickets';
/** A code takes some 10 kB; this many fit beside everything else that a site may keep. */
const KEPT_MAX = 20;

interface Stored {
  at: string;
  tickets: string;
}

export function keepTickets(tickets: readonly Ticket[], now: Date): void {
  const message = create(ListMyTicketsResponseSchema, { tickets: tickets.slice(0, KEPT_MAX) });
  const stored: Stored = {
    at: now.toISOString(),
    tickets: toJsonString(ListMyTicketsResponseSchema, message),
  };
  keepPrivately(KEY, JSON.stringify(stored));
}

export function readKeptTickets(): KeptTickets | undefined {
  const text = readPrivately(KEY);
  if (!text) return undefined;
  try {
    const stored: Stored = JSON.parse(text);
    const { tickets } = fromJsonString(ListMyTicketsResponseSchema, stored.tickets, {
      ignoreUnknownFields: true,
    });
    return { tickets, at: new Date(stored.at) };
  } catch {
    // Written by another version: the network has them.
    return undefined;
  }
}
