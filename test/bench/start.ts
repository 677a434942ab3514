import type { Figure } from './figure.ts';
import { hasProc, memory } from './process-figures.ts';
import { type Program, type Size, startProgram } from './pseudo-terminal.ts';
import { median } from './statistics.ts';

const runs = 10;
// A console that has run this long has written Node's compile cache, which is how every later one starts.
const warmUp = 2_500;

/**
 * Starts programs in turn and measures from there to the list on screen, and the memory at that moment (Linux only).
 * Where one of them is pg_activity, the console (the first program) is held against it.
 */
export async function measureStart(programs: Program[], size: Size): Promise<Figure[]> {
  for (const program of programs) await start(program, size, warmUp);
  const results = new Map(programs.map(({ name }) => [name, [] as Start[]]));
  for (let run = 0; run < runs; run += 1) {
    for (const program of programs) results.get(program.name)!.push(await start(program, size));
  }
  const time = (name: string) => median(results.get(name)?.map(({ milliseconds }) => milliseconds) ?? []);
  const figures = programs.flatMap(({ name }): Figure[] => [
    { name: `${name}: start to list on screen`, value: time(name), unit: 'ms' },
    ...(hasProc
      ? [
          {
            name: `${name}: memory then`,
            value: median(results.get(name)!.map(({ megabytes }) => megabytes)),
            unit: 'MB',
          },
        ]
      : []),
  ]);
  const ratio = time('console') / time('pg_activity');
  if (Number.isNaN(ratio)) return figures;
  return [
    ...figures,
    {
      name: 'start, console / pg_activity',
      value: ratio,
      unit: '',
      target: 'at most 1.0',
      met: ratio <= 1,
    },
  ];
}

interface Start {
  milliseconds: number;
  megabytes: number;
}

async function start(program: Program, size: Size, stay = 0): Promise<Start> {
  const began = performance.now();
  const running = startProgram(program, size);
  const { at } = await running.until(program.ready);
  const megabytes = hasProc ? memory(running.pid).now : Number.NaN;
  await new Promise(resolve => setTimeout(resolve, stay));
  await running.leave();
  return { milliseconds: at - began, megabytes };
}
