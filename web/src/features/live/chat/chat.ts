import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import {
  ChatFrameSchema,
  type ChatMessage,
  type ChatService,
} from '~/gen/plenary/engagement/v1/chat_service_pb';
import { newRequestId } from '~/lib/ids';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { createStore, type Store } from '~/lib/store';
import {
  begin,
  emptyHistory,
  type History,
  hasGap,
  madeBy,
  merge,
  type Pending,
  prepend,
} from './model';

export const CHAT_TOPIC = 'plenary.chat';

/** How long a message may take to come back before it counts as lost. */
const ECHO_MAX_MS = 10_000;
const PAGE_SIZE = 50;
const GAP_PAGE_SIZE = 200;

export interface ChatState {
  history: History;
  pending: Pending[];
  /** The first stretch: on its way, here, or why not. */
  loading: 'first' | 'older' | 'none';
  problem: Problem | undefined;
}

/** The world outside, so that tests can hold it still. */
export interface ChatWorld {
  roomId: string;
  /** One's own id, by which one's messages are known again. */
  userId: string;
  service: Pick<Client<typeof ChatService>, 'listMessages' | 'deleteMessage'>;
  send(bytes: Uint8Array, topic: string): Promise<void>;
  after(pause_ms: number, act: () => void): void;
}

/** A room's chat: what was said, what is being said, and what is missing. */
export class Chat {
  readonly state: Store<ChatState> = createStore<ChatState>({
    history: emptyHistory,
    pending: [],
    loading: 'first',
    problem: undefined,
  });
  readonly #world: ChatWorld;
  #filling = false;

  constructor(world: ChatWorld) {
    this.#world = world;
  }

  /** Reads the newest stretch; called on joining, and again where it could not be read. */
  async load(): Promise<void> {
    this.#set({ loading: 'first', problem: undefined });
    try {
      const { roomId, service } = this.#world;
      const page = await service.listMessages({ roomId, pageSize: PAGE_SIZE });
      const first = begin(page.messages, page.lastSequence, page.hasMore);
      // What was announced meanwhile is kept.
      const history = merge(first, this.state.get().history.entries);
      this.#set({ history, loading: 'none' });
      await this.#fill();
    } catch (error) {
      this.#set({ loading: 'none', problem: toProblem(error) });
    }
  }

  /** Reads the stretch before the first entry that is here. */
  async loadOlder(): Promise<void> {
    const { history, loading } = this.state.get();
    const first = history.entries[0]?.sequence;
    if (loading !== 'none' || !history.hasOlder || first === undefined) return;
    this.#set({ loading: 'older' });
    try {
      const { roomId, service } = this.#world;
      const page = await service.listMessages({
        roomId,
        beforeSequence: first,
        pageSize: PAGE_SIZE,
      });
      const older = prepend(this.state.get().history, page.messages, page.hasMore);
      this.#set({ history: older, loading: 'none' });
    } catch (error) {
      this.#set({ loading: 'none', problem: toProblem(error) });
    }
  }

  /** The room can be spoken to again: what was said in between is read. */
  async catchUp(): Promise<void> {
    if (this.state.get().loading !== 'first') await this.#fill(true);
  }

  /** What came over the data channel. Anything that is not a frame of ours is passed over. */
  receive(bytes: Uint8Array): void {
    let kind: ReturnType<typeof decode>;
    try {
      kind = decode(bytes);
    } catch {
      return;
    }
    if (kind.case === 'message') this.#take([kind.value]);
    else if (kind.case === 'refusal') this.#fail(kind.value.requestId, kind.value.reason);
    else if (kind.case === 'gap') void this.#fill(true);
  }

  async send(text: string): Promise<void> {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const requestId = newRequestId();
    this.#set({ pending: [...this.state.get().pending, { requestId, text: trimmed }] });
    await this.#post(requestId, trimmed);
  }

  /** Sends a failed message again, as the same one: should the first have arrived, this makes no second. */
  async retry(requestId: string): Promise<void> {
    const found = this.state.get().pending.find((pending) => pending.requestId === requestId);
    if (!found) return;
    this.#fail(requestId, undefined);
    await this.#post(requestId, found.text);
  }

  discard(requestId: string): void {
    this.#set({ pending: this.state.get().pending.filter((one) => one.requestId !== requestId) });
  }

  async remove(messageId: string): Promise<void> {
    const { message } = await this.#world.service.deleteMessage({
      requestId: newRequestId(),
      messageId,
    });
    if (message) this.#take([message]);
  }

  async #post(requestId: string, text: string): Promise<void> {
    const frame = create(ChatFrameSchema, { kind: { case: 'post', value: { requestId, text } } });
    try {
      await this.#world.send(toBinary(ChatFrameSchema, frame), CHAT_TOPIC);
      this.#world.after(ECHO_MAX_MS, () => this.#expire(requestId));
    } catch {
      this.#fail(requestId, 'TIMEOUT');
    }
  }

  #take(messages: ChatMessage[]): void {
    let { pending } = this.state.get();
    for (const message of messages) {
      const made = message.authorId === this.#world.userId && madeBy(pending, message);
      if (made) pending = pending.filter((one) => one !== made);
    }
    this.#set({ history: merge(this.state.get().history, messages), pending });
    if (hasGap(this.state.get().history)) void this.#fill();
  }

  /** Reads what is missing, until nothing is. */
  async #fill(even = false): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    try {
      const { roomId, service } = this.#world;
      let more = even || hasGap(this.state.get().history);
      while (more) {
        const { seen } = this.state.get().history;
        const page = await service.listMessages({
          roomId,
          afterSequence: seen,
          pageSize: GAP_PAGE_SIZE,
        });
        this.#take(page.messages);
        more = page.hasMore && page.messages.length > 0;
      }
    } catch (error) {
      this.#set({ problem: toProblem(error) });
    } finally {
      this.#filling = false;
    }
  }

  #expire(requestId: string): void {
    const found = this.state.get().pending.find((pending) => pending.requestId === requestId);
    if (found && found.failure === undefined) this.#fail(requestId, 'TIMEOUT');
  }

  #fail(requestId: string, failure: string | undefined): void {
    const pending = this.state
      .get()
      .pending.map((one) => (one.requestId === requestId ? { ...one, failure } : one));
    this.#set({ pending });
  }

  #set(change: Partial<ChatState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

function decode(bytes: Uint8Array) {
  return fromBinary(ChatFrameSchema, bytes).kind;
}
