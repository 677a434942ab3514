// writes: 22 sql
import { neon } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis';
import { NextResponse, type NextRequest } from 'next/server';

export const runtime = 'edge';

const redis = Redis.fromEnv();
const sql = neon(process.env.DATABASE_URL!);

export async function GET(request: NextRequest) {
  if (request.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) {
    return NextResponse.json({ error: 'unauthorized' }, { status: 401 });
  }

  const buffered = await redis.hgetall<Record<string, number>>('preset:uses');
  if (!buffered) return NextResponse.json({ flushed: 0 });

  const ids = Object.keys(buffered);
  const uses = ids.map(id => Number(buffered[id]));
  await sql`
    UPDATE presets AS p
    SET usage_count = p.usage_count + v.uses
    FROM unnest(${ids}::uuid[], ${uses}::int[]) AS v(id, uses)
    WHERE p.id = v.id
  `;
  await redis.del('preset:uses');
  return NextResponse.json({ flushed: ids.length });
}
