// writes: 27 supabase-upsert
import { useEffect, useState } from 'react'
import { DndContext, closestCenter } from '@dnd-kit/core'
import { SortableContext, arrayMove } from '@dnd-kit/sortable'
import { supabase } from '../supabase'
import PresetRow from './PresetRow'

export default function PresetList({ userId }) {
  const [presets, setPresets] = useState([])

  useEffect(() => {
    supabase
      .from('presets')
      .select('*')
      .eq('user_id', userId)
      .order('position')
      .then(({ data }) => setPresets(data ?? []))
  }, [userId])

  async function handleDragEnd({ active, over }) {
    if (!over || active.id === over.id) return
    const from = presets.findIndex(p => p.id === active.id)
    const to = presets.findIndex(p => p.id === over.id)
    const reordered = arrayMove(presets, from, to).map((p, index) => ({ ...p, position: index }))
    setPresets(reordered)

    const { error } = await supabase.from('presets').upsert(reordered)
    if (error) console.error('Could not save the order', error)
  }

  return (
    <DndContext collisionDetection={closestCenter} onDragEnd={handleDragEnd}>
      <SortableContext items={presets}>
        {presets.map(p => <PresetRow key={p.id} preset={p} />)}
      </SortableContext>
    </DndContext>
  )
}
