import { expect, test } from 'vitest';
import type { LogReading } from '../../source/checklist/app-log/read-log.ts';
import { judgeLogStep } from '../../source/checklist/judge-log-step.ts';

const reading = {
  files: ['app.log'],
  lines: 100,
  entries: 100,
  understood: 100,
  errors: 0,
  aboutUsage: 0,
  older: 0,
  undated: 0,
  doubtful: 0,
  firstDoubtful: null as LogReading['firstDoubtful'],
  problems: [],
};
const judge = (given: Partial<typeof reading>) => judgeLogStep({ ...reading, ...given }, 0, 'S.');

test('a log passes only if nine in ten of its entries are understood', () => {
  expect(judge({})).toMatchObject({
    status: 'passed',
    evidence: expect.stringMatching(/^No errors in 100 lines/),
  });
  expect(judge({ understood: 90 }).status).toBe('passed');
  expect(judge({ understood: 89 })).toMatchObject({
    status: 'failed',
    understood: false,
    evidence: expect.stringMatching(/^Not understood\. Only 89 of 100 entries of app\.log/),
    hint: expect.stringMatching(/JSON lines or CSV/),
  });
});

test('errors that were seen are told, and that others may be missing', () => {
  expect(judge({ errors: 1, understood: 20 })).toMatchObject({
    status: 'failed',
    understood: false,
    evidence: expect.stringMatching(/^1 error, 0 of them .*Only 20 of 100 entries/),
  });
});

test('a line about usage that may be an error is shown, and the step is not passed', () => {
  const firstDoubtful = {
    file: 'app.log',
    line: 7,
    at: null,
    level: 'error',
    text: 'insert of preset_usage denied',
    aboutUsage: true,
  };
  expect(judge({ doubtful: 2, firstDoubtful })).toMatchObject({
    status: 'skipped',
    evidence: expect.stringMatching(
      /2 lines about usage tracking speak of trouble without a level: app\.log:7 insert of preset_usage denied/,
    ),
  });
});

test('an empty log says nothing, so it is not passed', () => {
  expect(judge({ lines: 0, entries: 0, understood: 0 })).toMatchObject({
    status: 'skipped',
    evidence: 'app.log is empty. S.',
  });
});
