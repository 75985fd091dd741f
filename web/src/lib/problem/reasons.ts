import { defineMessages } from '~/lib/i18n/messages';

/**
 * What each reason of the server means to the person in front of the screen: what happened and what to do now.
 * The keys are the reasons that proto/ documents on its RPCs; reasons.test.ts compares the two.
 */
export const reasonTexts = defineMessages('reason', {
  ALREADY_MEMBER: 'That person is a member already.',
  CAPACITY_BELOW_SOLD: 'More tickets than that have been sold already. Choose a higher number.',
  CREDENTIALS_WRONG:
    'That email and password do not go together. Check both, or reset your password.',
  EMAIL_NOT_VERIFIED: 'Confirm your email first: open the link in the mail we sent you.',
  ETAG_MISMATCH:
    'Somebody else has changed this in the meantime. Reload to see their change, then make yours again.',
  EVENT_INCOMPLETE: 'Something is still missing before this event can go on.',
  EVENT_NOT_EDITABLE: 'This event can no longer be changed.',
  EVENT_NOT_FOUND: 'There is no such event, or it is not open to you.',
  EVENT_NOT_ON_SALE: 'Tickets for this event are not on sale.',
  EVENT_NOT_OPEN: 'This event is not open yet.',
  EVENT_STARTED: 'This event has started already.',
  EVENT_STATE_WRONG: 'The event has moved on in the meantime. Reload to see where it stands.',
  IMAGE_NOT_FOUND: 'That picture is gone.',
  IMAGE_TOO_LARGE: 'That picture is too large. Choose one of at most 4 MB.',
  IMAGE_UNREADABLE: 'That file is not a picture we can read. Choose a PNG, JPEG or WebP.',
  LAST_ADMINISTRATOR: 'Somebody has to run this place: make another administrator first.',
  LAST_OWNER: 'An organization needs an owner: make somebody else one first.',
  LINK_INVALID: 'This link has been used or has expired. Ask for a new one.',
  MESSAGE_NOT_FOUND: 'That message is gone.',
  NAME_TAKEN: 'That name is taken. Choose another.',
  NO_MEDIA_NODE: 'No media server is free at the moment. Try again in a minute.',
  NOT_IN_ROOM: 'You have left the room. Join again to go on.',
  ORDER_EXPIRED:
    'The time to finish this order is over, and its tickets went back. Choose them again.',
  ORDER_NOT_FOUND: 'There is no such order, or it is not yours.',
  ORDER_STATE_WRONG: 'This order has moved on in the meantime. Reload to see where it stands.',
  ORGANIZATION_NOT_FOUND: 'There is no such organization, or you are not a member.',
  PASSWORD_TOO_WEAK: 'That password is easy to guess. Choose a longer or less common one.',
  PAYMENT_NOT_AVAILABLE: 'Paid tickets cannot be bought here yet.',
  ROOM_FULL: 'The room is full. Somebody has to leave before you can come in.',
  ROOM_NOT_FOUND: 'There is no such live room, or it is not open to you.',
  ROOM_NOT_OPEN: 'The room is not open yet.',
  ROOM_STATE_WRONG: 'The room has moved on in the meantime. Reload to see where it stands.',
  SALE_ENDED: 'The sale of this ticket has ended.',
  SALE_NOT_STARTED: 'The sale of this ticket has not started yet.',
  SESSION_ENDED: 'You have been signed out. Sign in again to go on.',
  SESSION_NOT_FOUND: 'There is no such session on the agenda.',
  SOLD_OUT: 'Somebody was faster: there are not as many tickets left.',
  SPEAKER_NOT_FOUND: 'That speaker is gone.',
  TEXT_INVALID: 'That text cannot be sent as it is.',
  TICKET_NOT_FOUND: 'There is no such ticket, or it is not yours.',
  TICKET_REQUIRED: 'You need a ticket for this.',
  TICKET_TYPE_IN_USE:
    'Tickets of this type have been sold, so that it cannot be removed. End its sale instead.',
  TICKET_TYPE_NOT_FOUND: 'That ticket type is gone.',
  TOKEN_INVALID: 'You have been signed out. Sign in again to go on.',
  TOO_MANY_ATTEMPTS: 'That was too often. Wait a little, then try again.',
  TOO_MANY_GUESTS: 'That is more guests than one event may have.',
  TOO_MANY_MESSAGES: 'That was too fast. Wait a moment before you write again.',
  TOO_MANY_ORGANIZATIONS: 'That is more organizations than one account may have.',
  TOO_MANY_SESSIONS: 'That is more sessions than one event may have.',
  TOO_MANY_SPEAKERS: 'That is more speakers than one event may have.',
  TOO_MANY_TICKETS: 'That is more tickets than one order may have.',
  TOO_MANY_TICKET_TYPES: 'That is more ticket types than one event may have.',
  USER_NOT_FOUND: 'There is no account like that.',
});

/** What is said when the server gave no reason that we know: by gRPC code. */
export const codeTexts = defineMessages('code', {
  canceled: 'That was stopped before it was done.',
  unknown: 'Something went wrong on our side. Try again.',
  invalid: 'Something in what you entered does not fit. Check the marked fields.',
  deadline: 'That took too long. Check your connection and try again.',
  notFound: 'There is nothing here, or it is not open to you.',
  exists: 'That exists already.',
  denied: 'You may not do that.',
  exhausted: 'That was too much at once. Wait a little, then try again.',
  precondition: 'That is not possible at the moment.',
  aborted: 'Somebody else was faster. Reload and try again.',
  unavailable: 'We cannot reach the server. Check your connection; we keep what you entered.',
  unauthenticated: 'Sign in to go on.',
  unimplemented: 'The server does not know this yet. Reload the page.',
});
