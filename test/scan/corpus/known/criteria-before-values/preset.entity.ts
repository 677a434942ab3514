// writes: none
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('presets')
export class Preset {
  @PrimaryColumn() id!: string;
  @Column({ name: 'usage_count' }) usageCount!: number;
  @Column() archived!: boolean;
}
