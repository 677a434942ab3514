// writes: none
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('presets')
export class Preset {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column() name: string;
  @Column({ name: 'usage_count', default: 0 }) usageCount: number;
  @Column({ name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
