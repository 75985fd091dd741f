// The network between one browser and the site: a proxy of that browser's own, to be cut and mended. Media goes its own
// way over UDP; what asks, answers and signals goes through here.
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';

export class Wire {
  #proxy;
  #port;
  #sockets = new Set();

  /** @returns {Promise<Wire>} */
  static async lay() {
    const wire = new Wire();
    await wire.#listen(0);
    wire.#port = wire.#proxy.address().port;
    return wire;
  }

  /** What a browser's context is told. */
  get proxy() {
    return { server: `http://127.0.0.1:${this.#port}` };
  }

  /** Everything that is under way ends, and nothing new gets through. @param {import('playwright-core').Page} page */
  async cut(page) {
    this.#proxy.close();
    for (const socket of this.#sockets) socket.destroy();
    await page.context().setOffline(true);
  }

  /** @param {import('playwright-core').Page} page */
  async mend(page) {
    await this.#listen(this.#port);
    await page.context().setOffline(false);
  }

  close() {
    this.#proxy.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #listen(port) {
    this.#proxy = createServer(pass);
    this.#proxy.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
    this.#proxy.on('connect', tunnel);
    this.#proxy.listen(port, '127.0.0.1');
    await once(this.#proxy, 'listening');
    // A journey that fails on its way ends all the same.
    this.#proxy.unref();
  }
}

/** A plain request, whose whole address a proxy is given. */
function pass(request, response) {
  const { method, headers } = request;
  const onward = forward(request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** A socket, passed on byte by byte. */
function tunnel(request, socket, head) {
  const [host, port] = request.url.split(':');
  const onward = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
}
