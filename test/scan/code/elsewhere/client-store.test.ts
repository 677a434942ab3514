import { describe, expect, test } from 'vitest';
import { isClientStore } from '../../../../source/scan/code/elsewhere/client-store.ts';
import { probed } from '../probed.ts';

const isStore = (code: string | Record<string, string>) => {
  const { follower, ref } = probed(code);
  return isClientStore(follower, ref);
};

describe('a store on the client, by what makes it', () => {
  const makers =
    'Low LowSync MiniSearch openDB openDatabase openDatabaseSync openDatabaseAsync createRxDB createInstance localforage createStore createCollection createLocalStorageCollection createMMKV MMKV configureStore createSlice createEntityAdapter defineStore proxy observable writable atom signal createSignal createReducer initSqlJs Database DatabaseSync createClient open openSync idbKeyval Realm createSyncStoragePersister useLocalStorage create';
  test.each(makers.split(' '))('%s', name => {
    expect(isStore(`import { x } from 'idb-keyval'; const db = ${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`import { x } from 'idb-keyval'; const db = new ${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`import { x } from 'idb-keyval'; const db = x.${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`import { x } from './own'; const db = ${name}(); probe(db.presets)`)).toBe(false);
    expect(isStore(`import { x } from 'idb-keyval'; const db = re${name}(); probe(db.presets)`)).toBe(false);
    expect(isStore(`import { x } from 'idb-keyval'; const db = ${name}s(); probe(db.presets)`)).toBe(false);
  });
  test.each(['Dexie', 'PouchDB', 'createRxDatabase', 'Loki'])('%s, wherever it is from', name => {
    expect(isStore(`const db = new ${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`const db = ${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`const db = lib.${name}(); probe(db.presets)`)).toBe(true);
    expect(isStore(`const db = new My${name}(); probe(db.presets)`)).toBe(false);
    expect(isStore(`const db = new ${name}Of(); probe(db.presets)`)).toBe(false);
    expect(isStore(`class Store extends ${name} {} const db = new Store(); probe(db.presets)`)).toBe(true);
  });
});

describe('a store on the client, by its package', () => {
  const packages =
    'dexie dexie-react-hooks idb idb-keyval localforage pouchdb pouchdb-browser rxdb rxdb/plugins lokijs lowdb lowdb/node @nozbe/watermelondb @nozbe/watermelondb/react expo-sqlite expo-sqlite/next sql.js realm @tanstack/db @tanstack/react-db react-native-mmkv tinybase tinybase/store zustand zustand/middleware pinia jotai jotai/utils valtio valtio/utils mobx mobx-react @reduxjs/toolkit @reduxjs/toolkit/query redux redux-saga nanostores @legendapp/state @legendapp/state/react instantdb better-sqlite3 sqlite sqlite3 bun:sqlite node:sqlite @op-engineering/op-sqlite react-native-quick-sqlite @capacitor-community/sqlite @sqlite.org/sqlite-wasm @libsql/client @instantdb/react firebase firebase/firestore @react-native-firebase/firestore';
  test.each(packages.split(' '))('%s', name => {
    expect(isStore(`import { store } from '${name}'; probe(store.presets)`)).toBe(true);
    expect(isStore(`import store from '${name}'; probe(store.presets)`)).toBe(true);
    expect(isStore(`import * as store from '${name}'; probe(store.presets)`)).toBe(true);
    expect(isStore(`import { create } from '${name}'; const store = create(); probe(store.presets)`)).toBe(
      true,
    );
    expect(isStore(`import { store } from './${name}'; probe(store.presets)`)).toBe(false);
  });
  test.each([
    'idbs',
    'idb-keyvals',
    'localforages',
    'sql.jsx',
    'realms',
    'pinias',
    'nanostoresx',
    'instantdbs',
    'better-sqlite3s',
    'sqlite33',
    'react-native-mmkvs',
    'bun:sqlites',
    'dexies',
  ])('but not %s', name => {
    expect(isStore(`import { store } from '${name}'; probe(store.presets)`)).toBe(false);
  });
});

describe('a file whose only databases are on the client', () => {
  const storage =
    'dexie dexie-react-hooks idb localforage pouchdb pouchdb-browser rxdb rxdb/plugins lokijs lowdb lowdb/node realm expo-sqlite expo-sqlite/next';
  test.each(storage.split(' '))('%s', name => {
    expect(isStore(`import x from '${name}'; function f(db) { probe(db.presets) }`)).toBe(true);
    expect(isStore(`import x from 'my-${name}'; function f(db) { probe(db.presets) }`)).toBe(false);
    expect(isStore(`import x from '${name}'; class C { f() { probe(this.presets) } }`)).toBe(false);
  });
  const servers =
    '@supabase/supabase-js @prisma/client drizzle-orm kysely knex typeorm sequelize objection @mikro-orm/core pg pg-promise postgres slonik Knex';
  test.each(servers.split(' '))('not beside %s', name => {
    expect(
      isStore(`import x from 'dexie'; import y from '${name}'; function f(db) { probe(db.presets) }`),
    ).toBe(false);
  });
  test.each(['mypg', 'pgx', 'express'])('but beside %s', name => {
    expect(
      isStore(`import x from 'dexie'; import y from '${name}'; function f(db) { probe(db.presets) }`),
    ).toBe(true);
  });
  test('not by zustand alone, nor in a text', () => {
    expect(isStore("import x from 'zustand'; function f(db) { probe(db.presets) }")).toBe(false);
    expect(isStore("'dexie'; function f(db) { probe(db.presets) }")).toBe(false);
    expect(isStore("import x from 'dexie'; import { db } from './db'; probe(db.presets)")).toBe(false);
    expect(isStore("import x from 'dexie'; const db = {}; probe(db.presets)")).toBe(false);
    expect(isStore("import x from 'dexie'; probe(db.presets)")).toBe(true);
  });
});

describe('a store on the client, by what a chain begins with', () => {
  const dexie = "const db = new Dexie('app');";
  test.each<[code: string, is: boolean]>([
    ['probe(db)', true],
    ['probe(db.presets)', true],
    ["probe(db.table('presets').where(x))", true],
    ["probe(db['presets'])", true],
    ['probe(db?.presets)', true],
    ['probe(db!.presets)', true],
    ['probe((db as any).presets)', true],
    ['async () => probe((await db).presets)', true],
    ['probe({ db })', false],
    ['probe(7)', false],
    ['const other = db; probe(other.presets)', true],
    ['const { presets } = { presets: db }; probe(presets)', true],
    ["const other = createClient('x'); probe(other.presets)", false],
    ['class C { db = db; f() { probe(this.db.presets) } }', true],
    ['class C { db = make(); f() { probe(this.db.presets) } }', false],
    ['class C extends Dexie { f() { probe(this.presets) } }', true],
    ['class B extends Dexie {} class C extends B { f() { probe(this.presets) } }', true],
    ['class B extends Other {} class C extends B { f() { probe(this.presets) } }', false],
    ['class B extends C {} class C extends B { f() { probe(this.presets) } }', false],
    ['class C { f() { probe(this.presets) } }', false],
    ['class C extends Dexie {} function f(c: C) { probe(c.presets) }', false],
    ['const C = class extends Dexie {}; const c = new C(); probe(c.presets)', true],
    ['class C {} const c = new C(); probe(c.presets)', false],
    ['class C extends make(Dexie) {} const c = new C(); probe(c.presets)', false],
    ['class C extends Dexie() {} const c = new C(); probe(c.presets)', true],
    ['probe(usePresetStore().presets)', true],
    ['const store = usePresetStore(); probe(store.presets)', true],
    ['probe(usePresetStore.getState().presets)', true],
    ['const store = usePresetStore.getState(); probe(store.presets)', true],
    ['const store = usePresetStores(); probe(store.presets)', false],
    ['const store = reusePresetStore(); probe(store.presets)', false],
    ['const store = usePresets(); probe(store.presets)', false],
    ['const store = x.usePresetStore(); probe(store.presets)', false],
  ])('%s: %s', (code, is) => {
    expect(isStore(`${dexie} ${code}`)).toBe(is);
  });
  test('in other files', () => {
    expect(
      isStore({
        'a.ts': "import { db } from './db';\nprobe(db.presets)",
        'db.ts': "import Dexie from 'dexie';\nexport const db = new Dexie('x');",
      }),
    ).toBe(true);
    expect(
      isStore({
        'a.ts': "import { Base } from './base';\nclass C extends Base { f() { probe(this.presets) } }",
        'base.ts': "import Dexie from 'dexie';\nexport class Base extends Dexie {}",
      }),
    ).toBe(true);
    expect(
      isStore({
        'a.ts': "import { db } from './db';\nprobe(db.presets)",
        'db.ts': "import { create } from 'pkg';\nexport const db = create();",
      }),
    ).toBe(false);
  });
});
