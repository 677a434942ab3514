// writes: 5 sql
import { sql } from './sql';

export const countUse = (id: string, by = 1) =>
  sql`update presets set usage_count = usage_count + ${by}, last_used_at = now() where id = ${id}`;
