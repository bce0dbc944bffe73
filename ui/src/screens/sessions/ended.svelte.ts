import type { EndingView } from '../../backend';
import { text } from '../../state/locale.svelte';
import { exactMoment } from '../../state/time.svelte';

/** How and when a session ended, and by whom. */
export function endedHow(ending: EndingView): string {
  const at = exactMoment(ending.asked_at);
  if (ending.reason === 'expired') return text('device-expired', { at });
  if (ending.reason === 'signed_out') return text('device-signed-out', { at });
  if (ending.reason !== 'ended_by_device') return text(`device-ended-${ending.reason}`, { at });
  if (ending.by_this_device) return text('device-ended-here', { at });
  if (ending.by_device_name === null) return text('device-ended', { at });
  return text('device-ended-by', { device: ending.by_device_name, at });
}
