// writes: none
import type { Kysely } from 'kysely';
import type { DB } from '../types';

export abstract class BaseRepository<T extends keyof DB> {
  constructor(
    protected readonly db: Kysely<DB>,
    protected readonly table: T,
  ) {}

  find(id: string) {
    return this.db.selectFrom(this.table as any).selectAll().where('id', '=', id).executeTakeFirst();
  }

  protected patch(id: string, values: Record<string, unknown>) {
    return this.db.updateTable(this.table as any).set(values).where('id', '=', id).execute();
  }

  remove(id: string) {
    return this.db.deleteFrom(this.table as any).where('id', '=', id).execute();
  }
}
