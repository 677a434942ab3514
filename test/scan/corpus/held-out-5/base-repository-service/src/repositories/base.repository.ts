// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export abstract class BaseRepository<Row extends { id: string }> {
  protected constructor(
    protected readonly client: SupabaseClient,
    protected readonly table: string,
  ) {}

  async findById(id: string): Promise<Row | null> {
    const { data, error } = await this.client.from(this.table).select('*').eq('id', id).maybeSingle();
    if (error) throw error;
    return data as Row | null;
  }

  async update(id: string, patch: Partial<Row>): Promise<void> {
    const { error } = await this.client.from(this.table).update(patch as never).eq('id', id);
    if (error) throw error;
  }
}
