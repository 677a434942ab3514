// writes: none
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'presets' })
export class PresetEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column()
  name!: string;

  @Column({ name: 'usage_count', default: 0 })
  usageCount!: number;

  @Column({ name: 'export_count', default: 0 })
  exportCount!: number;

  @Column({ name: 'archived_at', type: 'timestamptz', nullable: true })
  archivedAt!: Date | null;
}
