/** Asks again until the answer is yes. Only the question takes time; there is no pause. Fails after 20 s. */
export async function waitFor(question: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`Waited 20 s in vain for: ${what}.`);
  }
}
