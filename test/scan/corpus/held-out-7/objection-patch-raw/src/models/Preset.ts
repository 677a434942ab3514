// writes: none
import { Model } from 'objection';

export class Preset extends Model {
  static tableName = 'presets';

  id!: number;
  name!: string;
  usage_count!: number;
  last_used_at!: string | null;

  static get jsonSchema() {
    return {
      type: 'object',
      required: ['name'],
      properties: {
        id: { type: 'integer' },
        name: { type: 'string', minLength: 1 },
        usage_count: { type: 'integer' },
      },
    };
  }
}
