import { describe, expect, test } from 'vitest';
import { writesIn } from './probed.ts';

const writes = (line: string, before = '') =>
  writesIn(`${before} export const use = async (id, n) => ${line};`).join('; ');
const body = 'body: JSON.stringify({ usage_count: n + 1 })';

describe('a request', () => {
  test.each<[line: string, found: string]>([
    [`fetch('/rest/v1/presets?id=eq.1', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/presets', { method: 'patch', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/presets', { method: "PUT", ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/presets', { method: \`PATCH\`, ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/presets', { method: 'POST', ${body} })`, ''],
    [
      `fetch('/rest/v1/presets', { method: 'POST', headers: { Prefer: 'resolution=merge-duplicates' }, ${body} })`,
      'fetch postgrest adds read',
    ],
    [`fetch('/rest/v1/presets', { headers: { Prefer: 'resolution=merge-duplicates' }, ${body} })`, ''],
    [`fetch('/rest/v1/presets', { method: 'GET', ${body} })`, ''],
    [`fetch('/rest/v1/presets', { method: method, ${body} })`, ''],
    [
      "fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify({ usage_count: 0 }) })",
      'fetch postgrest zero',
    ],
    [
      "fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify({ usage_count: n - 1 }) })",
      'fetch postgrest subtracts read',
    ],
    [
      "fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify({ usage_count: 7 }) })",
      'fetch postgrest sets',
    ],
    ["fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify({ name: 7 }) })", ''],
    ["fetch('/rest/v1/presets', { method: 'PATCH' })", ''],
    [`fetch('/rest/v1/presets_old', { method: 'PATCH', ${body} })`, ''],
    [`fetch('/rest/v2/presets', { method: 'PATCH', ${body} })`, ''],
    [`fetch('/presets', { method: 'PATCH', ${body} })`, ''],
    [`fetch('/presets?id=eq.1', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/presets?p.id=in.(1)', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/presets?archived=is.true', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/presets?id=1', { method: 'PATCH', ${body} })`, ''],
    [`fetch('/presets?=eq.1', { method: 'PATCH', ${body} })`, ''],
    [`fetch('presets?id=eq.1', { method: 'PATCH', ${body} })`, ''],
    ["axios.patch('/rest/v1/presets?id=eq.1', { usage_count: n + 1 })", 'axios postgrest adds read'],
    ["axios.put('/rest/v1/presets', { usage_count: 7 })", 'axios postgrest sets'],
    ["axios.Patch('/rest/v1/presets', { usage_count: 7 })", 'axios postgrest sets'],
    ["axios.repatch('/rest/v1/presets', { usage_count: 7 })", ''],
    ["axios.patched('/rest/v1/presets', { usage_count: 7 })", ''],
    ["axios.post('/rest/v1/presets', { usage_count: 7 })", ''],
    [
      "axios.post('/rest/v1/presets', { usage_count: 7 }, { headers: { Prefer: 'resolution=merge-duplicates' } })",
      'axios postgrest sets',
    ],
    [
      "axios.repost('/rest/v1/presets', { usage_count: 7 }, { headers: { Prefer: 'resolution=merge-duplicates' } })",
      '',
    ],
    [
      "axios.posted('/rest/v1/presets', { usage_count: 7 }, { headers: { Prefer: 'resolution=merge-duplicates' } })",
      '',
    ],
    ["axios.get('/rest/v1/presets', { usage_count: 7 })", ''],
    ["axios({ method: 'patch', url: '/rest/v1/presets', data: { usage_count: 7 } })", 'axios postgrest sets'],
    ["axios({ method: 'patch', uri: '/rest/v1/presets', data: { usage_count: 7 } })", 'axios postgrest sets'],
    [
      "axios({ method: 'patch', path: '/rest/v1/presets', data: { usage_count: 7 } })",
      'axios postgrest sets',
    ],
    [
      "axios({ method: 'patch', baseURL: '/rest/v1/presets', data: { usage_count: 7 } })",
      'axios postgrest sets',
    ],
    [
      "axios({ method: 'patch', 'url': '/rest/v1/presets', data: { usage_count: 7 } })",
      'axios postgrest sets',
    ],
    ["axios({ method: 'patch', curl: '/rest/v1/presets', data: { usage_count: 7 } })", ''],
    ["axios({ method: 'patch', urls: '/rest/v1/presets', data: { usage_count: 7 } })", ''],
    [
      "axios({ ...more, method: 'patch', url: '/rest/v1/presets', data: { usage_count: 7 } })",
      'axios postgrest sets',
    ],
    ["ky.patch('/rest/v1/presets', { json: { usage_count: 7 } })", 'ky postgrest sets'],
    [
      `fetch(\`\${base}/rest/v1/presets?id=eq.\${id}\`, { method: 'PATCH', ${body} })`,
      'fetch postgrest adds read',
    ],
    [`fetch(base + '/rest/v1/presets?id=eq.1', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/' + 'presets', { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch('/rest/v1/' + 'presets' + query, { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch(new URL('/rest/v1/presets', base), { method: 'PATCH', ${body} })`, 'fetch postgrest adds read'],
    [`fetch(new URL(base, '/rest/v1/presets'), { method: 'PATCH', ${body} })`, ''],
    [`fetch(new Request('/rest/v1/presets', { method: 'PATCH', ${body} }))`, 'fetch postgrest adds read'],
    [`fetch(new Other('/rest/v1/presets', { method: 'PATCH', ${body} }))`, ''],
    [`fetch(7, { method: 'PATCH', ${body} })`, ''],
    ['fetch()', ''],
    ["fetch('/rest/v1/preset_usage', { method: 'POST', body })", 'record'],
    ["fetch('/rest/v1/preset_usages', { method: 'POST', body })", 'record'],
    ["fetch('/preset_usage?id=eq.1', { method: 'POST', body })", 'record'],
    ["fetch('/rest/v1/preset_usage', { method: 'PATCH', body: { usage_count: 1 } })", ''],
    ["axios.post('/rest/v1/preset_usage', {})", 'record'],
    [
      "fetch('/rest/v1/rpc/increment_preset_usage', { method: 'POST', body: JSON.stringify({ preset_id: id }) })",
      'fetch rpc adds through increment_preset_usage',
    ],
    [
      "fetch('/rpc/increment_preset_usage', { method: 'POST' })",
      'fetch rpc adds through increment_preset_usage',
    ],
    ["fetch('/rpc/increment_likes', { method: 'POST' })", ''],
    ["fetch('/rest/v1/rpc/track_preset_usage', { method: 'POST' })", 'record'],
    ["fetch('/rest/v1/rpc/increment_usage', { body: JSON.stringify({ style_id: id }) })", ''],
    ["fetch('/rest/v1/rpc/increment_usage', { data: { style_id: id } })", ''],
    ["fetch('/rest/v1/rpc/increment_usage', { json: { style_id: id } })", ''],
    ["fetch('/rest/v1/rpc/increment_usage', { payload: { style_id: id } })", ''],
    [
      "fetch('/rest/v1/rpc/increment_usage', { embody: { style_id: id } })",
      'fetch rpc adds through increment_usage',
    ],
    [
      "fetch('/rest/v1/rpc/increment_usage', { body: { preset_id: id } })",
      'fetch rpc adds through increment_usage',
    ],
    ["axios.post('/rest/v1/rpc/increment_usage', { style_id: id })", ''],
    [
      "axios.post('/rest/v1/rpc/increment_usage', { preset_id: id })",
      'axios rpc adds through increment_usage',
    ],
    ["axios.post('/rest/v1/rpc/increment_usage')", 'axios rpc adds through increment_usage'],
  ])('%s: %s', (line, found) => {
    expect(writes(line)).toBe(found);
  });
});

