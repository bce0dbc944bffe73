// What an administrator looks at. It is other people's: asked for over the network each time, kept nowhere, and gone from
// the screen as soon as the proof that opened it is over.
import type { Answer, Failure, UserRow, UserView } from '../../backend';
import { accountCalls } from '../../state/shown.svelte';

/** After these nothing of what was shown may stay. */
const closing: readonly Failure['code'][] = ['step_up_needed', 'administrators_only', 'unreachable', 'signed_out'];

export class Administration {
  readonly #call = accountCalls();
  #rows = $state.raw<UserRow[]>();
  #next = $state.raw<string | null>(null);
  #person = $state.raw<UserView>();
  #failure = $state.raw<Failure>();
  #search = '';
  #id: string | undefined;
  /** Grows with each question, so that the answer to an older one is dropped. */
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The people found so far; `undefined` until the first answer, and while administration is closed. */
  get rows() {
    return this.#rows;
  }

  /** What the people shown were searched for. */
  get search() {
    return this.#search;
  }

  /** Whether there are more of them. */
  get more() {
    return this.#next !== null;
  }

  /** The one person looked at. */
  get person() {
    return this.#person;
  }

  /** Why the newest question has no answer. */
  get failure() {
    return this.#failure;
  }

  /** Finds people; all of them for an empty search. */
  async find(search: string): Promise<Answer<unknown>> {
    this.#search = search;
    return this.#ask(() => this.#call.users(search, null), ({ users, next }) => {
      this.#rows = users;
      this.#next = next;
    });
  }

  /** The next page of those. */
  async findMore(): Promise<Answer<unknown>> {
    const after = this.#next;
    return this.#ask(() => this.#call.users(this.#search, after), ({ users, next }) => {
      const rows = this.#rows ?? [];
      // Whoever was renamed meanwhile may stand on both pages.
      this.#rows = [...rows, ...users.filter(({ id }) => !rows.some((row) => row.id === id))];
      this.#next = next;
    });
  }

  /** Looks at one person. */
  async read(id: string): Promise<Answer<unknown>> {
    this.#id = id;
    return this.#ask(() => this.#call.user(id), (user) => (this.#person = user));
  }

  /** Back to the list. */
  async leave(): Promise<void> {
    this.#id = undefined;
    this.#person = undefined;
    this.#failure = undefined;
    if (this.#rows === undefined) await this.find(this.#search);
  }

  /** Asks again what was asked last. */
  async again(): Promise<Answer<unknown>> {
    return this.#id === undefined ? this.find(this.#search) : this.read(this.#id);
  }

  /** Nothing of it stays. */
  close(): void {
    this.#question += 1;
    clearTimeout(this.#timer);
    this.#rows = undefined;
    this.#next = null;
    this.#person = undefined;
  }

  async #ask<Value extends { open_seconds: number }>(load: () => Promise<Answer<Value>>, arrived: (value: Value) => void): Promise<Answer<Value>> {
    this.#question += 1;
    const mine = this.#question;
    const answer = await load();
    if (mine !== this.#question) return answer;
    if (answer.ok) {
      this.#failure = undefined;
      arrived(answer.value);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#over(), answer.value.open_seconds * 1000);
    } else {
      if (closing.includes(answer.failure.code)) this.close();
      this.#failure = answer.failure;
    }
    return answer;
  }

  /** The proof counts no longer. */
  #over(): void {
    this.close();
    this.#failure = { code: 'step_up_needed', fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null };
  }
}
