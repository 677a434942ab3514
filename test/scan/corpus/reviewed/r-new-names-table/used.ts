// writes: 5 supabase-update
class Base { constructor(protected db: any, protected table: string) {}
 update(id: string, p: object) { return this.db.from(this.table).update(p).eq('id', id) } }
const presets = new Base(db, 'presets');
export const used = (p: any) => presets.update(p.id, { usage_count: p.usage_count + 1 })
const coupons = new Base(db, 'coupons');
export const used2 = (p: any) => coupons.update(p.id, { usage_count: p.usage_count + 1 })
