// writes: none
import { Entity, PrimaryKey, Property } from '@mikro-orm/core';

@Entity({ tableName: 'presets' })
export class Preset {
  @PrimaryKey({ type: 'uuid', defaultRaw: 'gen_random_uuid()' })
  id!: string;

  @Property()
  name!: string;

  @Property({ fieldName: 'usage_count', default: 0 })
  uses: number = 0;
}
