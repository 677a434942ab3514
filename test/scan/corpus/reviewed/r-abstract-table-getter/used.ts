// writes: 8 supabase-update
abstract class Base { protected abstract table: string; constructor(protected db: any) {}
 update(id: string, p: object) { return this.db.from(this.table).update(p).eq('id', id) } }
export class Coupons extends Base { protected table = 'coupons';
 used(p: any) { return this.update(p.id, { usage_count: p.usage_count + 1 }) } }
export class Presets extends Base { protected get table() { return 'presets' } }
const r = new Presets(db);
export const f = (p) => r.update(p.id, { usage_count: p.usage_count + 1 });
export const g = (p) => new Coupons(db).update(p.id, { usage_count: p.usage_count + 1 })
