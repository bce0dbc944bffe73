import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { answers, asked, refuse } from '../../testing/shell';
import Preferences from './Preferences.svelte';

const person = userEvent.setup();
const tray = () => screen.getByRole<HTMLInputElement>('checkbox', { name: 'Keep running in the tray when the window is closed' });

describe('preferences', () => {
  it('offers the tray only where there is one, and says so', async () => {
    answers['has_tray'] = () => false;
    render(Preferences);
    await vi.waitFor(() => expect(tray().disabled).toBe(true));
    expect(tray().checked).toBe(false);
    expect(screen.getByText(/This desktop has no tray/)).toBeTruthy();
  });

  it('shows where the log is, and says when no program does', async () => {
    answers['has_tray'] = () => true;
    answers['show_log'] = refuse('folder_not_opened');
    render(Preferences);
    expect(tray().disabled).toBe(false);
    await person.click(screen.getByRole('button', { name: 'Show the log' }));
    expect((await screen.findByRole('alert')).textContent).toContain('No program could open the folder');
    expect(asked.some(({ command }) => command === 'show_log')).toBe(true);
  });
});
