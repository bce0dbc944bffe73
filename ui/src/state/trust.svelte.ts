// Whether this device is on probation is asked in many places: what they follow, and the way to its approval.
import type { AccountCalls, Failure, Topic } from '../backend';
import { whenSwitched } from './shown.svelte';

/** What changes how the account and this device stand. */
export const trustTopics: Topic[] = ['sessions', 'emails', 'password', 'passkeys', 'second_factor', 'stage'];

const held = $state<{ sent: boolean; failure: Failure | undefined }>({ sent: false, failure: undefined });

export const approval = {
  /** Whether a link is on its way, and the person is shown what to do with it. */
  get sent() {
    return held.sent;
  },
  /** Why none is. */
  get failure() {
    return held.failure;
  },
};

/** Has a link sent that approves this device. */
export async function sendApprovalLink(call: AccountCalls): Promise<void> {
  const answer = await call.askApprovalLink();
  held.sent = answer.ok;
  held.failure = answer.ok ? undefined : answer.failure;
}

/** The person has seen it, or the device is approved. */
export function closeApproval(): void {
  held.sent = false;
  held.failure = undefined;
}

whenSwitched(closeApproval);
