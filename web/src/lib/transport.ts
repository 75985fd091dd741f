import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import type { Session } from '~/lib/session/session';

/** A person has given up by then; the server's own deadline follows this one. */
const UNARY_DEADLINE_MS = 15_000;

/** Adds the access token, and answers one UNAUTHENTICATED of a unary call with a renewal and a second try. */
export function authentication(session: Pick<Session, 'accessToken' | 'refresh'>): Interceptor {
  return (next) => async (request) => {
    const token = await session.accessToken();
    if (token) request.header.set('authorization', `Bearer ${token}`);
    try {
      return await next(request);
    } catch (error) {
      // A stream's input can be read once only; its follower reconnects and comes through here with a new token.
      const repeatable = !request.stream && token !== undefined;
      if (!repeatable || ConnectError.from(error).code !== Code.Unauthenticated) throw error;
      const renewed = await session.refresh();
      if (!renewed) throw error;
      request.header.set('authorization', `Bearer ${renewed}`);
      return next(request);
    }
  };
}

/** What browsers throw when there is no network is a TypeError, which would read as a fault of ours. */
export async function fetchOrUnavailable(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    if (error instanceof TypeError) throw new ConnectError(error.message, Code.Unavailable);
    throw error;
  }
}

/** The app's one way to the services: gRPC-web to the gateway that served the page. */
export function createTransport(session: Pick<Session, 'accessToken' | 'refresh'>): Transport {
  const transport = createGrpcWebTransport({
    baseUrl: location.origin,
    useBinaryFormat: true,
    fetch: fetchOrUnavailable,
    interceptors: [authentication(session)],
  });
  return {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.unary(method, signal, timeoutMs ?? UNARY_DEADLINE_MS, header, input, contextValues),
    // A stream lives as long as its page: no deadline unless the caller names one.
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, header, input, contextValues),
  };
}
