import { jsonText } from '../format/json-text.ts';

/** Whether the command line asks for JSON, also where it is not understood. */
export function asksForJson(argv: readonly string[]): boolean {
  return /^--(json|format[= ]json)$/m.test(argv.join('\n').replace(/^--format\n/m, '--format '));
}

/** Says why the program cannot even be loaded, as sentences or JSON. The exit code is 2. */
export function refuse(code: string, message: string, hint: string): void {
  if (asksForJson(process.argv.slice(2)))
    process.stdout.write(`${jsonText({ error: { code, message, hint } })}\n`);
  else process.stderr.write(`${message}\n${hint}\n`);
  process.exitCode = 2;
}
