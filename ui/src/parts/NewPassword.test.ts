import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { announcement } from '../state/announcement.svelte';
import { answers, lastGiven } from '../testing/shell';
import NewPassword from './NewPassword.svelte';

const person = userEvent.setup();
const strength = { score: 4, guesses_log10: 20 };
const properties = { label: 'New password', name: 'new_password', password: '', repeat: '', problem: undefined, repeatProblem: undefined };

it('makes a password, shows it in both fields and offers to copy it', async () => {
  answers['check_password'] = () => ({ rules: [], strength, minimum_with_second_factor: null });
  answers['generate_password'] = () => 'brass-kettle-on-tuesday';
  answers['copy_secret'] = () => null;
  render(NewPassword, properties);
  expect(screen.queryByRole('button', { name: 'Copy' })).toBeNull();
  await person.click(screen.getByRole('button', { name: 'Generate a password' }));
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'New password' });
  const again = screen.getByRole<HTMLInputElement>('textbox', { name: 'Password again' });
  expect([field.value, again.value]).toEqual(['brass-kettle-on-tuesday', 'brass-kettle-on-tuesday']);
  await person.click(screen.getByRole('button', { name: 'Copy' }));
  expect(lastGiven('copy_secret')).toEqual({ text: 'brass-kettle-on-tuesday' });
  await vi.waitFor(() => expect(announcement.sentence).toContain('30 seconds'));
  await person.type(field, '!');
  expect(screen.queryByRole('button', { name: 'Copy' })).toBeNull();
});

it('says at once, and loudly, that a password is too long, by how much, and cuts nothing off', async () => {
  answers['check_password'] = () => ({ rules: [{ code: 'too_long', amount: 30, satisfied: false }], strength, minimum_with_second_factor: null });
  render(NewPassword, { ...properties, password: 'é'.normalize('NFD').repeat(31) });
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('has 31 characters; the limit is 30');
  const field = screen.getByLabelText<HTMLInputElement>('New password');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(field.value.normalize('NFC')).toHaveLength(31);
});

it('claims no strength of a password that is refused', async () => {
  const rule = (satisfied: boolean) => [{ code: 'contains_context', amount: null, satisfied }];
  answers['check_password'] = () => ({ rules: rule(false), strength: { score: 1, guesses_log10: 12 }, minimum_with_second_factor: null });
  const { rerender } = render(NewPassword, { ...properties, password: 'anna mueller anna' });
  const meter = await screen.findByRole('meter');
  await vi.waitFor(() => expect(meter.getAttribute('aria-valuetext')).toBe('Not accepted yet. The list shows what is missing.'));
  answers['check_password'] = () => ({ rules: rule(true), strength, minimum_with_second_factor: null });
  await rerender({ password: 'brass kettle on tuesday' });
  await vi.waitFor(() => expect(meter.getAttribute('aria-valuetext')).toBe('Strong: it would take centuries to guess.'));
});
