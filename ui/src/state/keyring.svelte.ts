// Whether the system's keyring shows a prompt of its own, which may be behind other windows.
import { call } from '../backend';
import { onAnyChange } from './live.svelte';

const current = $state({ prompts: false });

export const keyring = {
  get prompts() {
    return current.prompts;
  },
};

// Answers may overtake each other: only the one to the newest question counts.
let asked = 0;

async function load(): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await call.keyringPrompts();
  if (answer.ok && mine === asked) current.prompts = answer.value;
}

/** Asks once and follows it from then on. */
export function followKeyring(): void {
  onAnyChange((topics) => {
    if (topics.includes('keyring')) void load();
  });
  void load();
}
