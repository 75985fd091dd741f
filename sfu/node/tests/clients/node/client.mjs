// One LiveKit client in one room, which remembers everything that it was told.
import { Room, RoomEvent } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';

/** Where the node is, and what its tokens are signed with. */
export class Server {
  constructor(url, key, secret) {
    this.url = url;
    this.key = key;
    this.secret = secret;
  }

  async token(identity, room, grants = {}) {
    const token = new AccessToken(this.key, this.secret, { identity, name: identity, ttl: 600 });
    token.addGrant({ roomJoin: true, room, ...grants });
    return await token.toJwt();
  }
}

/** A room of the library, with its events in the order in which they came. */
export class Client {
  #events = [];
  #waiting = new Set();

  constructor(server, identity) {
    this.server = server;
    this.identity = identity;
    this.room = new Room();
    this.closing = new AbortController();
    for (const name of Object.values(RoomEvent)) {
      this.room.on(name, (...args) => {
        this.#events.push({ name, args });
        for (const look of this.#waiting) look();
      });
    }
  }

  async connect(room, grants = {}, options = {}) {
    const token = await this.server.token(this.identity, room, grants);
    await this.room.connect(this.server.url, token, { autoSubscribe: true, dynacast: false, ...options });
    return this;
  }

  get me() {
    return this.room.localParticipant;
  }

  /** The first event of this name that matches, whether it came already or is still to come. */
  seen(name, matches = () => true) {
    return new Promise((resolve) => {
      const look = () => {
        const event = this.#events.find((event) => event.name === name && matches(...event.args));
        if (event === undefined) return;
        this.#waiting.delete(look);
        resolve(event.args);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** From now on only what comes later counts. */
  forget() {
    this.#events = [];
  }

  /** All events of this name so far. */
  all(name) {
    return this.#events.filter((event) => event.name === name).map((event) => event.args);
  }

  story() {
    return `${this.identity} was told: ${this.#events.map((event) => event.name).join(', ') || 'nothing'}`;
  }

  async close() {
    this.closing.abort();
    await this.room.disconnect();
  }
}
