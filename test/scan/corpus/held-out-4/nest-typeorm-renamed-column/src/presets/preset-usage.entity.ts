// writes: none
import { CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Preset } from './preset.entity';

@Entity({ name: 'preset_usage' })
export class PresetUsage {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @ManyToOne(() => Preset, (preset) => preset.usages)
  @JoinColumn({ name: 'preset_id' })
  preset: Preset;

  @CreateDateColumn({ name: 'used_at' })
  usedAt: Date;
}
