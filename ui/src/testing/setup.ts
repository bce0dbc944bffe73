import { mockIPC, mockWindows } from '@tauri-apps/api/mocks';
import { beforeEach } from 'vitest';
import { languages, setLanguage, setTimeZone } from '../state/locale.svelte';
import { answers, asked } from './shell';

mockWindows('main');
mockIPC(
  (command, given) => {
    // Which account is meant is a matter of its own tests.
    const { whose, ...rest } = (given ?? {}) as Record<string, unknown>;
    asked.push({ command, given: rest, account: (whose as { account: string } | undefined)?.account });
    const answer = answers[command];
    if (answer === undefined) throw new Error(`this test has no answer to ${command}`);
    return answer(given as Record<string, never>);
  },
  { shouldMockEvents: true },
);

// jsdom has no windows, and so none that is narrow.
window.matchMedia ??= (media) => Object.assign(new EventTarget(), { matches: false, media, onchange: null, addListener() {}, removeListener() {} });

// Nor does anything in it get another size.
window.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// jsdom knows the elements and not these methods.
HTMLElement.prototype.scrollIntoView ??= () => {};
HTMLElement.prototype.hidePopover ??= () => {};
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  if (!this.open) return;
  this.open = false;
  this.dispatchEvent(new Event('close'));
};

// Read once, so that every test may change the language and go on.
for (const language of languages) await setLanguage(language);

beforeEach(() => {
  for (const command of Object.keys(answers)) Reflect.deleteProperty(answers, command);
  asked.length = 0;
  void setLanguage('en');
  setTimeZone('Europe/Warsaw');
});
