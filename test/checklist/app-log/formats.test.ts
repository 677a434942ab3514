import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLog } from '../../../source/checklist/app-log/read-log.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'preset-usage-formats-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function read(text: string | Buffer) {
  const file = join(directory, 'app.log');
  writeFileSync(file, text);
  const reading = await readLog(file, { since: null });
  return { ...reading, share: reading.entries === 0 ? 1 : reading.understood / reading.entries };
}

const at = Date.parse('2026-11-22T10:00:00.123Z');
const refused = 'new row violates row-level security policy for table "preset_usage"';
const insert = 'INSERT INTO preset_usage (preset_id) VALUES ($1)';

const server = { timestamp: '2026-11-22 10:00:00.123 UTC', user: 'app', dbname: 'shop', pid: 7 };
const lines = (...records: object[]) => records.map(record => JSON.stringify(record)).join('\n');
const csvRecord = (severity: string, state: string, message: string, query = '') =>
  `2026-11-22 10:00:00.123 UTC,"app","shop",7,"10.0.0.1:5000",655c.7,1,"INSERT",2026-11-22 09:00:00 UTC,3/4,0,${severity},${state},"${message.replaceAll('"', '""')}",,,,,,"${query}",,,"node","client backend",,0`;

const journal = {
  __CURSOR: 's=1',
  __REALTIME_TIMESTAMP: String(at * 1_000),
  _HOSTNAME: 'web',
  SYSLOG_IDENTIFIER: 'app',
};
const exported = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;

const vercel =
  'TimeUTC,timestampInMs,requestPath,requestMethod,responseStatusCode,level,type,function,deploymentId,message';
const supabase = { id: 'a', timestamp: at * 1_000 };

