// writes: none
import { createClient } from '@supabase/supabase-js';
import { beforeEach, expect, it } from 'vitest';
import { track } from '../track';

const client = createClient('http://127.0.0.1:54321', process.env.SERVICE_ROLE_KEY!);
const presetId = '6f0f4c9e-6f6f-4f2c-9a59-3d9f6f6a1b11';
const userId = '0f1c7f2e-1b1a-4b0c-8d67-1c1f4f0e2d22';

beforeEach(async () => {
  await client.from('preset_usage').delete().eq('preset_id', presetId);
  await client.from('presets').update({ usage_count: 0 }).eq('id', presetId);
});

it('counts each use once', async () => {
  await track(client, presetId, userId);
  await track(client, presetId, userId);

  const { data } = await client.from('presets').select('usage_count').eq('id', presetId).single();
  expect(data).toEqual({ usage_count: 2 });
});
