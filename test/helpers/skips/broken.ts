import { beforeAll, describe, test } from 'vitest';

describe('a group', () => {
  beforeAll(() => {
    throw new Error('It is broken.');
  });
  test('of one', () => {});
});