/** Each has one error, which is about usage tracking, and one line that is calm. */
const formats: Record<string, string> = {
  'PostgreSQL jsonlog': lines(
    { ...server, error_severity: 'LOG', message: 'checkpoint starting: time' },
    { ...server, error_severity: 'ERROR', state_code: '42501', message: refused, statement: insert },
  ),
  'PostgreSQL csvlog': [
    csvRecord('LOG', '00000', 'checkpoint starting: time'),
    csvRecord('ERROR', '42501', refused, insert),
  ].join('\n'),
  'PostgreSQL csvlog, with a statement of several lines': [
    csvRecord('ERROR', '23505', 'duplicate key value', 'INSERT INTO\n  preset_usage\n\nVALUES (1)'),
    csvRecord('LOG', '00000', 'checkpoint starting: time'),
  ].join('\n'),
  'PostgreSQL stderr on RDS': [
    '2026-11-22 10:00:00 UTC:10.0.0.1(5000):app@shop:[7]:LOG:  checkpoint starting: time',
    `2026-11-22 10:00:00 UTC:10.0.0.1(5000):app@shop:[7]:ERROR:  permission denied`,
    `2026-11-22 10:00:00 UTC:10.0.0.1(5000):app@shop:[7]:STATEMENT:  ${insert}`,
  ].join('\n'),
  'PostgreSQL stderr with only a process': `[7] LOG:  checkpoint complete: wrote 3 buffers\n[7] ERROR:  ${refused}`,
  'PostgreSQL stderr with fields': [
    `2026-11-22 10:00:00 UTC [7]: [1-1] user=app,db=shop,app=node,client=10.0.0.1 LOG:  duration: 3 ms`,
    `2026-11-22 10:00:00 UTC [7]: [2-1] user=app,db=shop,app=node,client=10.0.0.1 ERROR:  ${refused}`,
  ].join('\n'),
  'PostgreSQL stderr with epoch and nothing before the level': `1795341600.123|app|shop|7|LOG:  checkpoint\n1795341600.123|app|shop|7|ERROR:  ${refused}`,
  'PostgreSQL in German': `2026-11-22 10:00:00.123 UTC [7] LOG:  bereit\n2026-11-22 10:00:00.123 UTC [7] FEHLER:  Relation »preset_usage« existiert nicht`,
  'Supabase, a list in JSON': JSON.stringify([
    { ...supabase, event_message: 'checkpoint complete', error_severity: 'LOG' },
    { ...supabase, event_message: refused, error_severity: 'ERROR' },
  ]),
  'Supabase, a list over several lines with nested fields': JSON.stringify(
    [
      {
        ...supabase,
        event_message: refused,
        metadata: [{ parsed: [{ error_severity: 'ERROR', sql_state_code: '42501' }] }],
      },
      {
        ...supabase,
        event_message: 'checkpoint complete',
        metadata: [{ parsed: [{ error_severity: 'LOG' }] }],
      },
    ],
    null,
    2,
  ),
  'Supabase, lines of JSON': lines(
    { ...supabase, event_message: 'connection authorized: user=app', error_severity: 'LOG' },
    { ...supabase, event_message: refused, error_severity: 'ERROR' },
  ),
  'Supabase, CSV': [
    'error_severity,event_message,id,timestamp',
    `LOG,checkpoint complete,a,${at * 1_000}`,
    `ERROR,"${refused.replaceAll('"', '""')}",b,${at * 1_000}`,
  ].join('\n'),
  'Supabase, requests': lines(
    {
      ...supabase,
      event_message: 'GET | 200 | 203.0.113.7 | b | https://x.supabase.co/rest/v1/presets | node',
    },
    {
      ...supabase,
      event_message: 'POST | 500 | 203.0.113.7 | a | https://x.supabase.co/rest/v1/preset_usage | node',
    },
  ),
  'Vercel, CSV': [
    vercel,
    `2026-11-22 10:00:00,${at},/api/presets,GET,200,info,lambda,api,dpl_1,listed`,
    `2026-11-22 10:00:00,${at},/api/use,POST,200,error,lambda,api,dpl_1,"Error saving: {\n  code: '42501',\n  message: 'no preset_usage'\n}"`,
  ].join('\n'),
  'Vercel, CSV with a status': [
    vercel,
    `2026-11-22 10:00:00,${at},/api/presets,GET,200,,lambda,api,dpl_1,`,
    `2026-11-22 10:00:00,${at},/api/presets,POST,500,,lambda,api,dpl_1,`,
  ].join('\n'),
  'Vercel, JSON': JSON.stringify([
    { timestampInMs: at, level: 'info', message: 'listed', responseStatusCode: 200 },
    { timestampInMs: at, level: 'error', message: refused, responseStatusCode: 500 },
  ]),
  'Vercel, log drain': lines(
    {
      timestamp: at,
      type: 'stdout',
      source: 'lambda',
      proxy: { statusCode: 200, path: '/api/presets' },
      message: '',
    },
    {
      timestamp: at,
      type: 'stdout',
      source: 'lambda',
      proxy: { statusCode: 504, path: '/api/presets' },
      message: '',
    },
  ),
  'the journal, JSON': lines(
    { ...journal, PRIORITY: '6', MESSAGE: 'listening on 3000' },
    { ...journal, PRIORITY: '3', MESSAGE: `insert: ${refused}` },
  ),
  'the journal, JSON, where only the message says so': lines(
    { ...journal, PRIORITY: '6', MESSAGE: 'listening on 3000' },
    { ...journal, PRIORITY: '6', MESSAGE: `Error: ${refused}` },
    { ...journal, PRIORITY: '6', MESSAGE: '    at save (app.js:1:2)' },
  ),
  'the journal, export': [
    exported({ ...journal, PRIORITY: '6', MESSAGE: 'listening on 3000' }),
    exported({ ...journal, PRIORITY: '3', MESSAGE: `insert: ${refused}` }),
  ].join('\n'),
  'the journal, export of several lines': [
    `${exported({ ...journal, PRIORITY: '3' })}MESSAGE\n*\0\0\0\0\0\0\0insert into\npreset_usage\n`,
    exported({ ...journal, PRIORITY: '6', MESSAGE: 'listening on 3000' }),
  ].join('\n'),
  'a bare error of PostgREST': `listening on 3000\n${lines({ code: '42501', details: null, hint: null, message: refused })}`,
  'an error of PostgREST over several lines': `${JSON.stringify({ code: 'PGRST204', details: null, hint: null, message: "Could not find the 'x' column of 'preset_usage'" }, null, 2)}\n{\n  "level": "info",\n  "msg": "saved"\n}`,
  'an access log, combined': [
    '203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /api/presets HTTP/1.1" 200 512 "-" "curl/8"',
    '203.0.113.7 - app [22/Nov/2026:10:00:00 +0000] "POST /api/presets/1/use HTTP/1.1" 502 157 "https://x" "Mozilla"',
  ].join('\n'),
  'an access log, common, with host and time taken': [
    'web:443 203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/2.0" 304 0 0.001',
    'web:443 203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "POST /rest/v1/preset_usage HTTP/2.0" 500 12 0.120',
  ].join('\n'),
  'an access log of JSON': lines(
    { time_local: '22/Nov/2026:10:00:00 +0000', request: 'GET /api/presets HTTP/1.1', status: 200 },
    { time_local: '22/Nov/2026:10:00:00 +0000', request: 'POST /api/presets HTTP/1.1', status: '503' },
  ),
  'morgan’s short formats': 'GET /api/presets 200 12 - 3.2 ms\nPOST /api/presets 500 12 - 3.2 ms',
  'Next.js': ' ✓ Ready in 1s\n GET /api/presets 200 in 12ms\n POST /api/presets/1/use 500 in 20ms',
  'an error object below a message': [
    'listening on 3000',
    'saving the use {',
    "  message: 'no such table preset_usage',",
    "  code: '42501',",
    '  details: null',
    '}',
  ].join('\n'),
  'an error object by itself': `listening on 3000\n{\n  code: '42501',\n  message: '${refused}'\n}`,
  'an error of Prisma below a message': "insert {\n  code: 'P2002',\n  meta: { target: ['preset_usage'] }\n}",
  'an error object in the line': `2026-11-22T10:00:00.123Z saving { code: "23503", table: "preset_usage" }\n2026-11-22T10:00:00.123Z saved`,
  logfmt: `ts=2026-11-22T10:00:00.123Z level=info msg=saved\nts=2026-11-22T10:00:00.123Z level=error msg="no preset_usage"`,
  'logfmt with a status': `time=2026-11-22T10:00:00.123Z level=info status=200 path=/\ntime=2026-11-22T10:00:00.123Z level=info status=500 path=/rest/v1/preset_usage`,
  Heroku: [
    '2026-11-22T10:00:00.123456+00:00 heroku[router]: at=info method=GET path="/" status=200 bytes=12',
    '2026-11-22T10:00:00.123456+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=POST path="/api/presets" status=503',
  ].join('\n'),
  'Google Cloud, a list': JSON.stringify(
    [
      { severity: 'INFO', timestamp: '2026-11-22T10:00:00.123Z', textPayload: 'listening' },
      {
        severity: 'DEFAULT',
        timestamp: '2026-11-22T10:00:00.123Z',
        jsonPayload: { level: 'error', message: refused },
      },
    ],
    null,
    2,
  ),
  'Google Cloud, requests': lines(
    { timestamp: '2026-11-22T10:00:00.123Z', httpRequest: { status: 200, requestUrl: 'https://x/' } },
    {
      timestamp: '2026-11-22T10:00:00.123Z',
      httpRequest: { status: 500, requestUrl: 'https://x/api/presets' },
    },
  ),
  'CloudWatch, events': JSON.stringify(
    {
      events: [
        { timestamp: at, message: 'listening', ingestionTime: at },
        { timestamp: at, message: `ERROR ${refused}`, ingestionTime: at },
      ],
    },
    null,
    4,
  ),
  'CloudWatch, CSV': `timestamp,message\n${at},"START of a request"\n${at},"2026-11-22T10:00:00.123Z 655c-1a ERROR no preset_usage"`,
  'AWS Lambda': `2026-11-22T10:00:00.123Z\t655c1a2b-0000\tINFO\tlistening\n2026-11-22T10:00:00.123Z\t655c1a2b-0000\tERROR\tInvoke Error\t{"errorMessage":"no preset_usage"}`,
  'Docker, several lines': lines(
    { log: 'saving the use {\n', stream: 'stderr', time: '2026-11-22T10:00:00.123Z' },
    { log: "  code: '42501',\n", stream: 'stderr', time: '2026-11-22T10:00:00.123Z' },
    { log: "  message: 'preset_usage'\n", stream: 'stderr', time: '2026-11-22T10:00:00.123Z' },
    { log: '}\n', stream: 'stderr', time: '2026-11-22T10:00:00.123Z' },
  ),
  pm2: '0|web      | listening on 3000\n0|web      | Error: no preset_usage\n0|web      |     at save (app.js:1:2)',
  'pm2, JSON': lines(
    {
      message: 'listening\n',
      timestamp: '2026-11-22T10:00:00.123Z',
      type: 'out',
      process_id: 0,
      app_name: 'web',
    },
    {
      message: `Error: ${refused}\n`,
      timestamp: '2026-11-22T10:00:00.123Z',
      type: 'err',
      process_id: 0,
      app_name: 'web',
    },
  ),
  'Vercel’s lines': [
    '10:00:00.12  ℹ️  GET  /api/presets  200  listed',
    '10:00:01.12  🚫  POST  /api/presets  500  no table',
  ].join('\n'),
  'Fly, where standard error is info': [
    '2026-11-22T10:00:00Z app[148e21] iad [info]listening on 3000',
    '2026-11-22T10:00:00Z app[148e21] iad [info]TypeError: no preset_usage',
    '2026-11-22T10:00:00Z app[148e21] iad [info]    at save (app.js:1:2)',
  ].join('\n'),
  'Render, with labels': lines(
    {
      labels: [{ name: 'level', value: 'info' }],
      message: 'listening',
      timestamp: '2026-11-22T10:00:00.123Z',
    },
    { labels: [{ name: 'level', value: 'error' }], message: refused, timestamp: '2026-11-22T10:00:00.123Z' },
  ),
  'Railway, with attributes': lines(
    { message: 'listening', attributes: [{ key: 'level', value: 'info' }] },
    { message: refused, attributes: [{ key: 'level', value: 'error' }] },
  ),
  'CloudWatch Insights': JSON.stringify({
    status: 'Complete',
    results: [
      [
        { field: '@timestamp', value: '2026-11-22 10:00:00.123' },
        { field: '@message', value: '2026-11-22T10:00:00.123Z\t655c\tINFO\tlistening' },
      ],
      [
        { field: '@timestamp', value: '2026-11-22 10:00:00.123' },
        { field: '@message', value: '2026-11-22T10:00:00.123Z\t655c\tERROR\tno preset_usage' },
      ],
    ],
  }),
  'Azure, application insights': JSON.stringify([
    { timestamp: '2026-11-22T10:00:00.123Z', message: 'listening', severityLevel: 1 },
    { timestamp: '2026-11-22T10:00:00.123Z', message: refused, severityLevel: 3 },
  ]),
  'Azure, log analytics': [
    'TimeGenerated [UTC],LogLevel,Message,Category',
    '"11/22/2026, 10:00:00.123 AM",Information,listening,Function',
    `"11/22/2026, 10:00:00.123 AM",Error,"${refused.replaceAll('"', '""')}",Function`,
  ].join('\n'),
  'Azure, PostgreSQL': lines(
    {
      time: '2026-11-22T10:00:00.123Z',
      properties: { errorLevel: 'LOG', sqlerrcode: '00000', message: 'checkpoint' },
    },
    {
      time: '2026-11-22T10:00:00.123Z',
      properties: { errorLevel: 'ERROR', sqlerrcode: '42501', message: refused },
    },
  ),
  '.NET’s console': `info: Shop.Usage[0]\n      listening\nfail: Shop.Usage[0]\n      ${refused}`,
  stern: [
    'web-6d5f7c8b9-abcde web 2026-11-22T10:00:00.123Z INFO listening',
    `web-6d5f7c8b9-abcde web 2026-11-22T10:00:00.123Z ERROR ${refused}`,
  ].join('\n'),
  'stern, JSON': [
    'web-6d5f7c8b9-abcde web {"level":30,"msg":"listening"}',
    'web-6d5f7c8b9-abcde web {"level":50,"msg":"no preset_usage"}',
  ].join('\n'),
  'kubectl with a prefix, JSON': [
    '[pod/web-1/web] {"level":"info","msg":"listening"}',
    '[pod/web-1/web] {"level":"error","msg":"no preset_usage"}',
  ].join('\n'),
  consola: 'ℹ listening on 3000\n✖ cannot write preset_usage',
  'consola, boxed': ' INFO  listening on 3000\n\n ERROR  cannot write preset_usage',
  signale: '[10:00:00] [web] › ℹ  info      listening\n[10:00:00] [web] › ✖  error     no preset_usage',
  'a cross before the message': `✅ saved\n❌ Tracking preset usage did not work`,
  'zerolog’s console': '10:00AM INF listening on=3000\n10:00AM ERR no preset_usage id=12',
  'OpenTelemetry, lines': lines(
    ...[9, 17].map(severityNumber => ({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: `${at}000000`,
                  severityNumber,
                  body: { stringValue: severityNumber > 16 ? refused : 'listening' },
                },
              ],
            },
          ],
        },
      ],
    })),
  ),
  'OpenTelemetry on the console': ['INFO', 'ERROR']
    .map(level => `{\n  timestamp: ${at * 1_000},\n  severityText: '${level}',\n  body: 'preset_usage',\n}`)
    .join('\n'),
  'Loki, lines': lines(
    { labels: { app: 'web' }, line: 'level=info msg=listening', timestamp: '2026-11-22T10:00:00.123Z' },
    {
      labels: { app: 'web' },
      line: 'level=error msg="no preset_usage"',
      timestamp: '2026-11-22T10:00:00.123Z',
    },
  ),
  'Loki’s answer': JSON.stringify({
    status: 'success',
    data: {
      resultType: 'streams',
      result: [
        { stream: { app: 'web', level: 'info' }, values: [[`${at}000000`, 'listening']] },
        { stream: { app: 'web', level: 'error' }, values: [[`${at}000000`, 'no preset_usage']] },
      ],
    },
  }),
  'Datadog, CSV': `Date,Host,Service,Status,Content\n2026-11-22T10:00:00.123Z,h,web,info,listening\n2026-11-22T10:00:00.123Z,h,web,error,no preset_usage`,
  'Datadog, JSON': JSON.stringify({
    data: ['info', 'error'].map(status => ({
      id: 'a',
      type: 'log',
      attributes: { timestamp: '2026-11-22T10:00:00.123Z', status, message: 'preset_usage' },
    })),
  }),
  'Serilog, compact': lines(
    { '@t': '2026-11-22T10:00:00.123Z', '@mt': 'Listening' },
    { '@t': '2026-11-22T10:00:00.123Z', '@mt': 'No preset_usage', '@l': 'Error' },
  ),
  'the journal, with its day': [
    'Sun 2026-11-22 10:00:00 UTC web app[12]: listening on 3000',
    'Sun 2026-11-22 10:00:00 UTC web app[12]: Error: no preset_usage',
  ].join('\n'),
  'the journal, verbose': ['6', '3']
    .map(
      priority =>
        `Sun 2026-11-22 10:00:00.123456 UTC [s=1;i=${priority};b=2]\n    _TRANSPORT=stdout\n    PRIORITY=${priority}\n    SYSLOG_IDENTIFIER=app\n    MESSAGE=preset_usage\n    _PID=12`,
    )
    .join('\n'),
  'syslog of RFC 5424': [
    '<134>1 2026-11-22T10:00:00.123Z web app 12 - - listening on 3000',
    `<131>1 2026-11-22T10:00:00.123Z web app 12 - [x@1 y="z"] cannot write preset_usage`,
  ].join('\n'),
  'syslog of RFC 3164': [
    '<14>Nov 22 10:00:00 web app[12]: listening on 3000',
    '<11>Nov 22 10:00:00 web app[12]: cannot write preset_usage',
  ].join('\n'),
  'Cloudflare workers': lines(
    { outcome: 'ok', exceptions: [], logs: [{ message: ['listening'], level: 'log', timestamp: at }] },
    { outcome: 'exception', exceptions: [{ name: 'Error', message: refused, timestamp: at }], logs: [] },
  ),
  'Sentry’s breadcrumbs': JSON.stringify({
    event_id: 'a',
    breadcrumbs: {
      values: ['info', 'error'].map(level => ({ timestamp: at / 1_000, level, message: 'preset_usage' })),
    },
  }),
  GELF: lines(
    { version: '1.1', host: 'web', short_message: 'listening', level: 6 },
    { version: '1.1', host: 'web', short_message: refused, level: 3 },
  ),
  'logfmt with a number': 'level=30 msg=ok\nlevel=50 msg="no preset_usage"',
  'logfmt of log15':
    't=2026-11-22T10:00:00+0000 lvl=info msg=ok\nt=2026-11-22T10:00:00+0000 lvl=eror msg="no preset_usage"',
  Prisma: 'prisma:info Starting a pool\nprisma:error no preset_usage',
  'lines that end with a carriage return':
    '2026-11-22T10:00:00Z INFO ok\r2026-11-22T10:00:00Z ERROR no preset_usage\r',
  'Firebase functions': [
    '2026-11-22T10:00:00.123456789Z I useApi: listening',
    '2026-11-22T10:00:00.123456789Z E useApi: no preset_usage',
  ].join('\n'),
  'Google Cloud, a table': [
    'LEVEL  NAME    EXECUTION_ID  TIME_UTC                 LOG',
    'I      useApi  abc           2026-11-22 10:00:00.123  listening',
    'E      useApi  abc           2026-11-22 10:00:00.123  no preset_usage',
  ].join('\n'),
  'Google Cloud, YAML': [
    "---\ninsertId: a\nresource:\n  labels:\n    location: us\n  type: cloud_run_revision\nseverity: INFO\ntextPayload: listening\ntimestamp: '2026-11-22T10:00:00.123Z'",
    `---\ninsertId: b\njsonPayload:\n  message: '${refused}'\nseverity: ERROR\ntimestamp: '2026-11-22T10:00:00.123Z'`,
  ].join('\n'),
  gin: [
    '[GIN] 2026/11/22 - 10:00:00 | 200 |     1.2ms |       127.0.0.1 | GET      "/presets"',
    '[GIN] 2026/11/22 - 10:00:00 | 500 |     1.2ms |       127.0.0.1 | POST     "/preset_usage"',
  ].join('\n'),
  fiber: [
    '10:00:00 | 200 |      1.2ms |       127.0.0.1 | GET     | /presets       | -',
    '10:00:00 | 500 |      1.2ms |       127.0.0.1 | POST    | /preset_usage  | no table',
  ].join('\n'),
  hono: '<-- GET /presets\n--> GET /presets 200 3ms\n<-- POST /preset_usage\n--> POST /preset_usage 500 3ms',
  'koa-logger': '  <-- POST /preset_usage\n  xxx POST /preset_usage 500 3ms 12b',
  haproxy: [200, 503]
    .map(
      status =>
        `Nov 22 10:00:00 lb haproxy[12]: 10.0.0.1:5000 [22/Nov/2026:10:00:00.123] fe be/web1 0/0/1/12/13 ${status} 157 - - ---- 1/1/0/0/0 0/0 "POST /rest/v1/preset_usage HTTP/1.1"`,
    )
    .join('\n'),
  'AWS’s load balancer': [200, 502]
    .map(
      status =>
        `https 2026-11-22T10:00:00.123456Z app/lb/50dc 1.2.3.4:5000 10.0.0.2:80 0.000 0.012 0.000 ${status} - 34 366 "POST https://x:443/rest/v1/preset_usage HTTP/1.1" "curl/8" - - arn:aws "Root=1-5"`,
    )
    .join('\n'),
  'errors of GraphQL': lines(
    { msg: 'request', errors: [] },
    { msg: 'request', errors: [{ message: refused }] },
  ),
  glog: 'I1122 10:00:00.123456   12 main.go:1] started\nE1122 10:00:00.123456   12 main.go:2] no preset_usage',
};

