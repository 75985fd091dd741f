/** What the access token says about its owner. Read for display only: the services verify it, the app cannot. */
export interface Claims {
  userId: string;
  sessionId: string;
  displayName: string;
  emailVerified: boolean;
  roles: ReadonlySet<PlatformRole>;
  /** Role by organization id. */
  organizations: ReadonlyMap<string, 'owner' | 'member'>;
  /** Milliseconds since 1970. */
  expires: number;
}

export type PlatformRole = 'attendee' | 'organizer' | 'administrator';

interface TokenPayload {
  sub: string;
  sid: string;
  name?: string;
  ev?: boolean;
  roles?: string[];
  orgs?: Record<string, 'owner' | 'member'>;
  exp: number;
}

/** Throws when `token` is not a JWT. */
export function readClaims(token: string): Claims {
  const body = token.split('.')[1];
  if (!body) throw new Error('the access token is not a JWT');
  const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
  const payload: TokenPayload = JSON.parse(new TextDecoder().decode(bytes));
  return {
    userId: payload.sub,
    sessionId: payload.sid,
    displayName: payload.name ?? '',
    emailVerified: payload.ev ?? false,
    roles: new Set(['attendee', ...((payload.roles ?? []) as PlatformRole[])]),
    organizations: new Map(Object.entries(payload.orgs ?? {})),
    expires: payload.exp * 1000,
  };
}
