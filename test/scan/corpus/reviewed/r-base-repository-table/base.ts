// writes: none
export abstract class BaseRepository<T extends { id: string }> {
  protected abstract table: string
  constructor(protected readonly supabase: any) {}
  async update(id: string, patch: Partial<T>) {
    return this.supabase.from(this.table).update(patch).eq('id', id)
  }
}
