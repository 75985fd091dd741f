import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { axeFindings } from '../../test/axe';
import { Button } from './button';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { Field } from './field';
import { FileDrop } from './file-drop';
import { TextInput } from './input';
import { Menu, MenuItem } from './menu';
import { dismissToast, showToast, Toaster } from './toast';

describe('Dialog', () => {
  function Example() {
    const [open, setOpen] = useState(false);
    return (
      <>
        <Button onClick={() => setOpen(true)}>Open</Button>
        <Dialog
          open={open}
          onOpenChange={setOpen}
          title="End the session?"
          description="For everyone."
        />
      </>
    );
  }

  it('begins where it is filled in', async () => {
    render(
      <Dialog open onOpenChange={() => {}} title="New event">
        <Field label="Title">
          <TextInput />
        </Field>
      </Dialog>,
    );
    expect(document.activeElement).toBe(screen.getByLabelText('Title'));
  });

  it('has a name, keeps the focus inside and gives it back', async () => {
    const user = userEvent.setup();
    render(<Example />);
    await user.click(screen.getByText('Open'));
    const dialog = screen.getByRole('dialog', { name: 'End the session?' });
    expect(dialog.contains(document.activeElement)).toBe(true);
    expect(await axeFindings(dialog)).toEqual([]);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement).toBe(screen.getByText('Open').closest('button'));
  });
});

describe('Menu', () => {
  it('works by keyboard alone', async () => {
    const user = userEvent.setup();
    const edit = vi.fn();
    render(
      <Menu trigger={<Button>More</Button>}>
        <MenuItem>Clone</MenuItem>
        <MenuItem onSelect={edit}>Edit</MenuItem>
      </Menu>,
    );
    screen.getByText('More').closest('button')?.focus();
    await user.keyboard('{Enter}');
    expect(await axeFindings(screen.getByRole('menu'))).toEqual([]);
    await user.keyboard('{ArrowDown}{Enter}');
    expect(edit).toHaveBeenCalledOnce();
    expect(screen.queryByRole('menu')).toBeNull();
  });
});

describe('Combobox', () => {
  const options = [
    { value: 'Europe/Helsinki', label: 'Helsinki (Europe)', detail: 'UTC+02:00' },
    { value: 'Europe/Berlin', label: 'Berlin (Europe)', detail: 'UTC+01:00' },
    { value: 'Asia/Tokyo', label: 'Tokyo (Asia)', detail: 'UTC+09:00' },
  ];

  function Example() {
    const [value, setValue] = useState('Europe/Helsinki');
    return (
      <Field label="Time zone">
        <Combobox value={value} onChange={setValue} options={options} />
      </Field>
    );
  }

  it('finds by any word and takes the marked one', async () => {
    const user = userEvent.setup();
    render(<Example />);
    const input = screen.getByRole('combobox', { name: 'Time zone' }) as HTMLInputElement;
    await user.click(input);
    expect(screen.getAllByRole('option')).toHaveLength(3);
    await user.clear(input);
    await user.type(input, 'eur');
    await user.keyboard('{ArrowDown}{Enter}');
    expect(input.value).toBe('Berlin (Europe)');
    expect(input.getAttribute('aria-expanded')).toBe('false');
  });

  it('leaves the choice alone on Escape', async () => {
    const user = userEvent.setup();
    render(<Example />);
    const input = screen.getByRole('combobox') as HTMLInputElement;
    await user.click(input);
    await user.type(input, 'nowhere');
    expect(screen.queryAllByRole('option')).toHaveLength(0);
    await user.keyboard('{Escape}');
    expect(input.value).toBe('Helsinki (Europe)');
  });
});

