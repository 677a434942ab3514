// writes: none
import { desc, eq } from 'drizzle-orm';
import { db } from './db';
import { presets } from './schema';

export async function copyMostUsed(ownerName: string) {
  const [top] = await db.select({ name: presets.name, uses: presets.usageCount }).from(presets).orderBy(desc(presets.usageCount)).limit(1);
  if (!top) return;
  await db.insert(presets).values({ name: `${top.name}, as used ${top.uses} times by ${ownerName}` });
}
