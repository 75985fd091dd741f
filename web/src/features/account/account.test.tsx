import { Code, type ConnectError } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import {
  AccountService,
  type ChangePasswordRequest,
  type ClaimSetupRequest,
  type ResetPasswordRequest,
  type SignUpRequest,
} from '~/gen/plenary/identity/v1/account_service_pb';
import {
  ProfileService,
  type UpdateMyProfileRequest,
} from '~/gen/plenary/identity/v1/profile_service_pb';
import { axeFindings } from '../../../test/axe';
import { refused, violated } from '../../../test/error-details';
import { openPage } from '../../../test/open-page';
import { FakeGateway } from '../../../test/session-world';

const heading = (name: string) => screen.findByRole('heading', { level: 1, name });
const type = async (label: string, text: string) => {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(label), text);
};
const press = async (name: string) =>
  userEvent.setup().click(await screen.findByRole('button', { name }));

describe('signing in', () => {
  it('goes on to where one was going', async () => {
    const { router, container } = await openPage({ path: '/sign-in?next=/nothing-here' });
    await heading('Sign in');
    expect(await axeFindings(container)).toEqual([]);
    await type('Email', 'ada@example.org');
    await type('Password', 'right');
    await press('Sign in');
    await waitFor(() => expect(router.state.location.pathname).toBe('/nothing-here'));
  });

  it('never leads to another site', async () => {
    const { router } = await openPage({ path: '/sign-in?next=//evil.example/', signedIn: true });
    await waitFor(() => expect(router.state.location.pathname).toBe('/'));
  });

  it('says what is missing and what is wrong', async () => {
    await openPage({ path: '/sign-in' });
    await press('Sign in');
    expect(await screen.findByText('Write your email address.')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText('Email'));
    await type('Email', 'ada@example.org');
    await type('Password', 'wrong');
    await press('Sign in');
    expect((await screen.findByRole('alert')).textContent).toContain('do not go together');
  });

  it('explains an address that is not confirmed, and sends the link again', async () => {
    const gateway = new FakeGateway();
    const resent: string[] = [];
    const tab = gateway.tab.bind(gateway);
    gateway.tab = () => {
      const world = tab();
      world.routes.open = async () => {
        throw gateway.refuse(Code.FailedPrecondition, 'EMAIL_NOT_VERIFIED');
      };
      return world;
    };
    await openPage({
      path: '/sign-in',
      gateway,
      services: (router) =>
        router.rpc(AccountService.method.resendVerification, ({ email }) => {
          resent.push(email);
          return {};
        }),
    });
    await type('Email', 'ada@example.org');
    await type('Password', 'right');
    await press('Sign in');
    expect((await screen.findByRole('alert')).textContent).toContain('not confirmed yet');
    await press('Send it again');
    expect(await screen.findByText('Sent. It can take a minute to arrive.')).toBeTruthy();
    expect(resent).toEqual(['ada@example.org']);
  });
});

describe('signing up', () => {
  it('checks before it asks, and remembers where one was going', async () => {
    const asked: SignUpRequest[] = [];
    const { container } = await openPage({
      path: '/sign-up?next=/events/evt_01',
      services: (router) =>
        router.rpc(AccountService.method.signUp, (request) => {
          asked.push(request);
          return {};
        }),
    });
    await heading('Create your account');
    expect(await axeFindings(container)).toEqual([]);
    await type('Your name', 'Ada Lovelace');
    await type('Email', 'ada@example.org');
    await type('Password', 'short');
    await press('Create account');
    expect(await screen.findByText('That is too short: at least 10 characters.')).toBeTruthy();
    expect(asked).toHaveLength(0);
    await type('Password', ' but longer now');
    await press('Create account');
    await heading('Check your mail');
    expect(asked).toMatchObject([
      { email: 'ada@example.org', displayName: 'Ada Lovelace', returnPath: '/events/evt_01' },
    ]);
    expect(sessionStorage.getItem('plenary.draft.sign-up') ?? '').not.toContain('longer');
  });
});

