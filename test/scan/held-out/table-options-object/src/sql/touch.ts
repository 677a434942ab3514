// writes: 12 sql
import postgres from 'postgres';

const client = postgres(process.env.DATABASE_URL!);

interface Target {
  table: string;
  id: string;
}

export function touch({ table, id }: Target) {
  return client.unsafe(`UPDATE public.${table} SET usage_count = usage_count + 1, last_used_at = now() WHERE id = $1`, [id]);
}
