// What guards an account, in words and pictures.
import { Fingerprint, KeyRound, Mail, ShieldCheck, type IconNode } from 'lucide';
import type { GuardView } from '../backend';
import { text } from '../state/locale.svelte';

export function guardName({ guard, label }: GuardView): string {
  if (guard.kind === 'email') return label ?? '';
  if (guard.kind === 'passkey') return text('guard-passkey', { name: label ?? '' });
  return text(guard.kind === 'second_factor' ? 'two-step-title' : 'recovery-codes');
}

export const guardIcons: Record<GuardView['guard']['kind'], IconNode> = {
  email: Mail,
  passkey: Fingerprint,
  second_factor: ShieldCheck,
  recovery_codes: KeyRound,
};
