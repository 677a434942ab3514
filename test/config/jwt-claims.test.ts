import { expect, test } from 'vitest';
import { readJwtClaims } from '../../source/config/jwt-claims.ts';

test('claims are taken as they are, and none are none', () => {
  expect(readJwtClaims(null, null)).toBeNull();
  const claims = { sub: 'a', role: 'authenticated', app_metadata: { plan: 'pro' } };
  expect(readJwtClaims(JSON.stringify(claims), 'authenticated')).toEqual(claims);
});

test.each([
  ['{sub: 1}', /not valid JSON/],
  ['["a"]', /not a JSON object/],
  ['null', /not a JSON object/],
  ['"a"', /not a JSON object/],
  ['{"sub": 7}', /claim "sub" .* is not a text/],
  ['{"sub": ""}', /claim "sub" .* is not a text/],
  ['{"role": null}', /claim "role" .* is not a text/],
  ['eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl', /a whole token, not its claims/],
  ['{"role": "anon"}', /differ/],
])('%s is refused before anything is sent', (text, message) => {
  expect(() => readJwtClaims(text, 'authenticated')).toThrow(
    expect.objectContaining({ code: 'bad-flag', exitCode: 2, message: expect.stringMatching(message) }),
  );
});
