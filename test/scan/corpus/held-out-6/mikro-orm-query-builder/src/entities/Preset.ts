// writes: none
import { Entity, Formula, PrimaryKey, Property } from '@mikro-orm/core';
import { randomUUID } from 'node:crypto';

@Entity({ tableName: 'presets' })
export class Preset {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUID();

  @Property({ length: 100 })
  title!: string;

  @Property({ fieldName: 'usage_count', default: 0 })
  usageCount: number = 0;

  @Property({ nullable: true })
  lastUsedAt?: Date;
}
