// Stands where the shell stands, for components alone; the real one is met in the desktop suite.
import { emit } from '@tauri-apps/api/event';
import type { Failure, FieldProblem, FailureCode, Topic } from '../backend';

type Given = Record<string, never>;

/** What each command answers in this test. */
export const answers: Record<string, (given: Given) => unknown> = {};

/** What was asked, in order. */
export const asked: { command: string; given: unknown; account: string | undefined }[] = [];

/** What the last call of `command` was given. */
export function lastGiven(command: string): unknown {
  return asked.findLast((each) => each.command === command)?.given;
}

/** Refuses, as the client does. */
export function refuse(code: FailureCode, fields: FieldProblem[] = [], seconds: number | null = null, server: string | null = null): () => never {
  const failure: Failure = { code, fields, retry_after_seconds: seconds, server, certificate: null, quota: null, folder: null };
  return () => {
    // A failure crosses the border as data, not as an Error.
    throw failure;
  };
}

/** Says that `topics` changed. */
export async function change(...topics: Topic[]): Promise<void> {
  await emit('changed', { account: null, topics });
}
