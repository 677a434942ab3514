import { setTimeout } from 'node:timers/promises';
import { patience } from './scale.ts';

/** In milliseconds. It leaves the machine to what is waited for; what lasts only a moment is still seen. */
const pause = 5;

/** Asks again until the answer is yes, with a short pause in between. Fails after `patience`. */
export async function waitFor(question: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + patience;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`Waited ${patience / 1_000} s in vain for: ${what}.`);
    await setTimeout(pause);
  }
}
