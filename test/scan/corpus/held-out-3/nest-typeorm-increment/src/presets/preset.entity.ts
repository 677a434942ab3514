// writes: none
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('presets')
export class Preset {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column()
  name: string;

  @Column({ name: 'usage_count', type: 'int', default: 0 })
  usageCount: number;
}
