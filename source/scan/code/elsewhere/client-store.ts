import type { Node } from 'oxc-parser';
import { classAround } from '../follow/class-members.ts';
import type { Follower } from '../follow/follow.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';

// What makes a store of the browser, the device or the process. Its presets are not those of the server.
const makers =
  /^(Dexie|PouchDB|Loki|Low|LowSync|MiniSearch|openDB|openDatabase(Sync|Async)?|createRxDatabase|createRxDB|createInstance|localforage|createStore|createCollection|createLocalStorageCollection|createMMKV|MMKV|configureStore|createSlice|createEntityAdapter|defineStore|proxy|observable|writable|atom|signal|createSignal|createReducer|initSqlJs|Database|DatabaseSync|createClient|open|openSync|idbKeyval|Realm|createSyncStoragePersister|useLocalStorage|create)$/;

/** Packages that keep data on the client. */
const packages =
  /^(dexie|dexie-.*|idb|idb-keyval|localforage|pouchdb.*|rxdb.*|lokijs|lowdb.*|@nozbe\/watermelondb.*|expo-sqlite.*|sql\.js|realm|@tanstack\/.*db.*|react-native-mmkv|tinybase.*|zustand.*|pinia|jotai.*|valtio.*|mobx.*|@reduxjs\/toolkit.*|redux.*|nanostores|@legendapp\/state.*|instantdb|better-sqlite3|sqlite3?|bun:sqlite|node:sqlite|@op-engineering\/op-sqlite|react-native-quick-sqlite|@capacitor-community\/sqlite|@sqlite\.org\/.*|@libsql\/.*|@instantdb\/.*|firebase.*|@react-native-firebase\/.*)$/;
const servers =
  /supabase|prisma|drizzle|kysely|knex|typeorm|sequelize|objection|mikro-orm|^pg$|^pg-|postgres|slonik/i;

/** Whether a chain begins with a store on the client: `db.presets` where `db = new Dexie('app')`. */
export function isClientStore(follower: Follower, { module, node }: Reference): boolean {
  const root = rootNode(node);
  if (!root) return false;
  const known = answers.get(root);
  if (known !== undefined) return known;
  answers.set(root, false);
  const found = follower.follow({ module, node: root });
  const around = root.type === 'MemberExpression' ? classAround(root) : null;
  const answer =
    [root, ...found.map(each => each.node)].some(isStoreHook) ||
    (around !== null && isStoreClass(follower, module, around, 0)) ||
    found.some(each => isMade(follower, each) || isClientStore(follower, each)) ||
    (isUnknown(found) && livesOnClient(module, root));
  answers.set(root, answer);
  return answer;
}

// A node belongs to one scan only.
const answers = new WeakMap<Node, boolean>();

/** The variable, or the member of `this`, that a chain begins with. */
function rootNode(node: Node): Node | null {
  switch (node.type) {
    case 'Identifier':
      return node;
    case 'CallExpression':
      return rootNode(node.callee);
    case 'MemberExpression':
      return (node.object as Node).type === 'ThisExpression' ? node : rootNode(node.object as Node);
    case 'AwaitExpression':
      return rootNode(node.argument);
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
      return rootNode(node.expression);
    default:
      return null;
  }
}

const deepest = 4;

function isMade(follower: Follower, { module, node }: Reference): boolean {
  const on = (next: Node) => follower.follow({ module, node: next });
  switch (node.type) {
    case 'NewExpression':
    case 'CallExpression':
      return (
        isMaker(module, node.callee) ||
        on(node.callee).some(({ module: of, node: made }) => isStoreClass(follower, of, made, 0))
      );
    case 'ClassDeclaration':
    case 'ClassExpression':
      return isStoreClass(follower, module, node, 0);
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return node.parent?.type === 'ImportDeclaration' && packages.test(node.parent.source.value);
    default:
      return false;
  }
}

// `usePresetStore()`, `usePresetStore.getState()`
function isStoreHook(node: Node): boolean {
  const root = rootNode(node);
  return root?.type === 'Identifier' && /^use\w*Store$/.test(root.name);
}

function isStoreClass(follower: Follower, module: CodeModule, node: Node, depth: number): boolean {
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return false;
  if (!node.superClass || depth > deepest) return false;
  if (isMaker(module, node.superClass)) return true;
  return follower
    .follow({ module, node: node.superClass })
    .some(above => isStoreClass(follower, above.module, above.node, depth + 1));
}

// Many of these names are common words, so the package that they come from decides, unless the name says enough.
function isMaker(module: CodeModule, callee: Node): boolean {
  if (callee.type === 'CallExpression') return isMaker(module, callee.callee);
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
        ? callee.property.name
        : '';
  if (/^(Dexie|PouchDB|createRxDatabase|Loki)$/.test(name)) return true;
  return makers.test(name) && importsFrom(module).some(each => packages.test(each));
}

const isUnknown = (found: Reference[]) => found.every(({ node }) => node.type === 'Identifier');

/** Whether the only databases that a file imports are on the client. `this.presets` of a class is its own. */
function livesOnClient(module: CodeModule, root: Node): boolean {
  if (root.type !== 'Identifier') return false;
  const imported = importsFrom(module);
  return imported.some(each => storage.test(each)) && !imported.some(each => servers.test(each));
}

const storage = /^(dexie|dexie-.*|idb|localforage|pouchdb.*|rxdb.*|lokijs|lowdb.*|realm|expo-sqlite.*)$/;

function importsFrom({ program }: CodeModule): string[] {
  return program.body.flatMap(statement =>
    statement.type === 'ImportDeclaration' ? [statement.source.value] : [],
  );
}
