// Changing the own password, wherever it is done: what was typed, and what becomes of it.
import type { Answer, PasswordChangedView, PasswordView } from '../backend';
import { Form } from './form.svelte';
import { text } from './locale.svelte';
import { accountCalls } from './shown.svelte';

export class PasswordChange {
  readonly #call = accountCalls();
  readonly form = new Form({ current_password: '', new_password: '', repeat: '', code: '' });
  endOthers = $state(true);
  // Kept once it is asked for: nothing that was typed goes away because of a sync.
  codeAsked = $state(false);

  get ready(): boolean {
    return this.form.values.current_password !== '' && this.form.values.new_password !== '';
  }

  asksCode(view: PasswordView | undefined): boolean {
    return this.codeAsked || view?.second_factor_on === true;
  }

  async send(view: PasswordView | undefined): Promise<Answer<PasswordChangedView>> {
    const { current_password, new_password, repeat, code } = this.form.values;
    const answer = await this.#call.changePassword({
      current_password,
      new_password,
      repeat,
      code: this.asksCode(view) ? code : null,
      end_other_sessions: this.endOthers,
    });
    if (!answer.ok && (answer.failure.code === 'second_factor_needed' || answer.failure.fields.some(({ field }) => field === 'code'))) {
      this.codeAsked = true;
    }
    return answer;
  }

  /** It is changed: nothing of it stays, and this is what to say. */
  done({ ended_devices }: PasswordChangedView): () => string {
    this.form.clear();
    this.codeAsked = false;
    return () => (ended_devices === 0 ? text('password-changed') : text('password-changed-ended', { count: ended_devices }));
  }
}
