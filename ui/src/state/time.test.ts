import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answers } from '../testing/shell';
import { readSystemLocale, setLanguage, setTimeZone, systemLanguages } from './locale.svelte';
import { ago, countdown, day, dayOf, exactClock, isOld, moment, partOfDay, sentenceMoment, tick } from './time.svelte';

const at = (instant: string) => Date.parse(instant) * 1000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime('2026-11-21T11:30:00Z');
  tick();
});
afterEach(() => vi.useRealTimers());

describe('times', () => {
  it('stand in the time zone of the profile', () => {
    expect(moment(at('2026-11-21T11:03:00Z'))).toBe('today at 12:03 PM');
    setTimeZone('America/New_York');
    expect(moment(at('2026-11-21T11:03:00Z'))).toBe('today at 6:03 AM');
  });

  it('change their day with the zone, not with UTC', () => {
    expect(day(at('2026-11-20T23:30:00Z'))).toBe('today');
    setTimeZone('America/New_York');
    expect(day(at('2026-11-20T23:30:00Z'))).toBe('yesterday');
    expect(dayOf(at('2026-11-20T23:30:00Z')) + 1).toBe(dayOf(at('2026-11-21T11:30:00Z')));
  });

  it('are weekdays within a week, then dates, with the year when it is another', () => {
    expect(day(at('2026-11-17T09:30:00Z'))).toBe('Tuesday');
    expect(day(at('2026-11-02T09:30:00Z'))).toBe('November 2');
    expect(day(at('2025-11-02T09:30:00Z'))).toBe('November 2, 2025');
  });

  it('have the form of the country that the system names for them, in the words of the app', async () => {
    answers['system_locale'] = () => ({ languages: ['fr-FR', 'en-US'], times: 'de-DE' });
    await readSystemLocale();
    expect(systemLanguages()).toEqual(['fr-FR', 'en-US']);
    expect(moment(at('2026-11-21T11:03:00Z'))).toBe('today at 12:03');
    expect(day(at('2026-11-02T09:30:00Z'))).toBe('2 November');
    answers['system_locale'] = () => ({ languages: ['en-US'], times: 'en-US' });
    await readSystemLocale();
    expect(moment(at('2026-11-21T11:03:00Z'))).toBe('today at 12:03 PM');
  });

  it('are said in German too', () => {
    void setLanguage('de');
    expect(moment(at('2026-11-21T11:03:00Z'))).toBe('heute um 12:03');
    expect(sentenceMoment(at('2026-11-20T11:03:00Z'))).toBe('Gestern um 12:03');
    expect(exactClock(at('2026-11-21T11:03:05Z'))).toBe('12:03:05');
    expect(ago(at('2026-11-21T11:28:00Z'))).toBe('vor 2 Minuten');
  });

  it('survive a zone that this computer does not know', () => {
    setTimeZone('Mars/Olympus_Mons');
    expect(moment(at('2026-11-21T11:03:00Z'))).toContain('today at');
  });
});

describe('ages', () => {
  it('grow by themselves', () => {
    const then = at('2026-11-21T11:25:30Z');
    expect(ago(then)).toBe('4 minutes ago');
    expect(isOld(then)).toBe(false);
    vi.setSystemTime('2026-11-21T11:31:00Z');
    tick();
    expect(isOld(then)).toBe(true);
  });

  it('never lie in the future when two clocks differ', () => {
    expect(ago(at('2026-11-21T11:40:00Z'))).toBe('just now');
  });

  it('name the part of the day where the person lives', () => {
    expect(partOfDay()).toBe('day');
    setTimeZone('America/New_York');
    expect(partOfDay()).toBe('morning');
    setTimeZone('Asia/Tokyo');
    expect(partOfDay()).toBe('evening');
  });
});

it('counts down in minutes and seconds, and not below nothing', () => {
  expect([65_000, 59_001, 1, 0, -5].map(countdown)).toEqual(['1:05', '1:00', '0:01', '0:00', '0:00']);
});
