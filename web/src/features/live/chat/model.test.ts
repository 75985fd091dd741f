import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { type ChatMessage, ChatMessageSchema } from '~/gen/plenary/engagement/v1/chat_service_pb';
import { begin, emptyHistory, hasGap, madeBy, merge, prepend, visible } from './model';

function entry(
  sequence: number,
  more: { text?: string; deletesMessageId?: string } = {},
): ChatMessage {
  const text = `text ${sequence}`;
  return create(ChatMessageSchema, {
    id: `msg_${sequence}`,
    sequence: BigInt(sequence),
    text,
    ...more,
  });
}

const numbers = (history: { entries: ChatMessage[] }) =>
  history.entries.map((e) => Number(e.sequence));

describe('chat history', () => {
  it('has each entry once and in order, whatever comes twice or late', () => {
    let history = begin([entry(1), entry(2)], 2n, false);
    history = merge(history, [entry(4)]);
    expect(hasGap(history)).toBe(true);
    history = merge(history, [entry(2), entry(3), entry(4)]);
    expect(numbers(history)).toEqual([1, 2, 3, 4]);
    expect(hasGap(history)).toBe(false);
    expect(history.seen).toBe(4n);
    expect(merge(history, [entry(3)])).toBe(history);
  });

  it('notices a gap before the first message of an empty room', () => {
    const history = merge(emptyHistory, [entry(2)]);
    expect(hasGap(history)).toBe(true);
    expect(hasGap(merge(history, [entry(1)]))).toBe(false);
  });

  it('puts older stretches in front and lets none slip in between', () => {
    const history = begin([entry(11), entry(12)], 12n, true);
    expect(merge(history, [entry(3)])).toBe(history);
    expect(numbers(prepend(history, [entry(9), entry(10)], true))).toEqual([9, 10, 11, 12]);
  });

  it('empties what was taken away, before and after', () => {
    const deletion = entry(3, { text: '', deletesMessageId: 'msg_1' });
    const history = merge(begin([entry(1), entry(2)], 2n, false), [deletion]);
    expect(visible(history).map(({ text, deleted }) => [text, deleted])).toEqual([
      ['', true],
      ['text 2', false],
    ]);
  });

  it('knows its own message again, and not one that was refused', () => {
    const pending = [
      { requestId: 'a', text: 'hi', failure: 'TOO_MANY_MESSAGES' },
      { requestId: 'b', text: 'hi' },
    ];
    expect(madeBy(pending, entry(1, { text: 'hi' }))?.requestId).toBe('b');
    expect(madeBy(pending, entry(1, { text: 'ho' }))).toBeUndefined();
  });

  it('may have made an entry although the chat could not say so', () => {
    const lost = { requestId: 'a', text: 'hi', failure: 'CHAT_UNAVAILABLE' };
    const refused = { requestId: 'b', text: 'ho', failure: 'TOO_MANY_MESSAGES' };
    expect(madeBy([lost, refused], entry(1, { text: 'hi' }))?.requestId).toBe('a');
    expect(madeBy([lost, refused], entry(2, { text: 'ho' }))).toBeUndefined();
  });
});
