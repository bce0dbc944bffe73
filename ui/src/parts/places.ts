// Where a person can go: the sidebar and the go-anywhere dialog show the same places.
import { Clock, House, Laptop, Mail, SlidersHorizontal, User, type IconNode } from 'lucide';
import type { WordId } from '../state/locale.svelte';
import type { Screen } from '../state/navigation.svelte';

type Label<Id extends WordId> = Id;

export type PlaceLabel = Label<
  'overview-title' | 'profile-title' | 'contacts-title' | 'preferences-title' | 'devices-title' | 'activity-title'
>;
export type GroupLabel = Label<'group-you' | 'group-security' | 'group-history'>;

export interface Place {
  screen: Screen;
  label: PlaceLabel;
  icon: IconNode;
}

export const groups: { label?: GroupLabel; screens: Place[] }[] = [
  { screens: [{ screen: 'overview', label: 'overview-title', icon: House }] },
  {
    label: 'group-you',
    screens: [
      { screen: 'profile', label: 'profile-title', icon: User },
      { screen: 'contacts', label: 'contacts-title', icon: Mail },
      { screen: 'preferences', label: 'preferences-title', icon: SlidersHorizontal },
    ],
  },
  { label: 'group-security', screens: [{ screen: 'sessions', label: 'devices-title', icon: Laptop }] },
  { label: 'group-history', screens: [{ screen: 'activity', label: 'activity-title', icon: Clock }] },
];
