import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { accountCalls } from '../state/shown.svelte';
import { withStepUp } from '../state/step_up.svelte';
import { answers, asked, lastGiven, refuse } from '../testing/shell';
import StepUp from './StepUp.svelte';

const person = userEvent.setup();
const factor = (enabled_at: number | null) => () => ({
  enabled_at,
  recovery_codes_left: 10,
  few_left: false,
  recovery_codes_created_at: enabled_at,
  suspended: false,
  recovery_codes_suspended: false,
  has_confirmed_email: true,
});

/** The server wants the proof once, then does what was asked. */
function wantsProof(): void {
  let proven = false;
  answers['step_up'] = () => {
    proven = true;
    return { until: 0 };
  };
  answers['change_username'] = () => (proven ? null : refuse('step_up_needed')());
}

it('asks for the password and goes on with what was asked', async () => {
  answers['second_factor'] = factor(null);
  wantsProof();
  const changing = withStepUp(() => accountCalls().changeUsername({ username: 'anja' }));
  render(StepUp);
  const password = screen.getByLabelText('Password');
  expect(document.activeElement).toBe(password);
  await person.type(password, 'right{Enter}');
  expect((await changing).ok).toBe(true);
  expect(lastGiven('step_up')).toEqual({ form: { password: 'right', code: null } });
  expect(asked.filter(({ command }) => command === 'change_username')).toHaveLength(2);
});

it('asks for a code as well when two-step sign-in is on', async () => {
  answers['second_factor'] = factor(1);
  wantsProof();
  const changing = withStepUp(() => accountCalls().changeUsername({ username: 'anja' }));
  render(StepUp);
  await person.type(await screen.findByRole('textbox', { name: 'Code from your authenticator app' }), '123456');
  await person.type(screen.getByLabelText('Password'), 'right{Enter}');
  expect((await changing).ok).toBe(true);
  expect(lastGiven('step_up')).toEqual({ form: { password: 'right', code: '123456' } });
});

it('says beside the field that the password is wrong, and keeps the question open', async () => {
  answers['second_factor'] = factor(null);
  wantsProof();
  answers['step_up'] = refuse('invalid_fields', [{ field: 'password', code: 'wrong_password' }]);
  let over = false;
  void withStepUp(() => accountCalls().changeUsername({ username: 'anja' })).then(() => (over = true));
  render(StepUp);
  await person.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  expect(await screen.findByText('Wrong password.')).toBeTruthy();
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')));
  expect(over).toBe(false);
});

it('tells whoever asked when the person gives up, and does not ask again', async () => {
  answers['second_factor'] = factor(null);
  wantsProof();
  const changing = withStepUp(() => accountCalls().changeUsername({ username: 'anja' }));
  render(StepUp);
  await person.click(screen.getByRole('button', { name: 'Cancel' }));
  const answer = await changing;
  expect(answer.ok ? '' : answer.failure.code).toBe('step_up_needed');
  expect(asked.filter(({ command }) => command === 'change_username')).toHaveLength(1);
});
