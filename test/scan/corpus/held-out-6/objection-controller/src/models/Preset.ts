// writes: none
import { Model } from 'objection';

export class Preset extends Model {
  static tableName = 'presets';

  id!: string;
  name!: string;
  usage_count!: number;
  share_count!: number;

  static get jsonSchema() {
    return {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string', minLength: 1, maxLength: 80 }, usage_count: { type: 'integer' } },
    };
  }
}
