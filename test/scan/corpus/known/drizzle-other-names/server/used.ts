// writes: 3 query-builder
import { looks } from '../db/schema';
export const used = (tx, id: number) => tx.update(looks).set({ timesUsed: sql`${looks.timesUsed} + 1` }).where(eq(looks.id, id));
