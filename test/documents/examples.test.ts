import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readCommandLine } from '../../source/cli/options.ts';
import { loadConfig } from '../../source/config/config.ts';
import { needs } from '../helpers/needs.ts';
import { root } from './markdown.ts';

const directory = join(root, 'examples');
const files = readdirSync(directory);
const textOf = (file: string) => readFileSync(join(directory, file), 'utf8');

/** What a file runs of this program, without what the shell or Prometheus puts in. */
function commandsIn(text: string): string[][] {
  return Array.from(text.matchAll(/^(?!# [^ ]).*?\bpreset-usage ([a-z]+ --[^\n']*)/gm), ([, words = '']) =>
    words
      .replace(/"\$\{[^}]*\}([^"]*)"/g, '/tmp$1')
      .replace(/\{\{[^}]*\}\}/g, 'public.a.b')
      .split(' '),
  );
}

test.each(files)('%s runs commands that there are', file => {
  const commands = commandsIn(textOf(file));
  expect(commands.length).toBeGreaterThan(0);
  for (const words of commands) {
    const { command, flags, problem } = readCommandLine(words);
    expect({ command, problem }).toEqual({ command: 'check', problem: null });
    expect(() => loadConfig(flags, { DATABASE_URL: 'postgres://h/d' }, '/nowhere')).not.toThrow();
  }
});

describe.each(files.filter(file => file.endsWith('.sh')))('%s', file => {
  test(
    'is a script of the shell that may be run',
    needs(process.platform !== 'win32', 'Windows has no sh. Run it on Linux or macOS.'),
    () => {
      accessSync(join(directory, file), constants.X_OK);
      execFileSync('sh', ['-n', join(directory, file)]);
    },
  );
});

test('the workflow and the rules are what GitHub and Prometheus read', () => {
  const { jobs } = parse(textOf('github-workflow.yml')) as { jobs: { check: { steps: object[] } } };
  expect(jobs.check.steps.at(-1)).toMatchObject({
    env: { DATABASE_URL: expect.stringMatching(/^\$\{\{ secrets\./) },
  });
  const { groups } = parse(textOf('prometheus-rule.yml')) as { groups: { rules: { expr: string }[] }[] };
  const source = readFileSync(join(root, 'source/cli/check/format-prometheus.ts'), 'utf8');
  const named = groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => expr.match(/preset_usage_\w+/g) ?? []),
  );
  expect(named.length).toBeGreaterThan(2);
  for (const name of named) expect(source).toContain(`'${name.replace('preset_usage_', '')}'`);
});

test('the CronJob runs the image of the Dockerfile as it is meant to be run: as its user, who can write nothing but /tmp', () => {
  const job = parse(textOf('kubernetes-cronjob.yml')) as CronJob;
  expect(job).toMatchObject({ apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '17 * * * *' } });
  const { restartPolicy, securityContext, containers, volumes } = job.spec.jobTemplate.spec.template.spec;
  const user = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect({ restartPolicy, securityContext }).toMatchObject({
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: Number(user[1]), runAsGroup: Number(user[2]) },
  });
  expect(containers).toMatchObject([
    {
      image: 'preset-usage',
      env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'counters' } } }],
      securityContext: { readOnlyRootFilesystem: true },
      volumeMounts: [{ name: volumes[0]?.name, mountPath: '/tmp' }],
    },
  ]);
  // What its head says that it is the same as.
  expect(commandsIn(textOf('kubernetes-cronjob.yml'))).toEqual([containers[0]?.args]);
});

interface CronJob {
  spec: {
    jobTemplate: {
      spec: {
        template: {
          spec: {
            restartPolicy: string;
            securityContext: object;
            containers: { args: string[] }[];
            volumes: { name: string }[];
          };
        };
      };
    };
  };
}
