// writes: none
import Link from 'next/link';
import { createClient } from '@/lib/supabase/server';

export const revalidate = 300;

export default async function PopularPage() {
  const supabase = await createClient();
  const { data: presets } = await supabase
    .from('presets')
    .select('id, slug, name, usage_count')
    .gt('usage_count', 0)
    .order('usage_count', { ascending: false })
    .limit(24);

  const total = (presets ?? []).reduce((sum, preset) => sum + preset.usage_count, 0);

  return (
    <main>
      <h1>Popular presets</h1>
      <p>{total.toLocaleString()} uses in all</p>
      <ol>
        {presets?.map(({ id, slug, name, usage_count }) => (
          <li key={id}>
            <Link href={`/presets/${slug}`}>{name}</Link> <small>{usage_count} uses</small>
          </li>
        ))}
      </ol>
    </main>
  );
}
