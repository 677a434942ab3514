// writes: 7 sql
import { pool } from './pool';

export abstract class CountedRepository {
  constructor(protected readonly table: string) {}
  increment(id: string) {
    return pool.query('UPDATE ' + this.table + ' SET usage_count = usage_count + 1 WHERE id = $1', [id]);
  }
}
