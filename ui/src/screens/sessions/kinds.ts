import { Globe, Laptop, Monitor, Smartphone, SquareTerminal, Tablet, type IconNode } from 'lucide';
import type { DeviceKind } from '../../backend';

/** A device's kind, drawn. */
export const kinds: Record<DeviceKind, IconNode> = {
  laptop: Laptop,
  desktop: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  browser: Globe,
  other: SquareTerminal,
};
