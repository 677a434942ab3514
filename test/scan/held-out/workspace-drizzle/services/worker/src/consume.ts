// writes: 7 query-builder
import { db } from '@acme/db';
import { presetTable } from '@acme/db/schema';
import { eq, sql } from 'drizzle-orm';

export async function onRendered(message: { presetId: string }) {
  await db.update(presetTable).set({ uses: sql`${presetTable.uses} + 1` }).where(eq(presetTable.id, message.presetId));
}
