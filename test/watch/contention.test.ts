import { describe, expect, test } from 'vitest';
import { type Contention, contentionFinding, withLook } from '../../source/watch/contention.ts';

const waited = (change: Partial<Contention> = {}): Contention => ({
  name: 'Noir',
  table: 'public.presets',
  waiting: 2,
  ...change,
});
const seenAt = (looks: (Contention | null)[]) =>
  looks.reduce<ReturnType<typeof withLook>>((kept, look) => withLook(kept, look), []);

describe('sessions that wait for rows', () => {
  test('are told once they waited at three of the last ten looks', () => {
    expect(contentionFinding(seenAt([waited(), null, waited()]))).toBeNull();
    expect(contentionFinding(seenAt([null, waited(), null, waited({ waiting: 7 }), waited()]))?.message).toBe(
      'At 3 of the last 4 looks sessions that use public.presets waited for a row which another transaction had written, for the row Noir among others, up to 7 at once.',
    );
  });

  test('are forgotten once they no longer do', () => {
    const three = seenAt([waited(), waited(), waited()]);
    const seven = Array.from({ length: 7 }, () => null);
    const after = seven.reduce<typeof three>(withLook, three);
    expect(contentionFinding(after)).not.toBeNull();
    expect(contentionFinding(withLook(after, null))).toBeNull();
  });

  test('a row is named if it alone is known', () => {
    const message = (names: (string | null)[]) =>
      contentionFinding(names.map(name => waited({ name })))?.message;
    expect(message([null, 'Noir', null])).toContain('for the row Noir among others');
    expect(message(['Noir', 'Pastel', null])).not.toContain('among others');
    expect(message([null, null, null])).not.toContain('among others');
  });

  test('leave nothing to remember while none waits', () => {
    const none = seenAt([]);
    expect(withLook(none, null)).toBe(none);
  });
});
