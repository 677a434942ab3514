// writes: none
import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { PresetUsage } from './PresetUsage';

@Entity({ name: 'presets' })
export class Preset {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column()
  name!: string;

  @Column({ name: 'usage_count', default: 0 })
  usageCount!: number;

  @OneToMany(() => PresetUsage, usage => usage.preset)
  usages!: PresetUsage[];
}
