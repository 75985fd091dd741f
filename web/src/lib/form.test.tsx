import { Code } from '@connectrpc/connect';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { type Form, type FormOptions, lastFieldOf, sortViolations, useForm } from './form';
import { type FieldError, type Problem, ProblemError } from './problem/problem';
import { codeTexts } from './problem/reasons';

interface Values {
  displayName: string;
  password: string;
}

const initial: Values = { displayName: '', password: '' };
let form: Form<Values>;

function TestForm(options: Partial<FormOptions<Values>>) {
  form = useForm<Values>({ initial, submit: async () => {}, ...options });
  return (
    <form {...form.props}>
      <input
        aria-label="name"
        {...form.text('displayName')}
        aria-invalid={Boolean(form.errors.displayName)}
      />
      <input
        aria-label="password"
        {...form.text('password')}
        aria-invalid={Boolean(form.errors.password)}
      />
      <p>{form.errors.displayName}</p>
      <button type="submit">Send</button>
    </form>
  );
}

function refusal(fieldErrors: FieldError[]): ProblemError {
  const problem: Problem = {
    reason: '',
    code: Code.InvalidArgument,
    title: codeTexts.invalid,
    fieldErrors,
    retryAfter: undefined,
    metadata: {},
    transient: false,
  };
  return new ProblemError(problem);
}

const violation = (field: string): FieldError => ({
  field,
  description: `${field} is wrong`,
  reason: '',
});

describe('fields of violations', () => {
  it('are named as the form names them', () => {
    expect(
      ['email', 'profile.display_name', 'sessions[2].start_time', 'interests[3]'].map(lastFieldOf),
    ).toEqual(['email', 'displayName', 'startTime', 'interests']);
  });

  it('keep apart what the form has and has not', () => {
    const found = sortViolations(
      [violation('display_name'), violation('display_name'), violation('request_id')],
      initial,
      lastFieldOf,
    );
    expect(found).toEqual({
      errors: { displayName: 'Display_name is wrong' },
      rest: [violation('request_id')],
    });
  });
});

describe('useForm', () => {
  it('puts a violation at its field and the focus there, until it is mended', async () => {
    const user = userEvent.setup();
    render(<TestForm submit={() => Promise.reject(refusal([violation('display_name')]))} />);
    await user.click(screen.getByText('Send'));
    await screen.findByText('Display_name is wrong');
    expect(document.activeElement).toBe(screen.getByLabelText('name'));
    expect(form.problem).toBeUndefined();
    await user.type(screen.getByLabelText('name'), 'A');
    expect(form.errors.displayName).toBeUndefined();
  });

  it('shows as a whole what belongs to no field', async () => {
    const user = userEvent.setup();
    render(<TestForm submit={() => Promise.reject(refusal([]))} />);
    await user.click(screen.getByText('Send'));
    await waitFor(() => expect(form.problem?.title).toBe(codeTexts.invalid));
  });

  it('asks no server about what it can see itself', async () => {
    const user = userEvent.setup();
    let sent = 0;
    render(
      <TestForm
        validate={({ displayName }) => (displayName ? {} : { displayName: 'Say who you are.' })}
        submit={async () => {
          sent += 1;
        }}
      />,
    );
    await user.click(screen.getByText('Send'));
    await screen.findByText('Say who you are.');
    expect(sent).toBe(0);
  });

  it('sends once for a double click', async () => {
    const user = userEvent.setup();
    let sent = 0;
    let answer = () => {};
    const submit = () =>
      new Promise<void>((resolve) => {
        sent += 1;
        answer = resolve;
      });
    render(<TestForm submit={submit} />);
    await user.dblClick(screen.getByText('Send'));
    expect(sent).toBe(1);
    expect(form.submitting).toBe(true);
    answer();
    await waitFor(() => expect(form.submitting).toBe(false));
  });

  it('keeps what was entered through a reload, but for passwords, and forgets it when sent', async () => {
    const user = userEvent.setup();
    const options: Partial<FormOptions<Values>> = {
      draftKey: 'sign-up',
      draftLeavesOut: ['password'],
    };
    const first = render(<TestForm {...options} />);
    await user.type(screen.getByLabelText('name'), 'Ada');
    await user.type(screen.getByLabelText('password'), 'secret');
    first.unmount();
    render(<TestForm {...options} />);
    expect(form.values).toEqual({ displayName: 'Ada', password: '' });
    await user.click(screen.getByText('Send'));
    await waitFor(() => expect(sessionStorage.getItem('plenary.draft.sign-up')).toBeNull());
  });

  it('takes two changes in one event', async () => {
    render(<TestForm />);
    form.set('displayName', 'Ada');
    form.set('password', 'secret');
    await waitFor(() => expect(form.values).toEqual({ displayName: 'Ada', password: 'secret' }));
  });
});
