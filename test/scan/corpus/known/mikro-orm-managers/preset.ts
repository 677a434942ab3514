// writes: none
import { Entity, PrimaryKey, Property } from '@mikro-orm/core';

@Entity({ tableName: 'presets' })
export class Preset {
  @PrimaryKey()
  id!: string;

  @Property({ fieldName: 'usage_count' })
  uses = 0;
}
