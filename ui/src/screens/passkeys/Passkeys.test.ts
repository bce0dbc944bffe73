import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PasskeysView } from '../../backend';
import { announcement } from '../../state/announcement.svelte';
import { answers, asked, change, lastGiven } from '../../testing/shell';
import Passkeys from './Passkeys.svelte';

const person = userEvent.setup();
const key = { id: 'one', name: 'Blue key', added_at: 0, last_used_at: null, suspended: false };
const url = 'https://id.example.org/add-passkey/TOKEN';
let view: PasskeysView;

beforeEach(() => {
  view = { passkeys: [], obstacle: null, full: false };
  answers['passkeys'] = () => view;
  answers['add_passkey'] = () => ({ url, expires_at: 0 });
});

describe('passkeys', () => {
  it('are added in the browser, and the question is over once one has arrived', async () => {
    render(Passkeys);
    await person.click(await screen.findByRole('button', { name: /Add a passkey/ }));
    expect(await screen.findByText(url)).toBeTruthy();
    view = { ...view, passkeys: [key] };
    await change('passkeys');
    await vi.waitFor(() => expect(announcement.sentence).toContain('Blue key'));
    expect(screen.queryByText(url)).toBeNull();
    expect(screen.getByRole('listitem', { name: 'Blue key' })).toBeTruthy();
  });

  it('are removed after a question that names the one', async () => {
    view = { ...view, passkeys: [key] };
    answers['remove_passkey'] = () => null;
    render(Passkeys);
    const row = await screen.findByRole('listitem', { name: 'Blue key' });
    await person.click(within(row).getByRole('button', { name: 'Remove' }));
    const dialog = screen.getByRole('dialog', { name: /Blue key/ });
    expect(asked.some(({ command }) => command === 'remove_passkey')).toBe(false);
    await person.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await vi.waitFor(() => expect(lastGiven('remove_passkey')).toEqual({ id: 'one' }));
  });

  it('are not offered where browsers use none with the server, and it is said why', async () => {
    view = { ...view, obstacle: 'needs_https' };
    render(Passkeys);
    expect(await screen.findByText(/https/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Add a passkey/ })).toBeNull();
  });

  it('are not added beyond the most that an account may have, and it is said why', async () => {
    view = { ...view, passkeys: [key], full: true };
    render(Passkeys);
    const add = await screen.findByRole<HTMLButtonElement>('button', { name: /Add a passkey/ });
    const remove = screen.getByRole<HTMLButtonElement>('button', { name: 'Remove' });
    expect([add.disabled, remove.disabled]).toEqual([true, false]);
    expect(screen.getByText(/up to ten passkeys/)).toBeTruthy();
  });

  it('are shown as suspended, and can be removed', async () => {
    view = { ...view, passkeys: [{ ...key, suspended: true }] };
    render(Passkeys);
    const row = await screen.findByRole('listitem', { name: 'Blue key' });
    expect(row.textContent).toContain('Suspended');
    expect(within(row).getByRole<HTMLButtonElement>('button', { name: 'Remove' }).disabled).toBe(false);
  });
});
