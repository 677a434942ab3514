/** Why no test notices changes of a line: part of its file's name, part of the line, and the reason. The first that fits counts. */
const reasons: readonly [file: string, line: string, why: string][] = [
  ['draft-undo', 'const nothing = {', 'what is left out counts as null wherever it is read'],
  [
    'draft-undo',
    'return { ...nothing, left: null }',
    'the same: what is left out counts as null wherever it is read',
  ],
  ['draft-undo', 'if (!state) return', 'records alone: without a state both ways come to the same'],
  [
    'draft-undo',
    'const lastUsed = state?.lastUsed',
    'a preset without a state has returned before where it matters',
  ],
  [
    'draft-undo',
    'lastUsed: newer.setsLastUsed',
    'without records nothing of the preset is written, so its time is not either',
  ],
  [
    'draft-undo',
    'lastUsed: restored > 0',
    'without records nothing of the preset is written, so its time is not either',
  ],
  ['draft-undo', 'inOrder(other, receipt) < 0', 'two receipts are never in the same place: ids differ'],
  ['draft-undo', 'id !== null && changed.has(id)', 'changes never have an id of null'],
  ['effective', 'const of = none > 0', 'where a batch has none, nothing of it can be away'],
  [
    'effective',
    'if (changes.length === 0) return null',
    'without changes the next line comes to null as well',
  ],
  ['effective', 'times.at(-1)?.lastUsedAfter', 'there is a last one wherever there is an oldest one'],
  ['effective', 'if (id !== null) drifts.set', 'nobody asks for the drift of no preset'],
  ['effective', "part === 'all') && id !== null", 'nobody asks for the state of no preset'],
  ['effective', 'if (of === undefined) continue', 'nobody asks for batch undefined'],
  [
    'repair-remarks',
    'const [first] = findings',
    'the findings are sorted: an unhealthy trigger has an error first',
  ],
  ['repair-remarks', 'first?.message', 'an unhealthy trigger has at least one error'],
  [
    'fate',
    '{ signal }',
    'a fake database does not look at the signal; the end-to-end tests interrupt real ones',
  ],
  ['harm', 'keyTwice: false, refusesOrphans: null', 'hidden rows are refused before this is looked at'],
  ['claim', 'clearTimeout(timer)', 'a timer that is left over only resolves a promise that nobody waits for'],
];

/** The reason why a change of this line goes unnoticed. */
export function reasonFor(file: string, line: string): string {
  const found = reasons.find(([of, part]) => file.includes(of) && line.includes(part));
  return found?.[2] ?? 'no test yet';
}
