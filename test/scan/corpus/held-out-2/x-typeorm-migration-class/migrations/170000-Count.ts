// writes: 8 migration-counter
import { MigrationInterface, QueryRunner } from 'typeorm';
export class Count170000 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE OR REPLACE FUNCTION bump_count() RETURNS trigger AS $f$
      BEGIN
        UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
        RETURN NEW;
      END $f$ LANGUAGE plpgsql
    `);
    await queryRunner.query(`CREATE TRIGGER bump_count AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION bump_count()`);
  }
  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER bump_count ON preset_usage`);
    await queryRunner.query(`DROP FUNCTION bump_count()`);
  }
}
