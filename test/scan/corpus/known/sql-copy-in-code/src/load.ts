// writes: 5 sql, 6 sql
import { from as copyFrom } from 'pg-copy-streams';
import { client } from './client';

export const load = () => client.query(copyFrom('COPY presets (id, name, usage_count) FROM STDIN CSV HEADER'));
export const seed = () => client.query("INSERT INTO presets (name, usage_count) VALUES ('Noir', 42)");
export const create = (name: string) => client.query('INSERT INTO presets (name, usage_count) VALUES ($1, 0)', [name]);
