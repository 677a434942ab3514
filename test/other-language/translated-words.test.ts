import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunningProxy } from '../helpers/proxy.ts';
import { inOtherWords, startTranslatingProxy } from '../helpers/translating-proxy.ts';
import { everySituation } from './situations.ts';

describe('through a proxy that translates what the server says', () => {
  let proxy: RunningProxy;
  beforeAll(async () => {
    proxy = await startTranslatingProxy(inject('serverUrl'));
  });
  afterAll(() => proxy.close());
  everySituation(
    () => inject('serverUrl'),
    url => {
      const other = new URL(url);
      other.host = new URL(proxy.url).host;
      return other.href;
    },
  );
});

test('what it translates keeps names, numbers and places', () => {
  expect(inOtherWords('canceling statement due to user request')).not.toMatch(/user|request|statement/);
  expect(inOtherWords('PL/pgSQL function public.refuse(uuid) line 12 at SQL statement')).toBe(
    'PL/pgSQL fünoitcnu public.refuse(uuid) lüeni 12 aüt SüLQ sütnemetat',
  );
  expect(inOtherWords('relation "presets" does not exist')).toContain('»presets«');
});