describe('confirming an address', () => {
  const open = (path: string, verify: (token: string) => { returnPath: string }) =>
    openPage({
      path,
      services: (router) =>
        router.rpc(AccountService.method.verifyEmail, ({ token }) => verify(token)),
    });

  it('takes the token from the fragment, once, and leads on', async () => {
    const tokens: string[] = [];
    await open('/verify-email#secret', (token) => {
      tokens.push(token);
      return { returnPath: '/events/evt_01' };
    });
    await heading('Your email is confirmed');
    expect(tokens).toEqual(['secret']);
    const link = within(screen.getByRole('main')).getByRole('link', { name: 'Sign in' });
    expect(link.getAttribute('href')).toBe('/sign-in?next=%2Fevents%2Fevt_01');
  });

  it('offers a new link when this one is spent', async () => {
    const { container } = await open('/verify-email#spent', () => {
      throw refused('LINK_INVALID');
    });
    await heading('This link does not work any more');
    expect(screen.getByRole('button', { name: 'Send a new link' })).toBeTruthy();
    expect(await axeFindings(container)).toEqual([]);
  });
});

describe('a forgotten password', () => {
  it('is answered the same for everybody', async () => {
    await openPage({
      path: '/reset-password',
      services: (router) => router.rpc(AccountService.method.requestPasswordReset, () => ({})),
    });
    await type('Email', 'ada@example.org');
    await press('Send the link');
    await heading('Check your mail');
    expect(screen.getByText(/If ada@example.org has an account/)).toBeTruthy();
  });

  it('is replaced by the token of the link', async () => {
    const asked: ResetPasswordRequest[] = [];
    await openPage({
      path: '/reset-password#secret',
      services: (router) =>
        router.rpc(AccountService.method.resetPassword, (request) => {
          asked.push(request);
          return {};
        }),
    });
    await heading('Set a new password');
    await type('New password', 'a longer sentence');
    await press('Set password');
    await heading('Your new password is set');
    expect(asked).toMatchObject([{ token: 'secret', password: 'a longer sentence' }]);
  });
});

describe('the first start', () => {
  it('makes an administrator and signs them in', async () => {
    const claims: ClaimSetupRequest[] = [];
    const { router, session } = await openPage({
      path: '/setup#once',
      services: (routes) =>
        routes.rpc(AccountService.method.claimSetup, (request) => {
          claims.push(request);
          return {};
        }),
    });
    session.signIn = async () => {};
    await type('Your name', 'Ada Lovelace');
    await type('Email', 'ada@example.org');
    await type('Password', 'a longer sentence');
    await press('Create administrator');
    await waitFor(() => expect(router.state.location.pathname).not.toBe('/setup'));
    expect(claims).toMatchObject([{ token: 'once', email: 'ada@example.org' }]);
  });

  it('says what to do when its link is spent', async () => {
    await openPage({
      path: '/setup#once',
      services: (routes) =>
        routes.rpc(AccountService.method.claimSetup, () => {
          throw refused('LINK_INVALID');
        }),
    });
    await type('Your name', 'Ada Lovelace');
    await type('Email', 'ada@example.org');
    await type('Password', 'a longer sentence');
    await press('Create administrator');
    await heading('This setup link does not work any more');
  });
});

