// writes: none
import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { PresetUsage } from './preset-usage.entity';

@Entity({ name: 'presets' })
export class Preset {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column()
  name: string;

  @Column({ name: 'usage_count', type: 'int', default: 0 })
  timesApplied: number;

  @OneToMany(() => PresetUsage, (usage) => usage.preset)
  usages: PresetUsage[];
}