describe('Field', () => {
  it('ties label, hint and error to the control', () => {
    render(
      <Field label="Email" hint="For your ticket." error="That is no address.">
        <TextInput type="email" />
      </Field>,
    );
    const input = screen.getByLabelText('Email');
    const described = (input.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent);
    expect(described).toEqual(['That is no address.', 'For your ticket.']);
    expect(input.getAttribute('aria-invalid')).toBe('true');
  });

  it('shows a password when asked to', async () => {
    const user = userEvent.setup();
    render(
      <Field label="Password">
        <TextInput type="password" />
      </Field>,
    );
    expect(screen.getByLabelText('Password').getAttribute('type')).toBe('password');
    await user.click(screen.getByText('Show password'));
    expect(screen.getByLabelText('Password').getAttribute('type')).toBe('text');
  });
});

describe('Button', () => {
  it('takes no click while it is busy, and keeps the focus', async () => {
    const user = userEvent.setup();
    const onClick = vi.fn();
    const { rerender } = render(<Button onClick={onClick}>Save</Button>);
    await user.click(screen.getByRole('button'));
    rerender(
      <Button busy onClick={onClick}>
        Save
      </Button>,
    );
    await user.click(screen.getByRole('button'));
    expect(onClick).toHaveBeenCalledOnce();
    expect(document.activeElement).toBe(screen.getByRole('button'));
  });
});

describe('FileDrop', () => {
  it('takes what fits and says why it does not take the rest', async () => {
    const user = userEvent.setup({ applyAccept: false });
    const taken: string[] = [];
    const refused: (string | undefined)[] = [];
    render(
      <Field label="Cover">
        <FileDrop
          accept={['image/png']}
          limit_bytes={4}
          onFile={(file) => taken.push(file.name)}
          onRefused={(reason) => refused.push(reason)}
        />
      </Field>,
    );
    const input = screen.getByLabelText('Cover');
    await user.upload(input, new File(['1234'], 'fits.png', { type: 'image/png' }));
    await user.upload(input, new File(['12345'], 'large.png', { type: 'image/png' }));
    await user.upload(input, new File(['1'], 'text.txt', { type: 'text/plain' }));
    expect(taken).toEqual(['fits.png']);
    expect(refused[0]).toBeUndefined();
    expect(refused[1]).toContain('at most');
    expect(refused[2]).toBe('That kind of file does not fit here.');
  });
});

describe('Toaster', () => {
  it('shows at most three, and what can be undone until it is answered', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    const undo = vi.fn();
    render(<Toaster />);
    for (const text of ['one', 'two', 'three']) showToast(text);
    const id = showToast('Removed.', { action: { label: 'Undo', run: undo } });
    expect(await screen.findByText('Removed.')).toBeTruthy();
    expect(screen.queryByText('one')).toBeNull();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(screen.queryByText('two')).toBeNull();
    await user.click(screen.getByText('Undo'));
    expect(undo).toHaveBeenCalledOnce();
    expect(screen.queryByText('Removed.')).toBeNull();
    dismissToast(id);
    vi.useRealTimers();
  });

  it('goes to the other edge when it would hide what has the focus', async () => {
    const at = (top: number) => ({ getBoundingClientRect: () => new DOMRect(0, top, 100, 40) });
    render(
      <>
        <button type="button">above</button>
        <button type="button">below</button>
        <Toaster />
      </>,
    );
    Object.assign(screen.getByText('above'), at(0));
    Object.assign(screen.getByText('below'), at(500));
    const id = showToast('Saved.');
    const toast = (await screen.findByText('Saved.')).parentElement as HTMLElement;
    const region = toast.parentElement as HTMLElement;
    // As the style sheet has it: below, or above when it stands aside.
    toast.getBoundingClientRect = () =>
      new DOMRect(0, 'aside' in region.dataset ? 0 : 500, 100, 40);

    screen.getByText('above').focus();
    await waitFor(() => expect('aside' in region.dataset).toBe(false));
    screen.getByText('below').focus();
    await waitFor(() => expect('aside' in region.dataset).toBe(true));
    screen.getByText('above').focus();
    await waitFor(() => expect('aside' in region.dataset).toBe(false));
    dismissToast(id);
    await waitFor(() => expect(screen.queryByText('Saved.')).toBeNull());
  });
});
