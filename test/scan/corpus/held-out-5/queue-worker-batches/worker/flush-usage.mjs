// writes: 30 supabase-update
import { createClient } from '@supabase/supabase-js'
import Redis from 'ioredis'

const redis = new Redis(process.env.REDIS_URL)
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY)

const KEY = 'preset:pending-uses'

async function drain() {
  const pending = await redis.hgetall(KEY)
  await redis.del(KEY)
  return new Map(Object.entries(pending).map(([id, n]) => [id, Number(n)]))
}

async function flush() {
  const counts = await drain()
  if (counts.size === 0) return

  const { data: rows, error } = await supabase
    .from('presets')
    .select('id, usage_count')
    .in('id', [...counts.keys()])
  if (error) throw error

  for (const row of rows) {
    const uses = counts.get(row.id) ?? 0
    const { error: failed } = await supabase
      .from('presets')
      .update({ usage_count: row.usage_count + uses })
      .eq('id', row.id)
    if (failed) {
      console.error(`preset ${row.id}: ${failed.message}`)
      await redis.hincrby(KEY, row.id, uses)
    }
  }
  console.log(`flushed ${rows.length} presets`)
}

setInterval(() => flush().catch(console.error), 30_000)
