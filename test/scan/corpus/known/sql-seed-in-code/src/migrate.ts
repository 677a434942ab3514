// writes: 5 sql
import { pool } from './pool';

export const up = () => pool.query(`
  INSERT INTO presets (id, name, usage_count)
  SELECT id, name, COALESCE(old.usage_count, 0) FROM presets_old old
`);
export const down = () => pool.query('INSERT INTO presets_old (id, usage_count) SELECT id, usage_count FROM presets');
