import {
  type Notification,
  NotificationKind,
} from '~/gen/plenary/notifications/v1/notification_service_pb';
import type { Message } from '~/lib/i18n/messages';
import type { IconName } from '~/ui/icon';
import { m } from './messages';

interface KindLook {
  text: Message;
  icon: IconName;
}

/** What is said of each kind; a kind that this version does not know is still news. */
export function lookOf({ kind }: Notification): KindLook {
  switch (kind) {
    case NotificationKind.ORDER_COMPLETED:
      return { text: m.orderCompleted, icon: 'ticket' };
    case NotificationKind.ORDER_CANCELLED:
      return { text: m.orderCancelled, icon: 'ticket' };
    case NotificationKind.EVENT_SUBMITTED:
      return { text: m.eventSubmitted, icon: 'list' };
    case NotificationKind.EVENT_APPROVED:
      return { text: m.eventApproved, icon: 'check' };
    case NotificationKind.EVENT_REJECTED:
      return { text: m.eventRejected, icon: 'edit' };
    case NotificationKind.SESSION_LIVE:
      return { text: m.sessionLive, icon: 'play' };
    case NotificationKind.EVENT_CANCELLED:
      return { text: m.eventCancelled, icon: 'calendar' };
    default:
      return { text: m.other, icon: 'info' };
  }
}

/** Whether a notice goes to one person or a team. What goes to a whole audience must not make it ask all at once. */
export function concernsFew({ kind }: Notification): boolean {
  return kind !== NotificationKind.SESSION_LIVE && kind !== NotificationKind.EVENT_CANCELLED;
}
