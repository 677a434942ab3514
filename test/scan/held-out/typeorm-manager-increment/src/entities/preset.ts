// writes: none
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'presets' })
export class PresetEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('int', { name: 'usage_count', default: 0 }) usageCount!: number;
}
