import { describe, expect, test } from 'vitest';
import { ConsoleError, exitCodes } from '../../source/errors/errors.ts';
import { withoutPasswords } from '../../source/errors/redact.ts';
import { cpuSeconds } from '../helpers/cpu-seconds.ts';

describe('a password in a text', () => {
  test.each([
    ['postgres://me:s3cret@host:5432/app', 'postgres://me:***@host:5432/app'],
    [
      'There is no schema "postgresql://me:s3cret@host/app".',
      'There is no schema "postgresql://me:***@host/app".',
    ],
    ['"postgres://me:s3cret word@host/app" is too many', '"postgres://me:***@host/app" is too many'],
    ['"postgres://me:s3cret"quote@host/app" is too many', '"postgres://me:***@host/app" is too many'],
    ['"postgres://me:s3c@ret@host/app"', '"postgres://me:***@host/app"'],
    ['postgres://me:s3cret/with#all?of@it@host/app', 'postgres://me:***@host/app'],
    ['postgres://me:s3cret%40x@h1:1,h2:2/app', 'postgres://me:***@h1:1,h2:2/app'],
    ['postgres://:s3cret@host', 'postgres://:***@host'],
    ['postgres://me:12345@host/app', 'postgres://me:***@host/app'],
    [
      'The log /work/postgres:/me:s3cret@host/app cannot be read.',
      'The log /work/postgres:/me:***@host/app cannot be read.',
    ],
    ['postgres%3A%2F%2Fme%3As3cret%40host%2Fapp', 'postgres%3A%2F%2Fme%3A***%40host%2Fapp'],
    ['postgres%253A%252F%252Fme%253As3cret%2540host', 'postgres%253A%252F%252Fme%253A***%2540host'],
    [
      'jdbc:postgresql://host/app?user=me&password=s3cret&ssl=true',
      'jdbc:postgresql://host/app?user=me&password=***',
    ],
    ['postgres://me:s3cre', 'postgres://me:***'],
    ['"postgres://me:s3cre…"', '"postgres://me:***"'],
    ['//me:s3cret@host/app', '//me:***@host/app'],
    ['"me:s3cret@host/app"', '"me:***@host/app"'],
    ['host=h password=s3cret', 'host=h password=***'],
    ['host=h password=s3cret sslpassword=s3cret dbname=a', 'host=h password=*** sslpassword=*** dbname=a'],
    ["\"host=h password = 's3c ret\\'s' dbname=a\".", '"host=h password = *** dbname=a".'],
    ["password='s3cret without an end", 'password=***'],
    ['password=s3c\\ ret dbname=a', 'password=*** dbname=a'],
    ['There is no service "password=s3cret".', 'There is no service "password=***".'],
    ['PGPASSWORD=s3cret psql', 'PGPASSWORD=*** psql'],
    ['password%3Ds3cret', 'password%3D***'],
    ['https://me:s3cret@example.com/x', 'https://me:***@example.com/x'],
    ['postgres://a:s3cret@h/x and postgres://b:s3cret@h/y', 'postgres://a:***@h/x and postgres://b:***@h/y'],
  ])('%j is told as %j', (text, told) => {
    expect(withoutPasswords(text)).toBe(told);
    expect(withoutPasswords(told)).toBe(told);
  });

  test.each([
    'Nothing accepts connections at host:5432.',
    'postgres://host:5432/app',
    'It looks like postgres://me@host:5432/app; percent-encode @ : / # ? in a password.',
    'Check user and password (from DATABASE_URL); characters such as @ : / # in a URL have to be percent-encoded.',
    'No host named host could be found.',
    'See http://localhost:3000.',
    '[::1]:5432 did not answer in time.',
    'Give --report a file: evidence.md',
    'ERROR: duplicate key value (id)=(12:30:00) at 2026-01-01 12:30:00+00',
  ])('%j has none', text => expect(withoutPasswords(text)).toBe(text));

  test('never gets into an error, whichever part it is in', () => {
    const text = 'no file "postgres://me:s3cret@host/app"';
    const error = new ConsoleError({ code: 'x', message: text, hint: text, exitCode: exitCodes.usage });
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('s3cret');
  });

  test('costs no time in a text that is made to', async () => {
    const spent = await cpuSeconds(() => {
      for (const piece of [
        'a:',
        'postgres://',
        'x:y@',
        'password=',
        "password='",
        '%3A%2F',
        '":',
        'a://b:',
      ]) {
        withoutPasswords(piece.repeat(4_000 / piece.length));
      }
    });
    expect(spent).toBeLessThan(2);
  });
});
