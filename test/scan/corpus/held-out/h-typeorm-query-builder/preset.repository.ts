// writes: 7 query-builder
@EntityRepository(Preset)
export class PresetRepository extends Repository<Preset> {
  bump(id: string) {
    return this.createQueryBuilder()
      .update(Preset)
      .set({ usageCount: () => '"usage_count" + 1' })
      .where('id = :id', { id })
      .execute();
  }
}
