import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import {
  type FormEvent,
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { ChatMessage } from '~/gen/plenary/engagement/v1/chat_service_pb';
import { useText } from '~/lib/i18n/text';
import { titleOf, toProblem } from '~/lib/problem/problem';
import { useStore } from '~/lib/store';
import { timeInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Button, IconButton } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextArea } from '~/ui/input';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { showToast } from '~/ui/toast';
import type { Chat } from './chat/chat';
import { type Pending, visible } from './chat/model';
import styles from './chat-panel.module.css';
import { m } from './messages';

const TEXT_MAX = 1_000;
/** Nearer to the end than this, the reader is at the end and is taken along. */
const AT_END_PX = 48;

interface ChatPanelProps {
  chat: Chat;
  userId: string;
  canModerate: boolean;
}

/** What is said in the room. New messages take the reader along only who is at the end. */
export function ChatPanel({ chat, userId, canModerate }: ChatPanelProps) {
  const t = useText();
  const state = useStore(chat.state);
  const messages = visible(state.history);
  const { log, fresh, onScroll, toEnd } = useFollowing(messages.length + state.pending.length);
  const remove = (id: string) => {
    chat.remove(id).catch((error) => showToast(t(toProblem(error).title), { tone: 'danger' }));
  };
  return (
    <section className={styles.chat} aria-labelledby="chat">
      <h2 id="chat">{t(m.chat)}</h2>
      <div
        className={styles.scroll}
        ref={log}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the arrow keys must get there
        tabIndex={0}
      >
        {state.loading === 'first' && <Waiting />}
        {state.problem && messages.length === 0 && (
          <ErrorState problem={state.problem} onRetry={() => void chat.load()} />
        )}
        {state.loading === 'none' &&
          !state.problem &&
          messages.length + state.pending.length === 0 && (
            <EmptyState icon="chat" title={t(m.chatEmptyTitle)}>
              {t(m.chatEmptyText)}
            </EmptyState>
          )}
        {state.history.hasOlder && (
          <Button
            size="small"
            busy={state.loading === 'older'}
            onClick={() => void chat.loadOlder()}
          >
            {t(m.older)}
          </Button>
        )}
        <div role="log" aria-label={t(m.chatLog)} className={styles.log}>
          {messages.map((message) => (
            <Said
              key={message.id}
              message={message}
              onRemove={
                canModerate || message.authorId === userId ? () => remove(message.id) : undefined
              }
            />
          ))}
          {state.pending.map((pending) => (
            <Unsaid key={pending.requestId} pending={pending} chat={chat} />
          ))}
        </div>
      </div>
      {fresh > 0 && (
        <div className={styles.fresh}>
          <Button size="small" icon="chevronDown" onClick={toEnd}>
            {t(m.newMessages, { count: fresh })}
          </Button>
        </div>
      )}
      <Composer onSend={(text) => void chat.send(text)} />
    </section>
  );
}

function Waiting() {
  return (
    <Loading>
      <Skeleton lines={2} />
      <Skeleton lines={2} />
      <Skeleton lines={2} />
    </Loading>
  );
}

function Said({ message, onRemove }: { message: ChatMessage; onRemove: (() => void) | undefined }) {
  const t = useText();
  const words = useTimeWords();
  const time = message.createTime && timestampDate(message.createTime);
  return (
    <article className={styles.message}>
      <header>
        <strong>{message.authorName}</strong>
        {message.authorIsHost && <Badge tone="accent">{t(m.host)}</Badge>}
        {time && <time dateTime={time.toISOString()}>{timeInWords(time, words)}</time>}
      </header>
      <p data-deleted={message.deleted || undefined}>
        {message.deleted ? t(m.deleted) : message.text}
      </p>
      {onRemove && !message.deleted && (
        <IconButton icon="trash" label={t(m.remove)} className={styles.remove} onClick={onRemove} />
      )}
    </article>
  );
}

function Unsaid({ pending, chat }: { pending: Pending; chat: Chat }) {
  const t = useText();
  const { failure } = pending;
  const why =
    failure === undefined
      ? m.sending
      : failure === 'TIMEOUT'
        ? m.notSent
        : titleOf(failure, Code.Unknown);
  return (
    <article className={styles.message} data-pending>
      <p>{pending.text}</p>
      <footer>
        <span>{t(why)}</span>
        {failure !== undefined && (
          <>
            <Button size="small" onClick={() => void chat.retry(pending.requestId)}>
              {t(m.retry)}
            </Button>
            <Button size="small" tone="quiet" onClick={() => chat.discard(pending.requestId)}>
              {t(m.discard)}
            </Button>
          </>
        )}
      </footer>
    </article>
  );
}

function Composer({ onSend }: { onSend: (text: string) => void }) {
  const t = useText();
  const [text, setText] = useState('');
  const over = [...text.trim()].length - TEXT_MAX;
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (text.trim() === '' || over > 0) return;
    onSend(text);
    setText('');
  };
  return (
    <form className={styles.composer} onSubmit={send}>
      <Field
        label={t(m.chatLabel)}
        error={over > 0 ? t(m.chatTooLong, { count: over }) : undefined}
      >
        <TextArea
          rows={1}
          className={styles.text}
          title={t(m.chatHint)}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const composing = event.nativeEvent.isComposing;
            if (event.key === 'Enter' && !event.shiftKey && !composing) send(event);
          }}
        />
      </Field>
      <Button type="submit" tone="primary" icon="send">
        {t(m.send)}
      </Button>
    </form>
  );
}

/** Keeps a reader who is at the end there, and counts for others what they have not seen. */
function useFollowing(count: number) {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const counted = useRef(count);
  const [fresh, setFresh] = useState(0);
  const toEnd = () => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
    setFresh(0);
  };
  useLayoutEffect(() => {
    const added = count - counted.current;
    counted.current = count;
    if (atEnd.current) log.current?.scrollTo({ top: log.current.scrollHeight });
    else if (added > 0) setFresh((seen) => seen + added);
  }, [count]);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, []);
  const onScroll = () => {
    const element = log.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    if (atEnd.current) setFresh(0);
  };
  return { log, fresh, onScroll, toEnd };
}
