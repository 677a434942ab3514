// writes: 9 sql
import pg from 'pg';

export const pool = new pg.Pool();

export const TABLE_PRESETS = 'presets';

export async function bumpUsage(presetId: string, by = 1): Promise<void> {
  await pool.query('UPDATE public.presets SET usage_count = COALESCE(usage_count, 0) + $2 WHERE id = $1', [presetId, by]);
}

export async function usageOf(presetId: string): Promise<number> {
  const { rows } = await pool.query('SELECT usage_count FROM public.presets WHERE id = $1', [presetId]);
  return rows[0]?.usage_count ?? 0;
}
