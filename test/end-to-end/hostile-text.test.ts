import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { scaled } from '../helpers/scale.ts';
import { startTerminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let directory: string;
const long = scaled(300_000, 10_000_000);
// What a terminal would obey, what turns text around, and what cannot be seen.
const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u0085\u202egnp\u2066\u2028\ufeff\u200b\u{e0041}\r\n\b';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'preset-usage-hostile-'));
  own = await createDatabase();
  const { sql } = own;
  await sql`INSERT INTO presets (name) VALUES (${evil}), (${`${evil}${'x'.repeat(long)}`}), (${'e\u0301\u0301'.repeat(5_000)})`;
  await sql`UPDATE presets SET usage_count = 7`;
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, ${`${evil}${'t'.repeat(1_000)}`} FROM presets`;
  await sql.unsafe(`
    CREATE FUNCTION "do${evil}"() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
      /* ${evil}${'c'.repeat(long)} */
      UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id AND name <> '${evil}${'n'.repeat(long)}';
      RAISE EXCEPTION '%', repeat('${evil}', ${Math.ceil(long / evil.length)});
    END$$;
    DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
    CREATE TRIGGER "at${evil}" AFTER UPDATE ON presets FOR EACH ROW WHEN (NEW.name <> '${'w'.repeat(long)}') EXECUTE FUNCTION "do${evil}"();
    CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage FOR EACH ROW WHEN (NEW.usage_type <> '${'w'.repeat(long)}') EXECUTE FUNCTION "do${evil}"();
    COMMENT ON TABLE presets IS '${evil}';
  `);
  writeFileSync(
    join(directory, 'app.log'),
    `${new Date().toISOString()} ERROR preset_usage ${evil} ${'l'.repeat(long)}\n`,
  );
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await own.drop();
});

const harmful = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const most = 100_000;

describe('hostile or endless text in the database', () => {
  const commands = [
    ['check'],
    ['simulate', evil],
    ['trigger'],
    ['checklist'],
    ['check', '--preset', evil],
    ['sync', '--dry-run'],
    ['reset', '--dry-run', '--delete-history'],
    ['migrate', '--dry-run'],
  ];
  test.each(commands.slice(0, scaled(2, commands.length)).map(args => [args]))(
    '%j prints little of it, and nothing that a terminal obeys',
    async ([...args]) => {
      const more =
        args[0] === 'checklist'
          ? ['--app-log', join(directory, 'app.log'), '--report', join(directory, 'report.md')]
          : [];
      for (const form of [[], ['--json']]) {
        const { out, err, code } = await run([...args, ...more, ...form], { DATABASE_URL: own.url });
        expect(code, out.slice(0, 1_000) + err.slice(0, 1_000)).not.toBe(70);
        expect(`${out}${err}`.match(harmful)?.index ?? null, form.join()).toBeNull();
        // A migration is read as the SQL that it is, whole.
        if (args[0] !== 'migrate') expect(out.length + err.length).toBeLessThan(most);
        if (form.length > 0) JSON.parse(out);
      }
      if (args[0] === 'checklist') {
        const report = readFileSync(join(directory, 'report.md'), 'utf8');
        expect(report.match(harmful)).toBeNull();
        expect(report.length).toBeLessThan(most);
      }
    },
  );
});

test('what is exact in a pipe does a terminal no harm', needsFullScale(), async () => {
  const args = ['check', '--format', 'csv', '--quiet'];
  const env = { DATABASE_URL: own.url };
  expect((await run(args, env)).out).toContain(`"${evil}"`);
  const terminal = startTerminal({ args, env });
  expect(await terminal.exit()).toBe(1);
  expect(terminal.written()).toContain('\ufffd[2J\ufffd]0;owned');
  // A terminal's driver turns each line feed into two characters.
  expect(terminal.written().replaceAll(/\r+\n/g, '\n')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028]/u);
});
