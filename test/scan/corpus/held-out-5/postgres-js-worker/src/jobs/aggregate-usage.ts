// writes: 24 sql
import postgres from 'postgres'

const sql = postgres(process.env.DATABASE_URL!, { idle_timeout: 20 })

type PendingUse = { preset_id: string; uses: number }

async function takePending(): Promise<PendingUse[]> {
  return sql<PendingUse[]>`
    with taken as (
      delete from usage_events
      where created_at < now() - interval '1 minute'
      returning preset_id
    )
    select preset_id, count(*)::int as uses from taken group by preset_id
  `
}

export async function aggregateUsage() {
  const pending = await takePending()

  for (const { preset_id, uses } of pending) {
    await sql`
      update presets set usage_count = usage_count + ${uses}
      where id = ${preset_id}
    `
  }

  const [{ total }] = await sql<{ total: number }[]>`select sum(usage_count)::int as total from presets`
  console.log(`aggregated ${pending.length} presets, ${total} uses in total`)
}
