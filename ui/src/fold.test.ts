import { expect, test } from 'vitest';
import { fold } from './fold';

test.each([
  ['Mu\u0308ller', 'müller'],
  ['Zoë', ' zoe '],
  ['STRAẞE', 'strasse'],
  ['İzmir', 'izmir'],
  ['ılıca', 'ILICA'],
])('%s is %s to whoever searches', (one, other) => {
  expect(fold(one)).toBe(fold(other));
});
