// Proof of who sits here, where the server wants it again: the password, and a code when two-step sign-in is on.
import type { Answer } from '../backend';
import { whenSwitched } from './shown.svelte';

let asked = $state.raw<{ answer: (proven: boolean) => void }>();

export const stepUp = {
  /** Whether the person is being asked. */
  get asking() {
    return asked !== undefined;
  },
};

function ask(): Promise<boolean> {
  // Whoever asked before is told that nothing came of it.
  asked?.answer(false);
  return new Promise((resolve) => {
    asked = { answer: resolve };
  });
}

/** Calls `act`; where that needs the proof, asks for it and calls `act` again with it. */
export async function withStepUp<Value>(act: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
  const answer = await act();
  if (answer.ok || answer.failure.code !== 'step_up_needed') return answer;
  return (await ask()) ? act() : answer;
}

/** The person has given the proof, or not. */
export function answerStepUp(proven: boolean): void {
  const { answer } = asked ?? {};
  asked = undefined;
  answer?.(proven);
}

// What was to be done is not done for another account.
whenSwitched(() => answerStepUp(false));
