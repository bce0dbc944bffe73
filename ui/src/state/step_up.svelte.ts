// Proof of who sits here, where the server wants it anew: the password, and a code when two-step sign-in is on.
import { call, type Answer, type StepUpForm } from '../backend';

let asked = $state.raw<{ answer: (proven: boolean) => void }>();
/** Until when the last proof counts, in microseconds. */
let until = 0;

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
  until = 0;
  return (await ask()) ? act() : answer;
}

/** Asks for the proof before something that takes a code of its own: one code can't serve for both. */
export async function stepUpFirst(): Promise<boolean> {
  return until > Date.now() * 1000 || ask();
}

/** Gives the proof to the server. */
export async function prove(form: StepUpForm): ReturnType<typeof call.stepUp> {
  const answer = await call.stepUp(form);
  if (answer.ok) until = answer.value.until;
  return answer;
}

/** Somebody else may sit here now: the next proof is asked for anew. */
export function forgetProof(): void {
  until = 0;
}

/** The person has given the proof, or not. */
export function answerStepUp(proven: boolean): void {
  const { answer } = asked ?? {};
  asked = undefined;
  answer?.(proven);
}