describe('the profile', () => {
  const profile = {
    user: { id: 'usr_ada', displayName: 'Ada Lovelace', email: 'ada@example.org' },
    about: 'Numbers.',
    interests: ['Engines'],
    notifications: { eventReminders: true, organizerNews: false },
    etag: 'e1',
  };

  async function open(refuse?: ConnectError) {
    const updates: UpdateMyProfileRequest[] = [];
    const view = await openPage({
      path: '/profile',
      signedIn: true,
      services: (router) => {
        router.rpc(ProfileService.method.getMyProfile, () => ({ profile }));
        router.rpc(ProfileService.method.updateMyProfile, (request) => {
          if (refuse) throw refuse;
          updates.push(request);
          return { profile: { ...profile, etag: 'e2' } };
        });
      },
    });
    await screen.findByLabelText('Your name');
    return { ...view, updates };
  }

  it('is saved as a whole, with the etag that it was read with', async () => {
    const user = userEvent.setup();
    const { updates, container } = await open();
    expect(await axeFindings(container)).toEqual([]);
    await user.type(screen.getByRole('textbox', { name: /^Interests/ }), 'Poetry{Enter}');
    await user.click(screen.getByRole('button', { name: 'Remove Engines' }));
    await user.click(screen.getByRole('checkbox', { name: /^News/ }));
    await press('Save changes');
    expect(await screen.findByText('Your profile is saved.')).toBeTruthy();
    expect(updates).toMatchObject([
      {
        profile: {
          etag: 'e1',
          interests: ['Poetry'],
          notifications: { eventReminders: true, organizerNews: true },
        },
      },
    ]);
    expect(updates[0]?.updateMask?.paths).toContain('user.display_name');
  });

  it('says when somebody else was faster, and keeps what was entered', async () => {
    const user = userEvent.setup();
    await open(refused('ETAG_MISMATCH'));
    await user.type(screen.getByLabelText('Your name'), ' King');
    await press('Save changes');
    expect((await screen.findByRole('alert')).textContent).toContain('Somebody else');
    expect(screen.getByLabelText('Your name')).toHaveProperty('value', 'Ada Lovelace King');
  });

  it('ends every session after a second thought', async () => {
    const { session } = await open();
    await press('Sign out everywhere');
    const dialog = await screen.findByRole('dialog', { name: 'Sign out everywhere?' });
    await userEvent
      .setup()
      .click(within(dialog).getByRole('button', { name: 'Sign out everywhere' }));
    await waitFor(() => expect(session.state.get().kind).toBe('anonymous'));
  });
});

describe('a change of password', () => {
  const profile = { user: { id: 'usr_ada', displayName: 'Ada', email: 'ada@example.org' } };

  async function open(refuse?: () => ConnectError) {
    const asked: ChangePasswordRequest[] = [];
    const view = await openPage({
      path: '/profile',
      signedIn: true,
      services: (router) => {
        router.rpc(ProfileService.method.getMyProfile, () => ({ profile }));
        router.rpc(AccountService.method.changePassword, (request) => {
          asked.push(request);
          if (refuse) throw refuse();
          return {};
        });
      },
    });
    await screen.findByLabelText('Current password');
    return { ...view, asked };
  }

  it('is asked for once, and the fields are empty afterwards', async () => {
    const user = userEvent.setup();
    const { asked } = await open();
    await type('Current password', 'right');
    await type('New password', 'two lamps, one moth');
    await user.dblClick(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('Your password is changed.')).toBeTruthy();
    expect(asked).toMatchObject([{ currentPassword: 'right', newPassword: 'two lamps, one moth' }]);
    expect(screen.getByLabelText('Current password')).toHaveProperty('value', '');
    expect(screen.getByLabelText('New password')).toHaveProperty('value', '');
  });

  it('is checked before it is asked for', async () => {
    const { asked } = await open();
    await press('Change password');
    expect(document.activeElement).toBe(screen.getByLabelText('Current password'));
    await type('Current password', 'the very same');
    await type('New password', 'the very same');
    await press('Change password');
    expect(await screen.findByText(/password you have/)).toBeTruthy();
    expect(asked).toEqual([]);
  });

  it('says at its field that the current one is wrong', async () => {
    await open(() => violated({ current_password: 'PASSWORD_WRONG' }));
    await type('Current password', 'wrong');
    await type('New password', 'two lamps, one moth');
    await press('Change password');
    expect(await screen.findByText('That is not your current password.')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText('Current password'));
  });
});
