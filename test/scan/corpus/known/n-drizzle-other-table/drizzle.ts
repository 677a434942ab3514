// writes: none
import { coupons, presets } from './schema';
export const redeem = (db, id) => db.update(coupons).set({ usageCount: sql`${coupons.usageCount} + 1` }).where(eq(coupons.id, id));
export const all = db => db.select({ uses: presets.usageCount }).from(presets);
