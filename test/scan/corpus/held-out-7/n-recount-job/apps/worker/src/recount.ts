// writes: none
import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

/** Repairs counts after records were deleted on a user's request (GDPR). */
async function recount(): Promise<void> {
  const repaired = await prisma.$executeRaw`
    UPDATE presets
       SET usage_count = (SELECT count(*) FROM preset_usage WHERE preset_usage.preset_id = presets.id)
  `;
  console.log(`${repaired} presets recounted`);
}

recount()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => prisma.$disconnect());
