import { describe, expect, test } from 'vitest';
import {
  isRead,
  isShell,
  isTest,
  isTypes,
  kindOfName,
  neverRead,
} from '../../../source/scan/files/file-kind.ts';

describe('a file is read by its name as', () => {
  test.each([
    ['code', 'a.ts a.tsx a.mts a.cts a.js a.jsx a.mjs a.cjs A.TS', true],
    ['component', 'a.vue a.svelte a.astro', true],
    ['sql', 'a.sql a.psql', true],
    ['shell', 'a.sh a.bash a.zsh', true],
    ['prisma', 'schema.prisma', true],
    ['config', 'tsconfig.json package.json', false],
    ['unknown', 'Makefile bin/run', false],
    [null, 'a.d.ts a.d.mts a.d.cts a.md a.json .env .bashrc src/.envrc', false],
  ])('%s: %s', (kind, names, read) => {
    for (const name of names.split(' ')) {
      expect(kindOfName(name), name).toBe(kind);
      expect(isRead(name), name).toBe(read);
    }
  });
});

test.each([
  ['a.d.ts', true],
  ['a.d.mts', true],
  ['a.d.cts', true],
  ['a.d.tsx', false],
  ['ad.ts', false],
  ['a.d.ts.map', false],
])('%s has only types: %s', (name, is) => {
  expect(isTypes(name)).toBe(is);
});

test.each([
  ['#!/bin/sh', true],
  ['#!/usr/bin/env bash\necho', true],
  ['#!/bin/dash -e', true],
  ['#!/usr/bin/zsh', true],
  ['#!/bin/ksh', true],
  ['#!/usr/bin/fish', false],
  ['#!/usr/bin/env node', false],
  ['#!/usr/bin/shell-like/node', false],
  ['echo #!/bin/sh', false],
  ['# bash', false],
])('%j begins a shell script: %s', (text, is) => {
  expect(isShell(text)).toBe(is);
});

describe('a file of tests', () => {
  test.each([
    '__tests__ __mocks__ __fixtures__ test tests spec specs e2e fixtures mocks cypress playwright testing test-utils',
  ])('is in one of %s', names => {
    for (const name of names.split(' ')) {
      for (const path of [`${name}/a.ts`, `src/${name}/deep/a.ts`, `src/${name.toUpperCase()}/a.ts`]) {
        expect(isTest(path), path).toBe(true);
      }
      expect(isTest(`src/${name}.ts`), name).toBe(false);
      expect(isTest(`src/my${name}/a.ts`), name).toBe(false);
      expect(isTest(`src/${name}s2/a.ts`), name).toBe(false);
    }
  });

  test.each(['test spec mock mocks fixture fixtures stories story e2e cy bench'])(
    'or is named by one of %s',
    names => {
      for (const name of names.split(' ')) {
        for (const path of [
          `a.${name}.ts`,
          `src/a_${name}.tsx`,
          `a-${name}.js`,
          `a.${name.toUpperCase()}.ts`,
        ]) {
          expect(isTest(path), path).toBe(true);
        }
        for (const path of [`a${name}.ts`, `a.${name}x.ts`, `a.${name}.ts2`, `a.${name}.d/b.ts`]) {
          expect(isTest(path), path).toBe(false);
        }
      }
    },
  );

  test.each([
    ['jest.setup.ts', true],
    ['src/vitest.setup.mjs', true],
    ['myjest.setup.ts', false],
    ['jest.setup.ts/a.ts', false],
    ['jest-setup.ts', false],
    ['karma.setup.ts', false],
  ])('or sets them up: %s %s', (path, is) => {
    expect(isTest(path)).toBe(is);
  });
});

test('what is installed or built is never read', () => {
  expect([...neverRead].sort().join(' ')).toBe(
    '.git .hg .netlify .next .nuxt .output .pnpm-store .svelte-kit .svn .turbo .vercel .yarn bower_components coverage dist jspm_packages node_modules vendor',
  );
});
