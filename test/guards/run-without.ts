import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { areaOf } from '../mutation/areas.ts';

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.optional(z.string()),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.nullable(z.array(z.string())),
        }),
      ),
    }),
  ),
});

/** How each test of a file came out by its name after those of its groups, with what failed it. */
export interface Came {
  tests: Map<string, { passed: boolean; why: string }>;
  /** What kept the file from being run. */
  broken: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** Whether the tests of a file need a server. */
export function needsServer(file: string): boolean {
  return areaOf(file) === null;
}

/** Runs these tests of a file in a process of its own, on the server at `url`, without `guard` (null: as it is). */
export async function runWithout(
  guard: string | null,
  file: string,
  names: readonly string[],
  url: string | null,
): Promise<Came> {
  const area = areaOf(file);
  const directory = await mkdtemp(join(tmpdir(), 'guards-'));
  const output = join(directory, 'report.json');
  try {
    const said = await new Promise<string>(resolve => {
      execFile(
        process.execPath,
        [
          vitest,
          'run',
          file,
          ...(area === null ? [] : ['--config=test/mutation/vitest.config.ts']),
          `--testNamePattern=^(${names.map(pattern).join('|')})$`,
          '--reporter=json',
          `--outputFile=${output}`,
          '--maxWorkers=1',
        ],
        {
          cwd: root,
          env: {
            ...process.env,
            VITEST: undefined,
            VITEST_POOL_ID: undefined,
            VITEST_WORKER_ID: undefined,
            TEST_DATABASE_URL: url ?? '',
            MUTATION_AREA: area ?? '',
            WITHOUT_GUARD: guard ?? '',
          },
          maxBuffer: 64 * 1024 * 1024,
        },
        (_, out, error) => resolve(`${out}\n${error}`),
      );
    });
    const text = await readFile(output, 'utf8').catch(() => null);
    if (text === null) return { tests: new Map(), broken: said };
    const { testResults } = report.parse(JSON.parse(text));
    const ran = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed' || status === 'failed');
    return {
      tests: new Map(
        ran.map(({ ancestorTitles, title, status, failureMessages }) => [
          [...ancestorTitles, title].join(' > '),
          { passed: status === 'passed', why: (failureMessages ?? []).join('\n') },
        ]),
      ),
      broken: testResults
        .map(({ message }) => message ?? '')
        .join('\n')
        .trim(),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function pattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
