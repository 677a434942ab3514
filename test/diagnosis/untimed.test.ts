import { afterAll, beforeAll, expect, test } from 'vitest';
import { Application } from '../helpers/application.ts';

let application: Application;
beforeAll(async () => {
  application = await Application.open();
  await application.begin({ seed: 7, presets: 12, uses: 20, shape: 'untimed' });
});
afterAll(() => application.close());

test('without a column of times an unknown cause is said to be unknown, with what was ruled out', async () => {
  await application.use(0, 1);
  await application.script(`
    UPDATE presets SET usage_count = usage_count + 4 WHERE id = '${application.presets[1]}';
    UPDATE presets SET usage_count = usage_count - 3 WHERE id = '${application.presets[2]}'`);
  const { mismatches, diagnoses } = await application.diagnose();
  expect(mismatches).toHaveLength(2);
  for (const { id } of mismatches) {
    const { code, evidence, against } = diagnoses.get(id)!;
    expect(code).toBe('unknown');
    expect(evidence.join(' ')).toMatch(/No column says when a record was made/);
    expect(evidence.join(' ')).not.toMatch(/were not read/);
    expect(against.join(' ')).toMatch(/Moved records are ruled out/);
  }
});
