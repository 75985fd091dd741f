import { beforeEach, describe, expect, it } from 'vitest';
import { accessToken, FakeGateway } from '../../../test/session-world';
import { readClaims } from './claims';
import { Session } from './session';

let gateway: FakeGateway;
beforeEach(() => {
  gateway = new FakeGateway();
});

const kindOf = (session: Session) => session.state.get().kind;

describe('claims', () => {
  it('reads roles, organizations and names beyond Latin', () => {
    const claims = readClaims(
      accessToken(5_000, { name: '李小龙', roles: ['organizer'], orgs: { org_1: 'owner' } }),
    );
    expect(claims.displayName).toBe('李小龙');
    expect([...claims.roles]).toEqual(['attendee', 'organizer']);
    expect(claims.organizations.get('org_1')).toBe('owner');
    expect(claims.expires).toBe(5_000);
  });
});

describe('a session', () => {
  it('asks nothing of the gateway for a visitor', async () => {
    const session = new Session(gateway.tab());
    await session.restore();
    expect(kindOf(session)).toBe('anonymous');
    expect(await session.accessToken()).toBeUndefined();
    expect(gateway.refreshes).toBe(0);
  });

  it('comes back after a reload', async () => {
    gateway.hint = true;
    const session = new Session(gateway.tab());
    expect(kindOf(session)).toBe('restoring');
    await session.restore();
    expect(session.state.get()).toMatchObject({
      kind: 'signedIn',
      user: { display_name: 'Ada Lovelace' },
    });
  });

  it('is not lost for want of a network', async () => {
    gateway.hint = true;
    gateway.reachable = false;
    const session = new Session(gateway.tab());
    await session.restore();
    expect(kindOf(session)).toBe('restoring');
    gateway.reachable = true;
    await session.restore();
    expect(kindOf(session)).toBe('signedIn');
  });

  it('ends when the gateway says that it has', async () => {
    gateway.hint = true;
    gateway.alive = false;
    const session = new Session(gateway.tab());
    await session.restore();
    expect(kindOf(session)).toBe('anonymous');
    expect(gateway.hint).toBe(false);
  });

  it('keeps a token until shortly before its end', async () => {
    const session = new Session(gateway.tab());
    await session.signIn('ada@example.org', 'right');
    const first = await session.accessToken();
    gateway.now_ms += 260_000;
    expect(await session.accessToken()).toBe(first);
    gateway.now_ms += 20_000;
    expect(await session.accessToken()).not.toBe(first);
    expect(gateway.refreshes).toBe(1);
  });

  it('refreshes once for many callers', async () => {
    gateway.hint = true;
    const session = new Session(gateway.tab());
    const tokens = await Promise.all([
      session.accessToken(),
      session.accessToken(),
      session.refresh(),
    ]);
    expect(new Set(tokens).size).toBe(1);
    expect(gateway.refreshes).toBe(1);
  });

  it('says why it could not be opened', async () => {
    const session = new Session(gateway.tab());
    await expect(session.signIn('ada@example.org', 'wrong')).rejects.toMatchObject({
      problem: { reason: 'CREDENTIALS_WRONG' },
    });
    expect(kindOf(session)).toBe('anonymous');
  });
});

describe('tabs', () => {
  it('use one refresh between them', async () => {
    gateway.hint = true;
    const tabs = [
      new Session(gateway.tab()),
      new Session(gateway.tab()),
      new Session(gateway.tab()),
    ];
    const tokens = await Promise.all(tabs.map((tab) => tab.refresh()));
    expect(new Set(tokens).size).toBe(1);
    expect(gateway.refreshes).toBe(1);
  });

  it('sign in and out together', async () => {
    const [here, there] = [new Session(gateway.tab()), new Session(gateway.tab())];
    await here.signIn('ada@example.org', 'right');
    expect(kindOf(there)).toBe('signedIn');
    await there.signOut({ everywhere: false });
    expect(kindOf(here)).toBe('anonymous');
    expect(gateway.hint).toBe(false);
  });
});