test.each(Object.entries(formats))(
  '%s: one error about usage tracking, and all is understood',
  async (_, text) => {
    expect(await read(text)).toMatchObject({ errors: 1, aboutUsage: 1, share: 1 });
    expect(await read(text.replaceAll('\n', '\r\n'))).toMatchObject({ errors: 1, aboutUsage: 1, share: 1 });
  },
);

test.each([
  ['PostgreSQL csvlog', 2, refused],
  ['PostgreSQL jsonlog', 2, refused],
  ['Supabase, CSV', 3, refused],
  ['Supabase, a list over several lines with nested fields', 2, refused],
  ['the journal, JSON', 2, `insert: ${refused}`],
])('%s: the error’s line, time and message', async (name, line, text) => {
  const { problems } = await read(formats[name] ?? '');
  expect(problems).toMatchObject([{ line, at, text }]);
});

test('a csvlog that begins within a record is read from the next record on', async () => {
  const text = [
    '  end of a "statement,',
    ...Array.from({ length: 20 }, () => csvRecord('ERROR', '42501', refused)),
  ].join('\n');
  expect(await read(text)).toMatchObject({ errors: 20, entries: 21, understood: 20 });
});

describe('what is not understood', () => {
  test.each<[string, string | Buffer]>([
    ['columns without a level', '2026-11-22 10:00:00;web;17;preset_usage;denied\n'.repeat(20)],
    ['CSV without a name that is known', `when,what,how\n${'2026-11-22,insert,refused\n'.repeat(20)}`],
    ['XML', '<event><level>2</level><data>insert failed</data></event>\n'.repeat(20)],
    ['JSON with other names', '{"when":"2026-11-22","what":"insert","how":2}\n'.repeat(20)],
    ['bytes', Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 251))],
    ['trouble without a level', '2026-11-22T10:00:00Z insert was rejected by the database\n'.repeat(20)],
    ['base64', `${Buffer.alloc(60, 'preset_usage').toString('base64')}=+/9\n`.repeat(20)],
    ['a W3C log', '2026-11-22 10:00:00 10.0.0.1 POST /api/use - 443 - 10.0.0.2 curl 500 0 0 12\n'.repeat(20)],
  ])('%s', async (_, text) => {
    const { errors, share } = await read(text);
    expect(errors).toBe(0);
    expect(share).toBeLessThan(0.9);
  });

  test('plain words are, and so are a few lines in ten of anything', async () => {
    expect(await read('listening on port 3000\nsaved\n0 errors\n')).toMatchObject({ share: 1 });
    const odd = '<a b="c"/>\n';
    expect((await read(odd + 'saved\n'.repeat(9))).share).toBe(0.9);
    expect((await read(odd + 'saved\n'.repeat(8))).share).toBeLessThan(0.9);
  });
});

