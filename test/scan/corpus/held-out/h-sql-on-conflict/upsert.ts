// writes: 7 sql
import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL!);
export const save = (p: Preset) => sql`
  INSERT INTO presets (id, name, usage_count)
  VALUES (${p.id}, ${p.name}, 1)
  ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1
`;
