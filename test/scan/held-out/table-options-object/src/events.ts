// writes: none
import { touch } from './sql/touch';

export const handlers = {
  'preset.applied': (event: { id: string }) => touch({ table: 'presets', id: event.id }),
  'brush.applied': (event: { id: string }) => touch({ table: 'brushes', id: event.id }),
};
