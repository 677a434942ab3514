import { jsonText } from '../format/json-text.ts';

/** Says why the program cannot even be loaded, as sentences or JSON. The exit code is 2. */
export function refuse(code: string, message: string, hint: string): void {
  if (process.argv.includes('--json'))
    process.stdout.write(`${jsonText({ error: { code, message, hint } })}\n`);
  else process.stderr.write(`${message}\n${hint}\n`);
  process.exitCode = 2;
}
