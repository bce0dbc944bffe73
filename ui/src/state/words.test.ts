import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, it, vi } from 'vitest';
import english from '../../words/en.ftl?raw';
import german from '../../words/de.ftl?raw';
import { languageName, listed, pickLanguage, setLanguage, text } from './locale.svelte';
import { pillSentence } from './pill.svelte';
import { fieldSentence } from './sentences.svelte';

describe.each([
  ['en', english],
  ['de', german],
])('the words of %s', (language, catalogue) => {
  const resource = new FluentResource(catalogue);
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(resource);

  it.each([0, 1, 2])('are sentences without a hole, counting %i', (count) => {
    const given = Object.fromEntries(
      [...catalogue.matchAll(/\$([a-z]+)/g)].map(([, name]) => [name, ['count', 'length', 'seconds', 'percent'].includes(name ?? '') ? count : 'X']),
    );
    for (const { id, value } of resource.body as { id: string; value: Parameters<typeof bundle.formatPattern>[0] }[]) {
      const mistakes: Error[] = [];
      const sentence = bundle.formatPattern(value, given, mistakes);
      expect(mistakes, id).toEqual([]);
      expect(sentence.trim(), id).not.toBe('');
      expect(sentence, id).not.toMatch(/[{}]|undefined|\s{2}/);
    }
  });
});

it('counts in whole words', () => {
  expect(text('sync-waiting', { count: 1 })).toBe('1 change waiting');
  expect(text('sync-waiting', { count: 2 })).toBe('2 changes waiting');
  void setLanguage('de');
  expect(text('sync-waiting', { count: 1 })).toBe('1 Änderung wartet');
  expect(text('sync-waiting', { count: 2 })).toBe('2 Änderungen warten');
});

it('takes the first language it has words for', () => {
  expect(pickLanguage(['pl-PL', 'de-AT', 'en'])).toBe('de');
  expect(pickLanguage(['pl'])).toBe('en');
  expect([languageName('de'), languageName('en')]).toEqual(['Deutsch', 'English']);
  expect(listed(['iPhone', 'ThinkPad'])).toBe('iPhone and ThinkPad');
});

it('sets the language of the page', () => {
  void setLanguage('de');
  expect(document.documentElement.lang).toBe('de');
});

it.each([
  ['en', 'de'],
  ['de', 'en'],
])('speaks the language that was chosen last, however long the words of %s take', async (first, last) => {
  vi.resetModules();
  const fresh = await import('./locale.svelte');
  await Promise.all([fresh.setLanguage(first), fresh.setLanguage(last)]);
  expect(fresh.locale.language).toBe(last);
  expect(fresh.text('save')).toBe(last === 'de' ? 'Speichern' : 'Save');
});

it('says of a field how to mend it, and of any other what the code says', () => {
  expect(fieldSentence('username', 'invalid_characters')).toContain('anna-k');
  expect(fieldSentence('address', 'required')).toBe('Required');
});

describe('the sync pill', () => {
  const calm = { state: 'up_to_date' as const, waiting_changes: 0, conflicts: 0, refused: 0, current_at: null, progress: null, folder_problem: null, damage: null, certificate: null, folder: null };

  it('tells the truth in a few words', () => {
    expect(pillSentence(calm)).toBe('Up to date');
    expect(pillSentence({ ...calm, state: 'offline', waiting_changes: 1 })).toBe('Offline · 1 change waiting');
    expect(pillSentence({ ...calm, state: 'syncing', progress: { done: 429, total: 1000 } })).toBe('Syncing 42 %');
    expect(pillSentence({ ...calm, state: 'syncing', progress: { done: 0, total: 0 } })).toBe('Syncing');
    expect(pillSentence({ ...calm, state: 'not_saved', folder_problem: 'full' })).toBe('Disk full');
    expect(pillSentence({ ...calm, state: 'needs_answer', conflicts: 1 })).toBe('Needs your decision');
  });
});
