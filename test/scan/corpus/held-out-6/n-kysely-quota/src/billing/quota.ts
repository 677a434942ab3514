// writes: none
import type { Kysely } from 'kysely';
import type { Database } from '../database';

export class QuotaExceeded extends Error {}

export async function consumePresetQuota(db: Kysely<Database>, workspaceId: string, limit: number) {
  const updated = await db
    .updateTable('workspace_quotas')
    .set(eb => ({ preset_usage_count: eb('preset_usage_count', '+', 1) }))
    .where('workspace_id', '=', workspaceId)
    .where('preset_usage_count', '<', limit)
    .returning('preset_usage_count')
    .executeTakeFirst();

  if (!updated) throw new QuotaExceeded(workspaceId);
  return limit - updated.preset_usage_count;
}

export async function startPeriod(db: Kysely<Database>, workspaceId: string) {
  await db
    .updateTable('workspace_quotas')
    .set({ preset_usage_count: 0, period_started_at: new Date() })
    .where('workspace_id', '=', workspaceId)
    .execute();
}
