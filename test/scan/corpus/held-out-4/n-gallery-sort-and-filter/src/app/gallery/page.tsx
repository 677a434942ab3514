// writes: none
import { createClient } from '@/utils/supabase/server';

const SORTS = {
  popular: { column: 'usage_count', ascending: false },
  newest: { column: 'created_at', ascending: false },
  name: { column: 'name', ascending: true },
} as const;

type Props = { searchParams: Promise<{ sort?: keyof typeof SORTS; min?: string }> };

export default async function GalleryPage({ searchParams }: Props) {
  const { sort = 'popular', min } = await searchParams;
  const supabase = await createClient();

  const { column, ascending } = SORTS[sort] ?? SORTS.popular;
  let query = supabase.from('presets').select('id, name, usage_count', { count: 'exact' }).order(column, { ascending });
  if (min) query = query.gte('usage_count', Number(min));
  const { data: presets, count } = await query.limit(60);

  return (
    <main>
      <h1>{count} presets</h1>
      {presets?.map((preset) => (
        <p key={preset.id}>
          {preset.name} <small>used {preset.usage_count.toLocaleString()} times</small>
        </p>
      ))}
    </main>
  );
}