describe('a line about usage that speaks of trouble without a level', () => {
  const calm = 'saved a preset\n'.repeat(50);

  test.each([
    'insert into preset_usage was rejected by the database',
    '2026-11-22T10:00:00Z could not write preset_usage, permission denied',
    '0|web | usage_count update timed out',
    '  app:usage preset_usage insert failed +3ms',
  ])('%s', async line => {
    const { errors, doubtful, firstDoubtful, share } = await read(`${calm}${line}\n${calm}`);
    expect({ errors, doubtful, line: firstDoubtful?.line }).toEqual({ errors: 0, doubtful: 1, line: 51 });
    expect(share).toBeGreaterThan(0.9);
  });

  test.each([
    'tracking preset usage ok',
    'using idx_preset_usage_daily_unique',
    'insert preset_usage done { error: null, data: [] }',
    'sync of usage_count finished with 0 errors',
    'INFO retried preset_usage after an error',
    'connect was refused',
    'registered the error handler of /api/presets',
    '{"level":"warn","msg":"preset_usage insert failed, retrying"}',
  ])('not: %s', async line => {
    expect(await read(`${calm}${line}\n${calm}`)).toMatchObject({ errors: 0, doubtful: 0 });
  });

  test('also below a line that names usage', async () => {
    const text = `${calm}insert into preset_usage did not work:\n  permission denied\n${calm}`;
    expect(await read(text)).toMatchObject({ doubtful: 1, firstDoubtful: { line: 52 } });
  });

  test('not if it is an error, by what stands below', async () => {
    const text = `${calm}insert of preset_usage failed {\n  code: '42501',\n}\n${calm}`;
    expect(await read(text)).toMatchObject({ errors: 1, doubtful: 0 });
  });
});

