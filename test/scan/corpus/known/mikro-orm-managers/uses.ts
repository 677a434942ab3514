// writes: 8 orm, 13 orm, 18 orm
import { type EntityManager, type MikroORM, raw } from '@mikro-orm/postgresql';
import type { DataSource } from 'typeorm';
import { Preset } from './preset';

export async function inFork(em: EntityManager, id: string) {
  const own = em.fork({ clear: true });
  await own.nativeUpdate(Preset, { id }, { uses: raw('usage_count + 1') });
}

export async function ofOrm(orm: MikroORM, id: string) {
  const context = orm.em;
  await context.nativeUpdate(Preset, { id }, { uses: 0 });
}

export async function ofRunner(source: DataSource, id: string) {
  const { manager: inner } = source.createQueryRunner();
  await inner.increment(Preset, { id }, 'uses', 1);
}

export async function renamed(em: EntityManager, id: string, name: string) {
  const own = em.fork();
  await own.nativeUpdate(Preset, { id }, { name });
}
