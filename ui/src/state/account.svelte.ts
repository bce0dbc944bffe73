// What the whole window hangs on: the stage, the sync, the preferences, and the language and zone that follow from them.
import { call, type Preferences, type Stage, type SyncView, type Topic } from '../backend';
import { hush } from './announcement.svelte';
import { followKeyring } from './keyring.svelte';
import { askAgain, askEarly, onAnyChange } from './live.svelte';
import { locale, pickLanguage, setLanguage, setTimeZone, systemLanguages } from './locale.svelte';
import { reset } from './navigation.svelte';
import { accountCalls, show as showCurrent, shown, whenSwitched } from './shown.svelte';
import { tick } from './time.svelte';

const held = $state<{ stage: Stage | undefined; sync: SyncView | undefined; preferences: Preferences }>({
  stage: undefined,
  sync: undefined,
  preferences: { theme: 'system', language: null, stay_in_tray: false, text_size: null },
});

export const account = {
  get stage() {
    return held.stage;
  },
  get sync() {
    return held.sync;
  },
  /** Changes made here that are nowhere else: on their way, or waiting for the person's answer. */
  get unsaved() {
    const { sync } = held;
    return sync === undefined ? 0 : sync.waiting_changes + sync.conflicts + sync.refused;
  },
  get preferences() {
    return held.preferences;
  },
};

async function show(stage: Stage): Promise<void> {
  if (held.stage?.stage !== stage.stage) {
    reset();
    tick();
  }
  held.stage = stage;
  setTimeZone(stage.stage === 'signed_in' ? stage.time_zone : '');
  await speak();
}

/** What was spoken when another account was gone to. */
let spoken: string | undefined;

/** The language: the profile's, else this device's, else that of the account before, else the system's. */
async function speak(): Promise<void> {
  const wanted = [...systemLanguages()];
  if (spoken !== undefined) wanted.unshift(spoken);
  if (held.preferences.language !== null) wanted.unshift(held.preferences.language);
  if (held.stage?.stage === 'signed_in' && held.stage.language !== '') wanted.unshift(held.stage.language);
  await setLanguage(pickLanguage(wanted));
}

function paint(): void {
  const { theme } = held.preferences;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

// Answers may overtake each other: only the one to the newest question counts.
let newestStage: Promise<void> | undefined;
let syncs = 0;

/**
 * Asks for the stage and shows it. For whoever has just changed it by a command too: the stage that a command answers
 * with may be older than what was told in the meantime. Resolves when the newest is shown, in its language.
 */
export function loadStage(): Promise<void> {
  const mine: Promise<void> = accountCalls()
    .stage()
    .then((answer) => {
      if (mine !== newestStage) return newestStage;
      return answer.ok ? show(answer.value) : undefined;
    });
  newestStage = mine;
  return mine;
}

async function loadSync(): Promise<void> {
  syncs += 1;
  const mine = syncs;
  const answer = await accountCalls().syncStatus();
  if (!answer.ok || mine !== syncs) return;
  held.sync = answer.value;
  tick();
}

/** How many changes of the preferences are on their way: what is stored meanwhile is old. */
let setting = 0;

async function loadPreferences(): Promise<void> {
  const answer = await call.preferences();
  if (!answer.ok || setting > 0) return;
  held.preferences = answer.value;
  paint();
  await speak();
}

async function follow(topics: Topic[]): Promise<void> {
  await Promise.all([
    // The stage names the person, their language and their time zone, as the profile does.
    (topics.includes('stage') || topics.includes('profile')) && loadStage(),
    topics.includes('sync') && loadSync(),
    topics.includes('preferences') && loadPreferences(),
  ]);
}

/** What the overview shows. How the sync fares is not among it: that is the whole window's. */
export const overviewTopics: Topic[] = ['profile', 'emails', 'sessions', 'activity', 'second_factor'];

/** What is under way for the account before is not waited for any more. */
whenSwitched(() => {
  syncs += 1;
  newestStage = undefined;
});

/** Shows another account, with what is known of it; what is not yet is asked for. */
export function showAccount(id: string, stage: Stage | undefined, sync: SyncView | undefined): void {
  spoken = locale.language;
  showCurrent(id);
  reset();
  hush();
  held.stage = undefined;
  held.sync = sync;
  if (stage === undefined) void loadStage();
  else void show(stage);
  if (sync === undefined) void loadSync();
  tick();
}

/** Asks for everything once and follows it from then on. */
export async function start(): Promise<void> {
  const first = await call.shownAccount();
  if (first.ok) showCurrent(first.value);
  onAnyChange((topics, account) => {
    if (account === null || account === shown.id) void follow(topics);
  });
  followKeyring();
  const topics: Topic[] = ['stage', 'sync', 'preferences'];
  void askAgain([...topics, ...overviewTopics]);
  // Where nobody is signed in, the overview has no answer, and says so at once.
  await Promise.all([follow(topics), askEarly(overviewTopics, accountCalls().overview, shown.id)]);
}

/** Changes what is set on this device; shown at once. */
export async function setPreferences(preferences: Preferences): ReturnType<typeof call.setPreferences> {
  // The next change starts from this one, even if it is not written yet; a refusal is undone by what is loaded then.
  held.preferences = preferences;
  setting += 1;
  const answer = await call.setPreferences(preferences);
  setting -= 1;
  await loadPreferences();
  return answer;
}
