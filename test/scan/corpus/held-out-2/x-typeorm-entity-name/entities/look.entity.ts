// writes: none
@Entity({ name: 'presets' })
export class Look {
  @PrimaryColumn() id: string;
  @Column({ name: 'usage_count', default: 0 }) uses: number;
}
