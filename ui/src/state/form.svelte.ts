// A form that a sync can't take anything from: what was typed stays, what was not touched follows.
import { tick, untrack } from 'svelte';
import type { Failure, FieldCode } from '../backend';

export type Fields = Record<string, string>;

export class Form<Values extends Fields> {
  values: Values = $state() as Values;
  problems: Partial<Record<keyof Values & string, FieldCode>> = $state({});
  failure: Failure | undefined = $state();
  sending = $state(false);
  #base: Values = $state() as Values;
  /** What touched fields showed when the person began, where something else has arrived since. */
  readonly #seen = new Map<string, Values[keyof Values & string]>();

  constructor(initial: Values) {
    this.values = { ...initial };
    this.#base = { ...initial };
  }

  /** The fields whose text differs from what was there. */
  get changedFields(): (keyof Values & string)[] {
    return (Object.keys(this.#base) as (keyof Values & string)[]).filter((name) => this.values[name] !== this.#base[name]);
  }

  get changed(): boolean {
    return this.changedFields.length > 0;
  }

  /** New values came: untouched fields take them, touched ones keep the person's text. */
  arrive(incoming: Values): void {
    // An effect that brings the values must not run again because of them.
    untrack(() => {
      for (const name of Object.keys(incoming) as (keyof Values & string)[]) {
        if (this.values[name] === this.#base[name]) {
          this.values[name] = incoming[name];
          this.#seen.delete(name);
        } else if (incoming[name] !== this.#base[name] && !this.#seen.has(name)) this.#seen.set(name, this.#base[name]);
      }
      this.#base = { ...incoming };
    });
  }

  /** What each field showed when the person changed it; what it shows now where nobody did. */
  get seen(): Values {
    return { ...this.#base, ...Object.fromEntries(this.#seen) };
  }

  /** Puts `value` into a field as if the person had typed it. */
  edit<Name extends keyof Values & string>(name: Name, value: Values[Name]): void {
    this.values[name] = value;
    Reflect.deleteProperty(this.problems, name);
  }

  /** What was there before the person typed. */
  discard(): void {
    this.#seen.clear();
    this.values = { ...this.#base };
    this.problems = {};
    this.failure = undefined;
  }

  /** Empties every field, for what must not stay: passwords, codes. */
  clear(): void {
    const empty = Object.fromEntries(Object.keys(this.values).map((name) => [name, '']));
    this.#base = empty as Values;
    this.discard();
  }

  /**
   * Sends with `send`; on a refusal names the fields in `element` and focuses the first wrong one. A refusal of the whole
   * is focused by the note that says it.
   */
  async submit<Value>(
    element: HTMLFormElement,
    send: () => Promise<{ ok: true; value: Value } | { ok: false; failure: Failure }>,
  ): Promise<Value | undefined> {
    if (this.sending) return undefined;
    this.sending = true;
    this.problems = {};
    this.failure = undefined;
    const sent = { ...this.values };
    const changed = this.changedFields;
    const answer = await send();
    this.sending = false;
    if (answer.ok) {
      // Only what was sent: another field may have been renewed meanwhile.
      for (const name of changed) {
        this.#base[name] = sent[name];
        this.#seen.delete(name);
      }
      return answer.value;
    }
    const known: Partial<Record<keyof Values & string, FieldCode>> = {};
    for (const { field, code } of answer.failure.fields) {
      if (field in this.values && !(field in known)) known[field as keyof Values & string] = code;
    }
    this.problems = known;
    // A refusal that names no field of this form is said as a whole.
    if (Object.keys(known).length === 0) this.failure = answer.failure;
    await tick();
    const wrong = element.querySelector<HTMLElement>('[aria-invalid="true"]');
    // Anew, where it has the focus: so that what is wrong with it is read out.
    wrong?.blur();
    wrong?.focus();
    // With the sentence below it.
    wrong?.closest('.field')?.scrollIntoView({ block: 'nearest' });
    return undefined;
  }
}
