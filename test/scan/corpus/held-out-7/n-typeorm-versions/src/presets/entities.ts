// writes: none
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';

@Entity('presets')
export class Preset {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column() name: string;
  @Column({ name: 'usage_count', default: 0, update: false }) usageCount: number;
}

@Entity('preset_versions')
export class PresetVersion {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column({ type: 'jsonb' }) settings: Record<string, unknown>;
  @Column({ name: 'usage_count', default: 0 }) usageCount: number;
  @ManyToOne(() => Preset) @JoinColumn({ name: 'preset_id' }) preset: Preset;
}
