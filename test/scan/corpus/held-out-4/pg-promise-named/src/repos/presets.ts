// writes: 15 sql
import pgPromise, { type IDatabase } from 'pg-promise';

const pgp = pgPromise({ capSQL: true });
export const db = pgp(process.env.DATABASE_URL!);

export class PresetsRepo {
  constructor(private readonly db: IDatabase<unknown>) {}

  add(name: string) {
    return this.db.one('INSERT INTO presets (name) VALUES ($<name>) RETURNING id, name, usage_count', { name });
  }

  used(id: number, by = 1) {
    return this.db.none('UPDATE presets SET usage_count = usage_count + $<by>, last_used_at = NOW() WHERE id = $<id>', { id, by });
  }

  usedBetween(from: Date, to: Date) {
    return this.db.any('SELECT preset_id, count(*) FROM preset_usage WHERE used_at BETWEEN $<from> AND $<to> GROUP BY 1', { from, to });
  }
}
