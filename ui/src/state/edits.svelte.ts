// Edits that are kept here first, and sent when they can be.
import type { Words } from '../words.generated';
import { account } from './account.svelte';
import { say } from './announcement.svelte';
import { text, type WordId } from './locale.svelte';
import { cutOff } from './pill.svelte';

/** Says that an edit was taken; and where the server can't be reached, that it waits. */
export function announceEdit<Id extends WordId>(id: Id, ...given: Words[Id] extends null ? [] : [Words[Id]]): void {
  say(() => {
    const done = text(id, ...given);
    return account.sync && cutOff(account.sync) ? `${done} ${text('edit-waits')}` : done;
  });
}
