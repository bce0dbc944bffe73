// The time zones to choose from.
import { locale } from '../../state/locale.svelte';

/** All that this computer knows, with `kept`, whatever they are. */
export function timeZones(...kept: (string | undefined)[]): string[] {
  const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
  for (const zone of kept) if (zone !== undefined && zone !== '') zones.add(zone);
  return [...zones].sort();
}

/** Europe/Warsaw, or Europe/Warsaw (GMT+1): the offset takes time to find out, too much for 400 of them. */
export function zoneName(zone: string, withOffset: boolean): string {
  const name = zone.replaceAll('_', ' ');
  return withOffset ? `${name}${offset(zone)}` : name;
}

function offset(zone: string): string {
  try {
    const parts = new Intl.DateTimeFormat(locale.tag, { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts();
    return ` (${parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'})`;
  } catch {
    // The server's side knows a zone that this computer does not.
    return '';
  }
}
