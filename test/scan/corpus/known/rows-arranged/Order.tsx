// writes: 12 supabase-upsert, 18 supabase-upsert
import { orderBy } from 'lodash';
import { arrayMove } from '@dnd-kit/sortable';
import { useState } from 'react';
import { supabase } from './supabase';

export function Order() {
  const [presets, setPresets] = useState([]);
  const load = async () => setPresets((await supabase.from('presets').select('*')).data);
  const byName = async () => {
    const rows = orderBy(presets, 'name').map((row, position) => ({ ...row, position }));
    await supabase.from('presets').upsert(rows);
  };
  const move = async (from: number, to: number) => {
    const rows = arrayMove(presets, from, to);
    await supabase
      .from('presets')
      .upsert(rows.map((row, position) => ({ ...row, position })));
  };
  const places = async (from: number, to: number) => {
    const rows = arrayMove(presets, from, to).map(({ id }, position) => ({ id, position }));
    await supabase.from('presets').upsert(rows);
  };
  return <button onClick={() => load().then(byName).then(() => move(0, 1)).then(() => places(1, 0))}>Sort</button>;
}
