// The language of the app and its words.
import { FluentBundle, type FluentResource } from '@fluent/bundle';
import { call, type SystemLocale } from '../backend';
import type { Words } from '../words.generated';

export type WordId = keyof Words;

/** Each catalogue is a file of its own in the app, compiled by words/compile.js: only the one that is spoken is read. */
const catalogues = Object.fromEntries(
  Object.entries(import.meta.glob<FluentResource['body']>('../../words/*.ftl', { import: 'default' })).map(([path, load]) => [
    path.slice(path.lastIndexOf('/') + 1, -'.ftl'.length),
    load,
  ]),
);

/** BCP 47 tags of the languages there are words for. */
export const languages = Object.keys(catalogues).sort();

let system: SystemLocale = { languages: [...navigator.languages], times: null };

/** Asks the system, which knows more than the web view. Before anything is shown. */
export async function readSystemLocale(): Promise<void> {
  const answer = await call.systemLocale();
  if (answer.ok) system = answer.value;
}

/** The languages of the person, the best first. */
export function systemLanguages(): readonly string[] {
  return system.languages;
}

/** The first of `wanted` that there are words for; English otherwise. */
export function pickLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (languages.includes(language)) return language;
  }
  return 'en';
}

const bundles = new Map<string, FluentBundle>();

/** Reads the words of `language`, once. */
async function load(language: string): Promise<void> {
  const catalogue = await catalogues[language]?.();
  if (catalogue === undefined || bundles.has(language)) return;
  // Names can't hold bidirectional controls (protocol::text), so they need no isolation marks around them.
  const bundle = new FluentBundle(localeOf(language), { useIsolating: false });
  bundle.addResource({ body: catalogue });
  bundles.set(language, bundle);
}

/** The person's own region of `language`, if the system names one: `en` is written differently in London and Boston. */
function localeOf(language: string): string {
  return system.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
}

/** The tag for dates in the words of `language`: in the form of the country that the system names for dates. */
function localeOfTimes(language: string): string {
  const times = system.times === null ? undefined : new Intl.Locale(system.times);
  if (times?.region === undefined) return localeOf(language);
  return times.language === language ? times.toString() : `${language}-${times.region}`;
}

const current = $state({ language: pickLanguage(systemLanguages()), timeZone: '' });

export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

let wanted = current.language;

/** Speaks `language` from now on: at once when its words were read before, else as soon as they are. */
export async function setLanguage(language: string): Promise<void> {
  wanted = language;
  if (!bundles.has(language)) await load(language);
  // Another was chosen meanwhile.
  if (wanted !== language) return;
  current.language = language;
  document.documentElement.lang = language;
}

/** Shows times in `zone` from now on; empty is the system's. */
export function setTimeZone(zone: string): void {
  current.timeZone = zone;
}

export const locale = {
  get language() {
    return current.language;
  },
  /** The tag for `Intl`. */
  get tag() {
    return localeOf(current.language);
  },
  /** The tag for dates and times. */
  get times() {
    return localeOfTimes(current.language);
  },
  /** A name of the IANA database, perhaps one that this computer does not know; empty for the system's. */
  get timeZone() {
    return current.timeZone;
  },
};

/** The message `id` in the language of the app. */
export function text<Id extends WordId>(id: Id, ...given: Words[Id] extends null ? [] : [Words[Id]]): string {
  const bundle = bundles.get(current.language);
  const pattern = bundle?.getMessage(id)?.value;
  return bundle === undefined || pattern === null || pattern === undefined ? id : bundle.formatPattern(pattern, given[0] ?? null);
}

/** What the language `tag` calls itself. */
export function languageName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  return startSentence(name, tag);
}

/** With a capital at its start. */
export function startSentence(sentence: string, tag: string = locale.tag): string {
  const first = String.fromCodePoint(sentence.codePointAt(0) ?? 32);
  return first.toLocaleUpperCase(tag) + sentence.slice(first.length);
}

/** `items` as a list in a sentence. */
export function listed(items: string[]): string {
  return new Intl.ListFormat(locale.tag, { type: 'conjunction' }).format(items);
}
