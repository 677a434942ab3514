// writes: 12 sql
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL, { max: 8, idle_timeout: 20 });

export async function recordUsage({ presetId, userId, context }) {
  return sql.begin(async (tx) => {
    const [row] = await tx`
      insert into preset_usage ${tx({ preset_id: presetId, user_id: userId, context })}
      returning id, used_at
    `;
    await tx`update presets set usage_count = usage_count + 1, last_used_at = ${row.used_at} where id = ${presetId}`;
    return row;
  });
}

export async function mostUsed(limit = 10) {
  return sql`select id, name, usage_count from presets order by usage_count desc nulls last limit ${limit}`;
}

export const close = () => sql.end({ timeout: 5 });
