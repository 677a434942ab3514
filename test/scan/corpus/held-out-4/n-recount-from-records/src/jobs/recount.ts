// writes: none
import { schedule } from 'node-cron';
import { pool } from '../db';

const RECOUNT = `
  UPDATE presets
     SET usage_count = (SELECT count(*) FROM preset_usage WHERE preset_usage.preset_id = presets.id)
   WHERE usage_count IS DISTINCT FROM (SELECT count(*) FROM preset_usage WHERE preset_usage.preset_id = presets.id)
`;

export function startRecount() {
  return schedule('15 4 * * *', async () => {
    const started = performance.now();
    const { rowCount } = await pool.query(RECOUNT);
    console.info(`recounted ${rowCount} presets in ${Math.round(performance.now() - started)} ms`);
  });
}
