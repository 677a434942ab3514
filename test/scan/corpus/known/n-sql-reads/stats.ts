// writes: none
import { pool } from './pool';
export const top = () =>
  pool.query(`SELECT p.id, p.usage_count, count(u.id) AS records FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id ORDER BY p.usage_count DESC`);
