// writes: 4 sql
import { db } from './db';

await db.query(`INSERT INTO presets VALUES (gen_random_uuid(), 'Noir', 12)`);
await db.query(`INSERT INTO presets VALUES (gen_random_uuid(), 'Dawn', DEFAULT, true)`);
