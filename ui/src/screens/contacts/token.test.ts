import { expect, it } from 'vitest';
import { tokenOf } from './token';

it.each([
  ['http://127.0.0.1:4711/confirm-email/AbC-_9', 'AbC-_9'],
  ['latchkey://confirm-email/AbC-_9', 'AbC-_9'],
  ['  AbC-_9\n', 'AbC-_9'],
  ['https://accounts.example.org/confirm-email/AbC-_9?from=mail#top', 'AbC-_9'],
])('takes the token out of %j', (pasted, token) => {
  expect(tokenOf(pasted)).toBe(token);
});
