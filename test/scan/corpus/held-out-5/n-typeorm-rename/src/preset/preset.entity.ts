// writes: none
import { Column, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

@Entity('presets')
export class Preset {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ length: 80 })
  name: string;

  @Column({ name: 'usage_count', type: 'int', default: 0 })
  usageCount: number;

  @UpdateDateColumn({ name: 'updated_at' })
  updatedAt: Date;
}
