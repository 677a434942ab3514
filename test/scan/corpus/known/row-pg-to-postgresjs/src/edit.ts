// writes: 8 sql
import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL ?? '');

export async function edit(id: string, name: string) {
  const [preset] = await sql`select * from presets where id = ${id}`;
  const next = { ...preset, name };
  await sql`update presets set ${sql(next)} where id = ${id}`;
}
