// Where a person can go: the sidebar and the go-anywhere dialog show the same places.
import { AtSign, Clock, House, KeyRound, Laptop, Mail, ShieldCheck, SlidersHorizontal, User, Users, type IconNode } from 'lucide';
import type { WordId } from '../state/locale.svelte';
import type { Screen } from '../state/navigation.svelte';

type Label<Id extends WordId> = Id;

export type PlaceLabel = Label<
  | 'overview-title'
  | 'profile-title'
  | 'contacts-title'
  | 'preferences-title'
  | 'password-title'
  | 'two-step-title'
  | 'devices-title'
  | 'activity-title'
  | 'mail-title'
  | 'users-title'
>;
export type GroupLabel = Label<'group-you' | 'group-security' | 'group-history' | 'group-administration'>;

export interface Place {
  screen: Screen;
  label: PlaceLabel;
  icon: IconNode;
}

interface Group {
  label?: GroupLabel;
  screens: Place[];
}

const everybody: Group[] = [
  { screens: [{ screen: 'overview', label: 'overview-title', icon: House }] },
  {
    label: 'group-you',
    screens: [
      { screen: 'profile', label: 'profile-title', icon: User },
      { screen: 'contacts', label: 'contacts-title', icon: AtSign },
      { screen: 'preferences', label: 'preferences-title', icon: SlidersHorizontal },
    ],
  },
  {
    label: 'group-security',
    screens: [
      { screen: 'password', label: 'password-title', icon: KeyRound },
      { screen: 'second_factor', label: 'two-step-title', icon: ShieldCheck },
      { screen: 'sessions', label: 'devices-title', icon: Laptop },
    ],
  },
  {
    label: 'group-history',
    screens: [
      { screen: 'activity', label: 'activity-title', icon: Clock },
      { screen: 'mail', label: 'mail-title', icon: Mail },
    ],
  },
];

const administration: Group = { label: 'group-administration', screens: [{ screen: 'users', label: 'users-title', icon: Users }] };

/** Where somebody can go; more for an administrator of the server. */
export function groupsFor(administrator: boolean): Group[] {
  return administrator ? [...everybody, administration] : everybody;
}
