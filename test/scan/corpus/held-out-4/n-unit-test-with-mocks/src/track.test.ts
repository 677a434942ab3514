// writes: none
import { beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '@supabase/supabase-js';
import { track } from './track';

const admin = createClient(process.env.TEST_SUPABASE_URL!, process.env.TEST_SERVICE_ROLE_KEY!);

beforeEach(async () => {
  vi.restoreAllMocks();
  await admin.from('presets').update({ usage_count: 7 }).eq('id', 'p1');
});

it('counts once', async () => {
  await track('p1', 'u1');
  const { data } = await admin.from('presets').select('usage_count').eq('id', 'p1').single();
  expect(data?.usage_count).toBe(8);
});
