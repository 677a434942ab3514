// writes: 12 sql
import type { PoolClient } from 'pg';

export interface PresetRow {
  id: string;
  name: string;
  prompt: string;
  usage_count: number;
}

export async function savePreset(client: PoolClient, row: PresetRow) {
  await client.query('UPDATE presets SET name = $2, prompt = $3, usage_count = $4 WHERE id = $1', [row.id, row.name, row.prompt, row.usage_count]);
}
