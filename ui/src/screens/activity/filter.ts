import type { ActivityFilter, ActivityGroup, ActivityKind } from '../../backend';

/** Everything. */
export const nothingFiltered: ActivityFilter = { groups: [], device_name: null, text: '', kinds: [], from: null, until: null };

/** What can be asked for, in the order to show. */
export const groups = ['sign_ins', 'devices', 'security', 'profile', 'contacts', 'mail', 'administration'] as const satisfies readonly ActivityGroup[];

/** How far back, in days. */
export const periods = [1, 7, 30, 90] as const;

const DAY = 86_400_000_000;

/** What the controls of the filter hold, as text. */
export interface Chosen {
  text: string;
  group: string;
  device: string;
  /** A number of days; empty for all time. */
  days: string;
}

/** The filter for what was chosen; `now` in microseconds, `kinds` those whose words have the text. */
export function filterOf({ text, group, device, days }: Chosen, now: number, kinds: ActivityKind[]): ActivityFilter {
  return {
    groups: groups.filter((each) => each === group),
    device_name: device === '' ? null : device,
    text: text.trim(),
    kinds,
    from: days === '' ? null : now - Number(days) * DAY,
    until: null,
  };
}

/** Whether something is left out. */
export function isFiltered(filter: ActivityFilter): boolean {
  return filter.groups.length > 0 || filter.device_name !== null || filter.text !== '' || filter.from !== null || filter.until !== null;
}
