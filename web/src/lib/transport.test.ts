import { Code, ConnectError, type UnaryRequest, type UnaryResponse } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';
import { toProblem } from '~/lib/problem/problem';
import { authentication, fetchOrUnavailable } from './transport';

interface Script {
  token: string | undefined;
  renewed?: string | undefined;
  /** Tokens that the server takes. */
  valid: string[];
  stream?: boolean;
}

async function call({ token, renewed, valid, stream = false }: Script) {
  const seen: (string | null)[] = [];
  let refreshes = 0;
  const interceptor = authentication({
    accessToken: async () => token,
    refresh: async () => {
      refreshes += 1;
      return renewed;
    },
  });
  const next = interceptor(async (request) => {
    const header = request.header.get('authorization');
    seen.push(header);
    if (!valid.includes(header ?? '')) throw new ConnectError('', Code.Unauthenticated);
    return { message: 'answer' } as unknown as UnaryResponse;
  });
  const outcome = await next({ stream, header: new Headers() } as unknown as UnaryRequest).then(
    () => 'answered',
    (error) => Code[ConnectError.from(error).code],
  );
  return { outcome, seen, refreshes };
}

describe('authentication', () => {
  it('adds the token', async () => {
    const { seen, refreshes } = await call({ token: 'a', valid: ['Bearer a'] });
    expect(seen).toEqual(['Bearer a']);
    expect(refreshes).toBe(0);
  });

  it('sends visitors on without one, and takes their refusal', async () => {
    const { outcome, seen, refreshes } = await call({ token: undefined, valid: [] });
    expect({ outcome, seen, refreshes }).toEqual({
      outcome: 'Unauthenticated',
      seen: [null],
      refreshes: 0,
    });
  });

  it('renews a refused token and tries once more', async () => {
    const { outcome, seen } = await call({ token: 'old', renewed: 'new', valid: ['Bearer new'] });
    expect(outcome).toBe('answered');
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
  });

  it('gives up after the second refusal', async () => {
    const { outcome, seen } = await call({ token: 'old', renewed: 'new', valid: [] });
    expect(outcome).toBe('Unauthenticated');
    expect(seen).toHaveLength(2);
  });

  it('gives up at once when the session has ended, and never repeats a stream', async () => {
    expect((await call({ token: 'old', renewed: undefined, valid: [] })).seen).toHaveLength(1);
    expect(await call({ token: 'old', renewed: 'new', valid: [], stream: true })).toMatchObject({
      outcome: 'Unauthenticated',
      refreshes: 0,
    });
  });
});

describe('a network that is away', () => {
  it('is not taken for a fault of the server', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    const error = await fetchOrUnavailable('/').catch((thrown: unknown) => thrown);
    expect(toProblem(error)).toMatchObject({ code: Code.Unavailable, transient: true });
    expect(toProblem(error).title.text).toMatch(/We cannot reach the server/);
  });

  it('leaves a call that was given up alone', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new DOMException('', 'AbortError');
    });
    const error = await fetchOrUnavailable('/').catch((thrown: unknown) => thrown);
    expect(toProblem(error).code).toBe(Code.Canceled);
  });
});
