// A refused value that the person wants to edit again, on its way to the screen with its field.
import type { RefusedView } from '../backend';
import { go } from './navigation.svelte';
import { whenSwitched } from './shown.svelte';

let wanted = $state.raw<RefusedView>();

export const editAgain = {
  /** What is to be edited; taken by the screen that shows its field. */
  get wanted() {
    return wanted;
  },
};

/** Goes to the field of `refused` with the value that was refused. */
export async function editRefused(refused: RefusedView): Promise<void> {
  wanted = refused;
  await go(refused.collection === 'sessions' ? 'sessions' : 'profile');
}

/** The screen has put it into its field. */
export function tookRefused(): void {
  wanted = undefined;
}

whenSwitched(tookRefused);
