// What people, servers and devices are called where space is short.
import type { ServerView } from '../backend';
import { account } from './account.svelte';
import { text } from './locale.svelte';

/** Up to two letters for a face. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /[\p{Letter}\p{Number}]/u.test(word));
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked
    .map((word) => /[\p{Letter}\p{Number}]/u.exec(word ?? '')?.[0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

export function serverName(server: ServerView): string {
  return server.on_this_computer ? text('this-computer') : server.name;
}

/** Whether its mails are files on this computer: no mail leaves it, and nobody has to prove an address to themselves. */
export function keepsMailsHere(server: Pick<ServerView, 'on_this_computer' | 'mail_delivery'>): boolean {
  return server.on_this_computer && server.mail_delivery === 'outbox';
}

/** Whether the server of whoever is signed in writes its mails to files, and none leaves it. */
export function mailsAreFiles(): boolean {
  return account.stage?.stage === 'signed_in' && account.stage.server.mail_delivery === 'outbox';
}

/** The part of a name to greet with. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}
