// Instants as people read them: in the app's language and the profile's time zone. All take microseconds UTC.
import { locale, startSentence, text } from './locale.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const current = $state({ now: Date.now() });
setInterval(() => (current.now = Date.now()), 15_000);

/** Milliseconds; renewed every 15 seconds, so that what is shown by it grows old by itself. */
export function now(): number {
  return current.now;
}

/** Reads the clock again, for a view that has just come. */
export function tick(): void {
  current.now = Date.now();
}

// A formatter takes longer to make than to use.
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(milliseconds: number, options: Intl.DateTimeFormatOptions, tag: string = locale.times): string {
  const key = `${tag} ${locale.timeZone} ${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = formatterOf(tag, options);
    formatters.set(key, formatter);
  }
  return formatter.format(milliseconds);
}

/** In the system's time zone when this computer does not know the wanted one. */
function formatterOf(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  if (locale.timeZone !== '') {
    try {
      return new Intl.DateTimeFormat(tag, { ...options, timeZone: locale.timeZone });
    } catch {
      // Its name is newer than this computer's list.
    }
  }
  return new Intl.DateTimeFormat(tag, options);
}

/** The calendar day in the shown time zone, as a number that grows by one a day. */
function dayNumber(milliseconds: number): number {
  const [month, day, year] = format(milliseconds, { day: 'numeric', month: 'numeric', year: 'numeric' }, 'en-US').split('/');
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / DAY;
}

/** The calendar day as a key to group by. */
export function dayOf(at: number): number {
  return dayNumber(at / 1000);
}

/** 12:03 */
export function clock(at: number): string {
  return format(at / 1000, { hour: 'numeric', minute: '2-digit' });
}

/** 12:03:05, for what is proven to the second */
export function exactClock(at: number): string {
  return format(at / 1000, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
}

/** today, yesterday, Tuesday, 2 November, 2 November 2025 */
export function day(at: number): string {
  const milliseconds = at / 1000;
  const ago = dayNumber(now()) - dayNumber(milliseconds);
  if (ago === 0) return text('day-today');
  if (ago === 1) return text('day-yesterday');
  if (ago > 1 && ago < 7) return format(milliseconds, { weekday: 'long' });
  return date(at);
}

/** 2 November, or 2 November 2025 when that is another year */
export function date(at: number): string {
  const sameYear = format(at / 1000, { year: 'numeric' }) === format(now(), { year: 'numeric' });
  return format(at / 1000, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** 2 Nov, where space is short */
export function shortDate(at: number): string {
  return format(at / 1000, { day: 'numeric', month: 'short' });
}

/** today at 12:03 */
export function moment(at: number): string {
  return text('moment', { day: day(at), time: clock(at) });
}

/** today at 12:03:05 */
export function exactMoment(at: number): string {
  return text('moment', { day: day(at), time: exactClock(at) });
}

/** Saturday, 21 November 2026, 12:03:05 Central European Time: for a receipt */
export function fullMoment(at: number): string {
  return format(at / 1000, { dateStyle: 'full', timeStyle: 'long' });
}

/** just now, 5 minutes ago, 3 hours ago, yesterday */
export function ago(at: number): string {
  const past = Math.max(0, now() - at / 1000);
  const relative = new Intl.RelativeTimeFormat(locale.tag, { numeric: 'auto' });
  if (past < MINUTE) return text('just-now');
  if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return relative.format(-Math.floor(past / HOUR), 'hour');
  return relative.format(-Math.floor(past / DAY), 'day');
}

/** Today at 12:03 */
export function sentenceMoment(at: number): string {
  return startSentence(moment(at));
}

/** Whether what was current at `at` has become old enough to say so: five minutes. */
export function isOld(at: number): boolean {
  return now() - at / 1000 > 5 * MINUTE;
}

/** Milliseconds as 1:05, for a wait that is counted down. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** morning, day or evening, by the clock of the shown time zone */
export function partOfDay(): 'morning' | 'day' | 'evening' {
  const hour = Number(format(now(), { hour: 'numeric', hourCycle: 'h23' }, 'en-US'));
  if (hour >= 4 && hour < 12) return 'morning';
  return hour >= 12 && hour < 18 ? 'day' : 'evening';
}
