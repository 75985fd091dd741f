import { defineMessages } from '~/lib/i18n/messages';

export const m = defineMessages('notifications', {
  title: 'Notifications',
  unread: '{count, plural, =0 {Nothing new} one {# new} other {# new}}',
  isNew: 'New',
  empty: 'Nothing yet. News of your tickets and events comes here.',
  loading: 'Your notifications are loading',
  orderCompleted: 'Your tickets for {event} are ready.',
  orderCancelled: 'Your order for {event} was cancelled.',
  eventSubmitted: '{event} waits for your approval.',
  eventApproved: '{event} was approved. You can publish it now.',
  eventRejected: '{event} was sent back to you.',
  sessionLive: '{event} is live now.',
  eventCancelled: '{event} was called off.',
  other: 'There is news of {event}.',
});
