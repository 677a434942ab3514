// writes: 5 supabase-update
class Base { constructor(protected db: any, protected table: string) {}
 update(id: string, p: object) { return this.db.from(this.table).update(p).eq('id', id) } }
export class Presets extends Base { constructor(db: any) { super(db, 'presets') }
 used(p: any) { return this.update(p.id, { usage_count: p.usage_count + 1 }) } }
