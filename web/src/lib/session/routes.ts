import { Code } from '@connectrpc/connect';
import { isTransient, ProblemError, titleOf } from '~/lib/problem/problem';

/**
 * The gateway's plain HTTP routes for browser sessions. The refresh token is an HttpOnly cookie that only these
 * routes see; what comes back is the short access token, which the app keeps in memory and nowhere else.
 */
export interface SessionGrant {
  access_token: string;
  /** RFC 3339 */
  expires_time: string;
  user: SessionUser;
}

/** The account as the session's routes show it. */
export interface SessionUser {
  id: string;
  email: string;
  display_name: string;
  email_verified: boolean;
  /** `img_…`; absent without a picture. */
  picture_id?: string | null;
}

/** The body of a refusal. */
interface SessionRefusal {
  reason?: string;
  message?: string;
  retry_after_ms?: number;
}

const DEADLINE_MS = 10_000;

const codeByStatus: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  429: Code.ResourceExhausted,
  500: Code.Internal,
  502: Code.Unavailable,
  503: Code.Unavailable,
  504: Code.DeadlineExceeded,
};

async function refusalOf(response: Response): Promise<ProblemError> {
  const refusal: SessionRefusal = await response.json().catch(() => ({}));
  const code = codeByStatus[response.status] ?? Code.Unknown;
  const header_s = Number(response.headers.get('retry-after') ?? Number.NaN);
  const reason = refusal.reason ?? '';
  return new ProblemError({
    reason,
    code,
    title: titleOf(reason, code),
    fieldErrors: [],
    retryAfter: refusal.retry_after_ms ?? (Number.isNaN(header_s) ? undefined : header_s * 1000),
    metadata: {},
    transient: isTransient(code),
  });
}

async function call(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch {
    throw new ProblemError({
      reason: '',
      code: Code.Unavailable,
      title: titleOf('', Code.Unavailable),
      fieldErrors: [],
      retryAfter: undefined,
      metadata: {},
      transient: true,
    });
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

export const sessionRoutes = {
  async open(email: string, password: string): Promise<SessionGrant> {
    return (await call('POST', '/session', { email, password })).json();
  },
  async refresh(): Promise<SessionGrant> {
    return (await call('POST', '/session/refresh')).json();
  },
  async close(everywhere: boolean): Promise<void> {
    await call('DELETE', everywhere ? '/session?everywhere=true' : '/session');
  },
};

export type SessionRoutes = typeof sessionRoutes;