test.each([
  'level=50 player=7 preset_usage=3',
  '{"level":50,"player":7,"preset":"Noir"}',
  "logger options {\n  level: 'error',\n  pretty: true\n}",
  '{"msg":"stock","status":"critical"}',
  '{"msg":"saved","error":null,"errors":[],"usage_count":50}',
])('a level, a status or a list that is not a log’s: %s', async text => {
  expect(await read(`${text}\n`)).toMatchObject({ errors: 0 });
});

test('what stands below a line that is not understood is not understood either', async () => {
  const odd = '<entry>\n  <level>2</level>\n  <message>insert failed</message>\n  <a/>\n  <b/>\n</entry>\n';
  expect((await read(odd.repeat(10))).share).toBeLessThan(0.2);
});

test('a record with a list of objects is a record, not a list', async () => {
  const text = [
    { level: 'info', msg: 'listed', data: [{ id: 1 }] },
    { level: 'error', msg: 'no preset_usage', rows: [{ id: 1 }], events: [{ id: 2 }] },
  ];
  expect(await read(JSON.stringify(text))).toMatchObject({ errors: 1, aboutUsage: 1, entries: 2 });
  expect(await read(lines(...text.reverse()))).toMatchObject({ errors: 1, aboutUsage: 1, entries: 2 });
});
