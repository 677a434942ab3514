import type { Cause, Certainty } from '../../source/diagnosis/diagnosis.ts';
import type { Application } from '../helpers/application.ts';
import { type Family, isLive } from './simulated-causes.ts';

/** What was told of one wrong count, beside what it was. */
export interface Verdict {
  was: readonly Cause[];
  told: Cause | 'not examined';
  certainty: Certainty;
  right: boolean;
  words: string;
}

/** Plays the history of `seed` and judges each diagnosis. Counts that a pair of faults left right are not expected to be told. */
export async function play(application: Application, family: Family, seed: number): Promise<Verdict[]> {
  const expected = await family.run(application, seed);
  const traffic = isLive(family) ? application.traffic() : null;
  try {
    const { mismatches, diagnoses } = await application.diagnose();
    return mismatches.map(({ id, name, usageCount, records }) => {
      const told = diagnoses.get(id);
      const wanted = expected(application.presets.indexOf(id));
      const was = wanted === null ? [] : typeof wanted === 'string' ? [wanted] : [...wanted];
      return {
        was,
        told: told?.code ?? 'not examined',
        certainty: told?.certainty ?? 'possible',
        right: told !== undefined && was.includes(told.code),
        words: `${name}, ${usageCount} of ${records}: ${told?.code} (${told?.certainty}) for ${was.join(' or ')}: ${told?.evidence.join(' ')}`,
      };
    });
  } finally {
    await traffic?.stop();
  }
}
