// writes: none
import { Model } from 'objection';

export class Preset extends Model {
  static tableName = 'presets';

  id!: number;
  name!: string;
  usage_count!: number;

  static get jsonSchema() {
    return {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, usage_count: { type: 'integer' } },
    };
  }
}
