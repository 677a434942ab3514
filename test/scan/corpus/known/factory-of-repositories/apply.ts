// writes: 6 supabase-update, 14 supabase-update
import { tableOf } from './table';
import { presets, styles } from './tables';

export async function apply(id: string, count: number) {
  await presets.save(id, { usage_count: count + 1 });
  await styles.save(id, { usage_count: count + 1 });
  await presets.save(id, { name: 'Applied' });
}

export class Applied {
  readonly own = tableOf('presets');
  async again(id: string, count: number) {
    await this.own.save(id, { usage_count: count });
  }
}
