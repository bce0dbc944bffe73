// Where a person can go: the sidebar and the go-anywhere dialog show the same places.
import { Building2, Clock, Fingerprint, House, KeyRound, Laptop, LockKeyhole, Mail, Settings, User, Users, type IconNode } from 'lucide';
import type { WordId } from '../state/locale.svelte';
import type { House as Of, Screen } from '../state/navigation.svelte';

type Label<Id extends WordId> = Id;

export type PlaceLabel = Label<
  | 'overview-title'
  | 'profile-title'
  | 'preferences-title'
  | 'ways-in-title'
  | 'password-title'
  | 'passkeys-title'
  | 'devices-title'
  | 'activity-title'
  | 'mail-title'
  | 'users-title'
  | 'administration-title'
>;
export type GroupLabel = Label<'group-you' | 'group-security' | 'group-history' | 'group-directory'>;

export interface Place {
  screen: Screen;
  label: PlaceLabel;
  icon: IconNode;
  /** Screens that are opened from it: it stays marked while one of them is shown. */
  beneath?: Place[];
}

interface Group {
  label?: GroupLabel;
  places: Place[];
}

/** In the order of the sidebar. */
export const groups: Record<Of, Group[]> = {
  account: [
    { places: [{ screen: 'overview', label: 'overview-title', icon: House }] },
    { label: 'group-you', places: [{ screen: 'profile', label: 'profile-title', icon: User }] },
    {
      label: 'group-security',
      places: [
        {
          screen: 'sign_in',
          label: 'ways-in-title',
          icon: KeyRound,
          beneath: [
            { screen: 'password', label: 'password-title', icon: LockKeyhole },
            { screen: 'passkeys', label: 'passkeys-title', icon: Fingerprint },
          ],
        },
        { screen: 'sessions', label: 'devices-title', icon: Laptop },
      ],
    },
    {
      label: 'group-history',
      places: [
        { screen: 'activity', label: 'activity-title', icon: Clock },
        { screen: 'mail', label: 'mail-title', icon: Mail },
      ],
    },
  ],
  administration: [{ label: 'group-directory', places: [{ screen: 'users', label: 'users-title', icon: Users }] }],
};

/** At the foot of the sidebar: the settings always, the way into administration for whoever may enter it. */
export const settings: Place = { screen: 'preferences', label: 'preferences-title', icon: Settings };
export const entrance: Place = { screen: 'users', label: 'administration-title', icon: Building2 };

/** Every place; more for an administrator of the server. */
export function placesFor(administrator: boolean): Place[] {
  const houses = administrator ? [...groups.account, ...groups.administration] : groups.account;
  return [...houses.flatMap(({ places }) => places.flatMap((place) => [place, ...(place.beneath ?? [])])), settings];
}
