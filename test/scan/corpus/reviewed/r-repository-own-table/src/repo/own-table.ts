// writes: 6 supabase-update
export class Presets {
  private readonly table = 'presets'
  constructor(private db: any) {}
  use(id: string, n: number) {
    return this.db.from(this.table).update({ usage_count: n + 1 }).eq('id', id)
  }
}
