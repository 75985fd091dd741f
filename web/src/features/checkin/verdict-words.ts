import type { Message } from '~/lib/i18n/messages';
import type { IconName } from '~/ui/icon';
import { m } from './messages';
import type { Verdict } from './model';

interface Face {
  /** `stop` is nobody comes in; `careful` is look before you let somebody in. */
  tone: 'go' | 'careful' | 'stop';
  icon: IconName;
  title: Message;
  text: Message;
}

/** A verdict is told by colour, by drawing and by words: each alone is enough. */
export const faces: Readonly<Record<Verdict, Face>> = {
  first: { tone: 'go', icon: 'check', title: m.first, text: m.firstText },
  again: { tone: 'careful', icon: 'refresh', title: m.again, text: m.againPlain },
  void: { tone: 'stop', icon: 'close', title: m.void, text: m.voidText },
  unknown: { tone: 'stop', icon: 'close', title: m.unknown, text: m.unknownText },
  otherEvent: { tone: 'stop', icon: 'calendar', title: m.otherEvent, text: m.otherEventText },
  failed: { tone: 'careful', icon: 'warning', title: m.failed, text: m.failedText },
};
