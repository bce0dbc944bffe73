import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProfileView } from '../../backend';
import { announcement } from '../../state/announcement.svelte';
import { editRefused } from '../../state/edit_again.svelte';
import { answers, change, lastGiven, refuse } from '../../testing/shell';
import { readLater } from '../components';
import Profile from './Profile.svelte';

const person = userEvent.setup();
let profile: ProfileView;

// All screens are compiled here, not read from a file that was built.
beforeAll(readLater, 60_000);

beforeEach(() => {
  profile = {
    display_name: 'Anna Kowalska',
    username: 'anna',
    language: 'en',
    time_zone: 'Europe/Warsaw',
    created_at: 0,
    primary_email: 'anna@example.org',
    waiting_fields: [],
    refused: [],
    conflicts: [],
  };
  answers['profile'] = () => profile;
  answers['contacts'] = () => ({ emails: [], change: null, primary_stays_until: null });
});

async function shown(): Promise<{ name: HTMLInputElement; save: HTMLButtonElement }> {
  render(Profile);
  return { name: await screen.findByRole('textbox', { name: 'Name' }), save: screen.getByRole('button', { name: 'Save' }) };
}

describe('the profile', () => {
  it('can be saved once something changed, and sends that alone', async () => {
    answers['edit_profile'] = () => null;
    const { name, save } = await shown();
    expect(save.disabled).toBe(true);
    await person.clear(name);
    await person.type(name, 'Anna K.{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('Your profile is saved.'));
    expect(lastGiven('edit_profile')).toMatchObject({
      form: { edit: { display_name: 'Anna K.', language: null, time_zone: null }, seen: { language: 'en' } },
    });
  });

  it('loses nothing typed when a sync arrives, and follows elsewhere', async () => {
    const { name } = await shown();
    await person.type(name, '-Nowak');
    profile = { ...profile, display_name: 'Anja', language: 'de' };
    await change('profile');
    const language = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Language' });
    await vi.waitFor(() => expect(language.value).toBe('de'));
    expect(name.value).toBe('Anna Kowalska-Nowak');
    await person.type(name, '{Escape}');
    expect(name.value).toBe('Anja');
  });

  it('names a mistake beside its field, keeps the text and puts the focus there', async () => {
    answers['edit_profile'] = refuse('invalid_fields', [{ field: 'display_name', code: 'required' }]);
    const { name, save } = await shown();
    await person.clear(name);
    await person.click(save);
    await vi.waitFor(() => expect(document.activeElement).toBe(name));
    expect(name.getAttribute('aria-invalid')).toBe('true');
    const described = name.getAttribute('aria-describedby')?.split(' ') ?? [];
    expect(described.map((id) => document.getElementById(id)?.textContent)).toContain('Enter your name.');
    expect(name.value).toBe('');
  });

  it('marks what waits to be sent', async () => {
    profile.waiting_fields = ['display_name'];
    await shown();
    expect(screen.getByText('Waiting to be sent')).toBeTruthy();
  });

  it('shows a refused value beside its field with the reason and what stands, and puts it back', async () => {
    const refused = { collection: 'profile', id: 'a', field: 'display_name', value: 'Anna!!', at: 0, reason: { refusal: 'field' as const, code: 'too_long' as const } };
    profile.refused = [refused];
    answers['dismiss_refusal'] = () => {
      profile = { ...profile, refused: [] };
      return null;
    };
    const { name } = await shown();
    expect(name.value).toBe('Anna Kowalska');
    const described = name.getAttribute('aria-describedby')?.split(' ') ?? [];
    const words = described.map((id) => document.getElementById(id)?.textContent).join();
    expect(words).toMatch(/“Anna!!” was not accepted.*at most 120 characters.*The previous value is kept/s);
    await person.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(lastGiven('dismiss_refusal')).toEqual({ which: { collection: 'profile', id: 'a', field: 'display_name' } });
    await change('profile');
    await vi.waitFor(() => expect(screen.queryByText(/was not accepted/)).toBeNull());
  });

  it('lets a refused value be edited again, and sends it then', async () => {
    profile.refused = [
      { collection: 'profile', id: 'a', field: 'display_name', value: 'Anna!!', at: 0, reason: { refusal: 'rejected' } },
    ];
    answers['edit_profile'] = () => null;
    const { name } = await shown();
    await person.click(screen.getByRole('button', { name: 'Edit again' }));
    await vi.waitFor(() => expect(document.activeElement).toBe(name));
    expect(name.value).toBe('Anna!!');
    await person.type(name, '{Backspace}{Backspace}{Enter}');
    expect(lastGiven('edit_profile')).toMatchObject({ form: { edit: { display_name: 'Anna' } } });
  });

  it('edits a refused value again that was found on the overview', async () => {
    const refused = { collection: 'profile', id: 'a', field: 'display_name', value: 'Anna!!', at: 0, reason: { refusal: 'rejected' as const } };
    profile.refused = [refused];
    await editRefused(refused);
    const { name } = await shown();
    await vi.waitFor(() => expect(name.value).toBe('Anna!!'));
    await vi.waitFor(() => expect(document.activeElement).toBe(name));
  });

  it('shows both values of a conflict and sends the answer', async () => {
    profile.conflicts = [
      { collection: 'profile', id: 'a', field: 'display_name', mine: 'Mine', mine_at: 0, theirs: 'Theirs', theirs_at: 0, theirs_device_name: 'iPhone' },
    ];
    answers['answer_conflict'] = () => null;
    await shown();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /Mine/ }).checked).toBe(true);
    await person.click(screen.getByRole('radio', { name: /Theirs.*iPhone/s }));
    await person.click(screen.getByRole('button', { name: 'Keep this name' }));
    await vi.waitFor(() => expect(announcement.sentence).toBe('“Theirs” is kept.'));
    expect(lastGiven('answer_conflict')).toEqual({
      answer: { collection: 'profile', id: 'a', field: 'display_name', keep_mine: false, seen: { mine: 'Mine', theirs: 'Theirs' } },
    });
  });
});
