// writes: none
import { Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Preset } from './Preset';

@Entity({ name: 'preset_usage' })
export class PresetUsage {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @ManyToOne(() => Preset, preset => preset.usages)
  @JoinColumn({ name: 'preset_id' })
  preset!: Preset;
}
