// writes: 18 sql
import fp from 'fastify-plugin';
import postgres from 'postgres';

declare module 'fastify' {
  interface FastifyInstance {
    sql: postgres.Sql;
    countUse(presetId: string, times?: number): Promise<void>;
  }
}

export default fp(async app => {
  const sql = postgres(app.config.DATABASE_URL, { max: 10, idle_timeout: 20 });
  app.decorate('sql', sql);

  app.decorate('countUse', async (presetId: string, times = 1) => {
    const result = await sql`
      update presets set usage_count = usage_count + ${times}, updated_at = now()
      where id = ${presetId} and deleted_at is null
    `;
    if (result.count === 0) app.log.warn({ presetId }, 'use of a preset that is gone');
  });

  app.addHook('onClose', async () => {
    await sql.end({ timeout: 5 });
  });
});
