// writes: none
import type { Knex } from 'knex';

export abstract class BaseRepository<Row extends { id: number }> {
  protected constructor(
    protected readonly knex: Knex,
    protected readonly tableName: string,
  ) {}

  findById(id: number): Promise<Row | undefined> {
    return this.knex(this.tableName).where({ id }).first();
  }

  async patch(id: number, values: Partial<Row>): Promise<void> {
    await this.knex(this.tableName).where({ id }).update(values);
  }
}
