// writes: none
import Link from 'next/link'
import { createClient } from '@/lib/supabase/server'

const SORTS = {
  popular: { column: 'usage_count', ascending: false },
  newest: { column: 'created_at', ascending: false },
  name: { column: 'name', ascending: true },
} as const

type Sort = keyof typeof SORTS

export default async function GalleryPage({ searchParams }: { searchParams: Promise<{ sort?: Sort }> }) {
  const { sort = 'popular' } = await searchParams
  const { column, ascending } = SORTS[sort] ?? SORTS.popular
  const supabase = await createClient()

  const { data: presets } = await supabase
    .from('presets')
    .select('id, name, thumbnail_url, usage_count, profiles(username)')
    .eq('is_public', true)
    .gte('usage_count', 1)
    .order(column, { ascending })
    .limit(60)

  const total = presets?.reduce((sum, preset) => sum + preset.usage_count, 0) ?? 0

  return (
    <main>
      <p>{total.toLocaleString()} uses so far</p>
      <ul className="grid grid-cols-3 gap-4">
        {presets?.map(preset => (
          <li key={preset.id}>
            <Link href={`/presets/${preset.id}`}>{preset.name}</Link>
            {preset.usage_count > 100 && <span>Popular</span>}
          </li>
        ))}
      </ul>
    </main>
  )
}