describe('a request in a helper', () => {
  const send =
    "const send = (values) => fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify(values) });";
  const put = (rest: string) =>
    `const put = (table, values) => fetch(\`\${base}/rest/v1/\${table}\`, { ${rest} });`;
  const patch = put("method: 'PATCH', body: JSON.stringify(values)");
  test.each<[line: string, before: string, found: string]>([
    ['send({ usage_count: 7 })', send, 'send postgrest sets through send'],
    ['send({ usage_count: n + 1 })', send, 'send postgrest adds read through send'],
    ['send({ name: 7 })', send, ''],
    ["put('presets', { usage_count: 7 })", patch, 'put postgrest sets through put'],
    ["put('styles', { usage_count: 7 })", patch, ''],
    ["put('presets', { name: 7 })", patch, ''],
    [
      "put('presets', { usage_count: 7 })",
      put("method: 'PUT', body: values"),
      'put postgrest sets through put',
    ],
    ["put('presets', { usage_count: 7 })", put("method: 'POST', body: values"), ''],
    ["put('presets')", put("method: 'PATCH', body: { usage_count: n + 1 }"), 'fetch postgrest adds read'],
    ["put('presets')", put("method: 'PATCH', body: { usage_count: 7 }"), 'fetch postgrest sets'],
    ["put('styles')", put("method: 'PATCH', body: { usage_count: 7 }"), ''],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(`#{base}/rest/v1/#{table}?id=eq.1`, values);',
      'put postgrest sets through put',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.put(`#{base}/rest/v1/#{table}?id=eq.1`, values);',
      'put postgrest sets through put',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.get(`#{base}/rest/v1/#{table}?id=eq.1`, values);',
      '',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.repatch(`#{base}/rest/v1/#{table}?id=eq.1`, values);',
      '',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(`#{base}/rest/v1/x/#{table}`, values);',
      '',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(new URL(`#{base}/rest/v1/#{table}`), values);',
      'put postgrest sets through put',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(new URL(), `#{base}/rest/v1/#{table}`, values);',
      'put postgrest sets through put',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(`#{base}/rest/v1/`, values);',
      '',
    ],
    [
      "put('presets', { usage_count: 7 })",
      'const put = (table, values) => axios.patch(`#{base}/rest/v1/#{other}`, values);',
      '',
    ],
  ])('%s after %s: %s', (line, before, found) => {
    expect(writes(line, before)).toBe(found);
  });
});
