// writes: none
import { client } from '../client.js';
export const patchRow = (table: string, id: string, patch: object) => client.from(table).update(patch).eq('id', id);
