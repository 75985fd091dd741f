import { EventState } from '~/gen/plenary/events/v1/event_pb';
import type { Message } from '~/lib/i18n/messages';
import { m } from './editor-messages';

/** One way on from where an event stands. */
export interface Step {
  /** The RPC that takes it. */
  kind:
    | 'submitEvent'
    | 'withdrawEvent'
    | 'publishEvent'
    | 'startEvent'
    | 'endEvent'
    | 'cancelEvent'
    | 'deleteEvent';
  label: Message;
  done: Message;
  tone: 'primary' | 'secondary' | 'quiet';
  danger: boolean;
  /** Asked first, where others feel it or it cannot be taken back. */
  question?: { title: Message; text: Message };
}

const submit: Step = {
  kind: 'submitEvent',
  label: m.submit,
  done: m.submitted,
  tone: 'primary',
  danger: false,
};
const withdraw: Step = {
  kind: 'withdrawEvent',
  label: m.withdraw,
  done: m.withdrawn,
  tone: 'secondary',
  danger: false,
  question: { title: m.withdrawTitle, text: m.withdrawText },
};
const publish: Step = {
  kind: 'publishEvent',
  label: m.publish,
  done: m.publishedNow,
  tone: 'primary',
  danger: false,
};
const start: Step = {
  kind: 'startEvent',
  label: m.startNow,
  done: m.started,
  tone: 'primary',
  danger: false,
};
const end: Step = {
  kind: 'endEvent',
  label: m.endNow,
  done: m.ended,
  tone: 'secondary',
  danger: true,
  question: { title: m.endTitle, text: m.endText },
};
const cancel: Step = {
  kind: 'cancelEvent',
  label: m.cancel,
  done: m.cancelled,
  tone: 'quiet',
  danger: true,
  question: { title: m.cancelTitle, text: m.cancelText },
};
const remove: Step = {
  kind: 'deleteEvent',
  label: m.delete,
  done: m.deleted,
  tone: 'quiet',
  danger: true,
  question: { title: m.deleteTitle, text: m.deleteText },
};

/** The ways on from a state, the likeliest first; the state machine is the server's. */
export function stepsOf(state: EventState): readonly Step[] {
  switch (state) {
    case EventState.DRAFT:
      return [submit, remove];
    // A change makes it a draft again; the same is not submitted twice.
    case EventState.REJECTED:
      return [remove];
    case EventState.SUBMITTED:
      return [withdraw];
    case EventState.APPROVED:
      return [publish, withdraw, cancel];
    case EventState.PUBLISHED:
      return [start, end, cancel];
    case EventState.LIVE:
      return [end, cancel];
    default:
      return [];
  }
}
