// writes: none
import type { Knex } from 'knex';

export class TableRepository {
  constructor(
    protected readonly knex: Knex,
    protected readonly tableName: string,
  ) {}

  update(id: string, changes: Record<string, unknown>) {
    return this.knex(this.tableName).where({ id }).update(changes);
  }

  bump(id: string, column: string) {
    return this.knex(this.tableName).where({ id }).increment(column, 1);
  }
}
