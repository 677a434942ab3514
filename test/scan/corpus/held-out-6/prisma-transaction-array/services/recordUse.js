// writes: 9 prisma
const { PrismaClient } = require('@prisma/client');

const prisma = new PrismaClient({ log: ['warn', 'error'] });

async function recordUse(presetId) {
  const [usage, preset] = await prisma.$transaction([
    prisma.preset_usage.create({ data: { preset_id: presetId } }),
    prisma.presets.update({
      where: { id: presetId },
      data: {
        usage_count: { increment: 1 },
        last_used_at: new Date(),
      },
    }),
  ]);

  return { usageId: usage.id.toString(), count: preset.usage_count };
}

module.exports = { recordUse };
